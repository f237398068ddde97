package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/internal/fault"
)

// errRefused rolls a transaction back whose reason stands in the list of what is wrong.
var errRefused = errors.New("refused")

// NewToken returns a token of 256 bits that nobody can guess, and the hash by which the database knows it.
func NewToken() (token, hash string) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	token = base64.RawURLEncoding.EncodeToString(random)
	return token, HashToken(token)
}

// HashToken returns the hash by which the database knows a token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// issue makes a token with which a user can do one thing within some time. Tokens that the user had for it before are good for
// nothing any more.
func issue(ctx context.Context, tx *ent.Tx, purpose onetimetoken.Purpose, userID, email string, now time.Time, lasts time.Duration) (string, error) {
	if err := revoke(ctx, tx, userID, purpose); err != nil {
		return "", err
	}
	token, hash := NewToken()
	err := tx.OneTimeToken.Create().SetID(hash).SetPurpose(purpose).SetUserID(userID).SetEmail(email).SetCreatedAt(now).
		SetExpiresAt(now.Add(lasts)).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("issue a token: %w", err)
	}
	return token, nil
}

// revoke makes a user's tokens for these purposes good for nothing.
func revoke(ctx context.Context, tx *ent.Tx, userID string, purposes ...onetimetoken.Purpose) error {
	_, err := tx.OneTimeToken.Delete().Where(onetimetoken.UserID(userID), onetimetoken.PurposeIn(purposes...)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke tokens: %w", err)
	}
	return nil
}

// lookUpToken returns what a token is good for, or records that it is good for nothing: never issued, used, revoked or too old,
// which all look alike.
func lookUpToken(ctx context.Context, client *ent.Client, purpose onetimetoken.Purpose, field, token string, now time.Time, wrong *fault.List) (*ent.OneTimeToken, error) {
	if token == "" {
		wrong.Add(field, fault.Blank)
		return nil, nil
	}
	found, err := client.OneTimeToken.Query().Where(onetimetoken.ID(HashToken(token)), onetimetoken.PurposeEQ(purpose),
		onetimetoken.ExpiresAtGT(now)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		wrong.Add(field, fault.InvalidToken)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up a token: %w", err)
	}
	return found, nil
}

// spend uses a token up. Of several at once one succeeds, and the others are refused with errRefused.
func spend(ctx context.Context, tx *ent.Tx, token *ent.OneTimeToken, field string, wrong *fault.List) error {
	spent, err := tx.OneTimeToken.Delete().Where(onetimetoken.ID(token.ID)).Exec(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("spend a token: %w", err)
	case spent == 0:
		wrong.Add(field, fault.InvalidToken)
		return errRefused
	}
	return nil
}

func sweepTokens(ctx context.Context, client *ent.Client, now time.Time) error {
	_, err := client.OneTimeToken.Delete().Where(onetimetoken.ExpiresAtLTE(now)).Exec(ctx)
	return err
}
