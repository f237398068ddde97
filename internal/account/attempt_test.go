package account

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"minidock/internal/fault"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/request"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

func TestTheRightPasswordOfAnAttemptUnderWayIsRefusedOnceFailuresHaveClosedIt(t *testing.T) {
	t.Parallel()
	for name, network := range map[string]string{"the account": "203.0.113.1", "the address": "203.0.113.2"} {
		accounts := newAccounts(t)
		from := request.Caller{Address: netip.MustParseAddr(network)}
		hash, err := accounts.Passwords.hash(t.Context(), "right")
		if err != nil {
			t.Fatal(err)
		}
		begin := func(email string) *attempt {
			begun, err := accounts.try(t.Context(), from, email)
			if err != nil {
				t.Fatal(err)
			}
			return begun
		}
		right, failing := begin("ann@example.com"), []*attempt{}
		failures, email := accounts.Limits.SignInFailures, "ann@example.com"
		if name == "the address" {
			failures, email = accounts.Limits.AddressFailures, "bob@example.com"
			accounts.Limits.SignInFailures = 1000
		}
		for range failures + 1 {
			failing = append(failing, begin(email))
		}
		for i, one := range failing {
			proven, err := one.prove(t.Context(), "wrong", hash)
			if proven || isRateLimited(err) != (i == failures) {
				t.Errorf("%s: failure %d: %t, %v", name, i+1, proven, err)
			}
		}
		if _, err := right.prove(t.Context(), "right", hash); !isRateLimited(err) {
			t.Errorf("%s: the correct password fails: %v", name, err)
		}
		if _, err := accounts.try(t.Context(), from, "ann@example.com"); !isRateLimited(err) {
			t.Errorf("%s was opened by the right password: %v", name, err)
		}
	}
}

func isRateLimited(err error) bool {
	refusal, ok := errors.AsType[*fault.Refusal](err)
	return ok && refusal.Code == "RATE_LIMITED" && refusal.RetryAfter > 0
}

func newAccounts(t *testing.T) *Accounts {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	return &Accounts{
		DB: operation.DB{Client: db.Client, Now: now}, Limits: limit.Default, Passwords: NewPasswords(Cost{Memory: 64, Iterations: 1}, 0),
		Throttles: &throttle.Throttles{Client: db.Client, Now: now},
	}
}
