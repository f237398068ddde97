package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"minidock/internal/pgtest"
)

// The environment of the process that is killed.
const (
	killAfter   = "MINIDOCK_TEST_KILL_AFTER"
	killDir     = "MINIDOCK_TEST_KILL_DIR"
	killAddress = "MINIDOCK_TEST_KILL_DATABASE"
)

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(killAfter)); err == nil {
		migrateUntilKilled(n)
	}
	os.Exit(m.Run())
}

// migrateUntilKilled migrates in a process of its own, which a kill ends after the nth statement.
func migrateUntilKilled(n int) {
	afterStatement = func() {
		if n--; n == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	options := Options{Dir: os.Getenv(killDir), URL: os.Getenv(killAddress)}
	if _, err := Migrate(context.Background(), options, false); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestAMigrationKilledAtAnyStatementIsDoneAtTheNextStart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, options func() Options) {
		for n, last := 1, false; !last; n++ {
			o := options()
			last = !killedAfter(t, n, o)
			if last {
				if n < 10 {
					t.Fatalf("only %d statements were run", n-1)
				}
				break
			}
			s, err := Open(t.Context(), o)
			if err != nil {
				t.Fatalf("killed after statement %d, the next start: %v", n, err)
			}
			createUser(t, s, "ann@example.com")
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// killedAfter reports whether the process was killed: not if it had finished before.
func killedAfter(t *testing.T, n int, o Options) bool {
	t.Helper()
	self := exec.CommandContext(t.Context(), os.Args[0])
	self.Env = append(os.Environ(), fmt.Sprintf("%s=%d", killAfter, n), killDir+"="+o.Dir, killAddress+"="+o.URL)
	output, err := self.CombinedOutput()
	var exit *exec.ExitError
	if err == nil {
		return false
	}
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%v: %s", err, output)
	}
	return true
}

// onEach runs a test on each database; options gives an empty one at each call.
func onEach(t *testing.T, test func(t *testing.T, options func() Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, func() Options { return Options{Dir: t.TempDir()} })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		cluster := pgtest.Require(t)
		test(t, func() Options { return Options{Dir: t.TempDir(), URL: cluster.NewDatabase(t, ""), Connections: 4} })
	})
}
