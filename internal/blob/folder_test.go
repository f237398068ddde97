package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	hello     = "hello"
	helloName = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824.png"
)

func TestPutStoresUnderTheHash(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	store := open(t, dir)
	name, err := Put(t.Context(), store, ".png", []byte(hello))
	if err != nil || name != helloName {
		t.Fatalf("%q, %v", name, err)
	}
	if got := read(t, store, name); got != hello {
		t.Errorf("%q is stored", got)
	}
	for path, want := range map[string]fs.FileMode{
		"":                             fs.ModeDir | 0o700,
		"2c":                           fs.ModeDir | 0o700,
		unfinished:                     fs.ModeDir | 0o700,
		filepath.Join("2c", helloName): 0o600,
		"..":                           fs.ModeDir | 0o700,
	} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode() != want {
			t.Errorf("%q: %v, %v", path, info, err)
		}
	}
	if left := entries(t, filepath.Join(dir, unfinished)); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestPutMakesWhatIsStoredNewWithoutRewritingIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	put(t, store, hello)
	path := filepath.Join(dir, "2c", helloName)
	age(t, path, time.Hour)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, open(t, dir), hello)
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was written again: %v", err)
	}
	if !after.ModTime().After(before.ModTime()) {
		t.Errorf("the file is still from %v", after.ModTime())
	}
	if names := entries(t, filepath.Join(dir, "2c")); len(names) != 1 {
		t.Errorf("%v are stored", names)
	}
}

func TestPutRepairsAFileCutShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	put(t, store, hello)
	if err := os.Truncate(filepath.Join(dir, "2c", helloName), 2); err != nil {
		t.Fatal(err)
	}
	put(t, store, hello)
	if got := read(t, store, helloName); got != hello {
		t.Errorf("%q is stored", got)
	}
}

func TestPutKeepsTypesOfTheSameContentApart(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	put(t, store, hello)
	if _, err := store.Open(t.Context(), strings.Replace(helloName, ".png", ".jpg", 1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("never put, but: %v", err)
	}
}

func TestPutRefusesOtherExtensions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	for _, ext := range []string{"", "png", ".gif", ".PNG", ".png\n", "/../x.png", ".png/..", "\x00.png"} {
		if name, err := Put(t.Context(), store, ext, []byte(hello)); err == nil || name != "" {
			t.Errorf("%q gives %q", ext, name)
		}
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("something was written: %v", names)
	}
}

func TestPutWritesNothingOnceCanceled(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if name, err := Put(ctx, store, ".png", []byte(hello)); !errors.Is(err, context.Canceled) || name != "" {
		t.Errorf("%q, %v", name, err)
	}
	if _, err := store.Open(t.Context(), helloName); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is there: %v", err)
	}
}

func TestPutLeavesNoUnfinishedFileWhenItFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "2c", helloName, "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Put(t.Context(), store, ".png", []byte(hello)); err == nil {
		t.Error("a folder is in the way, and nothing is said")
	}
	if left := entries(t, filepath.Join(dir, unfinished)); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestManyPutTheSameAndOtherContentAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	var group sync.WaitGroup
	for i := range 32 {
		group.Go(func() {
			content := strings.Repeat("x", 1000*(i%4))
			name, err := Put(t.Context(), store, ".jpg", []byte(content))
			if err != nil {
				t.Error(err)
				return
			}
			if got := read(t, store, name); got != content {
				t.Errorf("%s holds %d bytes", name, len(got))
			}
		})
	}
	group.Wait()
	if names := entries(t, dir); len(names) != 4+1 {
		t.Errorf("%v are stored", names)
	}
}

func TestOpenKnowsExactNamesOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, filepath.Join(dir, "store"))
	put(t, store, hello)
	if err := os.WriteFile(filepath.Join(dir, "secret.png"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"", ".", "..", "/", "2c", unfinished, "2c/" + helloName, "../secret.png", "../../secret.png", "/etc/passwd", `..\secret.png`,
		"./" + helloName, helloName + "/", helloName + "\n", "\n" + helloName, helloName + "\x00", helloName + ".png", strings.ToUpper(helloName),
		helloName[:64], helloName[:64] + ".PNG", helloName[:64] + ".gif", helloName[:64] + "xpng", helloName[1:], "2" + helloName,
		"%2e%2e/secret.png", strings.Repeat("../", 21) + "a.png", strings.Repeat("0", 64) + ".png",
	} {
		file, err := store.Open(t.Context(), name)
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
		if file != nil {
			t.Errorf("%q opens a file", name)
		}
	}
}

func TestOpenRefusesAPathThatIsAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("a file passes for a folder")
	}
}

func open(t *testing.T, dir string) *Folder {
	t.Helper()
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func put(t *testing.T, store *Folder, content string) {
	t.Helper()
	if _, err := Put(t.Context(), store, ".png", []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, store *Folder, name string) string {
	t.Helper()
	file, err := store.Open(t.Context(), name)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		t.Error(err)
	}
	return string(content)
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}
