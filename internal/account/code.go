package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"minidock/ent"
	"minidock/ent/predicate"
	"minidock/ent/recoverycode"
	"minidock/ent/secondfactor"
	"minidock/internal/fault"
	"minidock/internal/operation"
	"minidock/internal/token"
)

// How many recovery codes there are, and how they are written: groups of letters and digits that cannot be confused, 80 bits in all.
const (
	recoveryCodes      = 10
	recoveryCodeLength = 16
	recoveryCodeGroup  = 4
)

// stepTime is how long an authenticator app shows a code, and skew how many codes before and after the current one are accepted, as
// RFC 6238 recommends.
const (
	stepTime = 30 * time.Second
	skew     = 1
)

// factorOf returns the user's second factor that the predicates select, or nil.
func factorOf(ctx context.Context, client *ent.Client, userID string, which predicate.SecondFactor) (*ent.SecondFactor, error) {
	found, err := client.SecondFactor.Query().Where(secondfactor.UserID(userID), which).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read a second factor: %w", err)
	}
	return found, nil
}

// useCode accepts a code of the user's authenticator app, or a recovery code, so that it is never accepted again, or records why not. If
// there is no second factor, the user error is in this field and has the code none.
func (a *Accounts) useCode(ctx context.Context, tx *operation.Tx, userID, code, field string, none fault.Code) error {
	factor, err := factorOf(ctx, tx.Client(), userID, secondfactor.ConfirmedAtNotNil())
	switch {
	case err != nil:
		return err
	case factor == nil:
		return tx.Refuse(field, none)
	case len(plainCode(code)) == recoveryCodeLength:
		return useRecoveryCode(ctx, tx, userID, code)
	}
	return a.useTotp(ctx, tx, factor, code)
}

// useTotp accepts a code of an authenticator app, unless it or a later one was accepted before.
func (a *Accounts) useTotp(ctx context.Context, tx *operation.Tx, factor *ent.SecondFactor, code string) error {
	secret, err := a.SecretKey.Open(factor.Secret, factor.UserID)
	if err != nil {
		return fmt.Errorf("read the secret of an authenticator app: %w", err)
	}
	step, ok := stepOf(secret, code, tx.Now)
	if ok {
		taken, err := tx.SecondFactor.Update().SetLastStep(step).
			Where(secondfactor.ID(factor.ID), secondfactor.LastStepLT(step)).Save(ctx)
		if err != nil {
			return fmt.Errorf("take a code: %w", err)
		}
		ok = taken > 0
	}
	if !ok {
		return tx.Refuse("code", fault.InvalidCode)
	}
	return nil
}

// stepOf returns the time step that a code belongs to, counted from 1970.
func stepOf(secret, code string, now time.Time) (step int64, ok bool) {
	present := now.Unix() / int64(stepTime/time.Second)
	for step := present - skew; step <= present+skew; step++ {
		if hotp.Validate(plainCode(code), uint64(step), secret) {
			return step, true
		}
	}
	return 0, false
}

func useRecoveryCode(ctx context.Context, tx *operation.Tx, userID, code string) error {
	used, err := tx.RecoveryCode.Delete().
		Where(recoverycode.ID(recoveryCodeID(userID, code)), recoverycode.UserID(userID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("use a recovery code: %w", err)
	}
	if used == 0 {
		return tx.Refuse("code", fault.InvalidCode)
	}
	return nil
}

func keepRecoveryCodes(ctx context.Context, tx *operation.Tx, userID string, codes []string) error {
	rows := make([]*ent.RecoveryCodeCreate, len(codes))
	for i, code := range codes {
		rows[i] = tx.RecoveryCode.Create().SetID(recoveryCodeID(userID, code)).SetUserID(userID).SetCreatedAt(tx.Now)
	}
	return tx.RecoveryCode.CreateBulk(rows...).Exec(ctx)
}

func newRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text()[:recoveryCodeLength])
		for at := recoveryCodeGroup; at < len(text); at += recoveryCodeGroup + 1 {
			text = text[:at] + "-" + text[at:]
		}
		codes[i] = text
	}
	return codes
}

// recoveryCodeID is a recovery code's id in the database. A code is long enough for a plain hash to be safe.
func recoveryCodeID(userID, code string) string { return token.Hash(userID + " " + plainCode(code)) }

// plainCode returns a code without what people write it with.
func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(code)))
}
