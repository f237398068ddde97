package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder keeps blobs in a folder of its own.
type Folder struct{ dir string }

var _ Store = (*Folder)(nil)

// A blob is in dir/ab/abcd….png; while it is written or deleted it is in dir/tmp.
const unfinished = "tmp"

// Open returns the store in dir. It creates a missing folder, which only the owner can read.
func Open(dir string) (*Folder, error) {
	if err := makeFolder(filepath.Join(dir, unfinished)); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// Create begins a blob in a temporary file.
func (f *Folder) Create(ctx context.Context) (Draft, error) {
	err := ctx.Err()
	var file *os.File
	if err == nil {
		file, err = f.createUnfinished()
	}
	if err != nil {
		return nil, fmt.Errorf("create blob: %w", err)
	}
	return &draft{folder: f, file: file, hash: sha256.New()}, nil
}

func (f *Folder) createUnfinished() (*os.File, error) {
	return os.CreateTemp(filepath.Join(f.dir, unfinished), "")
}

// Open opens a blob's file.
func (f *Folder) Open(ctx context.Context, name string) (Content, error) {
	err := ctx.Err()
	var opened Content
	if err == nil {
		opened, err = f.open(name)
	}
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return opened, nil
}

func (f *Folder) open(name string) (Content, error) {
	if !isName(name) {
		return nil, fs.ErrNotExist
	}
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return content{file, info.Size()}, nil
}

// content is an open file whose size is known.
type content struct {
	*os.File
	size int64
}

// Size is in bytes.
func (c content) Size() int64 { return c.size }

// Delete deletes a blob's file.
func (f *Folder) Delete(ctx context.Context, name string) error {
	err := ctx.Err()
	if err == nil && isName(name) {
		err = unlessGone(os.Remove(f.path(name)))
	}
	if err != nil {
		return fmt.Errorf("delete blob: %w", err)
	}
	return nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, name[:2], name) }
