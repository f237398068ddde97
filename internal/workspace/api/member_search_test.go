package api_test

import (
	"fmt"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestASearchComparesTheLatestMembersAndMemberships(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.Limit(t, func(l *limit.Limits) { l.SearchRows = 3 })
		owner, old := w.SignUp(t, "ann"), w.SignUp(t, "old")
		workspaceID := owner.CreateWorkspace(t, "Coffee 0")
		w.Join(t, workspaceID, old, member.RoleDEVELOPER)
		for n := range 3 {
			w.Join(t, workspaceID, w.SignUp(t, fmt.Sprintf("new%d", n)), member.RoleMASTER)
			owner.CreateWorkspace(t, fmt.Sprintf("Coffee %d", n+1))
		}
		for filter, want := range map[string]int{
			`{search: "NEW"}`: 3, `{search: "@"}`: 3, `{search: "old"}`: 0, `{roles: [DEVELOPER]}`: 1, `{search: "new1", roles: [MASTER]}`: 1,
			`{search: "new", roles: [DEVELOPER]}`: 0, `{search: "new", statuses: [ACTIVE, REMOVED]}`: 3, `{}`: 5,
		} {
			for _, p := range []*apitest.Person{owner, old} {
				answer := p.Do(t, `{ workspace(id: "`+workspaceID+`") { members(filter: `+filter+`) { totalCount nodes { id } } } }`, nil)
				if answer.Get("workspace.members.totalCount") != float64(want) || len(answer.List(t, "workspace.members.nodes")) != want {
					t.Errorf("members %s by %s, want %d: %s", filter, p.DisplayName, want, answer.Body)
				}
			}
		}
		for search, want := range map[string]int{"coffee": 3, "coffee 0": 0, "coffee 3": 1, "": 4} {
			answer := owner.Do(t, `query($search: String) { viewer { memberships(filter: {search: $search}) { totalCount nodes { id } } } }`, apitest.Vars{"search": search})
			if answer.Get("viewer.memberships.totalCount") != float64(want) || len(answer.List(t, "viewer.memberships.nodes")) != want {
				t.Errorf("memberships %q, want %d: %s", search, want, answer.Body)
			}
		}
	})
}

// Removed members are listed where the viewer manages the workspace, and in the same answer not where the viewer is a developer.
func TestRemovedMembersAreListedByTheRoleInEachWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, max, past := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "past")
		for name, role := range map[string]member.Role{"Managed": member.RoleMASTER, "Developed": member.RoleDEVELOPER} {
			workspaceID := owner.CreateWorkspace(t, name)
			w.Join(t, workspaceID, max, role)
			w.Client.Member.UpdateOneID(w.Join(t, workspaceID, past, member.RoleDEVELOPER)).SetStatus(member.StatusREMOVED).ExecX(t.Context())
		}
		for filter, want := range map[string]map[string]int{
			`{statuses: [REMOVED]}`:         {"Managed": 1, "Developed": 0},
			`{statuses: [ACTIVE, REMOVED]}`: {"Managed": 3, "Developed": 2},
			`{statuses: []}`:                {"Managed": 0, "Developed": 0},
			`{search: "past"}`:              {"Managed": 0, "Developed": 0},
		} {
			answer := max.Do(t, `{ viewer { memberships { nodes { workspace { name members(filter: `+filter+`) { totalCount nodes { id } } } } } } }`, nil)
			for i := range 2 {
				at := fmt.Sprintf("viewer.memberships.nodes.%d.workspace.", i)
				n := want[answer.String(t, at+"name")]
				if answer.Get(at+"members.totalCount") != float64(n) || len(answer.List(t, at+"members.nodes")) != n {
					t.Errorf("%s, want %v: %s", filter, want, answer.Body)
				}
			}
		}
	})
}
