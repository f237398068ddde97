package workspace

import (
	"context"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/operation"
)

// TransferOwnershipInput makes a member the owner. Password is that of the present owner's account.
type TransferOwnershipInput struct{ MemberID, Password string }

// Transfer is the new owner of a workspace, and the one before.
type Transfer struct{ Owner, Former *ent.Member }

// TransferOwnership makes an active master the owner, and the owner a master. The owner may. The password counts as an attempt to
// sign in. User errors: BLANK, INVALID_CREDENTIALS, WRONG_STATUS, WRONG_ROLE, QUOTA_EXCEEDED.
func (w *Workspaces) TransferOwnership(ctx context.Context, viewer *access.Viewer, in TransferOwnershipInput) (*Transfer, error) {
	if err := viewer.Require(ctx, access.TransferOwnership, in.MemberID); err != nil {
		return nil, err
	}
	var errs fault.UserErrors
	self, err := w.Accounts.Prove(ctx, viewer, "password", in.Password, &errs)
	if err != nil {
		return nil, err
	}
	return operation.Run(ctx, w.DB, viewer, access.TransferOwnership, in.MemberID, func(tx *operation.Tx) (*Transfer, error) {
		tx.Errors = errs.Clone()
		checkTarget(tx, access.TransferOwnership)
		if err := w.checkOwned(ctx, tx, tx.Target.UserID, "memberId", "member"); err != nil {
			return nil, err
		}
		if err := tx.Errors.Err(); err != nil {
			return nil, err
		}
		if err := account.StillProven(ctx, tx.Tx, self); err != nil {
			return nil, err
		}
		// The owner first, so that there are never two.
		former, err := tx.Member.UpdateOneID(tx.Own.ID).SetRole(member.RoleMASTER).Save(ctx)
		if err != nil {
			return nil, err
		}
		tx.Changed(in.MemberID, event.Text("owner", self.ID, tx.Target.UserID))
		owner, err := tx.Member.UpdateOneID(in.MemberID).SetRole(member.RoleOWNER).Save(ctx)
		return &Transfer{owner, former}, err
	})
}
