//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLimits sets limits as somebody who runs the program does.
func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("hold", limitsHold)
	t.Run("that are none end the program", oddLimitsEndTheProgram)
}

func limitsHold(t *testing.T) {
	t.Parallel()
	byFlags := []string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--limit", "query-depth=3", "--limit", "query-cost-signed-out=7"}
	byEnvironment := []string{"MINIDOCK_LIMIT=query-depth=3;query-cost-signed-out=7"}
	for name, s := range map[string]*server{
		"flags":       startWith(t, byFlags, nil),
		"environment": startWith(t, []string{"--addr", "127.0.0.1:0", "--data", t.TempDir()}, byEnvironment),
	} {
		for query, answered := range map[string]bool{
			"{ industries(first: 7) { nodes { id } } }":          true,
			"{ industries(first: 8) { nodes { id } } }":          false,
			"{ industries(first: 7) { edges { cursor } } }":      true,
			"{ industries(first: 7) { edges { node { id } } } }": false,
		} {
			got := post(t, s.URL, "query cop "+query)
			if strings.Contains(got, `"data":{"industries":{`) != answered || strings.Contains(got, `"QUERY_TOO_COMPLEX"`) == answered {
				t.Errorf("%s: %s: %s", name, query, got)
			}
		}
	}
}

func oddLimitsEndTheProgram(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ limit, message string }{
		{"nonsense=1", `"nonsense"; there are query-characters, `},
		{"query-depth=0", `query-depth: "0" must be a whole number from 1 to `},
		{"body-bytes=-1KiB", `body-bytes: "-1KiB" must be a number of bytes from 1 to `},
		{"read-time=10", `read-time: "10" must be a time from 1ms to `},
		{"query-depth", `--limit (MINIDOCK_LIMIT): "query-depth" is not NAME=VALUE`},
	} {
		for name, how := range map[string]struct{ args, env []string }{
			"flag":        {args: []string{"--limit", test.limit}},
			"environment": {env: []string{"MINIDOCK_LIMIT=query-cost=9;" + test.limit}},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			data := filepath.Join(t.TempDir(), "data")
			command := exec.CommandContext(ctx, program, append([]string{"--addr", "127.0.0.1:0", "--data", data}, how.args...)...)
			command.Env = append(withoutSettings(os.Environ()), how.env...)
			out, err := command.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() <= 0 {
				t.Errorf("%s %s: %v", name, test.limit, err)
			}
			if !strings.Contains(string(out), test.message) || strings.Contains(string(out), "goroutine") {
				t.Errorf("%s %s: says %s", name, test.limit, out)
			}
			if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s %s: made the data folder: %v", name, test.limit, err)
			}
		}
	}
}
