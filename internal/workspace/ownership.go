package workspace

import (
	"context"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/audit"
	"minidock/internal/fault"
)

// TransferInput is what handing a workspace over needs: the member who is to own it, and the password of the owner's account.
type TransferInput struct{ MemberID, Password string }

// TransferOwnership makes an active master the owner, and the owner a master. The owner may. The password counts as a try to sign
// in.
func (w *Workspaces) TransferOwnership(ctx context.Context, actor access.Actor, in TransferInput) (*ent.Member, *fault.List, error) {
	wrong := fault.NewList("memberId", "password")
	self, err := w.Accounts.Prove(ctx, actor, "password", in.Password, wrong)
	if err != nil {
		return nil, nil, err
	}
	masters, active := []member.Role{member.RoleMASTER}, []member.Status{member.StatusACTIVE}
	return w.change(ctx, actor, access.TransferOwnership, in.MemberID, wrong, func(tx *ent.Tx, target *ent.Member) ([]audit.Change, error) {
		if isOneOf(target, masters, active, wrong); !wrong.Empty() {
			return nil, errRefused
		}
		if err := account.StillProven(ctx, tx, self); err != nil {
			return nil, err
		}
		// First, so that there are never two.
		err := tx.Member.Update().SetRole(member.RoleMASTER).
			Where(member.WorkspaceID(target.WorkspaceID), member.UserID(self.ID), member.RoleEQ(member.RoleOWNER)).Exec(ctx)
		if err != nil {
			return nil, err
		}
		return []audit.Change{{Field: "owner", Before: self.ID, After: target.UserID}},
			tx.Member.UpdateOneID(target.ID).SetRole(member.RoleOWNER).Exec(ctx)
	})
}
