package apitest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"minidock/internal/blob"
)

// blobs is the folder of the logos in the data folder.
const blobs = "blobs"

// AgeFiles makes all files that are stored now this old by the world's clock.
func (w *World) AgeFiles(t *testing.T, by time.Duration) {
	t.Helper()
	at := w.Now().Add(-by)
	for _, path := range w.filePaths(t) {
		if err := os.Chtimes(path, time.Time{}, at); err != nil {
			t.Fatal(err)
		}
	}
}

// Files returns the names of the files that are stored, sorted, without those of the database.
func (w *World) Files(t *testing.T) []string {
	t.Helper()
	names := []string{}
	for _, path := range w.filePaths(t) {
		names = append(names, filepath.Base(path))
	}
	slices.Sort(names)
	return names
}

// StoreFile stores a file under this name, as it is left of a change that was refused.
func (w *World) StoreFile(t *testing.T, name string) {
	t.Helper()
	folder := filepath.Join(w.Dir, blobs, name[:2])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
}

// storeText stores a text among the blobs and returns its name.
func (w *World) storeText(t *testing.T, text string) string {
	t.Helper()
	hash := sha256.Sum256([]byte(text))
	name := hex.EncodeToString(hash[:]) + ".txt"
	folder := filepath.Join(w.Dir, blobs, name[:2])
	if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return name
}

func (w *World) filePaths(t *testing.T) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(filepath.Join(w.Dir, blobs), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != blob.OwnerFile {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
