package api_test

import (
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// A developer sees who created a mini program, but the address only of members.
func TestTheAddressOfAFormerMemberIsHiddenFromDevelopers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newShop(t, w)
		s.hidden = w.Insert(t, s.id, apitest.Row{Name: "of the owner", CreatedBy: s.owner})
		w.Assign(t, s.members[s.developer], s.hidden)
		const query = `query($id: ID!) { miniProgram(id: $id) { createdBy { id email displayName createdAt } } }`
		for _, test := range []struct {
			person, creator *apitest.Person
			miniProgramID   string
			isVisible       bool
		}{
			{s.owner, s.left, s.shown, true}, {s.master, s.left, s.shown, true}, {s.developer, s.left, s.shown, false},
			{s.owner, s.owner, s.hidden, true}, {s.master, s.owner, s.hidden, true}, {s.developer, s.owner, s.hidden, true},
		} {
			answer := test.person.Do(t, query, apitest.Vars{"id": test.miniProgramID})
			want := any(nil)
			if test.isVisible {
				want = test.creator.Email
			}
			if got := answer.Get("miniProgram.createdBy.email"); got != want || answer.Get("miniProgram.createdBy.displayName") != test.creator.DisplayName ||
				answer.Get("miniProgram.createdBy.createdAt") == nil {
				t.Errorf("%s sees %v, want %v: %s", test.person.DisplayName, got, want, answer.Body)
			}
			node := test.person.Do(t, `query($id: ID!) { node(id: $id) { ... on User { email } } }`, apitest.Vars{"id": test.creator.ID})
			if got := node.Get("node.email"); got != want {
				t.Errorf("%s sees %v by the id, want %v", test.person.DisplayName, got, want)
			}
		}
		listed := s.developer.Do(t, `query($id: ID!) { workspace(id: $id) { members { nodes { user { email } invitedBy { email } } } owner { user { email } }
			viewerMember { id user { email } } } viewer { user { email } } }`, apitest.Vars{"id": s.id})
		if got := len(listed.List(t, "workspace.members.nodes")); got != 3 {
			t.Errorf("%d members", got)
		}
		for path, want := range map[string]any{
			"workspace.owner.user.email": s.owner.Email, "workspace.viewerMember.id": s.members[s.developer],
			"workspace.viewerMember.user.email": s.developer.Email, "viewer.user.email": s.developer.Email,
			"workspace.members.nodes.0.user.email": s.owner.Email, "workspace.members.nodes.1.user.email": s.master.Email,
		} {
			if got := listed.Get(path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		w.Client.Member.UpdateOneID(s.members[s.developer]).SetRole(member.RoleMASTER).ExecX(t.Context())
		if got := s.developer.Do(t, query, apitest.Vars{"id": s.shown}).Get("miniProgram.createdBy.email"); got != s.left.Email {
			t.Errorf("as a master, the developer sees %v", got)
		}
	})
}

func TestAViewerIsANodeForTheViewerOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		id := ann.Do(t, `{ viewer { id } }`, nil).String(t, "viewer.id")
		const query = `query($id: ID!) { node(id: $id) { id ... on Viewer { user { email } } } }`
		if answer := ann.Do(t, query, apitest.Vars{"id": id}); answer.Get("node.user.email") != ann.Email || answer.Get("node.id") != id {
			t.Errorf("%s", answer.Body)
		}
		for _, p := range []*apitest.Person{bob, w.Visitor(t)} {
			if got := p.Do(t, query, apitest.Vars{"id": id}).Get("node"); got != nil {
				t.Errorf("somebody else sees %v", got)
			}
		}
		other := w.Another(t).Visitor(t)
		other.Mutate(t, "signIn", apitest.Vars{"email": ann.Email, "password": apitest.Password}).Succeeded(t)
		if got := other.Do(t, `{ viewer { id } }`, nil).Get("viewer.id"); got != id {
			t.Errorf("in another session the viewer is %v, not %s", got, id)
		}
	})
}
