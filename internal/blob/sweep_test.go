package blob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSweepDeletesOnlyOldBlobsThatAreNotUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	put(t, store, "old")
	put(t, store, "young")
	put(t, store, "used")
	ageAll(t, dir, 2*time.Hour)
	age(t, store.path(nameOf("young")), time.Minute)
	if err := store.Sweep(t.Context(), time.Now().Add(-time.Hour), using(nameOf("used"))); err != nil {
		t.Fatal(err)
	}
	want := []string{nameOf("used"), nameOf("young")}
	slices.Sort(want)
	if left := files(t, dir); !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
}

func TestSweepDeletesNothingThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	put(t, store, hello)
	others := []string{
		"README", helloName, "2c/" + helloName[:64], "2c/" + helloName + ".png", "2c/" + strings.ToUpper(helloName), "2c/.nfs0001",
		"2c/" + helloName[:64] + ".gif", "3d/" + helloName, "2c/sub/" + helloName, "tmp/notes", "tmp/1.png", "tmp/sub/12345", "elsewhere/" + helloName,
		"2c/2d" + helloName[2:],
	}
	for _, name := range others {
		write(t, filepath.Join(dir, name))
	}
	ageAll(t, dir, 2*time.Hour)
	folder := filepath.Join(dir, "2c", "2c00"+helloName[4:])
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Symlink("../README", filepath.Join(dir, "2c", "2c01"+helloName[4:]))); err != nil {
		t.Fatal(err)
	}
	if err := store.Sweep(t.Context(), time.Now().Add(time.Hour), using()); err != nil {
		t.Fatal(err)
	}
	for _, name := range others {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if left := entries(t, filepath.Join(dir, "2c")); slices.Contains(left, helloName) || !slices.Contains(left, "2c00"+helloName[4:]) || !slices.Contains(left, "2c01"+helloName[4:]) {
		t.Errorf("left are %v", left)
	}
}

func TestSweepDeletesOldUnfinishedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	old, young := filepath.Join(dir, unfinished, "123456789"), filepath.Join(dir, unfinished, "1234567890")
	write(t, old)
	write(t, young)
	age(t, old, time.Hour+time.Minute)
	age(t, young, time.Hour-time.Minute)
	if err := store.Sweep(t.Context(), time.Now().Add(-time.Hour), using()); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); !slices.Equal(left, []string{"1234567890"}) {
		t.Errorf("left are %v", left)
	}
}

func TestSweepAsksAboutAFewNamesAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	const blobs = 1234
	for i := range blobs {
		name := nameOf(fmt.Sprint(i))
		write(t, filepath.Join(dir, name[:2], name))
	}
	ageAll(t, dir, 2*time.Hour)
	var asked []int
	seen := map[string]bool{}
	err := store.Sweep(t.Context(), time.Now().Add(-time.Hour), func(_ context.Context, names []string) ([]string, error) {
		asked = append(asked, len(names))
		for _, name := range names {
			seen[name] = true
		}
		return []string{nameOf("7"), "something else"}, nil
	})
	if err != nil || !slices.Equal(asked, []int{500, 500, 234}) || len(seen) != blobs {
		t.Errorf("%v, asked about %v, of %d names", err, asked, len(seen))
	}
	if left := files(t, dir); !slices.Equal(left, []string{nameOf("7")}) {
		t.Errorf("%d are left", len(left))
	}
}

func TestSweepKeepsWhatIsPutAgainMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	put(t, store, hello)
	put(t, store, "old")
	ageAll(t, dir, 2*time.Hour)
	err := store.Sweep(t.Context(), time.Now().Add(-time.Hour), func(context.Context, []string) ([]string, error) {
		put(t, open(t, dir), hello) // its row is not written yet
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); !slices.Equal(left, []string{helloName}) {
		t.Errorf("left are %v", left)
	}
}

func TestABlobThatBecameNewBeforeItWasMovedAsideIsPutBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	aside, path := filepath.Join(dir, "aside"), filepath.Join(dir, helloName)
	write(t, aside)
	if err := deleteOrPutBack(aside, path, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); !slices.Equal(left, []string{helloName}) {
		t.Errorf("left are %v", left)
	}
}

func TestWhatIsPutWhileOthersSweepIsThereAfterwards(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	for range 50 {
		put(t, store, hello)
		ageAll(t, dir, 2*time.Hour)
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				if err := open(t, dir).Sweep(t.Context(), time.Now().Add(-time.Hour), using()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Go(func() { put(t, store, hello) })
		group.Wait()
		if left := files(t, dir); !slices.Equal(left, []string{helloName}) {
			t.Fatalf("left are %v", left)
		}
		if got := read(t, store, helloName); got != hello {
			t.Fatalf("%q is stored", got)
		}
	}
}

func TestSweepDeletesNothingWhenItCannotAsk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	put(t, store, hello)
	ageAll(t, dir, 2*time.Hour)
	failure := errors.New("no database")
	err := store.Sweep(t.Context(), time.Now(), func(context.Context, []string) ([]string, error) { return nil, failure })
	if left := files(t, dir); !errors.Is(err, failure) || !slices.Equal(left, []string{helloName}) {
		t.Errorf("%v, left are %v", err, left)
	}
}

// using says that these names are used.
func using(names ...string) Used {
	return func(context.Context, []string) ([]string, error) { return slices.Clone(names), nil }
}

func nameOf(content string) string { return hashOf(content) + ".png" }

func write(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(hello), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func age(t *testing.T, path string, by time.Duration) {
	t.Helper()
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-by)); err != nil {
		t.Fatal(err)
	}
}

func ageAll(t *testing.T, dir string, by time.Duration) {
	t.Helper()
	for _, path := range paths(t, dir) {
		age(t, path, by)
	}
}

// files returns the names of all files in the folder and below, sorted.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	for _, path := range paths(t, dir) {
		names = append(names, filepath.Base(path))
	}
	slices.Sort(names)
	return names
}

func paths(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
