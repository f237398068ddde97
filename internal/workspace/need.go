package workspace

import (
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/access"
)

var (
	notRemoved = []member.Status{member.StatusACTIVE, member.StatusBLOCKED}
	// assignable are the roles that an invitation or a change can give.
	assignable = []member.Role{member.RoleMASTER, member.RoleDEVELOPER}
	// unanswered are the statuses of invitations that can be resent or withdrawn.
	unanswered = []invitation.Status{invitation.StatusINVITED, invitation.StatusEXPIRED}
)

// need is what a change needs of the member that it names.
type need struct {
	step     string
	statuses []member.Status
	roles    []member.Role
}

var needs = map[access.Operation]need{
	access.ChangeMemberRole:   {"CHANGE_ROLE", notRemoved, assignable},
	access.AssignMiniPrograms: {"ASSIGN_MINI_PROGRAMS", notRemoved, []member.Role{member.RoleDEVELOPER}},
	access.BlockMember:        {"BLOCK", []member.Status{member.StatusACTIVE}, assignable},
	access.UnblockMember:      {"UNBLOCK", []member.Status{member.StatusBLOCKED}, assignable},
	access.RemoveMember:       {"REMOVE", notRemoved, assignable},
	access.TransferOwnership:  {"TRANSFER_OWNERSHIP", []member.Status{member.StatusACTIVE}, []member.Role{member.RoleMASTER}},
}
