//go:build e2e

package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecretKey starts the program with the key of its first start, with none, and with another one.
func TestSecretKey(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	loadDemo(t, data)
	path := filepath.Join(data, "secret.key")
	s := start(t, data)
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("the key's file: %v, %v", info, err)
	}
	client := newClient(t)
	signIn(t, client, s.URL)
	got := ask[struct {
		EnableTotp struct {
			TotpSecret *struct{ Secret string }
			UserErrors []struct{ Code string }
		}
	}](t, client, s.URL, `mutation { enableTotp(input: {password: "demo-password-1"}) { totpSecret { secret } userErrors { code } } }`, nil)
	if got.EnableTotp.TotpSecret == nil {
		t.Fatalf("no second factor: %+v", got)
	}
	s.stop(t)
	files, err := filepath.Glob(filepath.Join(data, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil && strings.Contains(string(content), got.EnableTotp.TotpSecret.Secret) {
			t.Errorf("%s holds the secret", file)
		}
	}

	kept := filepath.Join(t.TempDir(), "key")
	if err := os.Rename(path, kept); err != nil {
		t.Fatal(err)
	}
	failsToStart(t, data, "--secret-key-file (MINIDOCK_SECRET_KEY_FILE): there is no "+path)
	if _, err := os.Stat(path); err == nil {
		t.Error("a key was made that the database's secrets were not sealed with")
	}
	other := t.TempDir()
	start(t, other).stop(t)
	failsToStart(t, data, "sealed with another key", "--secret-key-file", filepath.Join(other, "secret.key"))
	startWith(t, []string{"--addr", "127.0.0.1:0", "--data", data, "--secret-key-file", kept}, nil).stop(t)
}

func failsToStart(t *testing.T, data, want string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, program, append([]string{"--addr", "127.0.0.1:0", "--data", data}, args...)...)
	command.Env = withoutSettings(os.Environ())
	out, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(out), want) {
		t.Errorf("%v; want %q in %s", err, want, out)
	}
}
