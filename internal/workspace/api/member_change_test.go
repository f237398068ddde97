package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

func notFound(count string) apitest.ExpectedError {
	return apitest.Expected("NOT_FOUND miniProgramIds", "count", count)
}

func TestTheOwnerChangesRolesBothWays(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for memberID, role := range map[string]string{c.MasterID: "DEVELOPER", c.DeveloperID: "MASTER"} {
			got := c.Owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": memberID, "role": role})
			if got["role"] != role || got["status"] != "ACTIVE" || string(c.Member(t, memberID).Role) != role {
				t.Errorf("answered %v, stored %v", got, c.Member(t, memberID))
			}
		}
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.UnassignedID))
		got := c.Owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": c.UnassignedID, "role": "MASTER"})
		if got["role"] != "MASTER" || got["status"] != "BLOCKED" {
			t.Errorf("a blocked member became %v", got)
		}
	})
}

func TestARoleIsChangedAndRecordedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		input := apitest.Vars{"memberId": c.DeveloperID, "role": "MASTER"}
		c.Owner.ChangeMember(t, "changeMemberRole", input)
		if event := c.Event(t, "changeMemberRole", c.Owner, c.DeveloperID); event.Changes != `[{"field":"role","before":"DEVELOPER","after":"MASTER"}]` {
			t.Errorf("recorded %s", event.Changes)
		}
		w.WritesNothing(t, "the same role again", func() {
			if got := c.Owner.ChangeMember(t, "changeMemberRole", input); got["role"] != "MASTER" {
				t.Errorf("answered %v", got)
			}
		})
	})
}

func TestAnImpossibleRoleIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		unsupported := apitest.Expected("UNSUPPORTED role", "found", "OWNER", "allowed", "MASTER, DEVELOPER")
		change := func(memberID, role string) apitest.Vars { return apitest.Vars{"memberId": memberID, "role": role} }
		c.ExpectUserErrors(t, c.Owner, "changeMemberRole", change(c.MasterID, "OWNER"), unsupported)
		c.ExpectUserErrors(t, c.Owner, "changeMemberRole", change(c.OwnerID, "MASTER"), apitest.WrongRole("OWNER", "MASTER, DEVELOPER"))
		c.ExpectUserErrors(t, c.Owner, "changeMemberRole", change(c.OwnerID, "OWNER"), apitest.WrongRole("OWNER", "MASTER, DEVELOPER"), unsupported)
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.OtherMasterID))
		c.ExpectUserErrors(t, c.Owner, "changeMemberRole", change(c.OtherMasterID, "DEVELOPER"), apitest.WrongStatus("REMOVED", "ACTIVE, BLOCKED"))
		c.ExpectUserErrors(t, c.Owner, "changeMemberRole", change(c.OtherMasterID, "OWNER"), apitest.WrongStatus("REMOVED", "ACTIVE, BLOCKED"), unsupported)
	})
}

func TestAnAssignmentReplacesAllBefore(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		both := []string{c.Assigned, c.Spare}
		for _, step := range []struct {
			by   *apitest.Person
			want []string
		}{
			{c.Master, both}, {c.Owner, []string{c.Spare}}, {c.Master, []string{}}, {c.Owner, []string{c.Assigned}},
		} {
			got := step.by.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": step.want})
			if !slices.Equal(apitest.IDs(got["miniPrograms"]), step.want) || !slices.Equal(c.Assignments(t, c.DeveloperID), step.want) {
				t.Errorf("wanted %q, answered %v, stored %q", step.want, got, c.Assignments(t, c.DeveloperID))
			}
			if left := c.Assignments(t, c.UnassignedID); len(left) != 0 {
				t.Errorf("somebody else is assigned to %q", left)
			}
		}
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.DeveloperID))
		c.Master.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": both})
		if got := c.Assignments(t, c.DeveloperID); !slices.Equal(got, both) {
			t.Errorf("a blocked developer is assigned to %q", got)
		}
	})
}

func TestTheSameAssignmentIsRecordedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		c.Owner.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{c.Spare, c.Assigned}})
		want := fmt.Sprintf(`[{"field":"miniPrograms","before":[%q],"after":[%q,%q]}]`, c.Assigned, c.Assigned, c.Spare)
		if event := c.Event(t, "assignMiniPrograms", c.Owner, c.DeveloperID); event.Changes != want {
			t.Errorf("recorded %s, want %s", event.Changes, want)
		}
		for name, again := range map[string][]string{
			"the same": {c.Spare, c.Assigned}, "in another order": {c.Assigned, c.Spare}, "each twice": {c.Spare, c.Assigned, c.Spare, c.Assigned},
		} {
			w.WritesNothing(t, name, func() {
				got := c.Owner.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": again})
				if !slices.Equal(apitest.IDs(got["miniPrograms"]), []string{c.Assigned, c.Spare}) {
					t.Errorf("%s: %v", name, got)
				}
			})
		}
		w.WritesNothing(t, "nothing for somebody without", func() {
			c.Owner.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.UnassignedID, "miniProgramIds": []string{}})
		})
	})
}

func TestAnImpossibleAssignmentIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		assign := func(memberID string, ids ...string) apitest.Vars {
			return apitest.Vars{"memberId": memberID, "miniProgramIds": ids}
		}
		for name, one := range map[string]string{
			"foreign": c.Foreign, "missing": id.New(id.MiniProgram), "malformed": "x", "empty": "", "NUL": "mpr_\x00", "NUL behind": c.Spare + "\x00",
			"of a workspace": c.ID, "of a member": c.DeveloperID, "in capitals": strings.ToUpper(c.Spare), "long": "mpr_" + strings.Repeat("x", 5000),
			"Chinese": "小店", "with a quote": "mpr_' OR '1'='1",
		} {
			t.Run(name, func(t *testing.T) {
				c.ExpectUserErrors(t, c.Master, "assignMiniPrograms", assign(c.DeveloperID, one), notFound("1"))
				c.ExpectUserErrors(t, c.Owner, "assignMiniPrograms", assign(c.DeveloperID, c.Assigned, one, c.Spare), notFound("1"))
			})
		}
		c.ExpectUserErrors(t, c.Owner, "assignMiniPrograms", assign(c.DeveloperID, c.Foreign, "x", id.New(id.MiniProgram), c.Spare, "\x00"), notFound("4"))
		c.ExpectUserErrors(t, c.Owner, "assignMiniPrograms", assign(c.DeveloperID, c.Foreign, c.Foreign, c.Foreign), notFound("1"))
		for memberID, role := range map[string]string{c.OwnerID: "OWNER", c.MasterID: "MASTER", c.OtherMasterID: "MASTER"} {
			for _, by := range []*apitest.Person{c.Owner, c.Master} {
				c.ExpectUserErrors(t, by, "assignMiniPrograms", assign(memberID, c.Spare), apitest.WrongRole(role, "DEVELOPER"))
				c.ExpectUserErrors(t, by, "assignMiniPrograms", assign(memberID, c.Foreign, "x"), apitest.WrongRole(role, "DEVELOPER"), notFound("2"))
			}
		}
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.UnassignedID))
		c.ExpectUserErrors(t, c.Master, "assignMiniPrograms", assign(c.UnassignedID, c.Spare), apitest.WrongStatus("REMOVED", "ACTIVE, BLOCKED"))
		c.ExpectUserErrors(t, c.Master, "assignMiniPrograms", assign(c.UnassignedID, c.Foreign), apitest.WrongStatus("REMOVED", "ACTIVE, BLOCKED"), notFound("1"))
	})
}

func TestAMemberIsBlockedAndUnblocked(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for _, step := range []struct {
			by       *apitest.Person
			memberID string
		}{{c.Owner, c.MasterID}, {c.Owner, c.UnassignedID}, {c.OtherMaster, c.DeveloperID}} {
			blocked := step.by.ChangeMember(t, "blockMember", apitest.MemberInput(step.memberID))
			if blocked["status"] != "BLOCKED" || c.Member(t, step.memberID).Status != member.StatusBLOCKED {
				t.Errorf("blocked: %v, stored %v", blocked, c.Member(t, step.memberID))
			}
			c.ExpectUserErrors(t, step.by, "blockMember", apitest.MemberInput(step.memberID), apitest.WrongStatus("BLOCKED", "ACTIVE"))
			unblocked := step.by.ChangeMember(t, "unblockMember", apitest.MemberInput(step.memberID))
			if unblocked["status"] != "ACTIVE" || unblocked["role"] != blocked["role"] || c.Member(t, step.memberID).Status != member.StatusACTIVE {
				t.Errorf("unblocked: %v, stored %v", unblocked, c.Member(t, step.memberID))
			}
			c.ExpectUserErrors(t, step.by, "unblockMember", apitest.MemberInput(step.memberID), apitest.WrongStatus("ACTIVE", "BLOCKED"))
		}
		if got := c.Assignments(t, c.DeveloperID); !slices.Equal(got, []string{c.Assigned}) {
			t.Errorf("after a block, assigned to %q", got)
		}
		for operation, want := range map[string]string{
			"blockMember":   `[{"field":"status","before":"ACTIVE","after":"BLOCKED"}]`,
			"unblockMember": `[{"field":"status","before":"BLOCKED","after":"ACTIVE"}]`,
		} {
			for _, event := range w.Client.AuditEvent.Query().Where(auditevent.Operation(operation)).AllX(t.Context()) {
				if event.Changes != want {
					t.Errorf("%s: recorded %s", operation, event.Changes)
				}
			}
		}
	})
}

func TestAMasterBlocksAndUnblocksDevelopersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for _, memberID := range []string{c.OwnerID, c.MasterID, c.OtherMasterID} {
			c.ExpectForbidden(t, c.Master, "blockMember", apitest.MemberInput(memberID), "OWNER")
			c.ExpectForbidden(t, c.Master, "unblockMember", apitest.MemberInput(memberID), "OWNER")
		}
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.OtherMasterID))
		c.ExpectForbidden(t, c.Master, "unblockMember", apitest.MemberInput(c.OtherMasterID), "OWNER")
		if got := c.Member(t, c.OtherMasterID).Status; got != member.StatusBLOCKED {
			t.Errorf("the blocked master is %s", got)
		}
		for _, mutation := range []string{"blockMember", "unblockMember"} {
			c.ExpectForbidden(t, c.Unassigned, mutation, apitest.MemberInput(c.DeveloperID), "OWNER", "MASTER")
			c.ExpectForbidden(t, c.Developer, mutation, apitest.MemberInput(c.DeveloperID), "OWNER", "MASTER")
		}
	})
}

func TestTheOwnerIsNeitherBlockedNorRemovedNorDemotedAndCannotLeave(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		c.ExpectUserErrors(t, c.Owner, "blockMember", apitest.MemberInput(c.OwnerID), apitest.WrongRole("OWNER", "MASTER, DEVELOPER"))
		c.ExpectUserErrors(t, c.Owner, "unblockMember", apitest.MemberInput(c.OwnerID), apitest.WrongStatus("ACTIVE", "BLOCKED"))
		c.ExpectUserErrors(t, c.Owner, "removeMember", apitest.MemberInput(c.OwnerID), apitest.WrongRole("OWNER", "MASTER, DEVELOPER"))
		for _, role := range []string{"MASTER", "DEVELOPER"} {
			c.ExpectUserErrors(t, c.Owner, "changeMemberRole", apitest.Vars{"memberId": c.OwnerID, "role": role}, apitest.WrongRole("OWNER", "MASTER, DEVELOPER"))
		}
		c.ExpectUserErrors(t, c.Owner, "leaveWorkspace", apitest.Vars{"workspaceId": c.ID}, apitest.Expected("OWNER_MUST_TRANSFER workspaceId"))
		for _, p := range []*apitest.Person{c.Master, c.Developer} {
			c.ExpectForbidden(t, p, "removeMember", apitest.MemberInput(c.OwnerID), "OWNER")
			c.ExpectForbidden(t, p, "changeMemberRole", apitest.Vars{"memberId": c.OwnerID, "role": "DEVELOPER"}, "OWNER")
		}
	})
}

func TestARemovedMemberLosesAssignmentsAndStaysTheAuthor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		byMaster := c.Master.CreateMiniProgram(t, c.ID, "小店一")
		c.Owner.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{byMaster, c.Spare}})
		for _, memberID := range []string{c.MasterID, c.DeveloperID} {
			got := c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(memberID))
			if got["status"] != "REMOVED" || len(apitest.IDs(got["miniPrograms"])) != 0 || c.Member(t, memberID).Status != member.StatusREMOVED {
				t.Errorf("removed: %v", got)
			}
			c.ExpectUserErrors(t, c.Owner, "removeMember", apitest.MemberInput(memberID), apitest.WrongStatus("REMOVED", "ACTIVE, BLOCKED"))
			c.ExpectUserErrors(t, c.Owner, "blockMember", apitest.MemberInput(memberID), apitest.WrongStatus("REMOVED", "ACTIVE"))
			c.ExpectUserErrors(t, c.Owner, "unblockMember", apitest.MemberInput(memberID), apitest.WrongStatus("REMOVED", "BLOCKED"))
		}
		if left := c.Assignments(t, c.DeveloperID); len(left) != 0 {
			t.Errorf("still assigned to %q", left)
		}
		if by := w.Client.MiniProgram.GetX(t.Context(), byMaster).CreatedByID; by != c.Master.ID {
			t.Errorf("created by %s", by)
		}
		c.Owner.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.UnassignedID, "miniProgramIds": []string{byMaster}})
		for _, p := range []*apitest.Person{c.Owner, c.OtherMaster, c.Unassigned} {
			answer := p.Do(t, `query($id: ID!, $user: ID!) { miniProgram(id: $id) { createdBy { id displayName } developers { nodes { id } } } node(id: $user) { ... on User { displayName } } }`,
				apitest.Vars{"id": byMaster, "user": c.Master.ID})
			if answer.Get("miniProgram.createdBy.displayName") != "master" || answer.Get("miniProgram.createdBy.id") != c.Master.ID ||
				answer.Get("node.displayName") != "master" || strings.Contains(answer.Body, c.DeveloperID) {
				t.Errorf("the %s sees %s", p.DisplayName, answer.Body)
			}
		}
		inside := []string{c.ID, byMaster, c.Spare, c.OwnerID, c.MasterID, c.DeveloperID, c.Owner.ID, c.OtherMaster.ID}
		for _, p := range []*apitest.Person{c.Master, c.Developer} {
			if got := p.VisibleNodes(t, inside); len(got) != 0 {
				t.Errorf("the removed %s sees %q", p.DisplayName, got)
			}
			for _, mutation := range []string{"removeMember", "blockMember", "unblockMember"} {
				w.WritesNothing(t, mutation, func() { p.Mutate(t, mutation, apitest.MemberInput(c.UnassignedID)).Refused(t, "NOT_FOUND") })
			}
		}
	})
}

func TestABlockedMemberCanBeRemoved(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.DeveloperID))
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.DeveloperID))
		if event := c.Event(t, "removeMember", c.Owner, c.DeveloperID); event.Changes !=
			`[{"field":"status","before":"BLOCKED","after":"REMOVED"},{"field":"miniPrograms","before":["`+c.Assigned+`"]}]` {
			t.Errorf("recorded %s", event.Changes)
		}
		if left := c.Assignments(t, c.DeveloperID); len(left) != 0 {
			t.Errorf("still assigned to %q", left)
		}
	})
}

func TestMastersAndDevelopersLeave(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		own := c.Master.CreateWorkspace(t, "The master's own")
		for _, leaving := range []struct {
			person   *apitest.Person
			memberID string
		}{{c.Master, c.MasterID}, {c.Developer, c.DeveloperID}} {
			input := apitest.Vars{"workspaceId": c.ID}
			answer := leaving.person.Mutate(t, "leaveWorkspace", input)
			if answer.Code(t) != "" || answer.Get("leaveWorkspace.leftWorkspaceId") != c.ID {
				t.Errorf("left: %s", answer.Body)
			}
			if got := c.Member(t, leaving.memberID).Status; got != member.StatusREMOVED {
				t.Errorf("who has left is %s", got)
			}
			if got := leaving.person.VisibleNodes(t, []string{c.ID, c.Assigned, c.Spare, c.OwnerID, leaving.memberID}); len(got) != 0 {
				t.Errorf("who has left sees %q", got)
			}
			w.WritesNothing(t, "leaving again", func() { leaving.person.Mutate(t, "leaveWorkspace", input).Refused(t, "NOT_FOUND") })
			events := w.Client.AuditEvent.Query().Where(auditevent.Operation("leaveWorkspace"), auditevent.ActorID(leaving.person.ID)).AllX(t.Context())
			if len(events) != 1 || events[0].SubjectID != leaving.memberID || !strings.HasPrefix(events[0].Changes, `[{"field":"status","before":"ACTIVE","after":"REMOVED"}`) {
				t.Errorf("recorded %v", events)
			}
		}
		if left := c.Assignments(t, c.DeveloperID); len(left) != 0 {
			t.Errorf("who has left is assigned to %q", left)
		}
		if got := c.Master.VisibleNodes(t, []string{own}); len(got) != 1 {
			t.Error("who leaves one workspace has lost another")
		}
		w.WritesNothing(t, "leaving a foreign workspace", func() {
			c.Stranger.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": c.ID}).Refused(t, "NOT_FOUND")
		})
	})
}

func TestForeignMembersAreAnsweredLikeMissingOnes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		more := map[string]apitest.Vars{
			"changeMemberRole": {"role": "MASTER"}, "assignMiniPrograms": {"miniProgramIds": []string{}}, "blockMember": {}, "unblockMember": {},
			"removeMember": {}, "transferOwnership": {"password": apitest.Password},
		}
		for mutation, input := range more {
			missing := c.Owner.Mutate(t, mutation, input.With("memberId", id.New(id.Member)))
			missing.Refused(t, "NOT_FOUND")
			for _, at := range []string{c.ForeignMemberID, c.ID, c.Developer.ID, "mem_\x00", "", c.DeveloperID + "x"} {
				w.WritesNothing(t, mutation, func() {
					if got := c.Owner.Mutate(t, mutation, input.With("memberId", at)); got.Anonymous() != missing.Anonymous() {
						t.Errorf("%s at %q: %s", mutation, at, got.Body)
					}
				})
			}
			w.WritesNothing(t, mutation, func() {
				c.Stranger.Mutate(t, mutation, input.With("memberId", c.DeveloperID)).Refused(t, "NOT_FOUND")
			})
		}
	})
}
