//go:build e2e

package e2e_test

import (
	"cmp"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var (
	screenshot = flag.String("screenshot", "", "where TestPlaygroundJourney leaves its picture")
	address    = flag.String("address", "127.0.0.1:0", "where TestPlaygroundJourney serves; the picture shows it")
)

func TestPlaygroundJourney(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	chromium := cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")
	if _, err := os.Stat(chromium); err != nil {
		missing(t, "Chromium is not installed: %v", err)
	}
	data := t.TempDir()
	loadDemo(t, data)
	s := startWith(t, []string{"--addr", *address, "--data", data}, nil)
	picture, err := filepath.Abs(cmp.Or(*screenshot, filepath.Join(t.TempDir(), "playground.png")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "node", "playground.js", s.URL, picture).CombinedOutput(); err != nil {
		t.Fatalf("the journey failed: %v\n%s", err, out)
	}
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 {
		t.Errorf("no picture was taken: %v", err)
	}
}
