package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Read reads a key from the file that Create made. If there is none, the error is fs.ErrNotExist.
func Read(path string) (*Key, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1<<10))
	if err != nil {
		return nil, err
	}
	random, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil { // its words could hold a part of the key
		return nil, fmt.Errorf("%s: a key file holds %d bytes in base64", path, keySize)
	}
	key, err := NewKey(random)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// Create makes a new key and stores it in a file that only its owner can read. If another process made the file meanwhile, that key is
// returned.
func Create(path string) (*Key, error) {
	random := make([]byte, keySize)
	_, _ = rand.Read(random) // never fails

	unfinished, err := os.CreateTemp(filepath.Dir(path), ".secret-key-*") // with mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(unfinished.Name())
	_, err = fmt.Fprintln(unfinished, base64.StdEncoding.EncodeToString(random))
	if err = errors.Join(err, unfinished.Sync(), unfinished.Close()); err != nil {
		return nil, err
	}
	switch err := os.Link(unfinished.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return Read(path)
	case err != nil:
		return nil, err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return NewKey(random)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
