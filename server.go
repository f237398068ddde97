// Command minidock is an open, self-hosted platform on which merchants create, test, release and remove mini programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"minidock/internal/app"
	"minidock/internal/remote"
)

//go:generate go run ./ent/entc.go
//go:generate go run ./graph/generate
//go:generate go run ./internal/account/generate

const description = `Create, test, release and remove mini programs: a GraphQL API with a playground.

minidock alone serves, as minidock serve does; minidock serve --help lists the flags. Each flag can also be set by its environment ` +
	`variable; the flag wins. Flags that hold several values can be repeated, or take them separated by commas.`

type commandLine struct {
	Serve    serve            `cmd:"" default:"withargs" help:"Serve the API and its playground. This is what minidock does without a command."`
	Demo     demoCommand      `cmd:"" help:"People and mini programs to play with."`
	Staff    staff            `cmd:"" help:"Who is on the platform's staff."`
	Migrate  migrate          `cmd:"" help:"Bring the database's schema up to date, as serve does when it starts."`
	Upload   upload           `cmd:"" help:"Upload a version of a mini program to a server, as CI does: a folder or a zip."`
	List     versions         `cmd:"" name:"versions" help:"List the versions that were uploaded of a mini program."`
	Build    version          `cmd:"" name:"version" help:"Print the versions of the program, of Go and of SQLite."`
	Versions kong.VersionFlag `name:"version" help:"Print the same as minidock version."`
}

type serve struct {
	data
	Addr          string   `group:"Addresses" help:"Address and port to listen on. With 127.0.0.1 only this machine can connect; with 0.0.0.0 every other one, too." default:"127.0.0.1:8080" env:"MINIDOCK_ADDR"`
	PublicURL     string   `group:"Addresses" help:"Where clients find the server, such as https://mini.example.com. Default: http:// and the address it listens on. With https, cookies are Secure." name:"public-url" placeholder:"URL" env:"MINIDOCK_PUBLIC_URL"`
	AppURL        string   `group:"Addresses" help:"Where the front end's pages are, which the links in mails lead to. Default: the server's own pages, below --public-url." name:"app-url" placeholder:"URL" env:"MINIDOCK_APP_URL"`
	AdminAddr     string   `group:"Addresses" help:"Address for metrics and profiles, which are open to everyone who can reach it. Default: none." name:"admin-addr" placeholder:"HOST:PORT" env:"MINIDOCK_ADMIN_ADDR"`
	AllowedOrigin []string `group:"Access" help:"Origins of other front ends, such as http://localhost:5173, whose pages may send requests and read the answers. Default: none." name:"allowed-origin" sep:"none" placeholder:"ORIGIN" env:"MINIDOCK_ALLOWED_ORIGIN"`
	TrustedProxy  []string `group:"Access" help:"Addresses or networks of the proxies in front, such as 10.0.0.0/8, whose X-Forwarded-For is believed. Default: none." name:"trusted-proxy" aliases:"trusted-proxies" sep:"none" placeholder:"NETWORK" env:"MINIDOCK_TRUSTED_PROXY,MINIDOCK_TRUSTED_PROXIES"`
	Introspection string   `group:"Access" help:"Who may read the schema and open the playground: everyone, staff or nobody. Default: staff if --public-url is https, everyone otherwise." placeholder:"WHO" env:"MINIDOCK_INTROSPECTION"`
	RequestLimit  number   `group:"Access" help:"The most GraphQL requests that are answered for a network address in a minute; 0 for any number." name:"request-limit" default:"0" env:"MINIDOCK_REQUEST_LIMIT"`
	Limit         []string `group:"Access" help:"A limit on what clients may send or on how long something takes, such as query-depth=20. docs/operations.md lists them." name:"limit" sep:"none" placeholder:"NAME=VALUE" env:"MINIDOCK_LIMIT"`
	SMTPURL       string   `group:"Mail" help:"Server that mails are sent through: smtp://user:password@host:587 or smtps://host. Default: they are written as .eml files into the folder mail of the data folder." name:"smtp-url" placeholder:"URL" env:"MINIDOCK_SMTP_URL"`
	MailFrom      string   `group:"Mail" help:"Sender of mails, such as 'minidock <no-reply@example.com>'. Default: minidock at the host of --public-url." name:"mail-from" placeholder:"SENDER" env:"MINIDOCK_MAIL_FROM"`
	SecretKeyFile string   `group:"Data" help:"File of the key that seals secrets in the database, created when absent. Default: secret.key in the data folder." name:"secret-key-file" placeholder:"FILE" env:"MINIDOCK_SECRET_KEY_FILE" type:"path"`
	LogLevel      string   `group:"Log" help:"The least important messages to log: debug (with each SQL statement), info, warn or error." name:"log-level" default:"info" env:"MINIDOCK_LOG_LEVEL"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	app.TuneCollector(context.WithoutCancel(ctx), isInEnvironment)
	unsetEmpty()
	command := kong.Parse(&commandLine{}, kong.Name("minidock"), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Description(description), kong.ShortUsageOnError(), kong.ValueFormatter(help),
		kong.Exit(exit),
		kong.Vars{"connections": fmt.Sprint(app.DefaultConnections), "version": app.ReadVersion().String()})
	err := command.Run()
	if errors.Is(err, remote.ErrRefused) { // the reasons have been printed
		os.Exit(1)
	}
	command.FatalIfErrorf(err)
}

// usageError is the exit code of kong for what is wrong with the arguments.
const usageError = 80

// exit ends the program with 2 for what is wrong with the arguments, as is the custom.
func exit(code int) {
	if code == usageError {
		code = 2
	}
	os.Exit(code)
}

// unsetEmpty makes an empty environment variable of a flag as one that is not set: tools that start programs often pass on what nobody set.
func unsetEmpty() {
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); value == "" && strings.HasPrefix(name, "MINIDOCK_") {
			_ = os.Unsetenv(name)
		}
	}
}

func isInEnvironment(variable string) bool { return os.Getenv(variable) != "" }

// help adds to a flag's help the environment variable, without those that it had before.
func help(value *kong.Value) string {
	if len(value.Tag.Envs) == 0 {
		return value.Help
	}
	return value.Help + " Environment: " + value.Tag.Envs[0] + "."
}

// Run serves until the program is told to stop.
func (s *serve) Run(ctx context.Context) error {
	return app.Run(ctx, app.Options{
		Data: s.location(), Addr: s.Addr, AdminAddr: s.AdminAddr, PublicURL: s.PublicURL, AppURL: s.AppURL, MailFrom: s.MailFrom,
		SMTPURL: s.SMTPURL, AllowedOrigins: s.AllowedOrigin, Introspection: s.Introspection, Limits: s.Limit, SecretKeyFile: s.SecretKeyFile,
		RequestsPerMinute: int(s.RequestLimit), TrustedProxies: s.TrustedProxy, LogLevel: s.LogLevel, Stderr: os.Stderr,
	})
}
