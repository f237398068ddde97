//go:build e2e

package e2e_test

import (
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"minidock/internal/pgtest"
)

// TestTwoProgramsOnOnePostgreSQL starts the program twice on one database: they share the sessions, and the quota holds.
func TestTwoProgramsOnOnePostgreSQL(t *testing.T) {
	t.Parallel()
	database, data := pgtest.Require(t).NewDatabase(t, ""), t.TempDir()
	for range 2 {
		if out, err := exec.CommandContext(t.Context(), program, "demo", "--data", data, "--database-url", database).CombinedOutput(); err != nil {
			t.Fatalf("minidock demo: %v\n%s", err, out)
		}
	}
	args := []string{"--addr", "127.0.0.1:0", "--data", data, "--database-url", database}
	servers := []*server{startWith(t, args, nil), startWith(t, args, nil)}
	client := newClient(t)
	if got := signIn(t, client, servers[0].URL); len(got) != 0 {
		t.Fatalf("the demo's owner cannot sign in: %v", got)
	}
	// Cookies know no ports: the session is the same one.
	own := workspace(t, client, servers[1].URL)
	free := 10 - len(own.MiniPrograms.Nodes)
	outcomes := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 40 {
		input := miniProgram(t, own.ID, fmt.Sprintf("西湖小面馆%d", i))
		wg.Go(func() {
			got := ask[struct {
				CreateMiniProgram struct {
					UserErrors []struct{ Code string }
				}
			}](t, client, servers[i%2].URL, create, input).CreateMiniProgram
			mu.Lock()
			outcomes[fmt.Sprint(got.UserErrors)]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if free < 2 || outcomes["[]"] != free || outcomes["[{QUOTA_EXCEEDED}]"] != 40-free {
		t.Errorf("outcomes %v, want %d created and the others QUOTA_EXCEEDED", outcomes, free)
	}
}
