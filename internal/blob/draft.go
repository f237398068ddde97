package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"time"
)

// draft is a blob of a folder that is written to a temporary file.
type draft struct {
	folder *Folder
	file   *os.File
	hash   hash.Hash
	size   int64
	// isKept says that the content is among the blobs, isMoved that it is this file, and isEnded that the file is closed.
	isKept, isMoved, isEnded bool
}

// Write appends to the content.
func (d *draft) Write(p []byte) (int, error) {
	if d.isKept {
		return 0, os.ErrClosed
	}
	n, err := d.file.Write(p)
	d.hash.Write(p[:n])
	d.size += int64(n)
	return n, err
}

// ReadAt reads what was written.
func (d *draft) ReadAt(p []byte, offset int64) (int, error) { return d.file.ReadAt(p, offset) }

// Size is how many bytes were written.
func (d *draft) Size() int64 { return d.size }

// Hash is the SHA-256 of what was written, in hex.
func (d *draft) Hash() string { return hex.EncodeToString(d.hash.Sum(nil)) }

// Keep moves the file to its name.
func (d *draft) Keep(ctx context.Context, ext string) (string, error) {
	name, err := d.Hash()+ext, ctx.Err()
	switch {
	case err != nil:
	case d.isEnded:
		err = os.ErrClosed
	case !isName(name):
		err = fmt.Errorf("unknown extension %q", ext)
	default:
		err = d.keep(d.folder.path(name))
	}
	if err != nil {
		return "", fmt.Errorf("keep blob: %w", err)
	}
	d.isKept = true
	return name, nil
}

func (d *draft) keep(path string) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if !renew(path, d.size) && !d.isMoved {
		if err := d.moveTo(path); err != nil {
			return err
		}
	}
	// Another caller may have made the file or its folder an instant ago, and not yet have come this far.
	return errors.Join(syncFolder(filepath.Dir(path)), syncFolder(d.folder.dir))
}

// renew makes a complete file at path as new, and says whether there is one; one that a failing disk cut short is written again.
func renew(path string, size int64) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == size && os.Chtimes(path, time.Time{}, time.Now()) == nil
}

// moveTo makes the complete file appear at path, or nothing. Concurrent callers write the same bytes, so that it does not matter who is last.
func (d *draft) moveTo(path string) error {
	if err := d.file.Sync(); err != nil {
		return err
	}
	if err := os.Rename(d.file.Name(), path); err != nil {
		return err
	}
	d.isMoved = true
	return nil
}

// Discard closes the file, and deletes it if it was not moved. What cannot be deleted is swept later.
func (d *draft) Discard() {
	if d.isEnded {
		return
	}
	d.isEnded = true
	_ = d.file.Close()
	if !d.isMoved {
		_ = os.Remove(d.file.Name())
	}
}
