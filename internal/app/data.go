package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"minidock/internal/account"
	"minidock/internal/blob"
	"minidock/internal/demo"
	"minidock/internal/limit"
	"minidock/internal/moment"
	"minidock/internal/store"
)

// LoadDemo loads people to play with, and leaves alone those who are there. See demo.Load.
func LoadDemo(ctx context.Context, d Data, withOthers bool) error {
	db, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	blobs, err := blob.Open(d.blobs())
	if err != nil {
		return badFlag("data", "%w", err)
	}
	areas := newAreas(Config{Store: db, Blobs: blobs, PasswordCost: account.DefaultCost, Limits: limit.Default, Now: moment.Now})
	return demo.Load(ctx, demo.Server{
		Client: db.Client, Accounts: areas.Accounts, Workspaces: areas.Workspaces, MiniPrograms: areas.MiniPrograms, Now: moment.Now,
	}, withOthers)
}

// Migrate applies the migrations that the database lacks and returns their names; with dryRun it only returns them.
func Migrate(ctx context.Context, d Data, dryRun bool) ([]string, error) {
	if err := errors.Join(d.check(), d.checkFiles()); err != nil {
		return nil, err
	}
	names, err := store.Migrate(ctx, d.options(), dryRun)
	if err != nil {
		return nil, d.inDatabase(err)
	}
	return names, nil
}

// open checks what it can before it creates anything, and opens the database with its schema up to date.
func (d Data) open(ctx context.Context) (*store.Store, error) {
	if _, err := Migrate(ctx, d, true); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, d.options())
	if err != nil {
		return nil, d.inDatabase(err)
	}
	return db, nil
}

// openExisting is open for commands that are useless in an empty database: it does not create one in a folder.
func (d Data) openExisting(ctx context.Context) (*store.Store, error) {
	path := store.SQLitePath(d.Folder)
	if _, err := os.Stat(path); d.DatabaseURL == "" && d.Folder != "" && errors.Is(err, fs.ErrNotExist) {
		return nil, badFlag("data", "%w", fmt.Errorf("there is no database %s; write the folder that minidock serves from, or start minidock once", path))
	}
	return d.open(ctx)
}
