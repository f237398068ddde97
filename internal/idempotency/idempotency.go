// Package idempotency lets a caller repeat a request without it being done twice: the same key with the same input gives the first
// success again.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"minidock/ent"
	"minidock/ent/idempotencykey"
	"minidock/ent/predicate"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/text"
)

const (
	// Kept is how long a success is remembered.
	Kept   = 24 * time.Hour
	maxKey = 255
	field  = "idempotencyKey"
)

// Caller is a user, or a token by which the user does something: its keys are its own.
type Caller struct {
	UserID string
	// TokenID is "" for a user in person.
	TokenID string
}

// Request is a caller's request that may be repeated. Without a key it is done each time.
type Request struct {
	caller      Caller
	mutation    string
	key         *string
	fingerprint []byte
}

// Of returns the request of a caller. Input is everything else that was sent, including the bytes of files.
func Of(caller Caller, mutation string, key *string, input any) (Request, error) {
	content, err := json.Marshal(input)
	if err != nil {
		return Request{}, fmt.Errorf("read the input of %s: %w", mutation, err)
	}
	sum := sha256.Sum256(content)
	return Request{caller: caller, mutation: mutation, key: key, fingerprint: sum[:]}, nil
}

// Check judges the key.
func (r Request) Check(errs *fault.UserErrors) {
	if r.key == nil {
		return
	}
	found, illegal := text.Illegal(*r.key, false)
	switch n := utf8.RuneCountInString(*r.key); {
	case n == 0:
		errs.Add(field, fault.Blank)
	case illegal:
		errs.Add(field, fault.InvalidCharacter, "character", found)
	case n > maxKey:
		errs.Add(field, fault.TooLong, "weight", n, "min", 1, "max", maxKey)
	}
}

// Find returns the id that the first success gave, or "" when there was none. A success with another input is a user error of the key.
func (r Request) Find(ctx context.Context, client *ent.Client, now time.Time, errs *fault.UserErrors) (string, error) {
	if r.key == nil || errs.Has(field) {
		return "", nil
	}
	first, err := client.IdempotencyKey.Query().Where(r.own(), idempotencykey.CreatedAtGT(now.Add(-Kept))).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look up an idempotency key: %w", err)
	case string(first.Fingerprint) != string(r.fingerprint):
		errs.Add(field, fault.IdempotencyKeyReused)
		return "", nil
	}
	return first.ResultID, nil
}

// Remember stores the id that the request gave, in its transaction. Of two concurrent requests with the same key, one fails on the key's
// uniqueness.
func (r Request) Remember(ctx context.Context, tx *ent.Tx, now time.Time, resultID string) error {
	if r.key == nil {
		return nil
	}
	_, err := tx.IdempotencyKey.Delete().
		Where(r.own(), idempotencykey.CreatedAtLTE(now.Add(-Kept))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget an old idempotency key: %w", err)
	}
	return tx.IdempotencyKey.Create().SetID(id.New(id.IdempotencyKey)).SetUserID(r.caller.UserID).SetAPITokenID(r.caller.TokenID).
		SetMutation(r.mutation).SetKey(*r.key).SetFingerprint(r.fingerprint).SetResultID(resultID).SetCreatedAt(now).Exec(ctx)
}

// own selects the row of the key.
func (r Request) own() predicate.IdempotencyKey {
	return idempotencykey.And(idempotencykey.UserID(r.caller.UserID), idempotencykey.APITokenID(r.caller.TokenID),
		idempotencykey.Mutation(r.mutation), idempotencykey.Key(*r.key))
}

// Sweep deletes what is too old to be given again.
func Sweep(ctx context.Context, client *ent.Client, now time.Time) error {
	_, err := client.IdempotencyKey.Delete().Where(idempotencykey.CreatedAtLTE(now.Add(-Kept))).Exec(ctx)
	return err
}
