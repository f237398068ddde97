package account

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/operation"
	"minidock/internal/throttle"
)

// ChangePasswordInput is what changing one's password needs.
type ChangePasswordInput struct{ CurrentPassword, NewPassword string }

// ChangePassword changes the viewer's password, ends all sessions of the account, invalidates its tokens, and notifies the owner by mail.
// The viewer gets a new session with the same current workspace. Refused with UNAUTHENTICATED when the session has ended meanwhile. User errors: BLANK, TOO_SHORT, TOO_LONG, TOO_COMMON, INVALID_CREDENTIALS.
func (a *Accounts) ChangePassword(ctx context.Context, viewer *access.Viewer, in ChangePasswordInput) error {
	var errs fault.UserErrors
	self, err := a.Prove(ctx, viewer, "currentPassword", in.CurrentPassword, &errs)
	if err != nil {
		return err
	}
	checkPassword("newPassword", in.NewPassword, &errs, self.Email, self.DisplayName)
	if err := errs.Err(); err != nil {
		return err
	}
	rule := throttle.Rule{Name: "change the password", Most: a.Limits.AddressMailRequests, Within: a.Limits.MailRequestTime}
	if err := a.Throttles.Count(ctx, rule, self.ID); err != nil {
		return err
	}
	changed := *self
	if changed.PasswordHash, err = a.Passwords.hash(ctx, in.NewPassword); err != nil {
		return fmt.Errorf("hash a password: %w", err)
	}
	_, err = operation.Run(ctx, a.DB, viewer, access.ChangePassword, "", func(tx *operation.Tx) (struct{}, error) {
		return struct{}{}, a.changePassword(ctx, tx, self, &changed)
	})
	return err
}

func (a *Accounts) changePassword(ctx context.Context, tx *operation.Tx, self, changed *ent.User) error {
	replaced, err := tx.User.Update().SetPasswordHash(changed.PasswordHash).
		Where(user.ID(self.ID), user.PasswordHash(self.PasswordHash)).Save(ctx)
	switch {
	case err != nil:
		return err
	case replaced == 0:
		return tx.Refuse("currentPassword", fault.InvalidCredentials, fault.Variant("password"))
	}
	if err := a.lockOut(ctx, tx, self); err != nil {
		return err
	}
	tx.Changed(self.ID)
	_, err = a.Sessions.Begin(ctx, tx, changed, tx.Principal.CurrentWorkspaceID)
	return err
}

// Prove returns the viewer's account, and records in this field that the password is wrong. It counts as an attempt to sign in.
func (a *Accounts) Prove(ctx context.Context, viewer *access.Viewer, field, password string, errs *fault.UserErrors) (*ent.User, error) {
	self, err := a.Self(ctx, viewer)
	if err != nil {
		return nil, err
	}
	if password == "" {
		errs.Add(field, fault.Blank)
		return self, nil
	}
	t, err := a.try(ctx, viewer.From, self.Email)
	if err != nil {
		return nil, err
	}
	proven, err := t.prove(ctx, password, self.PasswordHash)
	if err == nil && !proven {
		errs.Add(field, fault.InvalidCredentials, fault.Variant("password"))
	}
	return self, err
}
