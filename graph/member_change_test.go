package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/mail"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/workspace"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// changeTeam is a workspace with an owner, two masters and two developers, of whom the first is assigned to the first of two mini
// programs, and a stranger with a workspace and a mini program elsewhere.
type changeTeam struct {
	world                                                    *apitest.World
	owner, master, other, developer, unassigned, stranger    *apitest.Person
	ownerID, masterID, otherID, developerID, unassignedID    string
	id, foreignID, assigned, spare, foreign, foreignMemberID string
}

func newChangeTeam(t *testing.T, w *apitest.World) *changeTeam {
	t.Helper()
	c := &changeTeam{
		world: w, owner: w.SignUp(t, "owner"), master: w.SignUp(t, "master"), other: w.SignUp(t, "other"),
		developer: w.SignUp(t, "developer"), unassigned: w.SignUp(t, "unassigned"), stranger: w.SignUp(t, "stranger"),
	}
	c.id, c.foreignID = c.owner.CreateWorkspace(t, "The team"), c.stranger.CreateWorkspace(t, "Elsewhere")
	c.ownerID, c.foreignMemberID = memberIn(t, w, c.id, c.owner), memberIn(t, w, c.foreignID, c.stranger)
	c.masterID, c.otherID = w.Join(t, c.id, c.master, member.RoleMASTER), w.Join(t, c.id, c.other, member.RoleMASTER)
	c.developerID = w.Join(t, c.id, c.developer, member.RoleDEVELOPER)
	c.unassignedID = w.Join(t, c.id, c.unassigned, member.RoleDEVELOPER)
	c.assigned, c.spare = w.Insert(t, c.id, apitest.Row{CreatedBy: c.owner}), w.Insert(t, c.id, apitest.Row{CreatedBy: c.owner})
	c.foreign = w.Insert(t, c.foreignID, apitest.Row{CreatedBy: c.stranger})
	w.Assign(t, c.developerID, c.assigned)
	return c
}

func memberIn(t *testing.T, w *apitest.World, workspaceID string, p *apitest.Person) string {
	t.Helper()
	return w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.UserID(p.ID)).OnlyIDX(t.Context())
}

const changedMember = `member { id role status user { id } workspace { id } miniPrograms { id } }`

// changeFields are what the mutations of a workspace and its members answer with, beside the user errors.
var changeFields = map[string]string{
	"changeMemberRole": changedMember, "assignMiniPrograms": changedMember, "blockMember": changedMember, "unblockMember": changedMember,
	"removeMember": changedMember, "transferOwnership": changedMember, "renameWorkspace": `workspace { id name }`,
	"deleteWorkspace": `deletedWorkspaceId`, "leaveWorkspace": `leftWorkspaceId`,
}

// changes sends one of the mutations of a workspace and its members.
func changes(t *testing.T, by *apitest.Person, mutation string, input apitest.Vars) *apitest.Answer {
	t.Helper()
	wrong := `userErrors { code path message messageKey messageParams { name value } }`
	if mutation == "leaveWorkspace" { // which no input can spoil
		wrong = ""
	}
	inputType := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
	return by.Do(t, fmt.Sprintf(`mutation($input: %s!) { %s(input: $input) { %s %s query { viewer { user { id } } } } }`,
		inputType, mutation, changeFields[mutation], wrong), apitest.Vars{"input": input})
}

func ofMember(memberID string) apitest.Vars { return apitest.Vars{"memberId": memberID} }

// changed makes sure that a mutation of a member was done, and returns the member as it answered.
func changed(t *testing.T, by *apitest.Person, mutation string, input apitest.Vars) map[string]any {
	t.Helper()
	answer := changes(t, by, mutation, input)
	done(t, answer, mutation)
	if got := answer.Get(mutation + ".query.viewer.user.id"); got != by.ID {
		t.Errorf("%s: the query root is asked as %v", mutation, got)
	}
	found, ok := answer.Get(mutation + ".member").(map[string]any)
	if !ok {
		t.Fatalf("%s gives no member: %s", mutation, answer.Body)
	}
	if found["id"] != input["memberId"] {
		t.Errorf("%s gives the member %v, not %v", mutation, found["id"], input["memberId"])
	}
	return found
}

// changeRows returns every row that the mutations of a workspace and its members write to, as JSON.
func changeRows(t *testing.T, w *apitest.World) string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	rows, err := json.Marshal([]any{
		c.Workspace.Query().Order(workspace.ByID()).AllX(ctx), c.Member.Query().Order(member.ByID()).AllX(ctx),
		c.Assignment.Query().Order(assignment.ByMemberID(), assignment.ByMiniProgramID()).AllX(ctx),
		c.Invitation.Query().Order(invitation.ByID()).AllX(ctx), c.MiniProgram.Query().Order(miniprogram.ByID()).AllX(ctx),
		c.AuditEvent.Query().Order(auditevent.ByID()).AllX(ctx), c.Mail.Query().Order(mail.ByID()).AllX(ctx), w.Written(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(rows)
}

// writesNothing makes sure that what is done leaves all rows as they were.
func writesNothing(t *testing.T, w *apitest.World, what string, do func()) {
	t.Helper()
	before := changeRows(t, w)
	do()
	if after := changeRows(t, w); after != before {
		t.Errorf("%s has written\n%s\nafter\n%s", what, after, before)
	}
}

// changeMistake is a user error as it should be: its code and field, such as "WRONG_ROLE memberId", and its parameters.
type changeMistake struct {
	is     string
	params map[string]string
}

// isRefused makes sure that a mutation tells exactly these mistakes, gives nothing and writes nothing.
func (c *changeTeam) isRefused(t *testing.T, by *apitest.Person, mutation string, input apitest.Vars, want ...changeMistake) {
	t.Helper()
	what := fmt.Sprintf("%s by the %s of %v", mutation, by.DisplayName, input)
	writesNothing(t, c.world, what, func() {
		answer := changes(t, by, mutation, input)
		if code := answer.Code(t); code != "" {
			t.Errorf("%s: refused with %s: %s", what, code, answer.Body)
			return
		}
		wrong := answer.UserErrors(t, mutation+".userErrors")
		if len(wrong) != len(want) {
			t.Errorf("%s: %q", what, apitest.Codes(wrong))
			return
		}
		for i, one := range wrong {
			if got := apitest.Codes(wrong)[i]; got != want[i].is || one.Path[0] != "input" || !maps.Equal(one.Params, want[i].params) {
				t.Errorf("%s: %q at %q with %v, want %q with %v", what, got, one.Path, one.Params, want[i].is, want[i].params)
			}
			if one.Message == "" || one.MessageKey == "" {
				t.Errorf("%s: no message: %s", what, answer.Body)
			}
		}
		for _, field := range []string{"member", "workspace", "deletedWorkspaceId"} {
			if got := answer.Get(mutation + "." + field); got != nil {
				t.Errorf("%s: refused, and yet %s is %v", what, field, got)
			}
		}
	})
}

// isForbidden makes sure that a mutation is refused with FORBIDDEN, naming these roles and no others, and writes nothing.
func (c *changeTeam) isForbidden(t *testing.T, by *apitest.Person, mutation string, input apitest.Vars, roles ...string) {
	t.Helper()
	writesNothing(t, c.world, mutation, func() {
		answer := changes(t, by, mutation, input)
		answer.Refused(t, "FORBIDDEN")
		for _, role := range []string{"OWNER", "MASTER", "DEVELOPER"} {
			if len(answer.Errors) == 1 && strings.Contains(answer.Errors[0].Message, role) != slices.Contains(roles, role) {
				t.Errorf("%s by the %s is for %q, and told %q", mutation, by.DisplayName, roles, answer.Errors[0].Message)
			}
		}
	})
}

func wrongStatus(status, allowed string) changeMistake {
	return changeMistake{"WRONG_STATUS memberId", map[string]string{"status": status, "allowed": allowed}}
}

func wrongRole(role, allowed string) changeMistake {
	return changeMistake{"WRONG_ROLE memberId", map[string]string{"role": role, "allowed": allowed}}
}

func notFound(count string) changeMistake {
	return changeMistake{"NOT_FOUND miniProgramIds", map[string]string{"count": count}}
}

// member reads a member past the API.
func (c *changeTeam) member(t *testing.T, memberID string) *ent.Member {
	t.Helper()
	return c.world.Client.Member.GetX(t.Context(), memberID)
}

// assignments returns what a member is assigned to, past the API.
func (c *changeTeam) assignments(t *testing.T, memberID string) []string {
	t.Helper()
	ids := []string{}
	for _, row := range c.world.Client.Assignment.Query().Where(assignment.MemberID(memberID)).Order(assignment.ByMiniProgramID()).AllX(t.Context()) {
		ids = append(ids, row.MiniProgramID)
	}
	return ids
}

// noted makes sure that exactly one event of this operation is written, and returns it.
func (c *changeTeam) noted(t *testing.T, operation string, by *apitest.Person, subjectID string) *ent.AuditEvent {
	t.Helper()
	events := c.world.Client.AuditEvent.Query().Where(auditevent.Operation(operation)).AllX(t.Context())
	if len(events) != 1 {
		t.Fatalf("%d events of %s", len(events), operation)
	}
	event := events[0]
	if event.ActorID == nil || *event.ActorID != by.ID || event.SubjectID != subjectID || event.WorkspaceID == nil || *event.WorkspaceID != c.id {
		t.Errorf("noted %v", event)
	}
	return event
}

// idsOf returns the ids of a list in an answer.
func idsOf(list any) []string {
	ids := []string{}
	for _, one := range list.([]any) {
		ids = append(ids, one.(map[string]any)["id"].(string))
	}
	return ids
}

func TestTheOwnerChangesRolesBothWays(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		for memberID, role := range map[string]string{c.masterID: "DEVELOPER", c.developerID: "MASTER"} {
			got := changed(t, c.owner, "changeMemberRole", apitest.Vars{"memberId": memberID, "role": role})
			if got["role"] != role || got["status"] != "ACTIVE" || string(c.member(t, memberID).Role) != role {
				t.Errorf("answered %v, stored %v", got, c.member(t, memberID))
			}
		}
		changed(t, c.owner, "blockMember", ofMember(c.unassignedID))
		got := changed(t, c.owner, "changeMemberRole", apitest.Vars{"memberId": c.unassignedID, "role": "MASTER"})
		if got["role"] != "MASTER" || got["status"] != "BLOCKED" {
			t.Errorf("a blocked member became %v", got)
		}
	})
}

func TestARoleIsChangedAndNotedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		input := apitest.Vars{"memberId": c.developerID, "role": "MASTER"}
		changed(t, c.owner, "changeMemberRole", input)
		if event := c.noted(t, "changeMemberRole", c.owner, c.developerID); event.Changes != `[{"field":"role","before":"DEVELOPER","after":"MASTER"}]` {
			t.Errorf("noted %s", event.Changes)
		}
		writesNothing(t, w, "the same role again", func() {
			if got := changed(t, c.owner, "changeMemberRole", input); got["role"] != "MASTER" {
				t.Errorf("answered %v", got)
			}
		})
	})
}

func TestAnImpossibleRoleIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		unsupported := changeMistake{"UNSUPPORTED role", map[string]string{"found": "OWNER", "allowed": "MASTER, DEVELOPER"}}
		change := func(memberID, role string) apitest.Vars { return apitest.Vars{"memberId": memberID, "role": role} }
		c.isRefused(t, c.owner, "changeMemberRole", change(c.masterID, "OWNER"), unsupported)
		c.isRefused(t, c.owner, "changeMemberRole", change(c.ownerID, "MASTER"), wrongRole("OWNER", "MASTER, DEVELOPER"))
		c.isRefused(t, c.owner, "changeMemberRole", change(c.ownerID, "OWNER"), wrongRole("OWNER", "MASTER, DEVELOPER"), unsupported)
		changed(t, c.owner, "removeMember", ofMember(c.otherID))
		c.isRefused(t, c.owner, "changeMemberRole", change(c.otherID, "DEVELOPER"), wrongStatus("REMOVED", "ACTIVE, BLOCKED"))
		c.isRefused(t, c.owner, "changeMemberRole", change(c.otherID, "OWNER"), wrongStatus("REMOVED", "ACTIVE, BLOCKED"), unsupported)
	})
}

func TestAnAssignmentReplacesAllBefore(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		both := []string{c.assigned, c.spare}
		for _, step := range []struct {
			by   *apitest.Person
			want []string
		}{
			{c.master, both}, {c.owner, []string{c.spare}}, {c.master, []string{}}, {c.owner, []string{c.assigned}},
		} {
			got := changed(t, step.by, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": step.want})
			if !slices.Equal(idsOf(got["miniPrograms"]), step.want) || !slices.Equal(c.assignments(t, c.developerID), step.want) {
				t.Errorf("wanted %q, answered %v, stored %q", step.want, got, c.assignments(t, c.developerID))
			}
			if left := c.assignments(t, c.unassignedID); len(left) != 0 {
				t.Errorf("somebody else is assigned to %q", left)
			}
		}
		changed(t, c.owner, "blockMember", ofMember(c.developerID))
		changed(t, c.master, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": both})
		if got := c.assignments(t, c.developerID); !slices.Equal(got, both) {
			t.Errorf("a blocked developer is assigned to %q", got)
		}
	})
}

func TestTheSameAssignmentIsNotedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		changed(t, c.owner, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": []string{c.spare, c.assigned}})
		want := fmt.Sprintf(`[{"field":"miniPrograms","before":[%q],"after":[%q,%q]}]`, c.assigned, c.assigned, c.spare)
		if event := c.noted(t, "assignMiniPrograms", c.owner, c.developerID); event.Changes != want {
			t.Errorf("noted %s, want %s", event.Changes, want)
		}
		for name, again := range map[string][]string{
			"the same": {c.spare, c.assigned}, "in another order": {c.assigned, c.spare}, "each twice": {c.spare, c.assigned, c.spare, c.assigned},
		} {
			writesNothing(t, w, name, func() {
				got := changed(t, c.owner, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": again})
				if !slices.Equal(idsOf(got["miniPrograms"]), []string{c.assigned, c.spare}) {
					t.Errorf("%s: %v", name, got)
				}
			})
		}
		writesNothing(t, w, "nothing for somebody without", func() {
			changed(t, c.owner, "assignMiniPrograms", apitest.Vars{"memberId": c.unassignedID, "miniProgramIds": []string{}})
		})
	})
}

func TestAnImpossibleAssignmentIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		assign := func(memberID string, ids ...string) apitest.Vars {
			return apitest.Vars{"memberId": memberID, "miniProgramIds": ids}
		}
		for name, one := range map[string]string{
			"foreign": c.foreign, "missing": id.New(id.MiniProgram), "malformed": "x", "empty": "", "NUL": "mpr_\x00", "NUL behind": c.spare + "\x00",
			"of a workspace": c.id, "of a member": c.developerID, "in capitals": strings.ToUpper(c.spare), "long": "mpr_" + strings.Repeat("x", 5000),
			"Chinese": "小店", "with a quote": "mpr_' OR '1'='1",
		} {
			t.Run(name, func(t *testing.T) {
				c.isRefused(t, c.master, "assignMiniPrograms", assign(c.developerID, one), notFound("1"))
				c.isRefused(t, c.owner, "assignMiniPrograms", assign(c.developerID, c.assigned, one, c.spare), notFound("1"))
			})
		}
		c.isRefused(t, c.owner, "assignMiniPrograms", assign(c.developerID, c.foreign, "x", id.New(id.MiniProgram), c.spare, "\x00"), notFound("4"))
		c.isRefused(t, c.owner, "assignMiniPrograms", assign(c.developerID, c.foreign, c.foreign, c.foreign), notFound("1"))
		for memberID, role := range map[string]string{c.ownerID: "OWNER", c.masterID: "MASTER", c.otherID: "MASTER"} {
			for _, by := range []*apitest.Person{c.owner, c.master} {
				c.isRefused(t, by, "assignMiniPrograms", assign(memberID, c.spare), wrongRole(role, "DEVELOPER"))
				c.isRefused(t, by, "assignMiniPrograms", assign(memberID, c.foreign, "x"), wrongRole(role, "DEVELOPER"), notFound("2"))
			}
		}
		changed(t, c.owner, "removeMember", ofMember(c.unassignedID))
		c.isRefused(t, c.master, "assignMiniPrograms", assign(c.unassignedID, c.spare), wrongStatus("REMOVED", "ACTIVE, BLOCKED"))
		c.isRefused(t, c.master, "assignMiniPrograms", assign(c.unassignedID, c.foreign), wrongStatus("REMOVED", "ACTIVE, BLOCKED"), notFound("1"))
	})
}

func TestAMemberIsBlockedAndUnblocked(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		for _, step := range []struct {
			by       *apitest.Person
			memberID string
		}{{c.owner, c.masterID}, {c.owner, c.unassignedID}, {c.other, c.developerID}} {
			blocked := changed(t, step.by, "blockMember", ofMember(step.memberID))
			if blocked["status"] != "BLOCKED" || c.member(t, step.memberID).Status != member.StatusBLOCKED {
				t.Errorf("blocked: %v, stored %v", blocked, c.member(t, step.memberID))
			}
			c.isRefused(t, step.by, "blockMember", ofMember(step.memberID), wrongStatus("BLOCKED", "ACTIVE"))
			unblocked := changed(t, step.by, "unblockMember", ofMember(step.memberID))
			if unblocked["status"] != "ACTIVE" || unblocked["role"] != blocked["role"] || c.member(t, step.memberID).Status != member.StatusACTIVE {
				t.Errorf("unblocked: %v, stored %v", unblocked, c.member(t, step.memberID))
			}
			c.isRefused(t, step.by, "unblockMember", ofMember(step.memberID), wrongStatus("ACTIVE", "BLOCKED"))
		}
		if got := c.assignments(t, c.developerID); !slices.Equal(got, []string{c.assigned}) {
			t.Errorf("after a block, assigned to %q", got)
		}
		for operation, want := range map[string]string{
			"blockMember":   `[{"field":"status","before":"ACTIVE","after":"BLOCKED"}]`,
			"unblockMember": `[{"field":"status","before":"BLOCKED","after":"ACTIVE"}]`,
		} {
			for _, event := range w.Client.AuditEvent.Query().Where(auditevent.Operation(operation)).AllX(t.Context()) {
				if event.Changes != want {
					t.Errorf("%s: noted %s", operation, event.Changes)
				}
			}
		}
	})
}

func TestAMasterBlocksAndUnblocksDevelopersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		for _, memberID := range []string{c.ownerID, c.masterID, c.otherID} {
			c.isForbidden(t, c.master, "blockMember", ofMember(memberID), "OWNER")
			c.isForbidden(t, c.master, "unblockMember", ofMember(memberID), "OWNER")
		}
		changed(t, c.owner, "blockMember", ofMember(c.otherID))
		c.isForbidden(t, c.master, "unblockMember", ofMember(c.otherID), "OWNER")
		if got := c.member(t, c.otherID).Status; got != member.StatusBLOCKED {
			t.Errorf("the blocked master is %s", got)
		}
		for _, mutation := range []string{"blockMember", "unblockMember"} {
			c.isForbidden(t, c.unassigned, mutation, ofMember(c.developerID), "OWNER", "MASTER")
			c.isForbidden(t, c.developer, mutation, ofMember(c.developerID), "OWNER", "MASTER")
		}
	})
}

func TestTheOwnerIsNeitherBlockedNorRemovedNorDemotedAndCannotLeave(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		c.isRefused(t, c.owner, "blockMember", ofMember(c.ownerID), wrongRole("OWNER", "MASTER, DEVELOPER"))
		c.isRefused(t, c.owner, "unblockMember", ofMember(c.ownerID), wrongStatus("ACTIVE", "BLOCKED"))
		c.isRefused(t, c.owner, "removeMember", ofMember(c.ownerID), wrongRole("OWNER", "MASTER, DEVELOPER"))
		for _, role := range []string{"MASTER", "DEVELOPER"} {
			c.isRefused(t, c.owner, "changeMemberRole", apitest.Vars{"memberId": c.ownerID, "role": role}, wrongRole("OWNER", "MASTER, DEVELOPER"))
		}
		c.isForbidden(t, c.owner, "leaveWorkspace", apitest.Vars{"workspaceId": c.id}, "MASTER", "DEVELOPER")
		for _, p := range []*apitest.Person{c.master, c.developer} {
			c.isForbidden(t, p, "removeMember", ofMember(c.ownerID), "OWNER")
			c.isForbidden(t, p, "changeMemberRole", apitest.Vars{"memberId": c.ownerID, "role": "DEVELOPER"}, "OWNER")
		}
	})
}

func TestWhoIsRemovedLosesAssignmentsAndStaysTheAuthor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		byMaster := c.master.CreateMiniProgram(t, c.id, "小店一")
		changed(t, c.owner, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": []string{byMaster, c.spare}})
		for _, memberID := range []string{c.masterID, c.developerID} {
			got := changed(t, c.owner, "removeMember", ofMember(memberID))
			if got["status"] != "REMOVED" || len(idsOf(got["miniPrograms"])) != 0 || c.member(t, memberID).Status != member.StatusREMOVED {
				t.Errorf("removed: %v", got)
			}
			c.isRefused(t, c.owner, "removeMember", ofMember(memberID), wrongStatus("REMOVED", "ACTIVE, BLOCKED"))
			c.isRefused(t, c.owner, "blockMember", ofMember(memberID), wrongStatus("REMOVED", "ACTIVE"))
			c.isRefused(t, c.owner, "unblockMember", ofMember(memberID), wrongStatus("REMOVED", "BLOCKED"))
		}
		if left := c.assignments(t, c.developerID); len(left) != 0 {
			t.Errorf("still assigned to %q", left)
		}
		if by := w.Client.MiniProgram.GetX(t.Context(), byMaster).CreatedByID; by != c.master.ID {
			t.Errorf("created by %s", by)
		}
		changed(t, c.owner, "assignMiniPrograms", apitest.Vars{"memberId": c.unassignedID, "miniProgramIds": []string{byMaster}})
		for _, p := range []*apitest.Person{c.owner, c.other, c.unassigned} {
			answer := p.Do(t, `query($id: ID!, $user: ID!) { miniProgram(id: $id) { createdBy { id displayName } developers { nodes { id } } } node(id: $user) { ... on User { displayName } } }`,
				apitest.Vars{"id": byMaster, "user": c.master.ID})
			if answer.Get("miniProgram.createdBy.displayName") != "master" || answer.Get("miniProgram.createdBy.id") != c.master.ID ||
				answer.Get("node.displayName") != "master" || strings.Contains(answer.Body, c.developerID) {
				t.Errorf("the %s sees %s", p.DisplayName, answer.Body)
			}
		}
		inside := []string{c.id, byMaster, c.spare, c.ownerID, c.masterID, c.developerID, c.owner.ID, c.other.ID}
		for _, p := range []*apitest.Person{c.master, c.developer} {
			if got := sees(t, p, inside); len(got) != 0 {
				t.Errorf("the removed %s sees %q", p.DisplayName, got)
			}
			for _, mutation := range []string{"removeMember", "blockMember", "unblockMember"} {
				writesNothing(t, w, mutation, func() { changes(t, p, mutation, ofMember(c.unassignedID)).Refused(t, "NOT_FOUND") })
			}
		}
	})
}

func TestABlockedMemberCanBeRemoved(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		changed(t, c.owner, "blockMember", ofMember(c.developerID))
		changed(t, c.owner, "removeMember", ofMember(c.developerID))
		if event := c.noted(t, "removeMember", c.owner, c.developerID); event.Changes !=
			`[{"field":"status","before":"BLOCKED","after":"REMOVED"},{"field":"miniPrograms","before":["`+c.assigned+`"]}]` {
			t.Errorf("noted %s", event.Changes)
		}
		if left := c.assignments(t, c.developerID); len(left) != 0 {
			t.Errorf("still assigned to %q", left)
		}
	})
}

func TestMastersAndDevelopersLeave(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		own := c.master.CreateWorkspace(t, "The master's own")
		for _, leaving := range []struct {
			person   *apitest.Person
			memberID string
		}{{c.master, c.masterID}, {c.developer, c.developerID}} {
			input := apitest.Vars{"workspaceId": c.id}
			answer := changes(t, leaving.person, "leaveWorkspace", input)
			if answer.Code(t) != "" || answer.Get("leaveWorkspace.leftWorkspaceId") != c.id {
				t.Errorf("left: %s", answer.Body)
			}
			if got := c.member(t, leaving.memberID).Status; got != member.StatusREMOVED {
				t.Errorf("who has left is %s", got)
			}
			if got := sees(t, leaving.person, []string{c.id, c.assigned, c.spare, c.ownerID, leaving.memberID}); len(got) != 0 {
				t.Errorf("who has left sees %q", got)
			}
			writesNothing(t, w, "leaving again", func() { changes(t, leaving.person, "leaveWorkspace", input).Refused(t, "NOT_FOUND") })
			events := w.Client.AuditEvent.Query().Where(auditevent.Operation("leaveWorkspace"), auditevent.ActorID(leaving.person.ID)).AllX(t.Context())
			if len(events) != 1 || events[0].SubjectID != leaving.memberID || !strings.HasPrefix(events[0].Changes, `[{"field":"status","before":"ACTIVE","after":"REMOVED"}`) {
				t.Errorf("noted %v", events)
			}
		}
		if left := c.assignments(t, c.developerID); len(left) != 0 {
			t.Errorf("who has left is assigned to %q", left)
		}
		if got := sees(t, c.master, []string{own}); len(got) != 1 {
			t.Error("who leaves one workspace has lost another")
		}
		writesNothing(t, w, "leaving a foreign workspace", func() {
			changes(t, c.stranger, "leaveWorkspace", apitest.Vars{"workspaceId": c.id}).Refused(t, "NOT_FOUND")
		})
	})
}

func TestMembersOfOthersAreLikeThoseThatNeverWere(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		more := map[string]apitest.Vars{
			"changeMemberRole": {"role": "MASTER"}, "assignMiniPrograms": {"miniProgramIds": []string{}}, "blockMember": {}, "unblockMember": {},
			"removeMember": {}, "transferOwnership": {"password": apitest.Password},
		}
		for mutation, input := range more {
			missing := changes(t, c.owner, mutation, input.With("memberId", id.New(id.Member)))
			missing.Refused(t, "NOT_FOUND")
			for _, at := range []string{c.foreignMemberID, c.id, c.developer.ID, "mem_\x00", "", c.developerID + "x"} {
				writesNothing(t, w, mutation, func() {
					if got := changes(t, c.owner, mutation, input.With("memberId", at)); got.Anonymous() != missing.Anonymous() {
						t.Errorf("%s at %q: %s", mutation, at, got.Body)
					}
				})
			}
			writesNothing(t, w, mutation, func() {
				changes(t, c.stranger, mutation, input.With("memberId", c.developerID)).Refused(t, "NOT_FOUND")
			})
		}
	})
}
