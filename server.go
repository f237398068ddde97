// Command minidock is an open, self-hosted platform on which merchants create, test, release and remove mini programs.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"minidock/graph"
	"minidock/internal/account"
	"minidock/internal/blob"
	"minidock/internal/limit"
	"minidock/internal/mail"
	"minidock/internal/store"
	"minidock/internal/web"
)

//go:generate go run ./ent/entc.go
//go:generate go run ./graph/generate

type commandLine struct {
	Serve   serve   `cmd:"" default:"withargs" help:"Serve the API and its playground."`
	Demo    load    `cmd:"" help:"Load people to play with; twice does no harm."`
	Migrate migrate `cmd:"" help:"Bring the database's schema up to date, as serve does when it starts."`
}

type serve struct {
	data
	Addr           string            `help:"Address to listen on." default:"127.0.0.1:8080" env:"MINIDOCK_ADDR"`
	AdminAddr      string            `help:"Address for metrics and profiles, open to whoever reaches it; none when left out." name:"admin-addr" env:"MINIDOCK_ADMIN_ADDR"`
	AllowedOrigins []string          `help:"Origins of other front ends whose pages may send requests; may be repeated." name:"allowed-origin" env:"MINIDOCK_ALLOWED_ORIGIN"`
	AppURL         string            `help:"Where the front end's pages are, which the links in mails lead to; --public-url when left out." name:"app-url" env:"MINIDOCK_APP_URL"`
	Introspection  graph.Audience    `help:"Who may ask for the schema and open the playground: everyone, staff or nobody. When left out: staff where --public-url is https, everyone otherwise." enum:"everyone,staff,nobody," default:"" env:"MINIDOCK_INTROSPECTION"`
	Limits         map[string]string `help:"A limit on what clients may send, and its value; may be repeated. docs/operations.md names them all." name:"limit" placeholder:"NAME=VALUE" env:"MINIDOCK_LIMIT"`
	MailFrom       string            `help:"Sender of mails, such as 'minidock <no-reply@example.com>'; minidock at the host of --public-url when left out." name:"mail-from" env:"MINIDOCK_MAIL_FROM"`
	SMTPURL        string            `help:"Server that mails are handed to: smtp://user:password@host:587 or smtps://host. When left out, they are written to the folder mail in the data folder." name:"smtp-url" env:"MINIDOCK_SMTP_URL"`
	PublicURL      string            `help:"Where clients find the server; http:// and the address when left out. With https, cookies are Secure." name:"public-url" env:"MINIDOCK_PUBLIC_URL"`
	RequestLimit   int               `help:"The most requests that are answered for a network address in a minute; 0 for any number." name:"request-limit" default:"0" env:"MINIDOCK_REQUEST_LIMIT"`
	TrustedProxies []string          `help:"Addresses or networks of the proxies in front, whose X-Forwarded-For is believed; may be repeated." name:"trusted-proxies" env:"MINIDOCK_TRUSTED_PROXIES"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	command := kong.Parse(&commandLine{}, kong.Name("minidock"), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Description("Create, test, release and remove mini programs."),
		kong.Vars{"connections": fmt.Sprint(store.DefaultConnections)})
	command.FatalIfErrorf(command.Run())
}

// Run serves until the program is told to end.
func (s *serve) Run(ctx context.Context) error {
	limits, err := limit.Default.With(s.Limits)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	db, err := store.Open(ctx, s.options())
	if err != nil {
		return err
	}
	defer db.Close()
	blobs, err := blob.Open(filepath.Join(s.Data, "blobs"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	publicURL, err := web.PublicURL(s.PublicURL, listener.Addr())
	if err != nil {
		return err
	}
	if web.CookiesAreOpen(publicURL, listener.Addr()) {
		log.Warn("cookies are sent without encryption: set --public-url to an https address, behind a proxy that ends TLS")
	}
	proxies, err := web.ParseProxies(s.TrustedProxies)
	if err != nil {
		return err
	}
	appURL := publicURL
	if s.AppURL != "" {
		if appURL, err = web.PublicURL(s.AppURL, listener.Addr()); err != nil {
			return fmt.Errorf("--app-url: %w", err)
		}
	}
	mails, err := s.mails(publicURL, log)
	if err != nil {
		return err
	}
	server, err := web.New(web.Config{
		Store: db, Blobs: blobs, PublicURL: publicURL, AppURL: appURL, AllowedOrigins: s.AllowedOrigins,
		Introspection: s.Introspection, Mail: mails, Proxies: proxies, RequestsAMinute: s.RequestLimit,
		PasswordCost: account.DefaultCost, Limits: limits, Log: log, Now: now,
	})
	if err != nil {
		return err
	}
	if err := server.ListenAdmin(ctx, s.AdminAddr); err != nil {
		return err
	}
	log.Info("serving", "playground", publicURL+"/playground", "hint", "people to play with are loaded by: "+s.demoCommand())
	return server.Serve(ctx, listener)
}

// mails hands mails to the server that is named, or writes them to a folder.
func (s *serve) mails(publicURL string, log *slog.Logger) (mail.Sender, error) {
	from := s.MailFrom
	if from == "" {
		from = "minidock <minidock@" + web.MailDomain(publicURL) + ">"
	}
	if s.SMTPURL != "" {
		return mail.NewSMTP(s.SMTPURL, from)
	}
	return mail.NewFolder(filepath.Join(s.Data, "mail"), from, log)
}

// demoCommand leaves the database's address to the reader: it may hold a password.
func (s *serve) demoCommand() string {
	if s.DatabaseURL != "" {
		return "minidock demo --database-url ... (as for serve)"
	}
	return "minidock demo --data " + s.Data
}

// now is the clock: UTC, to the microsecond that every database keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
