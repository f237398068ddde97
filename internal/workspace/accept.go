package workspace

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/token"
)

// AcceptInvitationInput accepts an invitation. Password and DisplayName are for the account that is created when nobody is signed in.
type AcceptInvitationInput struct {
	Token                 string
	Password, DisplayName *string
}

// Accept makes the viewer a member of the workspace of the invitation, if it was sent to the address of the viewer's account. A viewer who is
// not signed in gets a new account with that address and is signed in. The token confirms the address. Of concurrent requests with the same
// token one succeeds. User errors: BLANK, TOO_SHORT, TOO_LONG, TOO_COMMON, INVALID_CHARACTER, INVALID_FORMAT, ALREADY_MEMBER, OTHER_ACCOUNT,
// SIGN_IN_REQUIRED, INVALID_TOKEN.
func (w *Workspaces) Accept(ctx context.Context, viewer *access.Viewer, in AcceptInvitationInput) (*ent.Member, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	var errs fault.UserErrors
	found, err := w.lookUpToken(ctx, in.Token, &errs)
	if err != nil {
		return nil, err
	}
	draft, err := w.judgeAccount(ctx, principal, in, found, &errs)
	if err != nil {
		return nil, err
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if draft != nil {
		if err := w.Accounts.Ready(ctx, viewer, draft); err != nil {
			return nil, err
		}
	}
	place, err := operation.Run(ctx, w.DB, viewer, access.AcceptInvitation, "", func(tx *operation.Tx) (*ent.Member, error) {
		return w.join(ctx, tx, found, draft)
	})
	if draft != nil && store.IsTaken(err) { // an account with this address was created meanwhile
		return nil, fault.Refuse("", fault.SignInRequired)
	}
	return place, err
}

// lookUpToken returns the invitation of a token, or nil after recording that the token is invalid.
func (w *Workspaces) lookUpToken(ctx context.Context, sent string, errs *fault.UserErrors) (*ent.Invitation, error) {
	if sent == "" {
		errs.Add("token", fault.Blank)
		return nil, nil
	}
	found, err := w.Client.Invitation.Query().Where(invitation.TokenHash(token.Hash(sent)), w.open()).WithMiniPrograms().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		errs.Add("token", fault.InvalidToken)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up an invitation: %w", err)
	}
	return found, nil
}

// judgeAccount records why the viewer cannot accept the invitation, and returns the account to create for a viewer who is not signed in. The
// fields of an account are judged even if the invitation is not found.
func (w *Workspaces) judgeAccount(ctx context.Context, principal *access.Principal, in AcceptInvitationInput, found *ent.Invitation, errs *fault.UserErrors) (*account.Draft, error) {
	switch {
	case principal.SignedIn() && found == nil:
		return nil, nil
	case principal.SignedIn():
		return nil, checkAddress(ctx, w.Client, principal.UserID, found, errs)
	case found == nil && in.Password == nil && in.DisplayName == nil:
		return nil, nil
	case found != nil:
		holder, err := w.Accounts.At(ctx, found.Email)
		if holder != nil {
			errs.Add("", fault.SignInRequired)
		}
		if holder != nil || err != nil {
			return nil, err
		}
	}
	address := ""
	if found != nil {
		address = found.Email
	}
	draft := account.NewDraft(address, deref(in.Password), deref(in.DisplayName), errs)
	return &draft, nil
}

// checkAddress records that an invitation is for another address than the account's.
func checkAddress(ctx context.Context, client *ent.Client, userID string, found *ent.Invitation, errs *fault.UserErrors, how ...predicate.User) error {
	self, err := client.User.Query().Where(user.ID(userID)).Where(how...).Only(ctx)
	if err != nil {
		return fmt.Errorf("read the own account: %w", err)
	}
	if self.Email != found.Email {
		errs.Add("token", fault.OtherAccount)
	}
	return nil
}

// join accepts the invitation under the workspace's lock. Refused with UNAUTHENTICATED when the viewer was signed in and no longer is.
func (w *Workspaces) join(ctx context.Context, tx *operation.Tx, found *ent.Invitation, draft *account.Draft) (*ent.Member, error) {
	if draft == nil && !tx.Principal.SignedIn() {
		return nil, fault.ErrUnauthenticated
	}
	if err := w.spend(ctx, tx, found); err != nil {
		return nil, err
	}
	if draft != nil {
		made, err := w.Accounts.Create(ctx, tx, found.Email, *draft)
		if err != nil {
			return nil, err
		}
		if _, err := w.Accounts.Sessions.Begin(ctx, tx, made, nil); err != nil {
			return nil, err
		}
	} else if err := checkAddress(ctx, tx.Client(), tx.ActorID(), found, &tx.Errors, store.Held); err != nil {
		return nil, err
	}
	if err := tx.Errors.Err(); err != nil { // the address was changed since it was looked up
		return nil, err
	}
	if err := w.Accounts.Confirm(ctx, tx, tx.ActorID()); err != nil { // the token came by mail to the account's address
		return nil, err
	}
	place, before, err := becomeMember(ctx, tx, found)
	if err != nil {
		return nil, err
	}
	miniProgramIDs := miniProgramIDs(found)
	tx.Changed(place.ID,
		event.Text("status", string(before.Status), string(place.Status)),
		event.Text("role", string(before.Role), string(place.Role)),
		event.List("miniPrograms", nil, miniProgramIDs),
		event.Text("invitation", "", found.ID))
	return place, assign(ctx, tx, place.ID, miniProgramIDs)
}

// spend marks an invitation as accepted, unless it has become invalid. It cancels the mail first: sending it locks the mail and then the
// invitation, in this order.
func (w *Workspaces) spend(ctx context.Context, tx *operation.Tx, found *ent.Invitation) error {
	err := tx.HoldWorkspace(ctx, found.WorkspaceID)
	if err == nil {
		err = cancelMail(ctx, tx, found.ID)
	}
	spent := 0
	if err == nil {
		spent, err = tx.Invitation.Update().SetStatus(invitation.StatusACCEPTED).ClearTokenHash().
			Where(invitation.ID(found.ID), invitation.TokenHash(*found.TokenHash), w.open()).Save(ctx)
	}
	if err == nil && spent == 0 || errors.Is(err, fault.ErrNotFound) {
		return tx.Refuse("token", fault.InvalidToken)
	}
	return err
}

// becomeMember makes the actor a member as the invitation says. It also returns the earlier membership that has ended, or a member without an
// id if there was none.
func becomeMember(ctx context.Context, tx *operation.Tx, found *ent.Invitation) (place, before *ent.Member, err error) {
	before, err = tx.Member.Query().Where(member.UserID(tx.ActorID()), member.WorkspaceID(found.WorkspaceID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		before = &ent.Member{}
	case err != nil:
		return nil, nil, err
	case before.Status != member.StatusREMOVED:
		return nil, nil, tx.Refuse("token", fault.AlreadyMember)
	}
	if before.ID != "" {
		place, err = tx.Member.UpdateOneID(before.ID).SetStatus(member.StatusACTIVE).SetRole(member.Role(found.Role)).SetJoinedAt(tx.Now).
			SetLastActiveAt(tx.Now).SetInvitedByID(found.InvitedByID).Save(ctx)
		return place, before, err
	}
	place, err = tx.Member.Create().SetID(id.New(id.Member)).SetUserID(tx.ActorID()).SetWorkspaceID(found.WorkspaceID).
		SetRole(member.Role(found.Role)).SetInvitedByID(found.InvitedByID).SetCreatedAt(tx.Now).SetJoinedAt(tx.Now).
		SetLastActiveAt(tx.Now).Save(ctx)
	return place, before, err
}

// miniProgramIDs returns the ids of the invitation's mini programs, in order.
func miniProgramIDs(of *ent.Invitation) []string {
	ids := make([]string, len(of.Edges.MiniPrograms))
	for i, one := range of.Edges.MiniPrograms {
		ids[i] = one.ID
	}
	return id.Distinct(ids)
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
