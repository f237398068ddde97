package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/pquerna/otp/totp"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/ent/recoverycode"
	"minidock/ent/secondfactor"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// issuer is what authenticator apps call us.
const issuer = "minidock"

func totpRule(l limit.Limits) throttle.Rule {
	return throttle.Rule{Name: "totp", Most: l.TotpTries, Within: l.TotpTime}
}

// TotpSecret is what an authenticator app makes codes from. It is shown once.
type TotpSecret struct {
	// Secret is in base 32, to be typed; URI is the same for a QR code.
	Secret, URI string
}

// EnableTotpInput starts to set up a second factor. Password is the account's.
type EnableTotpInput struct{ Password string }

// EnableTotp creates a secret for the viewer's authenticator app, in place of one that was never confirmed. It is not used until
// ConfirmTotp. User errors: BLANK, INVALID_CREDENTIALS, ALREADY_ENABLED, EMAIL_NOT_CONFIRMED.
func (a *Accounts) EnableTotp(ctx context.Context, viewer *access.Viewer, in EnableTotpInput) (*TotpSecret, error) {
	var errs fault.UserErrors
	self, err := a.Prove(ctx, viewer, "password", in.Password, &errs)
	if err != nil {
		return nil, err
	}
	has, err := hasSecondFactor(ctx, a.Client, self.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case has:
		errs.Add("", fault.AlreadyEnabled)
	case self.EmailConfirmedAt == nil:
		errs.Add("", fault.EmailNotConfirmed)
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: self.Email})
	if err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	secret, err := operation.Run(ctx, a.DB, viewer, access.EnableTotp, "", func(tx *operation.Tx) (*TotpSecret, error) {
		return &TotpSecret{Secret: key.Secret(), URI: key.URL()}, a.keepSecret(ctx, tx, self, key.Secret())
	})
	if store.IsTaken(err) { // confirmed meanwhile
		return nil, fault.Refuse("", fault.AlreadyEnabled)
	}
	return secret, err
}

func (a *Accounts) keepSecret(ctx context.Context, tx *operation.Tx, of *ent.User, secret string) error {
	if err := StillProven(ctx, tx.Tx, of); err != nil {
		return err
	}
	_, err := tx.SecondFactor.Delete().Where(secondfactor.UserID(of.ID), secondfactor.ConfirmedAtIsNil()).Exec(ctx)
	if err != nil {
		return err
	}
	tx.Changed(of.ID)
	return tx.SecondFactor.Create().SetID(id.New(id.SecondFactor)).SetUserID(of.ID).SetSecret(a.SecretKey.Seal(secret, of.ID)).
		SetCreatedAt(tx.Now).Exec(ctx)
}

// ConfirmTotpInput shows that the authenticator app knows the secret.
type ConfirmTotpInput struct{ Code string }

// ConfirmTotp enables the viewer's second factor, ends the other sessions, which were begun without it, and returns the recovery codes, which
// are shown once. After too many tries it is refused
// with RATE_LIMITED. User errors: BLANK, INVALID_CODE, NOT_STARTED.
func (a *Accounts) ConfirmTotp(ctx context.Context, viewer *access.Viewer, in ConfirmTotpInput) ([]string, error) {
	self, err := a.Self(ctx, viewer)
	if err != nil {
		return nil, err
	}
	var errs fault.UserErrors
	checkCode(in.Code, &errs)
	begun, err := factorOf(ctx, a.Client, self.ID, secondfactor.ConfirmedAtIsNil())
	if err != nil {
		return nil, err
	}
	if begun == nil {
		errs.Add("", fault.NotStarted)
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if err := a.Throttles.Count(ctx, totpRule(a.Limits), self.ID); err != nil {
		return nil, err
	}
	codes := newRecoveryCodes()
	_, err = operation.Run(ctx, a.DB, viewer, access.ConfirmTotp, "", func(tx *operation.Tx) (struct{}, error) {
		tx.Changed(self.ID)
		tx.After(a.forgetTries(ctx, self.ID))
		if err := a.confirm(ctx, tx, self.ID, in.Code, codes); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, a.Sessions.EndOthers(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// forgetTries resets the count of codes that were tried for an account. If that fails, nothing is lost: it expires.
func (a *Accounts) forgetTries(ctx context.Context, userID string) func() {
	return func() { _ = a.Throttles.Reopen(context.WithoutCancel(ctx), totpRule(a.Limits), userID) }
}

// confirm enables a second factor if the code is one of its secret. Of concurrent requests one succeeds.
func (a *Accounts) confirm(ctx context.Context, tx *operation.Tx, userID, code string, recovery []string) error {
	begun, err := factorOf(ctx, tx.Client(), userID, secondfactor.ConfirmedAtIsNil())
	switch {
	case err != nil:
		return err
	case begun == nil:
		return tx.Refuse("", fault.NotStarted)
	}
	if err := a.useTotp(ctx, tx, begun, code); err != nil {
		return err
	}
	confirmed, err := tx.SecondFactor.Update().SetConfirmedAt(tx.Now).
		Where(secondfactor.ID(begun.ID), secondfactor.ConfirmedAtIsNil()).Save(ctx)
	switch {
	case err != nil:
		return err
	case confirmed == 0:
		return tx.Refuse("", fault.NotStarted)
	}
	return keepRecoveryCodes(ctx, tx, userID, recovery)
}

// DisableTotpInput disables the second factor by the account's password and a code of the authenticator app or a recovery code.
type DisableTotpInput struct{ Password, Code string }

// DisableTotp deletes the viewer's second factor and recovery codes. After too many tries it is refused with RATE_LIMITED. User errors: BLANK, INVALID_CREDENTIALS, INVALID_CODE, NOT_ENABLED.
func (a *Accounts) DisableTotp(ctx context.Context, viewer *access.Viewer, in DisableTotpInput) error {
	var errs fault.UserErrors
	self, err := a.Prove(ctx, viewer, "password", in.Password, &errs)
	if err != nil {
		return err
	}
	checkCode(in.Code, &errs)
	has, err := hasSecondFactor(ctx, a.Client, self.ID)
	if err != nil {
		return err
	}
	if !has {
		errs.Add("", fault.NotEnabled)
	}
	if !has || errs.Has("code") {
		return errs.Err()
	}
	if err := a.Throttles.Count(ctx, totpRule(a.Limits), self.ID); err != nil {
		return err
	}
	_, err = operation.Run(ctx, a.DB, viewer, access.DisableTotp, "", func(tx *operation.Tx) (struct{}, error) {
		tx.Errors = errs.Clone()
		tx.After(a.forgetTries(ctx, self.ID))
		return struct{}{}, a.disableTotp(ctx, tx, self, in.Code)
	})
	return err
}

func (a *Accounts) disableTotp(ctx context.Context, tx *operation.Tx, self *ent.User, code string) error {
	if err := StillProven(ctx, tx.Tx, self); err != nil {
		return err
	}
	if err := a.useCode(ctx, tx, self.ID, code, "", fault.NotEnabled); err != nil {
		return err
	}
	if err := tx.Errors.Err(); err != nil {
		return err
	}
	tx.Changed(self.ID)
	return forgetSecondFactor(ctx, tx, self.ID)
}

// forgetSecondFactor deletes a user's second factor and its recovery codes, and what waits for a code.
func forgetSecondFactor(ctx context.Context, tx *operation.Tx, userID string) error {
	if _, err := tx.SecondFactor.Delete().Where(secondfactor.UserID(userID)).Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.RecoveryCode.Delete().Where(recoverycode.UserID(userID)).Exec(ctx); err != nil {
		return err
	}
	return revoke(ctx, tx.Tx, userID, onetimetoken.PurposeSIGN_IN)
}

// HasTotp says whether the viewer has a second factor.
func (a *Accounts) HasTotp(ctx context.Context, viewer *access.Viewer) (bool, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return false, err
	}
	return hasSecondFactor(ctx, a.Client, principal.UserID)
}

// RecoveryCodesLeft counts the viewer's unused recovery codes.
func (a *Accounts) RecoveryCodesLeft(ctx context.Context, viewer *access.Viewer) (int, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return 0, err
	}
	n, err := a.Client.RecoveryCode.Query().Where(recoverycode.UserID(principal.UserID)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

func hasSecondFactor(ctx context.Context, client *ent.Client, userID string) (bool, error) {
	found, err := factorOf(ctx, client, userID, secondfactor.ConfirmedAtNotNil())
	return found != nil, err
}

func checkCode(code string, errs *fault.UserErrors) {
	if strings.TrimSpace(code) == "" {
		errs.Add("code", fault.Blank)
	}
}
