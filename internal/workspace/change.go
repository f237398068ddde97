package workspace

import (
	"context"
	"slices"
	"strings"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/operation"
)

var (
	notRemoved = []member.Status{member.StatusACTIVE, member.StatusBLOCKED}
	// assignable are the roles that an invitation or a change can give.
	assignable = []member.Role{member.RoleMASTER, member.RoleDEVELOPER}
)

// ChangeMemberRoleInput is another role for a member.
type ChangeMemberRoleInput struct {
	MemberID string
	Role     member.Role
}

// ChangeRole makes a master a developer, whose open invitations are withdrawn, or a developer a master. The owner may. User errors:
// UNSUPPORTED, WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) ChangeRole(ctx context.Context, viewer *access.Viewer, in ChangeMemberRoleInput) (*ent.Member, error) {
	return operation.Run(ctx, w.DB, viewer, access.ChangeMemberRole, in.MemberID, func(tx *operation.Tx) (*ent.Member, error) {
		checkRole("role", in.Role, &tx.Errors)
		if err := checkTarget(tx, assignable, notRemoved...); err != nil {
			return nil, err
		}
		changes := []event.Change{event.Text("role", string(tx.Target.Role), string(in.Role))}
		if in.Role == member.RoleDEVELOPER {
			withdrawn, err := uninvite(ctx, tx, tx.Target, invitation.InvitedByID(tx.Target.UserID))
			if err != nil {
				return nil, err
			}
			changes = append(changes, withdrawn)
		}
		tx.Changed(in.MemberID, changes...)
		return tx.Member.UpdateOneID(in.MemberID).SetRole(in.Role).Save(ctx)
	})
}

// Block ends a member's access until the member is unblocked, and withdraws the member's invitations. The owner may, and masters
// may block developers. User errors: WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) Block(ctx context.Context, viewer *access.Viewer, memberID string) (*ent.Member, error) {
	return w.setStatus(ctx, viewer, access.BlockMember, memberID, member.StatusBLOCKED, member.StatusACTIVE)
}

// Unblock gives a blocked member access again. The owner may, and masters may unblock developers. User errors: WRONG_STATUS,
// WRONG_ROLE.
func (w *Workspaces) Unblock(ctx context.Context, viewer *access.Viewer, memberID string) (*ent.Member, error) {
	return w.setStatus(ctx, viewer, access.UnblockMember, memberID, member.StatusACTIVE, member.StatusBLOCKED)
}

// Remove ends a membership. The member stays the author of what they did. The owner may. User errors: WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) Remove(ctx context.Context, viewer *access.Viewer, memberID string) (*ent.Member, error) {
	return w.setStatus(ctx, viewer, access.RemoveMember, memberID, member.StatusREMOVED, notRemoved...)
}

func (w *Workspaces) setStatus(ctx context.Context, viewer *access.Viewer, op access.Operation, memberID string, to member.Status, from ...member.Status) (*ent.Member, error) {
	return operation.Run(ctx, w.DB, viewer, op, memberID, func(tx *operation.Tx) (*ent.Member, error) {
		if err := checkTarget(tx, assignable, from...); err != nil {
			return nil, err
		}
		return setStatus(ctx, tx, tx.Target, to)
	})
}

// Leave ends the viewer's membership, and returns the workspace's id. Masters and developers may; the owner transfers the ownership first.
func (w *Workspaces) Leave(ctx context.Context, viewer *access.Viewer, workspaceID string) (string, error) {
	return operation.Run(ctx, w.DB, viewer, access.LeaveWorkspace, workspaceID, func(tx *operation.Tx) (string, error) {
		_, err := setStatus(ctx, tx, tx.Own, member.StatusREMOVED)
		return workspaceID, err
	})
}

// setStatus changes a member's status, and what depends on it.
func setStatus(ctx context.Context, tx *operation.Tx, target *ent.Member, to member.Status) (*ent.Member, error) {
	moved, err := tx.Member.UpdateOneID(target.ID).SetStatus(to).Save(ctx)
	if err != nil {
		return nil, err
	}
	changes := []event.Change{event.Text("status", string(target.Status), string(to))}
	switch to {
	case member.StatusBLOCKED:
		withdrawn, err := uninvite(ctx, tx, target, invitation.InvitedByID(target.UserID))
		if err != nil {
			return nil, err
		}
		changes = append(changes, withdrawn)
	case member.StatusREMOVED:
		ended, err := endMembership(ctx, tx, target)
		if err != nil {
			return nil, err
		}
		changes = append(changes, ended...)
	}
	tx.Changed(target.ID, changes...)
	return moved, nil
}

// endMembership deletes what a removed member could use: invitations from the member and to the account's address, and assignments.
func endMembership(ctx context.Context, tx *operation.Tx, target *ent.Member) ([]event.Change, error) {
	self, err := tx.User.Get(ctx, target.UserID)
	if err != nil {
		return nil, err
	}
	withdrawn, err := uninvite(ctx, tx, target, invitation.Or(invitation.InvitedByID(self.ID), invitation.Email(self.Email)))
	if err != nil {
		return nil, err
	}
	assigned, err := assignmentsOf(ctx, tx, target.ID)
	if err != nil {
		return nil, err
	}
	return []event.Change{withdrawn, event.List("miniPrograms", assigned, nil)}, unassign(ctx, tx, target.ID, assigned)
}

// uninvite withdraws invitations because a member changes, and returns the change to record.
func uninvite(ctx context.Context, tx *operation.Tx, target *ent.Member, which predicate.Invitation) (event.Change, error) {
	withdrawn, err := withdraw(ctx, tx, target.WorkspaceID, which)
	return event.List("invitations", withdrawn, nil), err
}

// checkTarget records in memberId that the member has none of these statuses or roles, and returns all user errors.
func checkTarget(tx *operation.Tx, roles []member.Role, statuses ...member.Status) error {
	if !slices.Contains(statuses, tx.Target.Status) {
		tx.Errors.Add("memberId", fault.WrongStatus, "status", tx.Target.Status, "allowed", names(statuses))
	}
	if !slices.Contains(roles, tx.Target.Role) {
		tx.Errors.Add("memberId", fault.WrongRole, "role", tx.Target.Role, "allowed", names(roles))
	}
	return tx.Errors.Err()
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
