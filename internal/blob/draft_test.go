package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestADraftCanBeReadBeforeItIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	draft := begin(t, open(t, dir))
	for _, part := range []string{"a pack", "", "age"} {
		if n, err := io.WriteString(draft, part); n != len(part) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if draft.Size() != 9 || draft.Hash() != hashOf("a package") {
		t.Errorf("%d bytes with the hash %s", draft.Size(), draft.Hash())
	}
	read, err := io.ReadAll(io.NewSectionReader(draft, 2, draft.Size()-2))
	if err != nil || string(read) != "package" {
		t.Errorf("%q, %v", read, err)
	}
	if _, err := io.WriteString(draft, "!"); err != nil || draft.Hash() != hashOf("a package!") {
		t.Errorf("%v, the hash is %s after more was written", err, draft.Hash())
	}
	if left := entries(t, dir); len(left) != 1 {
		t.Errorf("before it is kept there is %v", left)
	}
}

func TestAKeptDraftIsStoredUnderItsHash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	for _, ext := range []string{".png", ".jpg", ".zip", ".txt"} {
		draft := begin(t, store)
		if _, err := io.Copy(draft, strings.NewReader(hello)); err != nil {
			t.Fatal(err)
		}
		name, err := draft.Keep(t.Context(), ext)
		if err != nil || name != hashOf(hello)+ext {
			t.Fatalf("%q, %v", name, err)
		}
		if got := read(t, store, name); got != hello {
			t.Errorf("%q is stored", got)
		}
		if again, err := draft.Keep(t.Context(), ext); err != nil || again != name {
			t.Errorf("kept again as %s, %v", again, err)
		}
		if _, err := io.WriteString(draft, hello); err == nil {
			t.Error("it can be written to after it was kept")
		}
		first := make([]byte, 2)
		if _, err := draft.ReadAt(first, 0); err != nil || string(first) != hello[:2] {
			t.Errorf("%q is read of what was kept, %v", first, err)
		}
		draft.Discard()
		if got := read(t, store, name); got != hello {
			t.Errorf("%q is stored after its draft has ended", got)
		}
	}
	if left := entries(t, filepath.Join(dir, unfinished)); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestADiscardedDraftLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for what, end := range map[string]func(Draft) error{
		"discarded twice": func(d Draft) error { d.Discard(); d.Discard(); return errors.New("none") },
		"no extension":    func(d Draft) error { _, err := d.Keep(t.Context(), ".exe"); return err },
		"canceled":        func(d Draft) error { _, err := d.Keep(canceled, ".zip"); return err },
	} {
		draft := begin(t, store)
		if _, err := io.WriteString(draft, hello); err != nil {
			t.Fatal(err)
		}
		if err := end(draft); err == nil {
			t.Errorf("%s: no error", what)
		}
		draft.Discard()
		if left := files(t, dir); len(left) > 0 {
			t.Errorf("%s: left are %v", what, left)
		}
		if _, err := io.WriteString(draft, hello); err == nil {
			t.Errorf("%s: it can be written to", what)
		}
	}
}

func TestADraftThatIsNotKeptIsSwept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	begin(t, store)
	ageAll(t, dir, 2*time.Hour)
	if err := store.Sweep(t.Context(), time.Now().Add(-time.Hour), using()); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

func TestContentIsReadInRanges(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	put(t, store, hello)
	content, err := store.Open(t.Context(), helloName)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	part := make([]byte, 3)
	if n, err := content.ReadAt(part, 1); n != 3 || err != nil || string(part) != "ell" {
		t.Errorf("%q, %v", part[:n], err)
	}
	if _, err := content.Seek(-2, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(content); err != nil || string(rest) != "lo" || content.Size() != 5 {
		t.Errorf("%q, %v, of %d bytes", rest, err, content.Size())
	}
}

func TestDeleteDeletesOneBlob(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, filepath.Join(dir, "store"))
	put(t, store, hello)
	put(t, store, "other")
	secret := filepath.Join(dir, "secret.png")
	if err := os.WriteFile(secret, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{helloName, helloName, "../secret.png", "tmp", ""} {
		if err := store.Delete(t.Context(), name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := store.Open(t.Context(), helloName); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is there: %v", err)
	}
	if got := read(t, store, nameOf("other")); got != "other" {
		t.Errorf("the other is %q", got)
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error(err)
	}
}

func TestWhatAnyRefersToIsUsed(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	for _, content := range []string{"logo", "package", "neither"} {
		put(t, store, content)
	}
	ageAll(t, store.dir, 2*time.Hour)
	if err := store.Sweep(t.Context(), time.Now(), AnyOf(using(nameOf("logo")), using(nameOf("package")))); err != nil {
		t.Fatal(err)
	}
	if left := files(t, store.dir); len(left) != 2 || read(t, store, nameOf("logo")) == "" || read(t, store, nameOf("package")) == "" {
		t.Errorf("left are %v", left)
	}
	failure := errors.New("no database")
	failing := func(context.Context, []string) ([]string, error) { return nil, failure }
	if _, err := AnyOf(using("a"), failing)(t.Context(), nil); !errors.Is(err, failure) {
		t.Errorf("%v", err)
	}
}

func begin(t *testing.T, store *Folder) Draft {
	t.Helper()
	draft, err := store.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(draft.Discard)
	return draft
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}
