package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"minidock/ent"
	"minidock/ent/secondfactor"
	"minidock/internal/account"
	"minidock/internal/blob"
	"minidock/internal/mail"
	"minidock/internal/moment"
	"minidock/internal/secret"
	"minidock/internal/store"
	"minidock/internal/web"
)

// Run serves until the context ends. Before it creates or changes anything it checks the options and what is there, and binds its addresses.
func Run(ctx context.Context, o Options) error {
	s, err := o.settings()
	if err != nil {
		return err
	}
	key, err := o.checkStored(ctx)
	if err != nil {
		return err
	}
	listeners, err := o.bind()
	if err != nil {
		return err
	}
	defer listeners.close()
	log := NewLog(o.Stderr, s.level)
	a, err := o.open(ctx, s, key, listeners.public.Addr(), log)
	if err != nil {
		return err
	}
	defer a.store.Close()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx)) // operators see what keeps the program from ending
	defer stop()
	go a.serveAdmin(serving, listeners.admin)
	o.announce(a.publicURL, s, log)
	return a.Serve(ctx, listeners.public)
}

// listeners are bound addresses; admin is nil for none.
type listeners struct{ public, admin net.Listener }

func (o Options) bind() (l listeners, err error) {
	if l.public, err = listen("addr", o.Addr); err != nil {
		return l, err
	}
	if o.AdminAddr != "" {
		if l.admin, err = listen("admin-addr", o.AdminAddr); err != nil {
			l.close()
		}
	}
	return l, err
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.public, l.admin} {
		if one != nil {
			_ = one.Close()
		}
	}
}

// checkStored fails if the files, the key or the database cannot be used. It changes nothing.
func (o Options) checkStored(ctx context.Context) (*secret.Key, error) {
	if err := o.checkFiles(); err != nil {
		return nil, err
	}
	key, err := o.readKey()
	if err != nil {
		return nil, err
	}
	pending, err := Migrate(ctx, o.Data, true)
	if err != nil {
		return nil, err
	}
	if len(pending) > 0 {
		err = o.checkKey(ctx, key)
	}
	return key, err
}

// checkKey fails if a database that is to be migrated holds secrets that this key, or nil for a new one, did not seal. A database that is too
// old to be asked is not judged here.
func (o Options) checkKey(ctx context.Context, key *secret.Key) error {
	db, err := store.OpenAsIs(ctx, o.options())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return o.inDatabase(err)
	}
	defer db.Close()
	others := db.Client.SecondFactor.Query().Where(secondfactor.SecretHasPrefix(secret.Sealed))
	if key != nil {
		others.Where(secondfactor.Not(secondfactor.SecretHasPrefix(key.Mark())))
	}
	if has, err := others.Exist(ctx); err == nil && has {
		return o.otherKey(key)
	}
	return nil
}

// otherKey says that the database needs another key than this one, which is nil if there is none.
func (o Options) otherKey(key *secret.Key) error {
	if key == nil {
		return badFlag("secret-key-file", "there is no %s, but %w; put that key's file there, or name it", o.keyFile(), account.ErrOtherKey)
	}
	return badFlag("secret-key-file", "%s is not the right key: %w; name that key's file", o.keyFile(), account.ErrOtherKey)
}

// open opens the database and the files, which it creates and brings up to date, and builds the App.
func (o Options) open(ctx context.Context, s settings, key *secret.Key, listening net.Addr, log *slog.Logger) (a *App, err error) {
	database := o.options()
	database.Log = log
	if log.Enabled(ctx, slog.LevelDebug) {
		database.Trace = traceStatements(log)
	}
	if err := os.MkdirAll(o.Folder, 0o700); err != nil { // the database is elsewhere if it is PostgreSQL, and the key is here
		return nil, badFlag("data", "%w", err)
	}
	db, err := store.Open(ctx, database)
	if err != nil {
		return nil, o.inDatabase(err)
	}
	defer func() {
		if err != nil {
			_ = db.Close()
		}
	}()
	config := Config{
		Store: db, AllowedOrigins: s.allowedOrigins, Introspection: s.introspection, Proxies: s.proxies, RequestsPerMinute: o.RequestsPerMinute,
		PasswordCost: account.DefaultCost, Limits: s.limits, Log: log, Now: moment.Now,
	}
	if config.PublicURL, config.AppURL, err = s.urls(listening); err != nil {
		return nil, err
	}
	if cookiesAreOpen(config.PublicURL, listening) {
		log.Warn("cookies are sent without encryption: set --public-url to an https address, behind a proxy that ends TLS")
	}
	for _, origin := range web.OtherSites(config.PublicURL, s.allowedOrigins) {
		log.Warn("browsers send no cookie with requests from this allowed origin, since it is another site than the public URL: nobody can sign in there",
			"origin", origin, "publicUrl", config.PublicURL)
	}
	if config.SecretKey, err = o.secretKey(ctx, db.Client, key); err != nil {
		return nil, err
	}
	if config.Blobs, err = blob.Open(o.blobs()); err != nil {
		return nil, badFlag("data", "%w", err)
	}
	if config.Mail, err = o.sender(config.PublicURL, log); err != nil {
		return nil, badFlag("data", "%w", err)
	}
	if a, err = New(config); err != nil {
		return nil, err
	}
	return a, a.claim(ctx)
}

// claim makes the database the owner of the files. If another one is, that is logged.
func (a *App) claim(ctx context.Context) error {
	err := a.claimFiles(ctx)
	if errors.Is(err, blob.ErrOtherOwner) {
		a.log.Warn("no files are deleted", "error", err.Error())
		return nil
	}
	return err
}

// urls returns where clients find the server, and where the links in mails lead.
func (s settings) urls(listening net.Addr) (publicURL, appURL string, err error) {
	if publicURL = s.publicURL; publicURL == "" {
		publicURL, err = listensAt(listening)
	}
	if appURL = s.appURL; appURL == "" {
		appURL = publicURL
	}
	return publicURL, appURL, err
}

// secretKey returns the key that seals secrets, and seals with it what is in plain text. It makes one if there is none, unless the database
// needs one that was there before.
func (o Options) secretKey(ctx context.Context, client *ent.Client, key *secret.Key) (*secret.Key, error) {
	if key == nil {
		needed, err := account.HasSealedSecrets(ctx, client)
		if err != nil {
			return nil, err
		}
		if needed {
			return nil, o.otherKey(nil)
		}
		if key, err = secret.Create(o.keyFile()); err != nil {
			return nil, badFlag("secret-key-file", "%w", err)
		}
	}
	err := account.SealSecrets(ctx, client, key)
	if errors.Is(err, account.ErrOtherKey) {
		return nil, o.otherKey(key)
	}
	return key, err
}

func (d Data) mails() string { return filepath.Join(d.Folder, "mail") }

// sender delivers mails to the SMTP server, or writes them to a folder.
func (o Options) sender(publicURL string, log *slog.Logger) (mail.Sender, error) {
	from := o.MailFrom
	if from == "" {
		from = "minidock <minidock@" + mailDomain(publicURL) + ">"
	}
	if o.SMTPURL != "" {
		return mail.NewSMTP(o.SMTPURL, from)
	}
	return mail.NewFolder(o.mails(), from, log)
}

// inDatabase names the flag of the database that an error is about.
func (d Data) inDatabase(err error) error {
	if d.DatabaseURL != "" && store.IsConnecting(err) {
		return badFlag("database-url", "%s; check that the server runs, and that user, password and name are right", onOneLine(err.Error()))
	}
	if d.DatabaseURL != "" {
		return badFlag("database-url", "%w", err)
	}
	return badFlag("data", "%s: %w", store.SQLitePath(d.Folder), err)
}

// onOneLine joins the lines of a text, each once: pgx writes one for each way in which it tried to connect.
func onOneLine(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}
