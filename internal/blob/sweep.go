package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// batch is how many names are read from a folder, and asked about, at once, so that a sweep needs the same memory for any number of blobs.
const batch = 500

// partial matches the names of unfinished files, as os.CreateTemp makes them.
var partial = regexp.MustCompile(`\A[0-9]{1,10}\z`)

// Sweep deletes the files that are not used.
func (f *Folder) Sweep(ctx context.Context, before time.Time, used Used) error {
	failed := f.sweepUnfinished(before)
	for names, err := range f.batches() {
		if err != nil {
			return fmt.Errorf("list blobs: %w", err)
		}
		inUse, err := used(ctx, names)
		if err != nil {
			return fmt.Errorf("look for the blobs in use: %w", err)
		}
		if err := f.deleteUnused(names, inUse, before); failed == nil {
			failed = err
		}
	}
	return failed
}

// deleteUnused returns the first error.
func (f *Folder) deleteUnused(names, inUse []string, before time.Time) (failed error) {
	slices.Sort(inUse)
	for _, name := range names {
		if _, isInUse := slices.BinarySearch(inUse, name); isInUse {
			continue
		}
		if err := f.deleteOld(name, before); err != nil && failed == nil {
			failed = fmt.Errorf("delete a blob: %w", err)
		}
	}
	return failed
}

// deleteOld deletes a blob that was last kept before that time. It moves the blob aside before it looks for the last time, since a Keep that
// finds it there makes it new, and one that does not find it writes it again.
func (f *Folder) deleteOld(name string, before time.Time) error {
	if isOld, err := isFileFrom(f.path(name), before); err != nil || !isOld {
		return err
	}
	file, err := f.createUnfinished()
	if err != nil {
		return err
	}
	aside := file.Name()
	if err := errors.Join(file.Close(), os.Rename(f.path(name), aside)); err != nil {
		return errors.Join(unlessGone(err), unlessGone(os.Remove(aside)))
	}
	return deleteOrPutBack(aside, f.path(name), before)
}

// deleteOrPutBack deletes a blob that was moved aside if it is still old.
func deleteOrPutBack(aside, path string, before time.Time) error {
	isOld, err := isFileFrom(aside, before)
	switch {
	case err != nil:
		return err
	case isOld:
		return unlessGone(os.Remove(aside))
	}
	if err := os.Rename(aside, path); err != nil {
		return unlessGone(err)
	}
	return syncFolder(filepath.Dir(path))
}

// sweepUnfinished deletes the unfinished files from before that time, and returns the first error.
func (f *Folder) sweepUnfinished(before time.Time) (failed error) {
	folder := filepath.Join(f.dir, unfinished)
	for name, err := range namesIn(folder) {
		if err == nil && partial.MatchString(name) {
			err = deleteIfFrom(filepath.Join(folder, name), before)
		}
		if err != nil && failed == nil {
			failed = fmt.Errorf("delete an unfinished blob: %w", err)
		}
	}
	return failed
}

func deleteIfFrom(path string, before time.Time) error {
	isOld, err := isFileFrom(path, before)
	if err != nil || !isOld {
		return err
	}
	return unlessGone(os.Remove(path))
}

// isFileFrom says whether there is a file at path that was last changed before that time.
func isFileFrom(path string, before time.Time) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return false, unlessGone(err)
	}
	return info.Mode().IsRegular() && info.ModTime().Before(before), nil
}

// unlessGone returns nil for the error of a file that another process has moved or deleted.
func unlessGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// batches lists the names of the blobs, some at a time. The list may be reused. An error is the last.
func (f *Folder) batches() iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		names := make([]string, 0, batch)
		for name, err := range f.names() {
			if err != nil {
				yield(nil, err)
				return
			}
			if names = append(names, name); len(names) == batch {
				if !yield(names, nil) {
					return
				}
				names = names[:0]
			}
		}
		if len(names) > 0 {
			yield(names, nil)
		}
	}
}

// names lists the names of the blobs. An error is the last.
func (f *Folder) names() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range 256 {
			folder := fmt.Sprintf("%02x", i)
			for name, err := range namesIn(filepath.Join(f.dir, folder)) {
				isBlob := err == nil && isName(name) && name[:2] == folder
				if (isBlob || err != nil) && !yield(name, err) || err != nil {
					return
				}
			}
		}
	}
}

// namesIn lists the names in a folder, of which there are none if it is absent. An error is the last.
func namesIn(path string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		folder, err := os.Open(path)
		if err != nil {
			if err = unlessGone(err); err != nil {
				yield("", err)
			}
			return
		}
		defer func() { _ = folder.Close() }()
		for {
			names, err := folder.Readdirnames(batch)
			for _, name := range names {
				if !yield(name, nil) {
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield("", err)
				}
				return
			}
		}
	}
}
