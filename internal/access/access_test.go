package access

import (
	"context"
	"errors"
	"slices"
	"testing"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// The table of who may do what, written down a second time: a change must be meant.
func TestTheMatrix(t *testing.T) {
	t.Parallel()
	all := []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER}
	want := map[Operation]map[member.Role]bool{
		"workspace":          {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"membership":         {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"miniProgram":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"chooseWorkspace":    {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"renameWorkspace":    {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"deleteWorkspace":    {member.RoleOWNER: true, member.RoleMASTER: false, member.RoleDEVELOPER: false},
		"leaveWorkspace":     {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"transferOwnership":  {member.RoleOWNER: true, member.RoleMASTER: false, member.RoleDEVELOPER: false},
		"inviteMembers":      {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"resendInvitation":   {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"withdrawInvitation": {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"changeMemberRole":   {member.RoleOWNER: true, member.RoleMASTER: false, member.RoleDEVELOPER: false},
		"assignMiniPrograms": {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"blockMember":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"unblockMember":      {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"removeMember":       {member.RoleOWNER: true, member.RoleMASTER: false, member.RoleDEVELOPER: false},
		"createMiniProgram":  {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"updateMiniProgram":  {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"version":            {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"compareVersions":    {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"taskUpdated":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"uploadVersion":      {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"deleteVersion":      {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"invitations":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"workspaceChanged":   {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: true},
		"auditEvents":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"apiTokens":          {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"createApiToken":     {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"revokeApiToken":     {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
	}
	members := 0
	for _, rule := range Matrix {
		if rule.For == Members {
			members++
		}
	}
	if members != len(want) {
		t.Errorf("%d operations of members, want %d", members, len(want))
	}
	for operation, roles := range want {
		for _, role := range all {
			if got := slices.Contains(Matrix[operation].Roles, role); got != roles[role] {
				t.Errorf("%s may %s: %t", role, operation, got)
			}
		}
		if at := Matrix[operation].At; !slices.Contains([]id.Kind{id.Workspace, id.MiniProgram, id.Member, id.Invitation, id.ApiToken, id.Version, id.Task}, at) {
			t.Errorf("%s asks at a %q", operation, at)
		}
	}
}

// The same of the operations that take no role.
func TestTheMatrixOfEveryoneAndPeople(t *testing.T) {
	t.Parallel()
	want := map[Audience][]Operation{
		Everyone: {
			"acceptInvitation", "apiToken", "confirmEmail", "industries", "invitation", "launchTargets", "node", "nodes", "requestPasswordReset", "resetPassword",
			"signIn", "signInWithTotp", "signOut", "signUp", "viewer",
		},
		People: {
			"changeEmail", "changePassword", "confirmTotp", "createWorkspace", "disableTotp", "enableTotp", "endSession",
			"requestEmailConfirmation", "sessionEnded",
			"signOutEverywhere", "updateProfile",
		},
		Staff: {"addStaff", "platformAuditEvents", "removeStaff", "staff"},
	}
	got := map[Audience][]Operation{}
	for operation, rule := range Matrix {
		if rule.For != Members {
			got[rule.For] = append(got[rule.For], operation)
		}
	}
	for audience, operations := range got {
		if slices.Sort(operations); !slices.Equal(operations, want[audience]) {
			t.Errorf("%s: %q, want %q", audience, operations, want[audience])
		}
	}
}

func TestTheOwnerLeavesInVain(t *testing.T) {
	t.Parallel()
	for operation, rule := range Matrix {
		for _, role := range []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER} {
			inVain := operation == LeaveWorkspace && role == member.RoleOWNER
			if got := slices.Contains(rule.InVain, role); got != inVain {
				t.Errorf("%s in vain by a %s: %t", operation, role, got)
			}
			want := rule.For == Members && slices.Contains(rule.Roles, role) && !inVain
			if got := slices.Contains(new(Principal).Allowed(role, rule.At), operation); got != want {
				t.Errorf("%s is offered to a %s: %t", operation, role, got)
			}
		}
	}
}

func TestOverWhomMastersMayDoIt(t *testing.T) {
	t.Parallel()
	roles := []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER}
	for operation, rule := range Matrix {
		for _, role := range roles {
			for _, target := range roles {
				isGuarded := operation == BlockMember || operation == UnblockMember
				want := !isGuarded || role != member.RoleMASTER || target == member.RoleDEVELOPER
				if got := rule.AllowOver(role, target) == nil; got != want {
					t.Errorf("%s: a %s over a %s: %t", operation, role, target, got)
				}
			}
		}
	}
	err := Matrix[BlockMember].AllowOver(member.RoleMASTER, member.RoleMASTER)
	if refusal, ok := errors.AsType[*fault.Refusal](err); !ok || refusal.Message != "Only the owner can do this." {
		t.Errorf("refused with %v", err)
	}
}

func TestWhoIsSignedOutIsRefusedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	// There is no database to read from: asking it would panic.
	viewer := NewViewer(nil, Request{}, Nobody, nil)
	for operation, rule := range Matrix {
		want := error(fault.ErrUnauthenticated)
		if rule.For == Everyone {
			want = nil
		}
		if err := viewer.Require(t.Context(), operation, id.New(rule.At)); !errors.Is(err, want) {
			t.Errorf("%s: refused with %v", operation, err)
		}
	}
}

// somebody is a credential of somebody without memberships.
type somebody struct{ staff user.StaffRole }

func (s somebody) Principal(context.Context, *ent.Client) (*Principal, error) {
	return &Principal{UserID: id.New(id.User), StaffRole: s.staff, isListed: true}, nil
}

func (somebody) Use(context.Context, *Principal) error { return nil }

func TestAnIDThatCannotBeMeantIsNotFoundUnread(t *testing.T) {
	t.Parallel()
	viewer := NewViewer(nil, Request{}, somebody{}, nil)
	for _, at := range []string{"", "x", id.New(id.User), id.New(id.MiniProgram), "wsp_"} {
		if err := viewer.Require(t.Context(), ViewWorkspace, at); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q: %v", at, err)
		}
	}
	if err := viewer.Require(t.Context(), "unheardOf", id.New(id.Workspace)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("what is not in the matrix: %v", err)
	}
}

func TestStaffIsForThePlatformsOwnPeople(t *testing.T) {
	t.Parallel()
	for role, want := range map[user.StaffRole]string{"": "FORBIDDEN", user.StaffRoleREVIEWER: "FORBIDDEN", user.StaffRoleADMIN: ""} {
		err := NewViewer(nil, Request{}, somebody{role}, nil).Require(t.Context(), ViewStaff, "")
		code := ""
		if refusal, ok := errors.AsType[*fault.Refusal](err); ok {
			code = refusal.Code
		}
		if code != want {
			t.Errorf("%q: %v, want %q", role, err, want)
		}
	}
}

// ending is a credential that is somebody's once, and then nobody's.
type ending struct{ reads *int }

func (e ending) Principal(ctx context.Context, client *ent.Client) (*Principal, error) {
	if *e.reads++; *e.reads > 1 {
		return Nobody.Principal(ctx, client)
	}
	memberships := map[string]Membership{"wsp_1": {ID: "mem_1", WorkspaceID: "wsp_1", Role: member.RoleOWNER}}
	return &Principal{UserID: "usr_1", SessionID: "hash", isListed: true, memberships: memberships}, nil
}

func (ending) Use(context.Context, *Principal) error { return nil }

func TestOnAStreamThatHasOutlivedItsSessionNothingIsSeen(t *testing.T) {
	t.Parallel()
	request := NewViewer(nil, Request{}, ending{new(int)}, nil)
	if err := request.Require(t.Context(), ViewWorkspace, "wsp_1"); err != nil {
		t.Fatal(err)
	}
	further := request.Again()
	if err := further.Require(t.Context(), ViewSessionEnded, ""); err != nil {
		t.Errorf("the session's end is not reported: %v", err)
	}
	if err := further.Require(t.Context(), ViewWorkspace, "wsp_1"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a workspace is still seen: %v", err)
	}
	request.Stale()
	if err := request.Require(t.Context(), ViewSessionEnded, ""); !errors.Is(err, fault.ErrUnauthenticated) {
		t.Errorf("elsewhere the session still counts: %v", err)
	}
}
