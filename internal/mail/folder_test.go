package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFolderKeepsEachMessageAsAFile(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	dir := filepath.Join(t.TempDir(), "outgoing", "mail")
	folder, err := NewFolder(dir, "迷你码头 <no-reply@例子.中国>", slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	m := compose(t, Invitation, languages[1], "li@例子.中国", facts)
	for range 2 {
		if err := folder.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	logged := strings.Split(strings.TrimSpace(log.String()), "\n")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || len(logged) != 2 {
		t.Fatalf("%v, %v; logged %q", entries, err, logged)
	}
	checkMode(t, dir, 0o700)
	for i := range logged {
		name := logOf(t, logged[i])
		checkMode(t, filepath.Join(dir, name), 0o600)
		checkFile(t, filepath.Join(dir, name), m)
	}
	if logged[0] == logged[1] || logOf(t, logged[0]) == logOf(t, logged[1]) {
		t.Errorf("both are %s", logged[0])
	}
}

// logOf returns the file that a line of the log names, and fails if the line says anything else.
func logOf(t *testing.T, line string) string {
	t.Helper()
	var entry map[string]string
	if err := json.Unmarshal([]byte(line), &entry); err != nil {
		t.Fatal(err)
	}
	if len(entry) != 4 || entry["time"] == "" || entry["level"] != "INFO" || entry["msg"] != "mail" || filepath.Ext(entry["file"]) != ".eml" || filepath.Base(entry["file"]) != entry["file"] {
		t.Fatalf("logged %s", line)
	}
	return entry["file"]
}

func checkMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
		t.Errorf("%v, %v", info, err)
	}
}

func checkFile(t *testing.T, path string, m Message) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkHeader(t, bytes.Replace(raw, []byte("Content-Transfer-Encoding: 8bit\r\n"), nil, 1), "li@xn--fsqu00a.xn--fiqs8s")
	for _, want := range []string{"\r\n" + facts.Link + "\r\n", "李雷 邀请您加入"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("%q is not readable in\n%s", want, raw)
		}
	}
	read := open(t, raw)
	if read.subject != m.Subject || read.text != m.Text || read.html != m.HTML {
		t.Errorf("got %+v, want %+v", read, m)
	}
	if from := decoded(t, read.header.Get("From")); from != "迷你码头 <no-reply@xn--fsqu00a.xn--fiqs8s>" {
		t.Errorf("from %s", from)
	}
}

func TestFolderLeavesNothingOfWhatItRefuses(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	dir := t.TempDir()
	folder, err := NewFolder(dir, from, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range notPlain {
		if err := folder.Send(t.Context(), Message{To: to, Subject: "x", Text: "x"}); !IsPermanent(err) || to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("%q: %v", to, err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := folder.Send(ended, Message{To: "ann@example.com", Subject: "x", Text: "x"}); !errors.Is(err, context.Canceled) || IsPermanent(err) {
		t.Errorf("the context has ended: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 || log.Len() != 0 {
		t.Errorf("%v, %v; logged %s", entries, err, &log)
	}
}

func TestFolderTellsWhenItCannotWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail")
	folder, err := NewFolder(path, from, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := folder.Send(t.Context(), Message{To: "ann@example.com", Subject: "x", Text: "x"}); !errors.Is(err, os.ErrNotExist) || IsPermanent(err) {
		t.Errorf("the folder is gone: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if folder, err := NewFolder(path, from, slog.New(slog.DiscardHandler)); err == nil || folder != nil {
		t.Errorf("a file is no folder: %v, %v", folder, err)
	}
}
