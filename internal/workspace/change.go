package workspace

import (
	"context"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/operation"
	"minidock/internal/store"
)

// ChangeMemberRoleInput is another role for a member.
type ChangeMemberRoleInput struct {
	MemberID string
	Role     member.Role
}

// MemberChange is a member who was changed, and what was changed with the member.
type MemberChange struct {
	Member *ent.Member
	// Withdrawn are the invitations that were withdrawn.
	Withdrawn []*ent.Invitation
	// Revoked are the tokens for machines that were revoked.
	Revoked []*ent.ApiToken
	// MiniPrograms are those whose developers have changed.
	MiniPrograms []*ent.MiniProgram
}

func newChange(target *ent.Member) *MemberChange {
	return &MemberChange{Member: target, Withdrawn: []*ent.Invitation{}, Revoked: []*ent.ApiToken{}, MiniPrograms: []*ent.MiniProgram{}}
}

// ChangeRole makes a master a developer, whose open invitations are withdrawn and whose tokens are revoked, or a developer a master. The owner
// may. User errors: UNSUPPORTED, WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) ChangeRole(ctx context.Context, viewer *access.Viewer, in ChangeMemberRoleInput) (*MemberChange, error) {
	return operation.Run(ctx, w.DB, viewer, access.ChangeMemberRole, in.MemberID, func(tx *operation.Tx) (*MemberChange, error) {
		checkRole("role", in.Role, &tx.Errors)
		if checkTarget(tx, access.ChangeMemberRole); tx.Errors.Err() != nil {
			return nil, tx.Errors.Err()
		}
		change := newChange(tx.Target)
		if in.Role == tx.Target.Role {
			return change, nil
		}
		if in.Role == member.RoleDEVELOPER {
			if err := w.withdrawFrom(ctx, tx, change); err != nil {
				return nil, err
			}
		}
		if _, err := change.readAssigned(ctx, tx); err != nil {
			return nil, err
		}
		tx.Changed(in.MemberID, event.Text("role", string(tx.Target.Role), string(in.Role)), change.withdrawn())
		changed, err := tx.Member.UpdateOneID(in.MemberID).SetRole(in.Role).Save(ctx)
		change.Member = changed
		return change, err
	})
}

// Block ends a member's access until the member is unblocked, withdraws the member's invitations and revokes the member's tokens. The owner may,
// and masters may block developers. User errors: WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) Block(ctx context.Context, viewer *access.Viewer, memberID string) (*MemberChange, error) {
	return w.setStatus(ctx, viewer, access.BlockMember, memberID, member.StatusBLOCKED)
}

// Unblock gives a blocked member access again. The owner may, and masters may unblock developers. User errors: WRONG_STATUS,
// WRONG_ROLE.
func (w *Workspaces) Unblock(ctx context.Context, viewer *access.Viewer, memberID string) (*MemberChange, error) {
	return w.setStatus(ctx, viewer, access.UnblockMember, memberID, member.StatusACTIVE)
}

// Remove ends a membership. The member stays the author of what they did. The owner may. User errors: WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) Remove(ctx context.Context, viewer *access.Viewer, memberID string) (*MemberChange, error) {
	return w.setStatus(ctx, viewer, access.RemoveMember, memberID, member.StatusREMOVED)
}

func (w *Workspaces) setStatus(ctx context.Context, viewer *access.Viewer, op access.Operation, memberID string, to member.Status) (*MemberChange, error) {
	return operation.Run(ctx, w.DB, viewer, op, memberID, func(tx *operation.Tx) (*MemberChange, error) {
		if checkTarget(tx, op); tx.Errors.Err() != nil {
			return nil, tx.Errors.Err()
		}
		return w.changeStatus(ctx, tx, tx.Target, to)
	})
}

// Leave ends the viewer's membership, and returns it. User errors: OWNER_MUST_TRANSFER.
func (w *Workspaces) Leave(ctx context.Context, viewer *access.Viewer, workspaceID string) (*ent.Member, error) {
	return operation.Run(ctx, w.DB, viewer, access.LeaveWorkspace, workspaceID, func(tx *operation.Tx) (*ent.Member, error) {
		if tx.Own.Role == member.RoleOWNER {
			return nil, tx.Refuse("workspaceId", fault.OwnerMustTransfer)
		}
		change, err := w.changeStatus(ctx, tx, tx.Own, member.StatusREMOVED)
		if err != nil {
			return nil, err
		}
		return change.Member, nil
	})
}

// changeStatus changes a member's status, and what depends on it.
func (w *Workspaces) changeStatus(ctx context.Context, tx *operation.Tx, target *ent.Member, to member.Status) (*MemberChange, error) {
	change := newChange(target)
	assigned, err := change.readAssigned(ctx, tx)
	if err != nil {
		return nil, err
	}
	changes := []event.Change{event.Text("status", string(target.Status), string(to))}
	switch to {
	case member.StatusBLOCKED:
		if err := w.withdrawFrom(ctx, tx, change); err != nil {
			return nil, err
		}
		changes = append(changes, change.withdrawn())
	case member.StatusREMOVED:
		if err := w.endMembership(ctx, tx, change, assigned); err != nil {
			return nil, err
		}
		changes = append(changes, change.withdrawn(), event.List("miniPrograms", assigned, nil))
	}
	tx.Changed(target.ID, changes...)
	change.Member, err = tx.Member.UpdateOneID(target.ID).SetStatus(to).Save(ctx)
	return change, err
}

// withdrawFrom withdraws what a member who may not manage the workspace any more has given others: invitations and tokens.
func (w *Workspaces) withdrawFrom(ctx context.Context, tx *operation.Tx, c *MemberChange, further ...predicate.Invitation) (err error) {
	which := append(further, invitation.InvitedByID(c.Member.UserID))
	if c.Withdrawn, err = withdraw(ctx, tx, c.Member.WorkspaceID, invitation.Or(which...)); err != nil {
		return err
	}
	c.Revoked, err = w.Tokens.RevokeOf(ctx, tx, c.Member.WorkspaceID, c.Member.UserID)
	return err
}

// endMembership deletes what a removed member could use: invitations from the member and to the account's address, tokens, and assignments.
func (w *Workspaces) endMembership(ctx context.Context, tx *operation.Tx, c *MemberChange, assigned []string) error {
	self, err := tx.User.Get(ctx, c.Member.UserID)
	if err != nil {
		return err
	}
	if err := w.withdrawFrom(ctx, tx, c, invitation.Email(self.Email)); err != nil {
		return err
	}
	return unassign(ctx, tx, c.Member.ID, assigned)
}

// withdrawn is the change of the withdrawn invitations for the event.
func (c *MemberChange) withdrawn() event.Change {
	return event.List("invitations", idsOf(c.Withdrawn, func(i *ent.Invitation) string { return i.ID }), nil)
}

// readAssigned reads the mini programs that the member is assigned to, and returns their ids.
func (c *MemberChange) readAssigned(ctx context.Context, tx *operation.Tx) ([]string, error) {
	assigned, err := assignmentsOf(ctx, tx, c.Member.ID)
	if err == nil {
		err = c.readMiniPrograms(ctx, tx, assigned)
	}
	return assigned, err
}

func (c *MemberChange) readMiniPrograms(ctx context.Context, tx *operation.Tx, ids []string) (err error) {
	c.MiniPrograms, err = tx.MiniProgram.Query().Where(store.In(miniprogram.FieldID, ids)).Order(miniprogram.ByID()).All(ctx)
	return err
}
