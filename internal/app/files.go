package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"minidock/internal/secret"
	"minidock/internal/store"
)

// checkFiles fails if the program could not keep its files in the data folder. It leaves nothing there.
func (d Data) checkFiles() error {
	for _, folder := range []string{d.Folder, d.blobs(), d.mails()} {
		if err := checkFolder(folder); err != nil {
			return badFlag("data", "%w; write a folder that this user may write to", err)
		}
	}
	if d.DatabaseURL != "" {
		return nil
	}
	if err := checkFile(store.SQLitePath(d.Folder)); err != nil {
		return badFlag("data", "the database cannot be used: %w", err)
	}
	return nil
}

// checkFolder fails if this is no folder that files can be created in, nor a name for a new one.
func checkFolder(path string) error {
	info, err := os.Stat(path)
	if parent := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) && parent != path {
		return checkFolder(parent)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is a file and not a folder", path)
	}
	file, err := os.CreateTemp(path, ".minidock-check-*")
	if err != nil {
		return fmt.Errorf("no file can be created in %s: %w", path, withoutPath(err))
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// checkFile fails if there is something under this name that is not a file which can be read and written.
func checkFile(path string) error {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", path)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return file.Close()
}

// withoutPath returns the cause of an error without the name of the file.
func withoutPath(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

func (o Options) keyFile() string {
	return cmp.Or(o.SecretKeyFile, filepath.Join(o.Folder, "secret.key"))
}

// readKey reads the key that seals secrets in the database. It is nil if there is none and its file can be created.
func (o Options) readKey() (*secret.Key, error) {
	key, err := secret.Read(o.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		err = o.checkKeyFolder()
	}
	if err != nil {
		return nil, badFlag("secret-key-file", "%w; name the file that minidock made, or a new one, which it then creates", err)
	}
	return key, nil
}

// checkKeyFolder fails if the key's file cannot be created: its folder must exist, unless it is the data folder.
func (o Options) checkKeyFolder() error {
	folder := filepath.Dir(o.keyFile())
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && folder != filepath.Clean(o.Folder) {
		return fmt.Errorf("there is no folder %s for the key; create it first", folder)
	}
	return checkFolder(folder)
}
