//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// documented is the address that the README's journey uses.
const documented = "http://127.0.0.1:8080"

var (
	fence           = regexp.MustCompile("(?s)```sh\n(.*?)```")
	createdWithID   = regexp.MustCompile(`"appId":\s*"[1-9][0-9]{15}"`)
	createdStatus   = regexp.MustCompile(`"status":\s*"CREATED"`)
	refusedByField  = regexp.MustCompile(`"userErrors":\s*\[\s*\{`)
	refusedAsAWhole = regexp.MustCompile(`"errors":`)
)

func TestCurlJourney(t *testing.T) {
	t.Parallel()
	script := strings.ReplaceAll(journey(t), documented, start(t, t.TempDir()).URL)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, "sh", "-eu")
	run.Dir = t.TempDir()
	run.Stdin = strings.NewReader(script)
	var said, complained bytes.Buffer
	run.Stdout, run.Stderr = &said, &complained
	if err := run.Run(); err != nil {
		t.Fatalf("the journey failed: %v\n%s%s", err, &said, &complained)
	}
	if !createdWithID.Match(said.Bytes()) || !createdStatus.Match(said.Bytes()) {
		t.Errorf("no created mini program, with appId and status, in\n%s", &said)
	}
	if refusedByField.Match(said.Bytes()) || refusedAsAWhole.Match(said.Bytes()) {
		t.Errorf("something was refused in\n%s", &said)
	}
}

// journey returns the README's commands between the marks.
func journey(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		missing(t, "there is no README: %v", err)
	}
	_, after, begun := strings.Cut(string(readme), "<!-- journey -->")
	marked, _, ended := strings.Cut(after, "<!-- /journey -->")
	if !begun || !ended {
		missing(t, "the README has no journey between its marks")
	}
	var script strings.Builder
	for _, block := range fence.FindAllStringSubmatch(marked, -1) {
		script.WriteString(block[1])
	}
	if !strings.Contains(script.String(), documented) {
		t.Fatalf("the README's journey does not use %s:\n%s", documented, script.String())
	}
	return script.String()
}
