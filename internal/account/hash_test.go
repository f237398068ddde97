package account

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"minidock/internal/fault"
)

func TestAnAccountThatDoesNotExistCostsTheSameHash(t *testing.T) {
	t.Parallel()
	passwords := NewPasswords(DefaultCost, 1)
	real, err := passwords.hash(t.Context(), "a real password")
	if err != nil {
		t.Fatal(err)
	}
	dummyParams, dummySalt, dummyKey, err := argon2id.DecodeHash(nobodysHash)
	if err != nil {
		t.Fatal(err)
	}
	realParams, realSalt, realKey, err := argon2id.DecodeHash(real)
	if err != nil {
		t.Fatal(err)
	}
	if *dummyParams != *realParams || len(dummySalt) != len(realSalt) || len(dummyKey) != len(realKey) {
		t.Errorf("an unknown account costs %+v, a known one %+v", *dummyParams, *realParams)
	}
	if realParams.Memory != 19*1024 || realParams.Iterations != 2 || realParams.Parallelism < 1 || len(realSalt) < 16 || len(realKey) < 32 {
		t.Errorf("parameters %+v", *realParams)
	}
}

func TestAHashMatchesItsPasswordOnly(t *testing.T) {
	t.Parallel()
	passwords := NewPasswords(DefaultCost, 1)
	const password = "pass\x00word ä 🔑"
	hash, err := passwords.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	other, err := passwords.hash(t.Context(), password)
	if err != nil || other == hash || strings.Contains(hash, "word") || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %s and %s, %v", hash, other, err)
	}
	for text, want := range map[string]bool{password: true, "pass": false, password + " ": false, "": false, strings.ToUpper(password): false} {
		if got, err := passwords.matches(t.Context(), text, hash); got != want || err != nil {
			t.Errorf("%q: %t, %v", text, got, err)
		}
	}
}

func TestHashesThatCostLessThanNewOnesAreTooCheap(t *testing.T) {
	t.Parallel()
	for hash, want := range map[string]bool{
		nobodysHash: false,
		strings.Replace(nobodysHash, "m=19456", "m=19455", 1): true,
		strings.Replace(nobodysHash, "t=2", "t=1", 1):         true,
		strings.Replace(nobodysHash, "m=19456", "m=65536", 1): false,
		"no hash": false,
	} {
		if got := NewPasswords(DefaultCost, 1).isTooCheap(hash); got != want {
			t.Errorf("%s: %t", hash, got)
		}
	}
}

func TestNoMorePasswordsAreHashedThanThereAreCoresAndFewWait(t *testing.T) {
	t.Parallel()
	passwords := NewPasswords(DefaultCost, 1)
	var releases []func()
	for range runtime.NumCPU() {
		release, err := passwords.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		for {
			if _, err := passwords.acquire(ctx); !isRateLimited(err) { // by the look at the queue below
				waited <- err
				return
			}
		}
	}()
	for passwords.admitted.TryAcquire(1) {
		passwords.admitted.Release(1)
		runtime.Gosched()
	}
	var refusal *fault.Refusal
	if _, err := passwords.hash(t.Context(), "one too many"); !errors.As(err, &refusal) || !isRateLimited(err) || refusal.RetryAfter <= 0 {
		t.Errorf("over the queue: %v", err)
	}
	giveUp()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gives up: %v", err)
	}
	for _, release := range releases {
		release()
	}
	if _, err := passwords.hash(t.Context(), "there is room"); err != nil || !passwords.admitted.TryAcquire(int64(runtime.NumCPU()+1)) {
		t.Errorf("afterwards: %v, or some are left", err)
	}
}
