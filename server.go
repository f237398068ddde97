// Command minidock is an open, self-hosted platform on which merchants create, test, release and remove mini programs.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"minidock/internal/app"
	"minidock/internal/web"
)

//go:generate go run ./ent/entc.go
//go:generate go run ./graph/generate

type commandLine struct {
	Serve   serve   `cmd:"" default:"withargs" help:"Serve the API and its playground."`
	Demo    load    `cmd:"" help:"Load people and mini programs to play with; twice does no harm."`
	Staff   staff   `cmd:"" help:"Say who is on the platform's staff."`
	Migrate migrate `cmd:"" help:"Bring the database's schema up to date, as serve does when it starts."`
}

type serve struct {
	data
	Addr           string            `help:"Address to listen on." default:"127.0.0.1:8080" env:"MINIDOCK_ADDR"`
	AdminAddr      string            `help:"Address for metrics and profiles, open to everyone who can reach it; none when left out." name:"admin-addr" env:"MINIDOCK_ADMIN_ADDR"`
	AllowedOrigins []string          `help:"Origins of other front ends whose pages may send requests; may be repeated." name:"allowed-origin" env:"MINIDOCK_ALLOWED_ORIGIN"`
	AppURL         string            `help:"Where the front end's pages are, which the links in mails lead to; --public-url when left out." name:"app-url" env:"MINIDOCK_APP_URL"`
	Introspection  web.Audience      `help:"Who may read the schema and open the playground: everyone, staff or nobody. When left out: staff where --public-url is https, everyone otherwise." enum:"everyone,staff,nobody," default:"" env:"MINIDOCK_INTROSPECTION"`
	Limits         map[string]string `help:"A limit on what clients may send, and its value; may be repeated. docs/operations.md names them all." name:"limit" placeholder:"NAME=VALUE" env:"MINIDOCK_LIMIT"`
	LogLevel       slog.Level        `help:"The least important messages to log: debug, info, warn or error." name:"log-level" default:"info" env:"MINIDOCK_LOG_LEVEL"`
	MailFrom       string            `help:"Sender of mails, such as 'minidock <no-reply@example.com>'; minidock at the host of --public-url when left out." name:"mail-from" env:"MINIDOCK_MAIL_FROM"`
	SMTPURL        string            `help:"Server that delivers mails: smtp://user:password@host:587 or smtps://host. When left out, they are written to the folder mail in the data folder." name:"smtp-url" env:"MINIDOCK_SMTP_URL"`
	SecretKeyFile  string            `help:"File of the key that seals secrets in the database; made when absent. When left out, secret.key in the data folder." name:"secret-key-file" env:"MINIDOCK_SECRET_KEY_FILE" type:"path"`
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
		kong.Vars{"connections": fmt.Sprint(app.DefaultConnections)})
	command.FatalIfErrorf(command.Run())
}

// Run serves until the program is told to stop.
func (s *serve) Run(ctx context.Context) error {
	return app.Run(ctx, app.Options{
		Data: s.location(), Addr: s.Addr, AdminAddr: s.AdminAddr, PublicURL: s.PublicURL, AppURL: s.AppURL, MailFrom: s.MailFrom,
		SMTPURL: s.SMTPURL, AllowedOrigins: s.AllowedOrigins, Introspection: s.Introspection, Limits: s.Limits, SecretKeyFile: s.SecretKeyFile,
		RequestsPerMinute: s.RequestLimit, TrustedProxies: s.TrustedProxies, Log: app.NewLog(os.Stderr, s.LogLevel),
	})
}
