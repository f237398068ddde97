package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// Challenge stands for a sign-in whose password was right and which waits for a code.
type Challenge struct {
	Token     string
	ExpiresAt time.Time
}

// challenge begins to wait for a code of somebody whose password was right. A password that was changed meanwhile was not.
func (a *Accounts) challenge(ctx context.Context, of *ent.User) (*Challenge, error) {
	made := &Challenge{ExpiresAt: a.Now().Add(a.Limits.ChallengeTime)}
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := StillProven(ctx, tx, of); err != nil {
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
// whoever else changes it or asks the same waits.
func StillProven(ctx context.Context, tx *ent.Tx, of *ent.User) error {
	still, err := tx.User.Update().SetPasswordHash(of.PasswordHash).
		Where(user.ID(of.ID), user.PasswordHash(of.PasswordHash)).Save(ctx)
	if err == nil && still == 0 {
		err = fault.ErrUnauthenticated
	}
	return err
}

// SignInWithTotpInput answers a challenge by a code of the authenticator app or a recovery code.
type SignInWithTotpInput struct{ Challenge, Code string }

// SignInWithTotp returns the user whose sign-in waits for a code, if it is this one. A code is taken once. After too many codes
// that were tried it is refused with RATE_LIMITED.
func (a *Accounts) SignInWithTotp(ctx context.Context, actor access.Actor, in SignInWithTotpInput) (*ent.User, *fault.List, error) {
	wrong := fault.NewList("challenge", "code")
	checkCode(in.Code, wrong)
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposeSIGN_IN, "challenge", in.Challenge, a.Now(), wrong)
	if err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	if err := a.Throttles.Count(ctx, totpRule(a.Limits), token.UserID); err != nil {
		return nil, nil, err
	}
	var found *ent.User
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := spend(ctx, tx, token, "challenge", wrong); err != nil {
			return err
		}
		if err := a.useCode(ctx, tx, token.UserID, in.Code, wrong, "challenge", fault.InvalidToken); err != nil {
			return err
		}
		found, err = tx.User.Get(ctx, token.UserID)
		return err
	})
	if errors.Is(err, errRefused) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("sign in with a code: %w", err)
	}
	if err := a.Throttles.Reopen(ctx, totpRule(a.Limits), found.ID); err != nil {
		return nil, nil, err
	}
	return found.Unwrap(), wrong, a.remember(ctx, a.Client, found.Email, actor.From)
}
