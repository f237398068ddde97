//go:build e2e

package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestSchemaLints(t *testing.T) {
	t.Parallel()
	npmRun(t, "lint")
}

func TestRelayCompiles(t *testing.T) {
	t.Parallel()
	npmRun(t, "relay")
}

func npmRun(t *testing.T, script string) {
	t.Helper()
	needNodeModules(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "npm", "run", "--silent", script).CombinedOutput(); err != nil {
		t.Errorf("npm run %s: %v\n%s", script, err, out)
	}
}

func needNodeModules(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "Node.js is not installed")
	}
	if _, err := os.Stat("node_modules"); err != nil {
		missing(t, "e2e/node_modules is missing: run `npm ci` in e2e")
	}
}
