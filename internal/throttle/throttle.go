// Package throttle bounds how often something may be tried by the same account or from the same address. It counts in the
// database, so that a restart forgets nothing and several processes count together.
package throttle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/throttle"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// Throttles counts tries.
type Throttles struct {
	Client *ent.Client
	// Now is the clock.
	Now func() time.Time
}

// Check refuses with RATE_LIMITED while no try is allowed for key, without counting one. An empty key is never refused.
func (t *Throttles) Check(ctx context.Context, rule Rule, key string) error {
	if key == "" {
		return nil
	}
	so, err := t.find(ctx, rule, key)
	if err != nil {
		return err
	}
	return refuse(so, t.Now())
}

// Count counts a try for key, or refuses it with RATE_LIMITED. Concurrent tries do not exceed the limit.
func (t *Throttles) Count(ctx context.Context, rule Rule, key string) error {
	return t.CountTimes(ctx, rule, key, 1)
}

// CheckTimes refuses, like CountTimes, this many tries at once that would be too many, and counts none.
func (t *Throttles) CheckTimes(ctx context.Context, rule Rule, key string, times int) error {
	if key == "" {
		return nil
	}
	so, err := t.find(ctx, rule, key)
	if err != nil {
		return err
	}
	now := t.Now()
	if err := refuse(so, now); err != nil {
		return err
	}
	if !rule.hasRoom(so, now, times) {
		return fault.RateLimited(rule.counted(so, now).Since.Add(rule.Within).Sub(now))
	}
	return nil
}

// CountTimes counts several tries for key, or refuses all of them with RATE_LIMITED and counts none.
func (t *Throttles) CountTimes(ctx context.Context, rule Rule, key string, times int) error {
	if key == "" {
		return nil
	}
	for { // again after a conflict with another try, of which there are only as many as are allowed
		so, err := t.find(ctx, rule, key)
		if err != nil {
			return err
		}
		now := t.Now()
		if err := refuse(so, now); err != nil {
			return err
		}
		if !rule.hasRoom(so, now, times) {
			return fault.RateLimited(rule.counted(so, now).Since.Add(rule.Within).Sub(now))
		}
		if counted, err := t.replace(ctx, rowID(rule, key), so, rule.next(so, now, times)); err != nil || counted {
			return err
		}
	}
}

// Forgive resets the count for key, or refuses with RATE_LIMITED when no try is allowed.
func (t *Throttles) Forgive(ctx context.Context, rule Rule, key string) error {
	so, err := t.find(ctx, rule, key)
	if err != nil || so == nil {
		return err
	}
	if err := refuse(so, t.Now()); err != nil {
		return err
	}
	return t.Reopen(ctx, rule, key)
}

// Reopen resets the count for key.
func (t *Throttles) Reopen(ctx context.Context, rule Rule, key string) error {
	if _, err := t.Client.Throttle.Delete().Where(throttle.ID(rowID(rule, key))).Exec(ctx); err != nil {
		return fmt.Errorf("forget tries: %w", err)
	}
	return nil
}

// Sweep deletes counts that have expired.
func Sweep(ctx context.Context, client *ent.Client, now time.Time) error {
	_, err := client.Throttle.Delete().Where(throttle.ForgottenAtLTE(now)).Exec(ctx)
	return err
}

func refuse(so *ent.Throttle, now time.Time) error {
	if so == nil || so.ClosedUntil == nil || !now.Before(*so.ClosedUntil) {
		return nil
	}
	return fault.RateLimited(so.ClosedUntil.Sub(now))
}

// rowID is a hash, so that it keeps neither the length nor the text of what clients send.
func rowID(rule Rule, key string) string {
	sum := sha256.Sum256([]byte(rule.Name + "\x00" + key))
	return hex.EncodeToString(sum[:])
}

// find returns the count for key, or nil.
func (t *Throttles) find(ctx context.Context, rule Rule, key string) (*ent.Throttle, error) {
	so, err := t.Client.Throttle.Query().Where(throttle.ID(rowID(rule, key))).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read tries: %w", err)
	}
	return so, nil
}

// replace writes the next count, and says whether it could: another try may have been counted since it was read.
func (t *Throttles) replace(ctx context.Context, id string, so *ent.Throttle, next ent.Throttle) (bool, error) {
	if so == nil {
		return t.begin(ctx, id, next)
	}
	replaced, err := t.Client.Throttle.Update().SetTries(next.Tries).SetSince(next.Since).SetForgottenAt(next.ForgottenAt).
		SetNillableClosedUntil(next.ClosedUntil).Where(throttle.ID(id), throttle.Tries(so.Tries), throttle.Since(so.Since)).Save(ctx)
	if err != nil {
		return false, fmt.Errorf("count a try: %w", err)
	}
	return replaced > 0, nil
}

func (t *Throttles) begin(ctx context.Context, id string, first ent.Throttle) (bool, error) {
	err := t.Client.Throttle.Create().SetID(id).SetTries(first.Tries).SetSince(first.Since).SetForgottenAt(first.ForgottenAt).
		SetNillableClosedUntil(first.ClosedUntil).Exec(ctx)
	switch {
	case store.IsTaken(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("count a first try: %w", err)
	}
	return true, nil
}
