package graph

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/graph/model"
	"minidock/internal/access"
)

func TestEveryRootFieldSaysWhoMayAsk(t *testing.T) {
	t.Parallel()
	schema := NewExecutableSchema(Config{}).Schema()
	if err := checkAccess(schema); err != nil {
		t.Error(err)
	}
	fields := 0
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			fields++
			if n := len(field.Directives.ForNames("public")) + len(field.Directives.ForNames("authenticated")) +
				len(field.Directives.ForNames("hasRole")) + len(field.Directives.ForNames("staff")); n != 1 {
				t.Errorf("%s has %d directives of access", field.Name, n)
			}
		}
	}
	if fields < 14 {
		t.Errorf("only %d root fields were looked at", fields)
	}
}

func TestThePermissionsAreTheOperationsThatAskForARole(t *testing.T) {
	t.Parallel()
	schema := NewExecutableSchema(Config{}).Schema()
	permissions, operations := schema.Types["Permission"].EnumValues, 0
	for operation, rule := range access.Matrix {
		if rule.For != access.Members {
			continue
		}
		operations++
		if permissions.ForName(string(model.PermissionOf(operation))) == nil {
			t.Errorf("%s is called %s, which the schema does not have", operation, model.PermissionOf(operation))
		}
		if field := schema.Types["Workspace"].Fields.ForName(string(operation)); field != nil && (field.Type.NonNull ||
			!strings.HasSuffix(field.Description, "For owners and masters; refused with FORBIDDEN otherwise.")) {
			t.Errorf("%s does not say who may: %s", operation, field.Description)
		}
	}
	if len(permissions) != operations {
		t.Errorf("%d permissions for %d operations", len(permissions), operations)
	}
}

func TestASchemaThatLeavesAccessOpenIsRefused(t *testing.T) {
	t.Parallel()
	const chosen = `chooseWorkspace(
    """The workspace to work in."""
    input: ChooseWorkspaceInput!
  ): ChooseWorkspacePayload @hasRole(in: [OWNER, MASTER, DEVELOPER], at: "input.workspaceId")`
	const idOfChoice = "\"\"\"The id of a workspace that the viewer is a member of.\"\"\"\n  workspaceId: "
	path := func(at string) string { return strings.Replace(chosen, "input.workspaceId", at, 1) }
	tests := []struct{ name, old, changed, want string }{
		{"none", "viewer: Viewer @public(scope: READ)", "viewer: Viewer", "Query.viewer"},
		{"none on a mutation", "signOut: SignOutPayload @public", "signOut: SignOutPayload", "Mutation.signOut"},
		{"two", "viewer: Viewer @public(scope: READ)", "viewer: Viewer @public(scope: READ) @authenticated", "Query.viewer"},
		{"two with a role", chosen, chosen + " @public", "Mutation.chooseWorkspace"},
		{"only a foreign directive", "viewer: Viewer @public(scope: READ)", `viewer: Viewer @deprecated(reason: "x")`, "Query.viewer"},
		{"no such argument", chosen, path("workspaceId"), "Mutation.chooseWorkspace"},
		{"no such field", chosen, path("input.workspace"), "Mutation.chooseWorkspace"},
		{"too far", chosen, path("input.workspaceId.id"), "Mutation.chooseWorkspace"},
		{"not an id", chosen, path("input"), "Mutation.chooseWorkspace"},
		{"no path", chosen, path(""), "Mutation.chooseWorkspace"},
		{"an empty step", chosen, path("input..workspaceId"), "Mutation.chooseWorkspace"},
		{"an id that may be left out", idOfChoice + "ID!", idOfChoice + "ID", "Mutation.chooseWorkspace"},
		{"a text for an id", idOfChoice + "ID!", idOfChoice + "String!", "Mutation.chooseWorkspace"},
		{"another role than the matrix", chosen, strings.Replace(chosen, ", DEVELOPER", "", 1), "Mutation.chooseWorkspace"},
		{"no path on a field of an object that is no workspace", "appId: String!", "appId: String! @hasRole(in: [OWNER, MASTER])", "MiniProgram.appId"},
		{"no path at all", chosen, strings.Replace(chosen, `, at: "input.workspaceId"`, "", 1), "Mutation.chooseWorkspace"},
		{"another audience than the matrix", "viewer: Viewer @public(scope: READ)", "viewer: Viewer @authenticated", "Query.viewer"},
		{"another scope than the matrix", "viewer: Viewer @public(scope: READ)", "viewer: Viewer @public(scope: UPLOAD)", "Query.viewer"},
		{"no scope", "viewer: Viewer @public(scope: READ)", "viewer: Viewer @public", "Query.viewer"},
		{"a scope that the matrix does not have", "signOut: SignOutPayload @public", "signOut: SignOutPayload @public(scope: READ)", "Mutation.signOut"},
		{"another scope for members", `at: "input.miniProgramId", scope: CONFIGURE)`, `at: "input.miniProgramId", scope: READ)`, "Mutation.updateMiniProgram"},
		{"a scope for what no token may", chosen, strings.Replace(chosen, `workspaceId")`, `workspaceId", scope: READ)`, 1), "Mutation.chooseWorkspace"},
		{"other staff than the matrix", "@staff(in: [ADMIN])", "@staff(in: [ADMIN, REVIEWER])", "Query.staff"},
		{"another role on a field", "): InvitationConnection @hasRole(in: [OWNER, MASTER])", "): InvitationConnection @hasRole(in: [OWNER])", "Workspace.invitations"},
		{"a guarded field that the matrix does not have", "appId: String!", "appId: String! @authenticated", "MiniProgram.appId"},
		{"an operation that only the matrix has", "  ): InvitationConnection @hasRole(in: [OWNER, MASTER])", "  ): InvitationConnection",
			"the access matrix has invitations, and the schema does not"},
		{"a subscription without", "# Who may do what", "extend type Subscription { tick: Int }\n# Who may do what", "Subscription.tick"},
	}
	contract, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(string(contract), test.old, test.changed, 1)
			if changed == string(contract) {
				t.Fatal("the schema has nothing to change")
			}
			schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: changed})
			if err != nil {
				t.Fatal(err)
			}
			if err := checkAccess(schema); err == nil || !strings.HasPrefix(err.Error()+":", test.want+":") {
				t.Errorf("got %v, want one about %s", err, test.want)
			}
		})
	}
}
