package graph

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/session"
	"minidock/internal/store"
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

func TestTheSchemasRolesAreThoseOfTheMatrix(t *testing.T) {
	t.Parallel()
	schema := NewExecutableSchema(Config{}).Schema()
	inSchema := map[access.Operation][]string{}
	for _, field := range slices.Concat(schema.Query.Fields, schema.Mutation.Fields, schema.Subscription.Fields) {
		if directive := field.Directives.ForName("hasRole"); directive != nil {
			for _, role := range directive.Arguments.ForName("in").Value.Children {
				inSchema[access.Operation(field.Name)] = append(inSchema[access.Operation(field.Name)], role.Value.Raw)
			}
		}
	}
	for operation, rule := range access.Matrix {
		var roles []string
		for _, role := range rule.Roles {
			roles = append(roles, string(role))
		}
		if field := schema.Types["Workspace"].Fields.ForName(string(operation)); field != nil {
			if !strings.HasSuffix(field.Description, "For owners and masters; refused with FORBIDDEN otherwise.") || field.Type.NonNull {
				t.Errorf("%s does not say who may: %s", operation, field.Description)
			}
			continue
		}
		if !slices.Equal(inSchema[operation], roles) {
			t.Errorf("%s: the schema says %q, the matrix %q", operation, inSchema[operation], roles)
		}
	}
	permissions := schema.Types["Permission"].EnumValues
	for operation := range access.Matrix {
		if permissions.ForName(string(model.PermissionOf(operation))) == nil {
			t.Errorf("%s is called %s, which the schema does not have", operation, model.PermissionOf(operation))
		}
	}
	if len(permissions) != len(access.Matrix) {
		t.Errorf("%d permissions for %d operations", len(permissions), len(access.Matrix))
	}
	for operation := range inSchema {
		if _, ok := access.Matrix[operation]; !ok {
			t.Errorf("%s is not in the matrix", operation)
		}
	}
}

func TestASchemaThatLeavesAccessOpenIsRefused(t *testing.T) {
	t.Parallel()
	const chosen = `chooseWorkspace(
    """
    The choice.
    """
    input: ChooseWorkspaceInput!
  ): ChooseWorkspacePayload @hasRole(in: [OWNER, MASTER, DEVELOPER], at: "input.workspaceId")`
	path := func(at string) string { return strings.Replace(chosen, "input.workspaceId", at, 1) }
	tests := []struct{ name, old, changed, want string }{
		{"none", "viewer: Viewer @public", "viewer: Viewer", "Query.viewer"},
		{"none on a mutation", "signOut: SignOutPayload @public", "signOut: SignOutPayload", "Mutation.signOut"},
		{"two", "viewer: Viewer @public", "viewer: Viewer @public @authenticated", "Query.viewer"},
		{"two with a role", chosen, chosen + " @public", "Mutation.chooseWorkspace"},
		{"only a foreign directive", "viewer: Viewer @public", `viewer: Viewer @deprecated(reason: "x")`, "Query.viewer"},
		{"no such argument", chosen, path("workspaceId"), "Mutation.chooseWorkspace"},
		{"no such field", chosen, path("input.workspace"), "Mutation.chooseWorkspace"},
		{"too far", chosen, path("input.workspaceId.id"), "Mutation.chooseWorkspace"},
		{"not an id", chosen, path("input"), "Mutation.chooseWorkspace"},
		{"no path", chosen, path(""), "Mutation.chooseWorkspace"},
		{"an empty step", chosen, path("input..workspaceId"), "Mutation.chooseWorkspace"},
		{"an id that may be left out", "A workspace that the viewer is a member of.\n  \"\"\"\n  workspaceId: ID!",
			"A workspace that the viewer is a member of.\n  \"\"\"\n  workspaceId: ID", "Mutation.chooseWorkspace"},
		{"a text for an id", "A workspace that the viewer is a member of.\n  \"\"\"\n  workspaceId: ID!",
			"A workspace that the viewer is a member of.\n  \"\"\"\n  workspaceId: String!", "Mutation.chooseWorkspace"},
		{"a subscription without", "# The roots", "extend type Subscription { tick: Int }\n# The roots", "Subscription.tick"},
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
			if err := checkAccess(schema); err == nil || !strings.HasPrefix(err.Error(), test.want+":") {
				t.Errorf("got %v, want one about %s", err, test.want)
			}
		})
	}
}

func TestStaffIsForThePlatformsOwnPeople(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	reviewer, admin := user.StaffRoleREVIEWER, user.StaffRoleADMIN
	merchantID, reviewerID, adminID := employ(t, db.Client, nil), employ(t, db.Client, &reviewer), employ(t, db.Client, &admin)
	tests := []struct {
		userID string
		in     []user.StaffRole
		want   string
	}{
		{"", []user.StaffRole{reviewer, admin}, "UNAUTHENTICATED"},
		{merchantID, []user.StaffRole{reviewer, admin}, "FORBIDDEN"},
		{reviewerID, []user.StaffRole{admin}, "FORBIDDEN"},
		{reviewerID, []user.StaffRole{reviewer, admin}, ""},
		{adminID, []user.StaffRole{reviewer}, "FORBIDDEN"},
		{adminID, []user.StaffRole{reviewer, admin}, ""},
		{adminID, nil, "FORBIDDEN"},
	}
	for _, test := range tests {
		got, done := asks(t, db.Client, test.userID, test.in)
		if got != test.want || done != (test.want == "") {
			t.Errorf("%s of %v: %q and done %t, want %q", test.userID, test.in, got, done, test.want)
		}
	}
}

// asks calls the directive in a request of the user, and returns the refusal's code and whether the resolver ran.
func asks(t *testing.T, client *ent.Client, userID string, in []user.StaffRole) (code string, done bool) {
	t.Helper()
	r := &Resolver{Client: client}
	requireStaff := func(ctx context.Context) {
		_, err := r.staff(ctx, nil, func(context.Context) (any, error) { done = true; return nil, nil }, in)
		if err != nil {
			code = err.(*fault.Refusal).Code
		}
	}
	if userID == "" {
		requireStaff(t.Context())
		return code, done
	}
	who := client.User.GetX(t.Context(), userID)
	sessions := session.New(client, false, limit.Default, time.Now)
	sessions.Handler(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		if err := sessions.SignIn(request.Context(), who, ""); err != nil {
			t.Fatal(err)
		}
		requireStaff(request.Context())
	}), nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil))
	return code, done
}

func employ(t *testing.T, client *ent.Client, role *user.StaffRole) string {
	t.Helper()
	userID := id.New(id.User)
	err := client.User.Create().SetID(userID).SetEmail(userID + "@example.com").SetDisplayName("Somebody").
		SetPasswordHash("none").SetNillableStaffRole(role).SetCreatedAt(time.Now().UTC()).Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return userID
}
