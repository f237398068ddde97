package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/access"
)

// directives enforce in the schema's own words who may do what.
func (r *Resolver) directives() DirectiveRoot {
	return DirectiveRoot{Authenticated: r.authenticated, HasRole: r.hasRole, Staff: r.staff}
}

func (r *Resolver) authenticated(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	if err := access.RequireSignedIn(actor(ctx)); err != nil {
		return nil, err
	}
	return next(ctx)
}

func (r *Resolver) hasRole(ctx context.Context, _ any, next graphql.Resolver, in []member.Role, at string) (any, error) {
	field := graphql.GetFieldContext(ctx).Field
	id := argumentAt(field.ArgumentMap(graphql.GetOperationContext(ctx).Variables), at)
	_, err := access.RequireRole(ctx, r.Client, actor(ctx), access.Operation(field.Name), in, id)
	if err != nil {
		return nil, err
	}
	return next(ctx)
}

func (r *Resolver) staff(ctx context.Context, _ any, next graphql.Resolver, in []user.StaffRole) (any, error) {
	if err := access.RequireStaff(ctx, r.Client, actor(ctx), in); err != nil {
		return nil, err
	}
	return next(ctx)
}

// argumentAt returns the id at a path such as "input.workspaceId".
func argumentAt(arguments map[string]any, path string) string {
	var value any = arguments
	for _, step := range strings.Split(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return ""
		}
		value = object[step]
	}
	id, _ := value.(string)
	return id
}

// checkAccess makes sure that every root field says who may ask for it: exactly one of the directives, and one that
// asks for a role names an argument that is there.
func checkAccess(schema *ast.Schema) error {
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		if root == nil {
			continue
		}
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			if err := checkRootField(schema, field); err != nil {
				return fmt.Errorf("%s.%s: %w", root.Name, field.Name, err)
			}
		}
	}
	return nil
}

func checkRootField(schema *ast.Schema, field *ast.FieldDefinition) error {
	var found []*ast.Directive
	for _, name := range []string{"public", "authenticated", "hasRole", "staff"} {
		found = append(found, field.Directives.ForNames(name)...)
	}
	if len(found) != 1 {
		return fmt.Errorf("has %d of @public, @authenticated, @hasRole and @staff; must have one", len(found))
	}
	if found[0].Name != "hasRole" {
		return nil
	}
	at := found[0].Arguments.ForName("at").Value.Raw
	if !isID(schema, field.Arguments, strings.Split(at, ".")) {
		return fmt.Errorf("has no argument of type ID! at %q", at)
	}
	return nil
}

func isID(schema *ast.Schema, arguments ast.ArgumentDefinitionList, path []string) bool {
	argument := arguments.ForName(path[0])
	if argument == nil {
		return false
	}
	named := argument.Type
	for _, step := range path[1:] {
		field := schema.Types[named.Name()].Fields.ForName(step)
		if field == nil {
			return false
		}
		named = field.Type
	}
	return named.String() == "ID!"
}
