package store

import (
	"context"
	"os"
	"testing"
	"time"

	"minidock/internal/pgtest"
)

func TestPingDoesNotWaitForAWriter(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, options func() Options) {
		s, err := Open(t.Context(), options())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		write(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Ping(ctx); err != nil {
			t.Errorf("while another program writes: %v", err)
		}
	})
}

func TestPingMissesADatabaseThatIsGone(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s := open(t, dir)
		execute(t, s, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err := os.Truncate(SQLitePath(dir), 0); err != nil {
			t.Fatal(err)
		}
		if err := s.Ping(t.Context()); err == nil {
			t.Error("an empty file answers")
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		cluster := pgtest.Require(t)
		name, err := cluster.Create(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), Options{Dir: t.TempDir(), URL: cluster.URL(name)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("while it is there: %v", err)
		}
		if err := cluster.Drop(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if err := s.Ping(t.Context()); !IsUnavailable(err) {
			t.Errorf("without its database: %v", err)
		}
	})
}
