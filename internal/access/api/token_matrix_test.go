package api_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"minidock/ent/member"
	"minidock/graph"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// A token may what its scopes include, in its workspace and with its mini programs; elsewhere it gets the answer for a missing id.
func TestEveryOperationForEveryTokenAtEveryID(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		target := w.InsertAccount(t, "target")
		owner := apitest.Caller{Name: "owner", Role: member.RoleOWNER, Status: member.StatusACTIVE, Person: w.SignUp(t, "owner")}
		elsewhere := w.NewStage(t, []apitest.Caller{owner}, w.InsertAccount(t, "friend"))
		for operation := range attempts {
			rule := access.Matrix[operation]
			for _, scope := range access.TokenScopes {
				for _, isLimited := range []bool{false, true} {
					s := w.NewStage(t, []apitest.Caller{owner}, target)
					input := apitest.APIToken(s.WorkspaceID, scope)
					if isLimited {
						input["miniProgramIds"] = []string{s.AssignedID}
					}
					machine := owner.Person.CreateToken(t, input)
					machine.Do(t, apitest.ViewerQuery, nil) // after this, its use is not recorded for a while
					what := fmt.Sprintf("%s by %s, limited %t", operation, scope, isLimited)
					if rule.Scope != access.Read && rule.Scope != scope {
						for _, at := range slices.Concat(s.IDs(rule.At), elsewhere.IDs(rule.At), []string{id.New(rule.At)}) {
							refuseByScope(t, w, what, operation, s, func() *apitest.Answer { return try(t, operation, machine.Person, s, at) })
						}
						continue
					}
					missing := try(t, operation, machine.Person, s, id.New(rule.At))
					missing.Refused(t, "NOT_FOUND")
					within := s.IDs(rule.At)
					for _, at := range slices.Concat(elsewhere.IDs(rule.At), within) {
						isSecond := len(within) == 2 && at == within[1]
						if isSecond && !isLimited && attempts[operation].query == "" {
							continue // what was done with the first may have taken its name
						}
						got := try(t, operation, machine.Person, s, at)
						if slices.Contains(within, at) && !(isSecond && isLimited) {
							checkDone(t, operation, apitest.Caller{Name: what}, got)
						} else if got.Anonymous() != missing.Anonymous() {
							t.Errorf("%s at %s: %s\na missing id: %s", what, at, got.Body, missing.Body)
						}
					}
				}
			}
		}
	})
}

// refuseByScope makes sure that an operation is refused, naming the scope, and writes nothing. A field of a workspace leaves the rest of it.
func refuseByScope(t *testing.T, w *apitest.World, what string, operation access.Operation, s apitest.Stage, do func() *apitest.Answer) {
	t.Helper()
	before := stageRows(t, w, s.WorkspaceID)
	got := do()
	isField := graph.NewExecutableSchema(graph.Config{}).Schema().Types["Workspace"].Fields.ForName(string(operation)) != nil
	switch code := got.Code(t); {
	case isField && code == "NOT_FOUND": // the workspace is another one
	case isField && (code != "FORBIDDEN" || got.Errors[0].Extensions["reason"] != "TOKEN_SCOPE" || got.Get("workspace."+string(operation)) != nil):
		t.Errorf("%s: %s", what, got.Body)
	case !isField:
		got.ExpectMissingScope(t, access.Matrix[operation].Scope)
	}
	if stageRows(t, w, s.WorkspaceID) != before {
		t.Errorf("%s: refused, but written", what)
	}
}

// What is for everyone, people or staff is refused to tokens, but for what everyone reads; even to the token of an administrator.
func TestEveryRootFieldForATokenWithEveryScope(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Employ(t, c.Owner, "ADMIN")
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.TokenScopes...))
		schema := graph.NewExecutableSchema(graph.Config{}).Schema()
		tried := 0
		for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
			for _, field := range root.Fields {
				rule, ok := access.Matrix[access.Operation(field.Name)]
				if !ok || rule.For == access.Members {
					continue
				}
				tried++
				text, variables := anyRequest(schema, root, field)
				w.WritesNothing(t, field.Name, func() {
					answer := machine.Do(t, text, variables)
					if rule.Scope == "" {
						answer.ExpectMissingScope(t, "")
					} else if code := answer.Code(t); code != "" && code != "NOT_FOUND" {
						t.Errorf("%s: %s", field.Name, answer.Body)
					}
					if answer.Header.Get("Set-Cookie") != "" {
						t.Errorf("%s sets a cookie", field.Name)
					}
				})
			}
		}
		if tried < 25 {
			t.Errorf("only %d fields were tried", tried)
		}
	})
}

// anyRequest returns a request for a field with some valid value for each argument that it needs.
func anyRequest(schema *ast.Schema, root *ast.Definition, field *ast.FieldDefinition) (string, apitest.Vars) {
	declared, given, variables := "", "", apitest.Vars{}
	for _, argument := range field.Arguments {
		if argument.Type.NonNull {
			declared, given = declared+fmt.Sprintf(" $%s: %s", argument.Name, argument.Type), given+fmt.Sprintf(" %s: $%s", argument.Name, argument.Name)
			variables[argument.Name] = anyValue(schema, argument.Type)
		}
	}
	if declared != "" {
		declared, given = "("+declared+")", "("+given+")"
	}
	kind := map[bool]string{true: "query", false: "mutation"}[root == schema.Query]
	return fmt.Sprintf("%s%s { %s%s { __typename } }", kind, declared, field.Name, given), variables
}

func anyValue(schema *ast.Schema, of *ast.Type) any {
	if of.Elem != nil {
		return []any{anyValue(schema, of.Elem)}
	}
	definition := schema.Types[of.Name()]
	switch {
	case definition.Kind == ast.Enum:
		return definition.EnumValues[0].Name
	case definition.Kind == ast.InputObject:
		object := apitest.Vars{}
		for _, field := range definition.Fields {
			if field.Type.NonNull {
				object[field.Name] = anyValue(schema, field.Type)
			}
		}
		return object
	}
	return "x"
}
