package access

import (
	"context"
	"errors"
	"slices"
	"testing"

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
		"leaveWorkspace":     {member.RoleOWNER: false, member.RoleMASTER: true, member.RoleDEVELOPER: true},
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
		"invitations":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
		"auditEvents":        {member.RoleOWNER: true, member.RoleMASTER: true, member.RoleDEVELOPER: false},
	}
	if len(Matrix) != len(want) {
		t.Errorf("%d operations, want %d", len(Matrix), len(want))
	}
	for operation, roles := range want {
		for _, role := range all {
			if got := slices.Contains(Matrix[operation].Roles, role); got != roles[role] {
				t.Errorf("%s may %s: %t", role, operation, got)
			}
		}
		if at := Matrix[operation].At; !slices.Contains([]id.Kind{id.Workspace, id.MiniProgram, id.Member, id.Invitation}, at) {
			t.Errorf("%s asks at a %q", operation, at)
		}
	}
}

func TestWhoIsSignedOutIsRefusedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	nobody := Actor{SessionID: "left over"}
	if nobody.SignedIn() {
		t.Error("without a user the actor is signed in")
	}
	// There is no database to read from: asking it would panic.
	_, err := RequireRole(context.Background(), nil, nobody, ViewWorkspace, everyone, id.New(id.Workspace))
	staffErr := RequireStaff(context.Background(), nil, nobody, []user.StaffRole{user.StaffRoleADMIN})
	for _, err := range []error{err, staffErr, RequireSignedIn(nobody)} {
		if !errors.Is(err, fault.ErrUnauthenticated) {
			t.Errorf("refused with %v", err)
		}
	}
}

func TestAnIDThatCannotBeMeantIsNotFoundUnread(t *testing.T) {
	t.Parallel()
	somebody := Actor{UserID: id.New(id.User)}
	for _, at := range []string{"", "x", id.New(id.User), id.New(id.MiniProgram), "wsp_"} {
		if _, err := RequireRole(context.Background(), nil, somebody, ViewWorkspace, everyone, at); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q: %v", at, err)
		}
	}
	if _, err := RequireRole(context.Background(), nil, somebody, "unheardOf", everyone, id.New(id.Workspace)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("what is not in the matrix: %v", err)
	}
}
