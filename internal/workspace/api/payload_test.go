package api_test

import (
	"fmt"
	"slices"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// The edges in payloads are those of the lists, so that a cache can add them.
func TestEdgesInPayloadsAreThoseOfTheLists(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		first := ann.Mutate(t, "createWorkspace", apitest.Vars{"name": "First"}).Succeeded(t)
		second := ann.Mutate(t, "createWorkspace", apitest.Vars{"name": "Second"}).Succeeded(t)
		memberships := ann.Do(t, `{ viewer { memberships { edges { cursor node { id } } } } }`, nil)
		for i, created := range []*apitest.Answer{first, second} {
			at := fmt.Sprintf("viewer.memberships.edges.%d.", i)
			for field, path := range map[string]string{"cursor": "createWorkspace.membershipEdge.cursor", "node.id": "createWorkspace.membershipEdge.node.id"} {
				if memberships.Get(at+field) != created.Get(path) || created.Get(path) == nil {
					t.Errorf("%s: %v, and in the list %v", path, created.Get(path), memberships.Get(at+field))
				}
			}
			if created.Get("createWorkspace.member.id") != memberships.Get(at+"node.id") || created.Get("createWorkspace.member.role") != "OWNER" {
				t.Errorf("the member is %v", created.Get("createWorkspace.member"))
			}
		}
		workspaceID := first.String(t, "createWorkspace.workspace.id")
		older := ann.Create(t, apitest.CreateInput(workspaceID)).Succeeded(t)
		newer := ann.Create(t, apitest.CreateInput(workspaceID).With("name", "Another name")).Succeeded(t)
		invited := ann.RequestInvitations(t, workspaceID, apitest.MasterInvitation("a@example.com"), apitest.MasterInvitation("b@example.com")).Succeeded(t)
		lists := ann.Do(t, `query($id: ID!) { workspace(id: $id) { miniPrograms { edges { cursor node { id } } } invitations { edges { cursor node { id } } } } }`,
			apitest.Vars{"id": workspaceID})
		for _, c := range []struct {
			payload         *apitest.Answer
			edge, inTheList string
		}{
			{newer, "createMiniProgram.miniProgramEdge", "workspace.miniPrograms.edges.0"},
			{older, "createMiniProgram.miniProgramEdge", "workspace.miniPrograms.edges.1"},
			{invited, "inviteMembers.invitationEdges.1", "workspace.invitations.edges.0"},
			{invited, "inviteMembers.invitationEdges.0", "workspace.invitations.edges.1"},
		} {
			for _, field := range []string{".cursor", ".node.id"} {
				if got, want := c.payload.Get(c.edge+field), lists.Get(c.inTheList+field); got != want || got == nil {
					t.Errorf("%s%s is %v, and in the list %v", c.edge, field, got, want)
				}
			}
		}
	})
}

func TestPayloadsHoldWhatHasChangedWithAMember(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		invited := c.Master.Invite(t, c.ID, apitest.MasterInvitation("a@example.com"))
		check := func(mutation string, input apitest.Vars, withdrawn, miniPrograms []string) {
			t.Helper()
			answer := c.Owner.Mutate(t, mutation, input).Succeeded(t)
			if got := apitest.IDs(answer.Get(mutation + ".miniPrograms")); !slices.Equal(got, miniPrograms) {
				t.Errorf("%s: mini programs %q, want %q", mutation, got, miniPrograms)
			}
			if withdrawn == nil {
				return
			}
			if got := apitest.IDs(answer.Get(mutation + ".withdrawnInvitations")); !slices.Equal(got, withdrawn) {
				t.Errorf("%s: invitations %q, want %q", mutation, got, withdrawn)
			}
			for i := range withdrawn {
				if got := answer.Get(fmt.Sprintf("%s.withdrawnInvitations.%d.status", mutation, i)); got != "WITHDRAWN" {
					t.Errorf("%s: the invitation is %v", mutation, got)
				}
			}
		}
		check("blockMember", apitest.MemberInput(c.DeveloperID), []string{}, []string{c.Assigned})
		check("unblockMember", apitest.MemberInput(c.DeveloperID), nil, []string{c.Assigned})
		check("changeMemberRole", apitest.MemberInput(c.DeveloperID).With("role", "MASTER"), []string{}, []string{c.Assigned})
		check("changeMemberRole", apitest.MemberInput(c.DeveloperID).With("role", "MASTER"), []string{}, []string{}) // unchanged
		check("changeMemberRole", apitest.MemberInput(c.DeveloperID).With("role", "DEVELOPER"), []string{}, []string{c.Assigned})
		check("assignMiniPrograms", apitest.MemberInput(c.DeveloperID).With("miniProgramIds", []string{c.Spare}), nil, []string{c.Assigned, c.Spare})
		check("removeMember", apitest.MemberInput(c.DeveloperID), []string{}, []string{c.Spare})
		check("changeMemberRole", apitest.MemberInput(c.MasterID).With("role", "DEVELOPER"), invited, []string{})

		moved := c.Owner.Mutate(t, "transferOwnership", apitest.MemberInput(c.OtherMasterID).With("password", apitest.Password)).Succeeded(t)
		for path, want := range map[string]any{
			"member.id": c.OtherMasterID, "member.role": "OWNER", "formerOwner.id": c.OwnerID, "formerOwner.role": "MASTER",
		} {
			if got := moved.Get("transferOwnership." + path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		left := c.Owner.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": c.ID}).Succeeded(t)
		if left.Get("leaveWorkspace.leftWorkspaceId") != c.ID || left.Get("leaveWorkspace.deletedMemberId") != c.OwnerID || left.Get("leaveWorkspace.viewer") == nil {
			t.Errorf("%s", left.Body)
		}
	})
}

func TestMembershipsAreFoundByTheNameOfTheWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		ann.CreateWorkspace(t, "Coffee & Tea")
		ann.CreateWorkspace(t, "咖啡馆")
		w.Join(t, bob.CreateWorkspace(t, "100% Tea"), ann, member.RoleDEVELOPER)
		bob.CreateWorkspace(t, "Bob's Tea")
		w.Join(t, bob.CreateWorkspace(t, "Gone Tea"), ann, member.RoleDEVELOPER)
		ann.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": ann.Do(t, `{ viewer { memberships(last: 1) { nodes { workspace { id } } } } }`, nil).
			String(t, "viewer.memberships.nodes.0.workspace.id")}).Succeeded(t)
		for search, want := range map[any][]string{
			nil: {"Coffee & Tea", "咖啡馆", "100% Tea"}, "": {"Coffee & Tea", "咖啡馆", "100% Tea"}, "TEA": {"Coffee & Tea", "100% Tea"},
			"咖啡": {"咖啡馆"}, "0%": {"100% Tea"}, "%": {"100% Tea"}, "_": {}, "\x00": {}, "' OR 1=1 --": {},
		} {
			answer := ann.Do(t, `query($filter: MembershipFilter) { viewer { memberships(filter: $filter) { totalCount nodes { workspace { name } } } } }`,
				apitest.Vars{"filter": apitest.Vars{"search": search}})
			got := []string{}
			for i := range answer.List(t, "viewer.memberships.nodes") {
				got = append(got, answer.String(t, fmt.Sprintf("viewer.memberships.nodes.%d.workspace.name", i)))
			}
			if !slices.Equal(got, want) || answer.Get("viewer.memberships.totalCount") != float64(len(want)) {
				t.Errorf("%q finds %q, want %q: %s", search, got, want, answer.Body)
			}
		}
	})
}
