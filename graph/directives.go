package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/siblings"
	"minidock/internal/store"
)

// directives are the access directives of the schema.
func directives() DirectiveRoot {
	return DirectiveRoot{Public: public, Authenticated: authenticated, HasRole: hasRole, Staff: staff}
}

// public asks the matrix whether a token may.
func public(ctx context.Context, _ any, next graphql.Resolver, _ *access.TokenScope) (any, error) {
	return require(ctx, "", next)
}

func authenticated(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	return require(ctx, "", next)
}

// hasRole asks the matrix, which agrees with the directive's arguments, or the server does not start.
func hasRole(ctx context.Context, object any, next graphql.Resolver, _ []member.Role, at *string, _ *access.TokenScope) (any, error) {
	if at == nil {
		return requireIn(ctx, object.(*ent.Workspace), next)
	}
	field := graphql.GetFieldContext(ctx).Field
	return require(ctx, argumentAt(field.ArgumentMap(graphql.GetOperationContext(ctx).Variables), *at), next)
}

func staff(ctx context.Context, _ any, next graphql.Resolver, _ []user.StaffRole) (any, error) {
	return require(ctx, "", next)
}

func require(ctx context.Context, at string, next graphql.Resolver) (any, error) {
	if err := viewer(ctx).Require(ctx, access.Operation(graphql.GetFieldContext(ctx).Field.Name), at); err != nil {
		return nil, err
	}
	return next(ctx)
}

// requireIn is require for a field of a workspace, for all workspaces that were read together.
func requireIn(ctx context.Context, w *ent.Workspace, next graphql.Resolver) (any, error) {
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil {
		return nil, err
	}
	rule, err := principal.Admit(access.Operation(graphql.GetFieldContext(ctx).Field.Name))
	if err != nil {
		return nil, err
	}
	memberships, err := siblings.Read(w.Siblings, w, "membership", func(ws []*ent.Workspace) (map[string]access.Membership, error) {
		return principal.Memberships(ctx, ids(ws, workspaceID)...)
	})
	own, err := store.OneOf(memberships, w.ID, err)
	if err == nil {
		err = rule.Allow(own.Role)
	}
	if err != nil {
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

// checkAccess makes sure that every root field has an access directive, that the access matrix agrees with each such directive, and that
// the matrix has no operation that the schema does not have.
func checkAccess(schema *ast.Schema) error {
	unseen := maps.Clone(access.Matrix)
	for _, object := range schema.Types {
		if object.BuiltIn || object.Kind != ast.Object {
			continue
		}
		isRoot := object == schema.Query || object == schema.Mutation || object == schema.Subscription
		for _, field := range object.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			isGuarded, err := checkField(schema, object, field, isRoot)
			if err != nil {
				return fmt.Errorf("%s.%s: %w", object.Name, field.Name, err)
			}
			if isGuarded {
				if _, ok := unseen[access.Operation(field.Name)]; !ok {
					return fmt.Errorf("%s.%s: another field asks the access matrix by this name", object.Name, field.Name)
				}
				delete(unseen, access.Operation(field.Name))
			}
		}
	}
	for operation := range unseen {
		return fmt.Errorf("the access matrix has %s, and the schema does not", operation)
	}
	return nil
}

// checkField says whether a field has an access directive, and fails when it disagrees with the matrix.
func checkField(schema *ast.Schema, object *ast.Definition, field *ast.FieldDefinition, isRoot bool) (bool, error) {
	var found []*ast.Directive
	for _, audience := range []access.Audience{access.Everyone, access.People, access.Members, access.Staff} {
		found = append(found, field.Directives.ForNames(string(audience))...)
	}
	switch {
	case len(found) == 0 && !isRoot:
		return false, nil
	case len(found) != 1:
		return false, fmt.Errorf("has %d of @public, @authenticated, @hasRole and @staff; must have one", len(found))
	}
	rule, ok := access.Matrix[access.Operation(field.Name)]
	if !ok {
		return false, errors.New("is not in the access matrix")
	}
	return true, checkDirective(schema, object, field, found[0], rule)
}

func checkDirective(schema *ast.Schema, object *ast.Definition, field *ast.FieldDefinition, directive *ast.Directive, rule access.Rule) error {
	if directive.Name != string(rule.For) {
		return fmt.Errorf("has @%s; the access matrix says @%s", directive.Name, rule.For)
	}
	may := []string{}
	for _, role := range rule.Roles {
		may = append(may, string(role))
	}
	for _, role := range rule.Staff {
		may = append(may, string(role))
	}
	if roles := namesOf(directive, "in"); !sameNames(roles, may) {
		return fmt.Errorf("is for %q; the access matrix says %q", roles, may)
	}
	if scope := nameOf(directive, "scope"); scope != string(rule.Scope) {
		return fmt.Errorf("is for tokens with the scope %q; the access matrix says %q", scope, rule.Scope)
	}
	at := directive.Arguments.ForName("at")
	switch {
	case rule.For != access.Members:
		return nil
	case at == nil && object.Name != "Workspace": // the only object whose workspace hasRole finds
		return errors.New("has no argument to ask at")
	case at != nil && !isID(schema, field.Arguments, strings.Split(at.Value.Raw, ".")):
		return fmt.Errorf("has no argument of type ID! at %q", at.Value.Raw)
	}
	return nil
}

// nameOf returns the enum value of an argument of a directive; "" if it is absent.
func nameOf(directive *ast.Directive, argument string) string {
	if found := directive.Arguments.ForName(argument); found != nil {
		return found.Value.Raw
	}
	return ""
}

// namesOf returns the enum values in an argument of a directive.
func namesOf(directive *ast.Directive, argument string) []string {
	names := []string{}
	if found := directive.Arguments.ForName(argument); found != nil {
		for _, child := range found.Value.Children {
			names = append(names, child.Value.Raw)
		}
	}
	return names
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
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
