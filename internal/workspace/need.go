package workspace

import (
	"slices"
	"strings"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/operation"
)

var (
	notRemoved = []member.Status{member.StatusACTIVE, member.StatusBLOCKED}
	// assignable are the roles that an invitation or a change can give.
	assignable = []member.Role{member.RoleMASTER, member.RoleDEVELOPER}
	// unanswered are the statuses of invitations that can be resent or withdrawn.
	unanswered = []invitation.Status{invitation.StatusINVITED, invitation.StatusEXPIRED}
)

// need is what a change needs of the member that it names. Step is the change in the parameters of user errors.
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

// invitationSteps are the changes of an invitation in the parameters of user errors.
var invitationSteps = map[access.Operation]string{
	access.ResendInvitation:   "RESEND",
	access.WithdrawInvitation: "WITHDRAW",
}

// checkTarget records in memberId that the operation needs another status or role of the member.
func checkTarget(tx *operation.Tx, op access.Operation) {
	need := needs[op]
	if status := tx.Target.Status; !slices.Contains(need.statuses, status) {
		wrong(&tx.Errors, "memberId", fault.WrongStatus, "status", status, need.step, need.statuses)
	}
	if role := tx.Target.Role; !slices.Contains(need.roles, role) {
		wrong(&tx.Errors, "memberId", fault.WrongRole, "role", role, need.step, need.roles)
	}
}

// checkUnanswered records that an invitation was accepted or withdrawn.
func (w *Workspaces) checkUnanswered(op access.Operation, of *ent.Invitation, errs *fault.UserErrors) {
	if status := w.InvitationStatus(of); !slices.Contains(unanswered, status) {
		wrong(errs, "invitationId", fault.WrongStatus, "status", status, invitationSteps[op], unanswered)
	}
}

// wrong records in this field that a step is not possible with a value of a status or role, and with which ones it is.
func wrong[T ~string](errs *fault.UserErrors, field string, code fault.Code, param string, value T, step string, allowed []T) {
	errs.Add(field, code, param, string(value), "step", step, "allowed", names(allowed), fault.Variant(step+"."+string(value)))
}

// checkRole records in this field a role that cannot be given.
func checkRole(field string, role member.Role, errs *fault.UserErrors) {
	if !slices.Contains(assignable, role) {
		errs.Add(field, fault.Unsupported, "found", role, "allowed", names(assignable))
	}
}

func names[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, ", ")
}
