package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"strings"

	"minidock/ent"
	"minidock/internal/account"
	"minidock/internal/blob"
	"minidock/internal/demo"
	"minidock/internal/limit"
	"minidock/internal/mail"
	"minidock/internal/moment"
	"minidock/internal/secret"
	"minidock/internal/store"
	"minidock/internal/web"
)

// Data says where the data is.
type Data struct {
	// Folder has the files, and the database unless DatabaseURL names another; it is created when absent.
	Folder string
	// DatabaseURL is a PostgreSQL database; empty for SQLite in the folder.
	DatabaseURL string
	// Connections is the most connections to PostgreSQL.
	Connections int
}

// DefaultConnections is the default of Data.Connections.
const DefaultConnections = store.DefaultConnections

func (d Data) options() store.Options {
	return store.Options{Dir: d.Folder, URL: d.DatabaseURL, Connections: d.Connections}
}

func (d Data) blobs() string { return filepath.Join(d.Folder, "blobs") }

// Options say how a server is run, in the words of the command line.
type Options struct {
	Data
	// Addr is the address to listen on, AdminAddr that of the operators' pages; empty for none.
	Addr, AdminAddr string
	// PublicURL is where clients find the server; when empty, http:// and the address it listens on.
	PublicURL string
	// AppURL is where the front end's pages are; PublicURL when empty.
	AppURL string
	// MailFrom is the sender of mails; when empty, minidock at the host of PublicURL.
	MailFrom string
	// SMTPURL is the server that delivers mails; when empty, they are written to a folder in the data folder.
	SMTPURL        string
	AllowedOrigins []string
	Introspection  web.Audience
	// SecretKeyFile has the key that seals secrets in the database; when empty, secret.key in the data folder. It is made when absent.
	SecretKeyFile string
	// Limits are the values of limits other than the default, by their names.
	Limits            map[string]string
	RequestsPerMinute int
	// TrustedProxies are addresses or networks.
	TrustedProxies []string
	Log            *slog.Logger
}

// Run serves until the context ends.
func Run(ctx context.Context, o Options) error {
	limits, err := limit.Default.With(o.Limits)
	if err != nil {
		return err
	}
	database := o.options()
	if o.Log.Enabled(ctx, slog.LevelDebug) {
		database.Trace = traceStatements(o.Log)
	}
	db, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	defer db.Close()
	blobs, err := blob.Open(o.blobs())
	if err != nil {
		return err
	}
	key, err := o.secretKey(ctx, db.Client)
	if err != nil {
		return err
	}
	proxies, err := web.ParseProxies(o.TrustedProxies)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	publicURL, appURL, err := o.urls(listener.Addr())
	if err != nil {
		return err
	}
	if cookiesAreOpen(publicURL, listener.Addr()) {
		o.Log.Warn("cookies are sent without encryption: set --public-url to an https address, behind a proxy that ends TLS")
	}
	sender, err := o.sender(publicURL)
	if err != nil {
		return err
	}
	a, err := New(Config{
		Store: db, Blobs: blobs, PublicURL: publicURL, AppURL: appURL, AllowedOrigins: o.AllowedOrigins, Introspection: o.Introspection,
		Mail: sender, Proxies: proxies, RequestsPerMinute: o.RequestsPerMinute, PasswordCost: account.DefaultCost, Limits: limits,
		SecretKey: key, Log: o.Log, Now: moment.Now,
	})
	if err != nil {
		return err
	}
	switch err := a.claimFiles(ctx); {
	case errors.Is(err, blob.ErrOtherOwner):
		o.Log.Warn("no files are deleted", "error", err.Error())
	case err != nil:
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx)) // operators see what keeps the program from ending
	defer stop()
	if err := a.ListenAdmin(serving, o.AdminAddr); err != nil {
		return err
	}
	o.Log.Info("serving", o.announcement(publicURL)...)
	return a.Serve(ctx, listener)
}

func (o Options) urls(listening net.Addr) (publicURL, appURL string, err error) {
	if publicURL, err = parsePublicURL(o.PublicURL, listening); err != nil {
		return "", "", fmt.Errorf("--public-url: %w", err)
	}
	if o.AppURL == "" {
		return publicURL, publicURL, nil
	}
	if appURL, err = parsePublicURL(o.AppURL, listening); err != nil {
		return "", "", fmt.Errorf("--app-url: %w", err)
	}
	return publicURL, appURL, nil
}

// secretKey reads the key that seals secrets, makes it unless the database needs one that was there before, and seals with it what is in
// plain text.
func (o Options) secretKey(ctx context.Context, client *ent.Client) (*secret.Key, error) {
	path := cmp.Or(o.SecretKeyFile, filepath.Join(o.Folder, "secret.key"))
	key, err := secret.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		var needed bool
		if needed, err = account.HasSealedSecrets(ctx, client); needed {
			err = fmt.Errorf("there is no %s, but %w", path, account.ErrOtherKey)
		} else if err == nil {
			key, err = secret.Create(path)
		}
	}
	if err == nil {
		err = account.SealSecrets(ctx, client, key)
	}
	if err != nil {
		return nil, fmt.Errorf("--secret-key-file: %w", err)
	}
	return key, nil
}

// sender delivers mails to the SMTP server, or writes them to a folder.
func (o Options) sender(publicURL string) (mail.Sender, error) {
	from := o.MailFrom
	if from == "" {
		from = "minidock <minidock@" + mailDomain(publicURL) + ">"
	}
	if o.SMTPURL != "" {
		return mail.NewSMTP(o.SMTPURL, from)
	}
	return mail.NewFolder(filepath.Join(o.Folder, "mail"), from, o.Log)
}

// announcement says where the server is found. The demo's people, whose password everybody knows, are not suggested for a server in
// production, nor is a playground that is closed.
func (o Options) announcement(publicURL string) []any {
	said := []any{"address", publicURL}
	isHTTPS := strings.HasPrefix(publicURL, "https://")
	if o.Introspection == web.Everyone || o.Introspection == "" && !isHTTPS {
		said = append(said, "playground", publicURL+"/playground")
	}
	if !isHTTPS {
		said = append(said, "hint", "to load people to play with, run: "+o.demoCommand())
	}
	return said
}

// demoCommand does not repeat the database's URL, which may hold a password.
func (o Options) demoCommand() string {
	if o.DatabaseURL != "" {
		return "minidock demo --database-url ... (as for serve)"
	}
	return "minidock demo --data " + o.Folder
}

// now is the clock: UTC, in the microseconds that both databases keep.

// LoadDemo loads people to play with, and leaves alone those who are there. See demo.Load.
func LoadDemo(ctx context.Context, d Data, withOthers bool) error {
	db, err := store.Open(ctx, d.options())
	if err != nil {
		return err
	}
	defer db.Close()
	blobs, err := blob.Open(d.blobs())
	if err != nil {
		return err
	}
	areas := newAreas(Config{Store: db, Blobs: blobs, PasswordCost: account.DefaultCost, Limits: limit.Default, Now: moment.Now})
	return demo.Load(ctx, demo.Server{
		Client: db.Client, Accounts: areas.Accounts, Workspaces: areas.Workspaces, MiniPrograms: areas.MiniPrograms, Now: moment.Now,
	}, withOthers)
}

// Migrate applies the migrations that the database lacks and returns their names; with dryRun it only returns them.
func Migrate(ctx context.Context, d Data, dryRun bool) ([]string, error) {
	return store.Migrate(ctx, d.options(), dryRun)
}
