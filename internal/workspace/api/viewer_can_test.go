package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"minidock/internal/apitest"
)

func TestWhatAViewerMayDoWithAMemberFollowsFromRolesAndStatus(t *testing.T) {
	const (
		assign, block, unblock, role = "ASSIGN_MINI_PROGRAMS", "BLOCK_MEMBER", "UNBLOCK_MEMBER", "CHANGE_MEMBER_ROLE"
		remove, transfer             = "REMOVE_MEMBER", "TRANSFER_OWNERSHIP"
	)
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.OtherMasterID)).Succeeded(t)
		c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.UnassignedID)).Succeeded(t)
		gone := w.SignUp(t, "gone")
		goneID := w.Join(t, c.ID, gone, "MASTER")
		c.Owner.Mutate(t, "removeMember", apitest.MemberInput(goneID)).Succeeded(t)
		for _, test := range []struct {
			person *apitest.Person
			want   map[string][]string
		}{
			{c.Owner, map[string][]string{
				c.OwnerID: {}, c.MasterID: {block, role, remove, transfer}, c.OtherMasterID: {role, remove, unblock},
				c.DeveloperID: {assign, block, role, remove}, c.UnassignedID: {assign, role, remove, unblock}, goneID: {},
			}},
			{c.Master, map[string][]string{
				c.OwnerID: {}, c.MasterID: {}, c.OtherMasterID: {}, c.DeveloperID: {assign, block}, c.UnassignedID: {assign, unblock}, goneID: {},
			}},
			{c.Developer, map[string][]string{c.OwnerID: {}, c.MasterID: {}, c.OtherMasterID: {}, c.DeveloperID: {}, c.UnassignedID: {}}},
		} {
			filter := apitest.Vars{"statuses": []string{"ACTIVE", "BLOCKED", "REMOVED"}}
			answer := test.person.Do(t, `query($id: ID!, $filter: MemberFilter) { workspace(id: $id) { members(filter: $filter) { nodes { id viewerCan } } } }`,
				apitest.Vars{"id": c.ID, "filter": filter})
			listed := answer.List(t, "workspace.members.nodes")
			if len(listed) != len(test.want) {
				t.Errorf("%s sees %d members", test.person.DisplayName, len(listed))
			}
			for _, one := range listed {
				row := one.(map[string]any)
				want := test.want[row["id"].(string)]
				if got := listTexts(row["viewerCan"].([]any)); !slices.Equal(got, want) {
					t.Errorf("%s may %q with %s, want %q", test.person.DisplayName, got, row["id"], want)
				}
			}
		}
	})
}

// A developer is in the list of each mini program that he or she is assigned to.
func TestADeveloperOfSeveralMiniProgramsHasEachOperationOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Assign(t, c.DeveloperID, c.Spare)
		answer := c.Owner.Do(t, `query($id: ID!) { workspace(id: $id) { miniPrograms { nodes { developers { nodes { viewerCan } } } } } }`, apitest.Vars{"id": c.ID})
		for i := range answer.List(t, "workspace.miniPrograms.nodes") {
			got := listTexts(answer.List(t, fmt.Sprintf("workspace.miniPrograms.nodes.%d.developers.nodes.0.viewerCan", i)))
			if want := []string{"ASSIGN_MINI_PROGRAMS", "BLOCK_MEMBER", "CHANGE_MEMBER_ROLE", "REMOVE_MEMBER"}; !slices.Equal(got, want) {
				t.Errorf("mini program %d: the owner may %q, want %q", i, got, want)
			}
		}
	})
}

// What is in the list succeeds, and what is not is refused: every operation, by everybody, on everybody.
func TestOperationsOnMembersAreThoseOfTheirLists(t *testing.T) {
	people := []func(*apitest.Team) *apitest.Person{
		func(c *apitest.Team) *apitest.Person { return c.Developer },
		func(c *apitest.Team) *apitest.Person { return c.Master },
		func(c *apitest.Team) *apitest.Person { return c.Owner },
	}
	targets := []func(*apitest.Team) string{
		func(c *apitest.Team) string { return c.OwnerID }, func(c *apitest.Team) string { return c.MasterID },
		func(c *apitest.Team) string { return c.OtherMasterID }, func(c *apitest.Team) string { return c.DeveloperID },
		func(c *apitest.Team) string { return c.UnassignedID },
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		teams := 0
		withBlocked := func() *apitest.Team {
			teams++
			w.Advance(time.Hour) // after which as many people can sign up again
			c := w.NewTeamNamed(t, fmt.Sprint("team", teams))
			c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.OtherMasterID)).Succeeded(t)
			c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.UnassignedID)).Succeeded(t)
			return c
		}
		c := withBlocked()
		for mutation, more := range map[string]apitest.Vars{
			"assignMiniPrograms": {"miniProgramIds": []string{}}, "blockMember": nil, "unblockMember": nil, "removeMember": nil,
			"changeMemberRole": {"role": "MASTER"}, "transferOwnership": {"password": apitest.Password},
		} {
			for _, person := range people {
				for _, target := range targets {
					p, memberID := person(c), target(c)
					can := listTexts(p.Do(t, `query($id: ID!) { node(id: $id) { ... on Member { viewerCan } } }`, apitest.Vars{"id": memberID}).List(t, "node.viewerCan"))
					input := apitest.MemberInput(memberID)
					for field, value := range more {
						input = input.With(field, value)
					}
					outcome := p.MutateBriefly(t, mutation, input).Outcome(t)
					if isListed := slices.Contains(can, apitest.EnumValue(mutation)); isListed != (outcome == "done") {
						t.Errorf("%s, %s with %s: %s, and the list is %q", p.DisplayName, mutation, memberID, outcome, can)
					}
					if outcome == "done" {
						c = withBlocked()
					}
				}
			}
		}
	})
}

func TestWhatAViewerMayDoWithAnInvitationFollowsFromItsStatus(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		ids := c.Master.Invite(t, c.ID, apitest.MasterInvitation("a@example.com"), apitest.MasterInvitation("b@example.com"))
		c.Master.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[1]}).Succeeded(t)
		check := func(p *apitest.Person, want ...[]string) {
			t.Helper()
			for i, id := range ids {
				answer := p.Do(t, `query($id: ID!) { node(id: $id) { ... on Invitation { viewerCan } } }`, apitest.Vars{"id": id})
				if got := listTexts(answer.List(t, "node.viewerCan")); !slices.Equal(got, want[i]) {
					t.Errorf("%s may %q with invitation %d, want %q", p.DisplayName, got, i, want[i])
				}
			}
		}
		open := []string{"RESEND_INVITATION", "WITHDRAW_INVITATION"}
		check(c.Owner, open, []string{})
		check(c.Master, open, []string{})
		w.Advance(80 * time.Hour) // it expires after 3 days
		c.Owner.SignIn(t)
		check(c.Owner, open, []string{})
	})
}

func TestAWorkspaceWithMiniProgramsCannotBeDeletedAndSaysSo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "owner")
		empty, full := owner.CreateWorkspace(t, "Empty"), owner.CreateWorkspace(t, "Full")
		owner.Create(t, apitest.CreateInput(full)).Succeeded(t)
		answer := owner.Do(t, `{ viewer { memberships { nodes { workspace { id viewerCan } } } } }`, nil)
		for i := range answer.List(t, "viewer.memberships.nodes") {
			at := fmt.Sprintf("viewer.memberships.nodes.%d.workspace.", i)
			can, id := listTexts(answer.List(t, at+"viewerCan")), answer.Get(at+"id")
			if slices.Contains(can, "DELETE_WORKSPACE") != (id == empty) {
				t.Errorf("the owner may %q with %s", can, id)
			}
		}
		owner.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": full}).HasUserErrors(t, "NOT_EMPTY workspaceId")
		owner.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": empty}).Succeeded(t)
	})
}
