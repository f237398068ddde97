package account

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/internal/fault"
	"minidock/internal/operation"
	"minidock/internal/token"
)

// issue creates a token for one purpose and a limited time. Earlier tokens of the user for the same purpose become invalid.
func issue(ctx context.Context, tx *ent.Tx, purpose onetimetoken.Purpose, userID, email string, now time.Time, lasts time.Duration) (string, error) {
	if err := revoke(ctx, tx, userID, purpose); err != nil {
		return "", err
	}
	made := token.New()
	err := tx.OneTimeToken.Create().SetID(token.Hash(made)).SetPurpose(purpose).SetUserID(userID).SetEmail(email).SetCreatedAt(now).
		SetExpiresAt(now.Add(lasts)).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("issue a token: %w", err)
	}
	return made, nil
}

// revoke invalidates a user's tokens for these purposes.
func revoke(ctx context.Context, tx *ent.Tx, userID string, purposes ...onetimetoken.Purpose) error {
	_, err := tx.OneTimeToken.Delete().Where(onetimetoken.UserID(userID), onetimetoken.PurposeIn(purposes...)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke tokens: %w", err)
	}
	return nil
}

// lookUpToken returns a token's row, or nil after recording that it is invalid: never issued, used, revoked and expired look alike.
func lookUpToken(ctx context.Context, client *ent.Client, purpose onetimetoken.Purpose, field, sent string, now time.Time, errs *fault.UserErrors) (*ent.OneTimeToken, error) {
	if sent == "" {
		errs.Add(field, fault.Blank)
		return nil, nil
	}
	found, err := client.OneTimeToken.Query().Where(onetimetoken.ID(token.Hash(sent)), onetimetoken.PurposeEQ(purpose),
		onetimetoken.ExpiresAtGT(now)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		errs.Add(field, fault.InvalidToken)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up a token: %w", err)
	}
	return found, nil
}

// spend deletes a token that is used. Of concurrent uses one succeeds; the others get INVALID_TOKEN.
func spend(ctx context.Context, tx *operation.Tx, of *ent.OneTimeToken, field string) error {
	spent, err := tx.OneTimeToken.Delete().Where(onetimetoken.ID(of.ID)).Exec(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("spend a token: %w", err)
	case spent == 0:
		return tx.Refuse(field, fault.InvalidToken)
	}
	return nil
}

func sweepTokens(ctx context.Context, client *ent.Client, now time.Time) error {
	_, err := client.OneTimeToken.Delete().Where(onetimetoken.ExpiresAtLTE(now)).Exec(ctx)
	return err
}
