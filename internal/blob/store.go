// Package blob keeps files on disk under the hash of their content.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is an upload as the areas see it. Name and ContentType are the client's claims; Size is in
// bytes.
type File struct {
	Name, ContentType string
	Size              int64
	Content           io.ReadSeeker
}

// Store keeps blobs in its own folder. It is safe for concurrent use, also by several processes.
type Store struct{ dir string }

// A blob is in dir/ab/abcd….png; while it is written or deleted it is in dir/tmp.
const unfinished = "tmp"

// isName says whether a name is that of a blob, and no path that leads elsewhere.
func isName(name string) bool {
	hash, ext, _ := strings.Cut(name, ".")
	return len(hash) == hex.EncodedLen(sha256.Size) && strings.Trim(hash, "0123456789abcdef") == "" && (ext == "png" || ext == "jpg")
}

// Open returns the store in dir. It creates a missing folder, which only the owner can read.
func Open(dir string) (*Store, error) {
	if err := makeFolder(filepath.Join(dir, unfinished)); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	return &Store{dir: dir}, nil
}

// Put stores content and returns its name, the SHA-256 in hex and ext, which is ".png" or ".jpg". When it
// returns without an error, the content survives a crash. Content that is stored already is not written again, but is as new for Sweep.
func (s *Store) Put(ctx context.Context, ext string, content []byte) (name string, err error) {
	name = nameFor(ext, content)
	if !isName(name) {
		return "", fmt.Errorf("put blob: unknown extension %q", ext)
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	if err := s.put(s.path(name), content); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	return name, nil
}

func nameFor(ext string, content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]) + ext
}

// Open returns the blob of that name, for the caller to close. It is fs.ErrNotExist for anything that is not
// exactly a name which Put has returned.
func (s *Store) Open(name string) (*os.File, error) {
	if !isName(name) {
		return nil, fmt.Errorf("open blob: %w", fs.ErrNotExist)
	}
	file, err := os.Open(s.path(name))
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return file, nil
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name[:2], name) }

func (s *Store) put(path string, content []byte) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if !renew(path, len(content)) {
		if err := s.write(path, content); err != nil {
			return err
		}
	}
	// Another caller may have made the file or its folder an instant ago, and not yet have come this far.
	return errors.Join(syncFolder(filepath.Dir(path)), syncFolder(s.dir))
}

// renew makes a complete file at path as new, and says whether there is one; one that a failing disk cut short is written again.
func renew(path string, size int) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == int64(size) && os.Chtimes(path, time.Time{}, time.Now()) == nil
}

// write makes the complete file appear at path, or nothing. Concurrent callers write the same bytes, so that it does not matter who is last.
func (s *Store) write(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Join(s.dir, unfinished), "")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
