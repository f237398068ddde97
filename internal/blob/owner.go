package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrOtherOwner says that the blobs are those of another owner, such as a database that the program used before.
var ErrOtherOwner = errors.New("the folder of files belongs to another database")

// OwnerFile is the file in the store's folder that names whose blobs they are.
const OwnerFile = "owner"

// Claim writes the name of the owner to a file.
func (f *Folder) Claim(owner string) error {
	path := filepath.Join(f.dir, OwnerFile)
	found, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		found, err = f.makeOwner(path, owner)
	}
	switch {
	case err != nil:
		return fmt.Errorf("claim blobs: %w", err)
	case string(found) != owner:
		return fmt.Errorf("%w: if it is right, remove %s", ErrOtherOwner, path)
	}
	return nil
}

// makeOwner writes the file of the owner, unless another process has written it meanwhile, and returns what it holds.
func (f *Folder) makeOwner(path, owner string) ([]byte, error) {
	file, err := f.createUnfinished()
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(owner)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncFolder(f.dir); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
