package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/pgtest"
)

func TestATransactionThatLosesIsRunThreeTimesMoreAndNoOther(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for _, test := range []struct {
		err   error
		calls int
	}{
		{&pgconn.PgError{Code: "40001"}, 4}, {&pgconn.PgError{Code: "40P01"}, 4},
		{&pgconn.PgError{Code: "23505"}, 1}, {&pgconn.PgError{Code: "57P01"}, 1}, {&pgconn.PgError{Code: "55P03"}, 1},
		{errors.New("40001"), 1},
	} {
		calls := 0
		err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
			calls++
			createUserIn(t, tx.Client(), "ann@example.com")
			return fmt.Errorf("write: %w", test.err)
		})
		if !errors.Is(err, test.err) || calls != test.calls {
			t.Errorf("%v: %d calls, want %d; %v", test.err, calls, test.calls, err)
		}
	}
	if n := s.Client.User.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d users, want none", n)
	}
}

func TestATransactionThatWinsInTheEndIsWrittenOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	calls := 0
	err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
		calls++
		createUserIn(t, tx.Client(), fmt.Sprintf("ann%d@example.com", calls))
		if calls < 4 {
			return &pgconn.PgError{Code: "40001"}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if only := s.Client.User.Query().OnlyX(t.Context()); only.Email != "ann4@example.com" {
		t.Errorf("written by an earlier try: %s", only.Email)
	}
}

func TestNobodyWaitsForATransactionWhoseCallerIsGone(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := Tx(ctx, s.Client, func(*ent.Tx) error {
		calls++
		cancel()
		return &pgconn.PgError{Code: "40001"}
	})
	if calls != 1 || !isRetriable(err) {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestTwoTransactionsThatWaitForEachOtherAreBothWritten(t *testing.T) {
	t.Parallel()
	s := onPostgresOf(t, pgtest.Require(t))
	emails := []string{"ann@example.com", "bob@example.com"}
	for _, email := range emails {
		createUser(t, s, email)
	}
	var done, met sync.WaitGroup
	met.Add(len(emails))
	calls := make([]int, len(emails))
	for i := range emails {
		done.Go(func() {
			err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
				calls[i]++
				if err := rename(t.Context(), tx, emails[i], i); err != nil {
					return err
				}
				if calls[i] == 1 {
					met.Done()
					met.Wait()
				}
				return rename(t.Context(), tx, emails[1-i], i)
			})
			if err != nil {
				t.Errorf("transaction %d: %v", i, err)
			}
		})
	}
	done.Wait()
	if calls[0]+calls[1] < 3 {
		t.Errorf("%v calls: the transactions did not meet", calls)
	}
}

func rename(ctx context.Context, tx *ent.Tx, email string, by int) error {
	return tx.User.Update().Where(user.Email(email)).SetDisplayName(fmt.Sprint(by)).Exec(ctx)
}
