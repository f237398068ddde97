package api_test

import (
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// shop is a workspace with an owner, a master, a developer who is assigned to one of two mini programs, somebody who
// has left, and a stranger outside.
type shop struct {
	owner, master, developer, left, stranger *apitest.Person
	id                                       string
	// shown is assigned to the developer, who may not see hidden. Both were created by those who left.
	shown, hidden string
	// leftToo created hidden only.
	leftToo *apitest.Person
	members map[*apitest.Person]string
}

func newShop(t *testing.T, w *apitest.World) shop {
	t.Helper()
	s := shop{
		owner: w.SignUp(t, "owner"), master: w.SignUp(t, "master"), developer: w.SignUp(t, "developer"),
		left: w.SignUp(t, "left"), leftToo: w.SignUp(t, "lefttoo"), stranger: w.SignUp(t, "stranger"),
	}
	s.id = s.owner.CreateWorkspace(t, "The secret shop")
	s.stranger.CreateWorkspace(t, "Elsewhere")
	s.members = map[*apitest.Person]string{
		s.owner:     w.Client.Member.Query().Where(member.WorkspaceID(s.id)).OnlyIDX(t.Context()),
		s.master:    w.Join(t, s.id, s.master, member.RoleMASTER),
		s.developer: w.Join(t, s.id, s.developer, member.RoleDEVELOPER),
	}
	for _, p := range []*apitest.Person{s.left, s.leftToo} {
		w.Client.Member.UpdateOneID(w.Join(t, s.id, p, member.RoleMASTER)).SetStatus(member.StatusREMOVED).ExecX(t.Context())
	}
	s.shown = w.Insert(t, s.id, apitest.Row{Name: "shown program", CreatedBy: s.left})
	s.hidden = w.Insert(t, s.id, apitest.Row{Name: "hidden program", CreatedBy: s.leftToo})
	w.Assign(t, s.members[s.developer], s.shown)
	return s
}

func TestNodesAreVisibleToThoseWhoMaySeeThem(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newShop(t, w)
		all := []string{
			s.id, s.shown, s.hidden, s.members[s.owner], s.members[s.master], s.members[s.developer],
			s.owner.ID, s.master.ID, s.developer.ID, s.left.ID, s.leftToo.ID, s.stranger.ID, "ind_5812", "ltg_ALIPAY_CN",
		}
		public := []string{"ind_5812", "ltg_ALIPAY_CN"}
		without := func(hidden ...string) []string {
			return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(hidden, one) })
		}
		tests := []struct {
			person *apitest.Person
			want   []string
		}{
			{w.Visitor(t), public},
			{s.stranger, append([]string{s.stranger.ID}, public...)},
			{s.left, append([]string{s.left.ID}, public...)},
			{s.owner, without(s.stranger.ID)},
			{s.master, without(s.stranger.ID)},
			{s.developer, without(s.stranger.ID, s.hidden, s.leftToo.ID)},
		}
		for _, test := range tests {
			if got := test.person.VisibleNodes(t, all); !slices.Equal(got, test.want) {
				t.Errorf("%q sees %q, want %q", test.person.DisplayName, got, test.want)
			}
		}
		hidden := s.stranger.Do(t, apitest.NodesQuery, apitest.Vars{"ids": all}).Body
		for _, secret := range []string{"secret", "program", "owner@", "left@", s.id, s.shown} {
			if strings.Contains(hidden, secret) {
				t.Errorf("a stranger reads %q in %s", secret, hidden)
			}
		}
	})
}

func TestVisibilityEndsWithTheMembership(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newShop(t, w)
		inside := []string{s.id, s.shown, s.hidden, s.members[s.owner], s.owner.ID, s.left.ID}
		w.Leave(t, s.id, s.developer)
		w.Leave(t, s.id, s.master)
		for _, gone := range []*apitest.Person{s.developer, s.master} {
			if got := gone.VisibleNodes(t, inside); len(got) != 0 {
				t.Errorf("%s still sees %q", gone.DisplayName, got)
			}
			answer := gone.Do(t, `{ viewer { memberships { totalCount nodes { id } } currentWorkspace { id } } }`, nil)
			if answer.Get("viewer.memberships.totalCount") != 0.0 || len(answer.List(t, "viewer.memberships.nodes")) != 0 {
				t.Errorf("%s: %s", gone.DisplayName, answer.Body)
			}
		}
		w.Join(t, s.id, s.developer, member.RoleDEVELOPER) // who comes back is assigned to nothing
		if got := s.developer.VisibleNodes(t, []string{s.shown, s.hidden}); len(got) != 0 {
			t.Errorf("back again, the developer sees %q", got)
		}
	})
}

// A role that was taken away counts from the next request on.
func TestRolesAreReadForEachRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newShop(t, w)
		w.Client.Member.UpdateOneID(s.members[s.master]).SetRole(member.RoleDEVELOPER).ExecX(t.Context())
		if got := s.master.VisibleNodes(t, []string{s.shown, s.hidden}); len(got) != 0 {
			t.Errorf("a developer without assignments sees %q", got)
		}
		s.master.Create(t, apitest.CreateInput(s.id)).Refused(t, "FORBIDDEN")
		w.Client.Member.UpdateOneID(s.members[s.developer]).SetRole(member.RoleMASTER).ExecX(t.Context())
		if got := s.developer.VisibleNodes(t, []string{s.shown, s.hidden}); len(got) != 2 {
			t.Errorf("a master sees only %q", got)
		}
	})
}

// paths lead to lists of mini programs, $id standing for the workspace and $member for one of its members.
var paths = map[string]string{
	"workspace": `{ workspace(id: $id) { ...list } }`,
	"node":      `{ node(id: $id) { ...list } }`,
	"viewer":    `{ viewer { memberships { nodes { workspace { ...list } } } } }`,
	"members":   `{ workspace(id: $id) { members { nodes { workspace { ...list } } } } }`,
	"edges":     `{ workspace(id: $id) { members { edges { node { workspace { ...list } } } } } }`,
	"member":    `{ node(id: $member) { ... on Member { workspace { ...list } } } }`,
	"round":     `{ workspace(id: $id) { miniPrograms { nodes { workspace { ...list } } } } }`,
	"payload":   `mutation { chooseWorkspace(input: {workspaceId: $id}) { viewer { currentWorkspace { ...list } } } }`,
	"query":     `mutation { chooseWorkspace(input: {workspaceId: $id}) { query { workspace(id: $id) { ...list } } } }`,
}

const listFragment = ` fragment list on Workspace {
	miniPrograms { totalCount nodes { name createdBy { email } } edges { node { id } } }
	found: miniPrograms(filter: {search: "program"}, orderBy: {field: NAME, direction: ASC}, last: 5) { totalCount nodes { name } }
}`

func TestADeveloperSeesAssignedMiniProgramsOnEveryPath(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newShop(t, w)
		for name, query := range paths {
			query = strings.NewReplacer("$id", `"`+s.id+`"`, "$member", `"`+s.members[s.owner]+`"`).Replace(query + listFragment)
			all, some := s.owner.Do(t, query, nil), s.developer.Do(t, query, nil)
			for _, secret := range []string{"hidden", s.hidden, "lefttoo"} {
				if !strings.Contains(all.Body, secret) {
					t.Errorf("%s: the owner does not see %s: %s", name, secret, all.Body)
				}
				if strings.Contains(some.Body, secret) {
					t.Errorf("%s: the developer sees %s: %s", name, secret, some.Body)
				}
			}
			if !strings.Contains(some.Body, "shown program") || !strings.Contains(some.Body, `"totalCount":1`) ||
				strings.Contains(some.Body, `"totalCount":2`) || len(some.Errors) != 0 {
				t.Errorf("%s: the developer gets %s", name, some.Body)
			}
			if outside := s.stranger.Do(t, query, nil); strings.Contains(outside.Body, "program") ||
				strings.Contains(outside.Body, "secret") {
				t.Errorf("%s: a stranger gets %s", name, outside.Body)
			}
		}
	})
}

// One request reads two workspaces, in which the viewer has different roles.
func TestEachWorkspaceOfAListUsesItsOwnRole(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newShop(t, w)
		own := s.developer.CreateWorkspace(t, "Own")
		w.Insert(t, own, apitest.Row{Name: "own program", CreatedBy: s.developer})
		answer := s.developer.Do(t, `{ viewer { memberships { nodes { role workspace { miniPrograms { totalCount nodes { name } } } } } } }`, nil)
		for i, want := range []string{"shown program", "own program"} {
			list := answer.List(t, "viewer.memberships.nodes")[i].(map[string]any)["workspace"].(map[string]any)["miniPrograms"].(map[string]any)
			nodes := list["nodes"].([]any)
			if len(nodes) != 1 || nodes[0].(map[string]any)["name"] != want || list["totalCount"] != 1.0 {
				t.Errorf("workspace %d: %v, want %s", i, list, want)
			}
		}
		if strings.Contains(answer.Body, "hidden") {
			t.Errorf("answer %s", answer.Body)
		}
	})
}
