package store

import (
	"errors"
	"sync"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/id"
)

func TestATransactionThatFailsOrPanicsWritesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	broken := errors.New("broken")
	err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
		createUserIn(t, tx.Client(), "ann@example.com")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
			createUserIn(t, tx.Client(), "bob@example.com")
			panic("broken")
		})
	}()
	if n := s.Client.User.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d users, want none", n)
	}
	createUser(t, s, "ann@example.com")
}

func TestATakenValueIsToldFromOtherErrors(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	createUser(t, s, "ann@example.com")
	err := s.Client.User.Create().SetID(id.New(id.User)).SetEmail("ann@example.com").SetDisplayName("Ann").
		SetPasswordHash("x").SetCreatedAt(time.Now()).Exec(t.Context())
	if !IsTaken(err) {
		t.Errorf("the same address again: %v", err)
	}
	err = s.Client.Member.Create().SetID(id.New(id.Member)).SetUserID("nobody").SetWorkspaceID("nowhere").
		SetRole("OWNER").SetCreatedAt(time.Now()).Exec(t.Context())
	if err == nil || IsTaken(err) {
		t.Errorf("a reference to nothing: %v", err)
	}
	if IsTaken(nil) || IsTaken(errors.New("UNIQUE constraint failed")) {
		t.Error("recognized by its text")
	}
}

func TestManyWritersAndReadersMeetNoLock(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
				if _, err := tx.User.Query().Count(t.Context()); err != nil {
					return err
				}
				address := id.New(id.User)
				return tx.User.Create().SetID(address).SetEmail(address).SetDisplayName("x").SetPasswordHash("x").
					SetCreatedAt(time.Now()).Exec(t.Context())
			})
			if err != nil {
				t.Error(err)
			}
			if _, err := s.Client.User.Query().All(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.Client.User.Query().CountX(t.Context()); n != 64 {
		t.Errorf("%d users, want 64", n)
	}
}

func createUser(t *testing.T, s *Store, address string) {
	t.Helper()
	createUserIn(t, s.Client, address)
}

func createUserIn(t *testing.T, client *ent.Client, address string) {
	t.Helper()
	err := client.User.Create().SetID(id.New(id.User)).SetEmail(address).SetDisplayName("x").SetPasswordHash("x").
		SetCreatedAt(time.Now()).Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}
