package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pquerna/otp/totp"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/ent/recoverycode"
	"minidock/ent/secondfactor"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// issuer is what authenticator apps call us.
const issuer = "minidock"

func totpRule(l limit.Limits) throttle.Rule {
	return throttle.Rule{Name: "totp", Most: l.TotpTries, Within: l.TotpTime}
}

// TotpSecret is what an authenticator app makes codes of. It is told once.
type TotpSecret struct {
	// Secret is in base 32, to be typed; URI is the same for a QR code.
	Secret, URI string
}

// EnableTotpInput is what a second factor begins with. Password is the account's.
type EnableTotpInput struct{ Password string }

// EnableTotp makes a secret for the actor's authenticator app, in place of one that was never confirmed. It counts only when
// ConfirmTotp has shown that the app knows it.
func (a *Accounts) EnableTotp(ctx context.Context, actor access.Actor, in EnableTotpInput) (*TotpSecret, *fault.List, error) {
	wrong := fault.NewList("password")
	self, err := a.Prove(ctx, actor, "password", in.Password, wrong)
	if err != nil {
		return nil, nil, err
	}
	has, err := a.hasSecondFactor(ctx, self.ID)
	if err != nil {
		return nil, nil, err
	}
	if has {
		wrong.Add("", fault.AlreadyEnabled)
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: self.Email})
	if err != nil {
		return nil, nil, fmt.Errorf("make a secret: %w", err)
	}
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error { return a.keepSecret(ctx, tx, actor, self, key.Secret()) })
	if store.IsTaken(err) { // confirmed meanwhile
		wrong.Add("", fault.AlreadyEnabled)
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("keep a secret: %w", err)
	}
	return &TotpSecret{Secret: key.Secret(), URI: key.URL()}, wrong, nil
}

func (a *Accounts) keepSecret(ctx context.Context, tx *ent.Tx, actor access.Actor, of *ent.User, secret string) error {
	if err := StillProven(ctx, tx, of); err != nil {
		return err
	}
	_, err := tx.SecondFactor.Delete().Where(secondfactor.UserID(of.ID), secondfactor.ConfirmedAtIsNil()).Exec(ctx)
	if err != nil {
		return err
	}
	err = tx.SecondFactor.Create().SetID(id.New(id.SecondFactor)).SetUserID(of.ID).SetSecret(secret).SetCreatedAt(a.Now()).Exec(ctx)
	if err != nil {
		return err
	}
	return audit.Write(ctx, tx, actor, audit.Event{Operation: "enableTotp", SubjectID: of.ID}, a.Now())
}

// ConfirmTotpInput shows that the authenticator app knows the secret.
type ConfirmTotpInput struct{ Code string }

// ConfirmTotp makes the actor's second factor count, and returns the recovery codes, which are told once. After too many codes
// that were tried it is refused with RATE_LIMITED.
func (a *Accounts) ConfirmTotp(ctx context.Context, actor access.Actor, in ConfirmTotpInput) ([]string, *fault.List, error) {
	self, err := a.self(ctx, actor)
	if err != nil {
		return nil, nil, err
	}
	wrong := fault.NewList("code")
	if !checkCode(in.Code, wrong) {
		return nil, wrong, nil
	}
	if err := a.Throttles.Count(ctx, totpRule(a.Limits), self.ID); err != nil {
		return nil, nil, err
	}
	codes := newRecoveryCodes()
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := a.confirm(ctx, tx, self.ID, in.Code, codes, wrong); err != nil {
			return err
		}
		return audit.Write(ctx, tx, actor, audit.Event{Operation: "confirmTotp", SubjectID: self.ID}, a.Now())
	})
	if errors.Is(err, errRefused) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("confirm a second factor: %w", err)
	}
	return codes, wrong, a.Throttles.Reopen(ctx, totpRule(a.Limits), self.ID)
}

// confirm makes a second factor count that waits for it, if the code is one of it. Of several at once one succeeds.
func (a *Accounts) confirm(ctx context.Context, tx *ent.Tx, userID, code string, recovery []string, wrong *fault.List) error {
	begun, err := factorOf(ctx, tx.Client(), userID, secondfactor.ConfirmedAtIsNil())
	switch {
	case err != nil:
		return err
	case begun == nil:
		wrong.Add("", fault.NotStarted)
		return errRefused
	}
	if err := useTotp(ctx, tx, begun, code, a.Now(), wrong); err != nil {
		return err
	}
	confirmed, err := tx.SecondFactor.Update().SetConfirmedAt(a.Now()).
		Where(secondfactor.ID(begun.ID), secondfactor.ConfirmedAtIsNil()).Save(ctx)
	switch {
	case err != nil:
		return err
	case confirmed == 0:
		wrong.Add("", fault.NotStarted)
		return errRefused
	}
	return a.keepRecoveryCodes(ctx, tx, userID, recovery)
}

// DisableTotpInput is what giving up the second factor needs: the account's password, and a code of the authenticator app or a
// recovery code.
type DisableTotpInput struct{ Password, Code string }

// DisableTotp gives up the actor's second factor and the recovery codes. After too many codes that were tried it is refused with
// RATE_LIMITED.
func (a *Accounts) DisableTotp(ctx context.Context, actor access.Actor, in DisableTotpInput) (*fault.List, error) {
	wrong := fault.NewList("password", "code")
	self, err := a.Prove(ctx, actor, "password", in.Password, wrong)
	if err != nil {
		return nil, err
	}
	if !checkCode(in.Code, wrong) {
		return wrong, nil
	}
	if err := a.Throttles.Count(ctx, totpRule(a.Limits), self.ID); err != nil {
		return nil, err
	}
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := StillProven(ctx, tx, self); err != nil {
			return err
		}
		if err := a.useCode(ctx, tx, self.ID, in.Code, wrong, "", fault.NotEnabled); err != nil {
			return err
		}
		if !wrong.Empty() {
			return errRefused
		}
		if _, err := tx.SecondFactor.Delete().Where(secondfactor.UserID(self.ID)).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.RecoveryCode.Delete().Where(recoverycode.UserID(self.ID)).Exec(ctx); err != nil {
			return err
		}
		if err := revoke(ctx, tx, self.ID, onetimetoken.PurposeSIGN_IN); err != nil {
			return err
		}
		return audit.Write(ctx, tx, actor, audit.Event{Operation: "disableTotp", SubjectID: self.ID}, a.Now())
	})
	if errors.Is(err, errRefused) {
		return wrong, nil
	}
	if err != nil {
		return nil, fmt.Errorf("give up a second factor: %w", err)
	}
	return wrong, a.Throttles.Reopen(ctx, totpRule(a.Limits), self.ID)
}

// HasTotp tells whether the actor has a second factor.
func (a *Accounts) HasTotp(ctx context.Context, actor access.Actor) (bool, error) {
	return a.hasSecondFactor(ctx, actor.UserID)
}

// RecoveryCodesLeft counts the actor's recovery codes that were not used.
func (a *Accounts) RecoveryCodesLeft(ctx context.Context, actor access.Actor) (int, error) {
	n, err := a.Client.RecoveryCode.Query().Where(recoverycode.UserID(actor.UserID)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

func (a *Accounts) hasSecondFactor(ctx context.Context, userID string) (bool, error) {
	found, err := factorOf(ctx, a.Client, userID, secondfactor.ConfirmedAtNotNil())
	return found != nil, err
}

func checkCode(code string, wrong *fault.List) bool {
	if strings.TrimSpace(code) == "" {
		wrong.Add("code", fault.Blank)
	}
	return !wrong.Has("code")
}
