package account

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/operation"
	"minidock/internal/store"
)

// SignInChallenge is a sign-in with the right password that waits for a code.
type SignInChallenge struct {
	Token     string
	ExpiresAt time.Time
}

// challenge creates the challenge of a sign-in with the right password, and keeps the account's hash, by which a password that is changed
// meanwhile is recognised.
func (a *Accounts) challenge(ctx context.Context, of *ent.User, hash string) (*SignInChallenge, error) {
	made := &SignInChallenge{ExpiresAt: a.Now().Add(a.Limits.ChallengeTime)}
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := rehash(ctx, tx, of, hash); err != nil {
			return err
		}
		var err error
		made.Token, err = issue(ctx, tx, onetimetoken.PurposeSIGN_IN, of.ID, of.Email, a.Now(), a.Limits.ChallengeTime)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for a code: %w", err)
	}
	return made, nil
}

// StillProven refuses with UNAUTHENTICATED when the user's password was changed since it was proven. Until the transaction ends,
// others who change or check it wait.
func StillProven(ctx context.Context, tx *ent.Tx, of *ent.User) error {
	return rehash(ctx, tx, of, of.PasswordHash)
}

// rehash is StillProven, and stores another hash of the same password.
func rehash(ctx context.Context, tx *ent.Tx, of *ent.User, hash string) error {
	still, err := tx.User.Update().SetPasswordHash(hash).
		Where(user.ID(of.ID), user.PasswordHash(of.PasswordHash)).Save(ctx)
	if err == nil && still == 0 {
		err = fault.ErrUnauthenticated
	}
	return err
}

// SignInWithTotpInput answers a challenge with a code of the authenticator app or a recovery code.
type SignInWithTotpInput struct{ Challenge, Code string }

// SignInWithTotp completes a sign-in that waits for a code. Each code is accepted once. After too many tries it is refused with
// RATE_LIMITED. User errors: BLANK, INVALID_TOKEN, INVALID_CODE.
func (a *Accounts) SignInWithTotp(ctx context.Context, viewer *access.Viewer, in SignInWithTotpInput) error {
	var errs fault.UserErrors
	checkCode(in.Code, &errs)
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposeSIGN_IN, "challenge", in.Challenge, a.Now(), &errs)
	if err != nil {
		return err
	}
	if err := errs.Err(); err != nil {
		return err
	}
	if err := a.Throttles.Count(ctx, totpRule(a.Limits), token.UserID); err != nil {
		return err
	}
	_, err = operation.Run(ctx, a.DB, viewer, access.SignInWithTotp, "", func(tx *operation.Tx) (struct{}, error) {
		tx.After(a.forgetTries(ctx, token.UserID))
		return struct{}{}, a.signInWithTotp(ctx, tx, token, in.Code)
	})
	return err
}

func (a *Accounts) signInWithTotp(ctx context.Context, tx *operation.Tx, token *ent.OneTimeToken, code string) error {
	found, err := tx.HoldAccount(ctx, token.UserID)
	if err != nil {
		return err
	}
	if err := spend(ctx, tx, token, "challenge"); err != nil {
		return err
	}
	if err := a.useCode(ctx, tx, token.UserID, code, "challenge", fault.InvalidToken); err != nil {
		return err
	}
	begun, err := a.Sessions.Begin(ctx, tx, found, nil)
	if err != nil {
		return err
	}
	tx.Changed(begun)
	return a.remember(ctx, tx.Client(), found.Email, tx.Viewer().From)
}
