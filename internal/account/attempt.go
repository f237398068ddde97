package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"minidock/ent"
	"minidock/ent/knownaddress"
	"minidock/internal/email"
	"minidock/internal/limit"
	"minidock/internal/request"
	"minidock/internal/throttle"
)

// knownFor is how long a network address stays known to an account after the last sign-in from there.
const knownFor = 90 * 24 * time.Hour

// attempt is a try to sign in to an account, whether or not there is such an account. Only failures count: against the account, and
// against the network address.
type attempt struct {
	*Accounts
	// account is the email address in the form in which addresses are compared; what is not an address is used as it is.
	account, network string
	// rule and key are what failures count against: the account from everywhere, or the account from a known address, so that strangers who
	// fail from elsewhere do not lock its owner out.
	rule throttle.Rule
	key  string
}

func accountRule(l limit.Limits) throttle.Rule {
	return throttle.Rule{Name: "sign in", Most: l.SignInFailures, Within: l.SignInFailureTime, MaxWait: l.SignInWait}
}

// knownRule has its own name, so that nothing that a stranger enters as an account counts there.
func knownRule(l limit.Limits) throttle.Rule {
	rule := accountRule(l)
	rule.Name = "sign in from a known address"
	return rule
}

func addressRule(l limit.Limits) throttle.Rule {
	return throttle.Rule{Name: "sign in from", Most: l.AddressFailures, Within: l.AddressFailureTime}
}

// try starts an attempt, or refuses it with RATE_LIMITED after too many failures.
func (a *Accounts) try(ctx context.Context, from request.Caller, rawEmail string) (*attempt, error) {
	account := strings.ToLower(strings.TrimSpace(rawEmail))
	if address, err := email.Parse(rawEmail); err == nil {
		account = address.Canonical()
	}
	t := a.attemptAt(account, from)
	t.rule, t.key = accountRule(a.Limits), t.account
	known, err := a.Client.KnownAddress.Query().
		Where(knownaddress.ID(t.knownID()), knownaddress.LastUsedAtGT(a.Now().Add(-knownFor))).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up an address: %w", err)
	}
	if known {
		t.rule, t.key = knownRule(a.Limits), t.knownID()
	}
	return t, t.check(ctx)
}

func (a *Accounts) attemptAt(account string, from request.Caller) *attempt {
	return &attempt{Accounts: a, account: account, network: from.Network()}
}

func (t *attempt) check(ctx context.Context) error {
	if err := t.Throttles.Check(ctx, addressRule(t.Limits), t.network); err != nil {
		return err
	}
	return t.Throttles.Check(ctx, t.rule, t.key)
}

// prove says whether the password matches the hash, and counts a failure if it does not. If the limit was reached meanwhile, it refuses
// with RATE_LIMITED whatever the password: of concurrent attempts, those over the limit learn nothing.
func (t *attempt) prove(ctx context.Context, password, hash string) (bool, error) {
	matches, err := t.Passwords.matches(ctx, password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	if !matches {
		return false, t.fail(ctx)
	}
	if err := t.Throttles.Check(ctx, addressRule(t.Limits), t.network); err != nil {
		return false, err
	}
	return true, t.Throttles.Forgive(ctx, t.rule, t.key)
}

func (t *attempt) fail(ctx context.Context) error {
	if err := t.Throttles.Count(ctx, addressRule(t.Limits), t.network); err != nil {
		return err
	}
	return t.Throttles.Count(ctx, t.rule, t.key)
}

// remember makes the network address known to the account, whose owner has signed in from there.
func (a *Accounts) remember(ctx context.Context, client *ent.Client, account string, from request.Caller) error {
	t := a.attemptAt(account, from)
	if t.network == "" {
		return nil
	}
	err := client.KnownAddress.Create().SetID(t.knownID()).SetLastUsedAt(t.Now()).
		OnConflictColumns(knownaddress.FieldID).UpdateLastUsedAt().Exec(ctx)
	if err != nil {
		return fmt.Errorf("remember an address: %w", err)
	}
	return nil
}

func (t *attempt) knownID() string {
	sum := sha256.Sum256([]byte(t.account + "\x00" + t.network))
	return hex.EncodeToString(sum[:])
}

// Sweep deletes what has expired.
func Sweep(ctx context.Context, client *ent.Client, now time.Time) error {
	_, err := client.KnownAddress.Delete().Where(knownaddress.LastUsedAtLTE(now.Add(-knownFor))).Exec(ctx)
	if err != nil {
		return err
	}
	return sweepTokens(ctx, client, now)
}
