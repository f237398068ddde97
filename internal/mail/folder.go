package mail

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

type folder struct {
	letterhead
	dir string
	log *slog.Logger
}

// NewFolder returns a Sender that writes each message as an .eml file into dir, readable as it is, and logs the file's name, and nothing
// else of the message. A missing folder is created; only the owner can read folder and files. When Send returns without an error, the file is
// complete and survives a crash.
func NewFolder(dir, from string, log *slog.Logger) (Sender, error) {
	head, err := newLetterhead(from)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make mail folder: %w", err)
	}
	return &folder{letterhead: head, dir: dir, log: log}, nil
}

func (f *folder) Send(ctx context.Context, m Message) error {
	letter, err := f.writeReadable(m)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store mail: %w", err)
	}
	name := time.Now().UTC().Format("20060102T150405.000Z") + "-" + rand.Text() + ".eml"
	if err := f.store(name, letter); err != nil {
		return fmt.Errorf("store mail: %w", err)
	}
	f.log.InfoContext(ctx, "mail", "file", name)
	return nil
}

func (f *folder) store(name string, letter io.WriterTo) error {
	file, err := os.CreateTemp(f.dir, ".unfinished-*")
	if err != nil {
		return err
	}
	_, err = letter.WriteTo(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), filepath.Join(f.dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return f.sync()
}

// sync makes the names in the folder survive a crash.
func (f *folder) sync() error {
	dir, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
