package apitest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/internal/id"
)

// Team is a workspace with an owner, two masters and two developers, of whom the first is assigned to the first of two mini programs,
// and a stranger with a workspace and a mini program elsewhere.
type Team struct {
	World                                                       *World
	Owner, Master, OtherMaster, Developer, Unassigned, Stranger *Person
	OwnerID, MasterID, OtherMasterID, DeveloperID, UnassignedID string
	ID, ForeignID, Assigned, Spare, Foreign, ForeignMemberID    string
}

// NewTeam returns a new team.
func (w *World) NewTeam(t *testing.T) *Team {
	t.Helper()
	return w.NewTeamNamed(t, "")
}

// NewTeamNamed returns a new team whose people's names begin in this way, for a test that needs several.
func (w *World) NewTeamNamed(t *testing.T, prefix string) *Team {
	t.Helper()
	signUp := func(name string) *Person { return w.SignUp(t, prefix+name) }
	c := &Team{
		World: w, Owner: signUp("owner"), Master: signUp("master"), OtherMaster: signUp("other"),
		Developer: signUp("developer"), Unassigned: signUp("unassigned"), Stranger: signUp("stranger"),
	}
	c.ID, c.ForeignID = c.Owner.CreateWorkspace(t, "The team"), c.Stranger.CreateWorkspace(t, "Elsewhere")
	c.OwnerID, c.ForeignMemberID = w.MemberID(t, c.ID, c.Owner), w.MemberID(t, c.ForeignID, c.Stranger)
	c.MasterID, c.OtherMasterID = w.Join(t, c.ID, c.Master, member.RoleMASTER), w.Join(t, c.ID, c.OtherMaster, member.RoleMASTER)
	c.DeveloperID = w.Join(t, c.ID, c.Developer, member.RoleDEVELOPER)
	c.UnassignedID = w.Join(t, c.ID, c.Unassigned, member.RoleDEVELOPER)
	c.Assigned, c.Spare = w.Insert(t, c.ID, Row{CreatedBy: c.Owner}), w.Insert(t, c.ID, Row{CreatedBy: c.Owner})
	c.Foreign = w.Insert(t, c.ForeignID, Row{CreatedBy: c.Stranger})
	w.Assign(t, c.DeveloperID, c.Assigned)
	return c
}

// MemberID returns the id of a person's membership of a workspace.
func (w *World) MemberID(t *testing.T, workspaceID string, p *Person) string {
	t.Helper()
	return w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.UserID(p.ID)).OnlyIDX(t.Context())
}

// MemberInput is an input that names a member.
func MemberInput(memberID string) Vars { return Vars{"memberId": memberID} }

// ChangeMember sends a mutation of a member that must succeed, and returns the member in its payload.
func (p *Person) ChangeMember(t *testing.T, mutation string, input Vars) map[string]any {
	t.Helper()
	answer := p.Mutate(t, mutation, input).Succeeded(t)
	if got := answer.Get(mutation + ".query.viewer.user.id"); got != p.ID {
		t.Errorf("%s: the viewer of the query root is %v", mutation, got)
	}
	changed, ok := answer.Get(mutation + ".member").(map[string]any)
	if !ok {
		t.Fatalf("%s gives no member: %s", mutation, answer.Body)
	}
	if changed["id"] != input["memberId"] {
		t.Errorf("%s gives the member %v, not %v", mutation, changed["id"], input["memberId"])
	}
	return changed
}

// ExpectedError is a user error as a test expects it: as Codes gives it, such as "WRONG_ROLE memberId", and its parameters.
type ExpectedError struct {
	Is     string
	Params map[string]string
}

// Expected returns an expected user error with parameters, given as names and values in turn.
func Expected(is string, params ...string) ExpectedError {
	expected := ExpectedError{is, map[string]string{}}
	for i := 0; i < len(params); i += 2 {
		expected.Params[params[i]] = params[i+1]
	}
	return expected
}

// steps are what user errors call the changes of members.
var steps = map[string]string{
	"changeMemberRole": "CHANGE_ROLE", "assignMiniPrograms": "ASSIGN_MINI_PROGRAMS", "blockMember": "BLOCK", "unblockMember": "UNBLOCK",
	"removeMember": "REMOVE", "transferOwnership": "TRANSFER_OWNERSHIP",
}

// WrongStatus is the user error of a member whose status is not among the allowed ones. ExpectUserErrors adds the step.
func WrongStatus(status, allowed string) ExpectedError {
	return Expected("WRONG_STATUS memberId", "status", status, "allowed", allowed)
}

// WrongRole is the user error of a member whose role is not among the allowed ones. ExpectUserErrors adds the step.
func WrongRole(role, allowed string) ExpectedError {
	return Expected("WRONG_ROLE memberId", "role", role, "allowed", allowed)
}

// ExpectUserErrors makes sure that a mutation reports exactly these user errors, gives nothing and writes nothing.
func (c *Team) ExpectUserErrors(t *testing.T, by *Person, mutation string, input Vars, want ...ExpectedError) {
	t.Helper()
	what := fmt.Sprintf("%s by the %s of %v", mutation, by.DisplayName, input)
	c.World.WritesNothing(t, what, func() {
		answer, codes := by.Mutate(t, mutation, input), []string{}
		for _, one := range want {
			codes = append(codes, one.Is)
			if strings.HasPrefix(one.Is, "WRONG_") {
				one.Params["step"] = steps[mutation]
			}
		}
		for i, one := range answer.HasUserErrors(t, codes...) {
			if len(one.Path) > 0 && one.Path[0] != "input" || !maps.Equal(one.Params, want[i].Params) {
				t.Errorf("%s: %s at %q with %v, want %v", what, one.Code, one.Path, one.Params, want[i].Params)
			}
			if value := one.Params["status"] + one.Params["role"]; value != "" && one.MessageKey != one.Code+"."+steps[mutation]+"."+value {
				t.Errorf("%s: the message is %s: %s", what, one.MessageKey, one.Message)
			}
		}
	})
}

// ExpectForbidden makes sure that a mutation is refused with FORBIDDEN, naming these roles and no others, and writes nothing.
func (c *Team) ExpectForbidden(t *testing.T, by *Person, mutation string, input Vars, roles ...string) {
	t.Helper()
	c.World.WritesNothing(t, mutation, func() {
		answer := by.Mutate(t, mutation, input)
		answer.Refused(t, "FORBIDDEN")
		for _, role := range []string{"OWNER", "MASTER", "DEVELOPER"} {
			if len(answer.Errors) == 1 && strings.Contains(answer.Errors[0].Message, strings.ToLower(role)) != slices.Contains(roles, role) {
				t.Errorf("%s by the %s needs one of %q, but the message is %q", mutation, by.DisplayName, roles, answer.Errors[0].Message)
			}
		}
	})
}

// Member reads a member without the API.
func (c *Team) Member(t *testing.T, memberID string) *ent.Member {
	t.Helper()
	return c.World.Client.Member.GetX(t.Context(), memberID)
}

// Assignments reads the ids of the mini programs that a member is assigned to, without the API.
func (c *Team) Assignments(t *testing.T, memberID string) []string {
	t.Helper()
	ids := []string{}
	for _, row := range c.World.Client.Assignment.Query().Where(assignment.MemberID(memberID)).Order(assignment.ByMiniProgramID()).AllX(t.Context()) {
		ids = append(ids, row.MiniProgramID)
	}
	return ids
}

// Event makes sure that exactly one audit event of this operation was written, by this person about this subject, and returns it.
func (c *Team) Event(t *testing.T, operation string, by *Person, subjectID string) *ent.AuditEvent {
	t.Helper()
	events := c.World.Client.AuditEvent.Query().Where(auditevent.Operation(operation)).AllX(t.Context())
	if len(events) != 1 {
		t.Fatalf("%d events of %s", len(events), operation)
	}
	event := events[0]
	if event.ActorID == nil || *event.ActorID != by.ID || event.SubjectID != subjectID || event.WorkspaceID == nil || *event.WorkspaceID != c.ID {
		t.Errorf("the event is %v", event)
	}
	return event
}

// Masters signs people up who are masters of the workspaces.
func (w *World) Masters(t *testing.T, n int, workspaceIDs ...string) []*Person {
	t.Helper()
	var people []*Person
	for i := range n {
		p := w.SignUp(t, fmt.Sprintf("max%d", i))
		for _, workspaceID := range workspaceIDs {
			w.Join(t, workspaceID, p, member.RoleMASTER)
		}
		people = append(people, p)
	}
	return people
}

// FoundWithDeveloper writes the workspace "Workspace <n>", whose owner is the person and which has a developer with a new account, and
// returns its id and the id of the owner's membership.
func (w *World) FoundWithDeveloper(t *testing.T, owner *Person, n int) (workspaceID, memberID string) {
	t.Helper()
	workspaceID = w.Found(t, owner, fmt.Sprintf("Workspace %02d", n))
	colleague := &Person{ID: id.New(id.User)}
	w.Client.User.Create().SetID(colleague.ID).SetEmail(colleague.ID + "@example.com").SetDisplayName("Colleague").SetPasswordHash("none").
		SetCreatedAt(w.Now()).ExecX(t.Context())
	w.Join(t, workspaceID, colleague, member.RoleDEVELOPER)
	return workspaceID, w.MemberID(t, workspaceID, owner)
}

// CoffeeHouse is a workspace with an owner and two mini programs.
type CoffeeHouse struct {
	Owner           *Person
	ID, Coffee, Tea string
}

// NewCoffeeHouse returns a new coffee house, whose owner is called ann.
func (w *World) NewCoffeeHouse(t *testing.T) CoffeeHouse {
	t.Helper()
	owner := w.SignUp(t, "ann")
	workspaceID := owner.CreateWorkspace(t, "Coffee House")
	return CoffeeHouse{
		Owner: owner, ID: workspaceID, Coffee: w.Insert(t, workspaceID, Row{Name: "Coffee", CreatedBy: owner}),
		Tea: w.Insert(t, workspaceID, Row{Name: "Tea", CreatedBy: owner}),
	}
}
