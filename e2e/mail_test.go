//go:build e2e

package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMail resets a password by mail, with nothing set up: the mail is a file in the data folder.
func TestMail(t *testing.T) {
	data := t.TempDir()
	loadDemo(t, data)
	s := start(t, data)
	client := newClient(t)
	ask[any](t, client, s.URL, `mutation { requestPasswordReset(input: {email: "nobody@demo.example"}) { email userErrors { code } } }`, nil)
	ask[any](t, client, s.URL, `mutation { requestPasswordReset(input: {email: "owner@demo.example"}) { email userErrors { code } } }`, nil)
	letter := onlyMail(t, filepath.Join(data, "mail"))
	link := regexp.MustCompile(regexp.QuoteMeta(s.URL) + `/reset-password#token=([\w-]{43})`).FindStringSubmatch(letter)
	if link == nil || !strings.Contains(letter, "To: <owner@demo.example>") {
		t.Fatalf("the mail:\n%s", letter)
	}
	type outcome struct {
		ResetPassword struct{ Email *string }
		SignIn        struct {
			Viewer *struct{ User struct{ Email string } }
		}
	}
	got := ask[outcome](t, client, s.URL, `mutation($token: String!) {
		resetPassword(input: {token: $token, newPassword: "another password"}) { email }
		signIn(input: {email: "owner@demo.example", password: "another password"}) { viewer { user { email } } }
	}`, map[string]any{"token": link[1]})
	if got.ResetPassword.Email == nil || got.SignIn.Viewer == nil || got.SignIn.Viewer.User.Email != *got.ResetPassword.Email {
		t.Errorf("the password was not reset: %+v", got)
	}
	if logged := s.log.String(); strings.Contains(logged, link[1]) || strings.Contains(logged, "owner@demo.example") {
		t.Errorf("the log contains the mail:\n%s", logged)
	}
}

// onlyMail waits for the first mail in a folder, and returns the file's text.
func onlyMail(t *testing.T, folder string) string {
	t.Helper()
	var files []string
	waitUntil(t, "a mail", func() bool {
		files, _ = filepath.Glob(filepath.Join(folder, "*.eml"))
		return len(files) > 0
	})
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
