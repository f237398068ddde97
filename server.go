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
	"minidock/internal/blob"
	"minidock/internal/demo"
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

type data struct {
	Data        string `help:"Folder of the database and the files, made when absent." default:"./data" env:"MINIDOCK_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL database to use instead of SQLite in the data folder: postgres://user:password@host:5432/name." name:"database-url" env:"MINIDOCK_DATABASE_URL"`
	Connections int    `help:"The most connections to PostgreSQL." name:"database-connections" default:"${connections}" env:"MINIDOCK_DATABASE_CONNECTIONS"`
}

type serve struct {
	data
	Addr           string         `help:"Address to listen on." default:"127.0.0.1:8080" env:"MINIDOCK_ADDR"`
	AdminAddr      string         `help:"Address for metrics and profiles, open to whoever reaches it; none when left out." name:"admin-addr" env:"MINIDOCK_ADMIN_ADDR"`
	AllowedOrigins []string       `help:"Origins of other front ends whose pages may send requests; may be repeated." name:"allowed-origin" env:"MINIDOCK_ALLOWED_ORIGIN"`
	Introspection  graph.Audience `help:"Who may ask for the schema and open the playground: everyone, staff or nobody. When left out: staff where --public-url is https, everyone otherwise." enum:"everyone,staff,nobody," default:"" env:"MINIDOCK_INTROSPECTION"`
	PublicURL      string         `help:"Where clients find the server; http:// and the address when left out. With https, cookies are Secure." name:"public-url" env:"MINIDOCK_PUBLIC_URL"`
}

type load struct{ data }

type migrate struct {
	data
	DryRun bool `help:"Only say what would be done."`
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

func (d data) options() store.Options {
	return store.Options{Dir: d.Data, URL: d.DatabaseURL, Connections: d.Connections}
}

// Run loads the people to play with.
func (l *load) Run(ctx context.Context) error {
	db, err := store.Open(ctx, l.options())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := demo.Load(ctx, db.Client, now); err != nil {
		return err
	}
	fmt.Printf("Loaded the workspace %q and its people; everybody's password is %s.\n", demo.Workspace, demo.Password)
	return nil
}

// Run applies the migrations that the database lacks, or says which they are.
func (m *migrate) Run(ctx context.Context) error {
	names, err := store.Migrate(ctx, m.options(), m.DryRun)
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Println(name)
	}
	fmt.Printf("%d migrations %s.\n", len(names), map[bool]string{true: "to apply", false: "applied"}[m.DryRun])
	return nil
}

// Run serves until the program is told to end.
func (s *serve) Run(ctx context.Context) error {
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
	server, err := web.New(web.Config{
		Store: db, Blobs: blobs, PublicURL: publicURL, AllowedOrigins: s.AllowedOrigins, Introspection: s.Introspection,
		Log: log, Now: now,
	})
	if err != nil {
		return err
	}
	if s.AdminAddr != "" {
		admin, err := net.Listen("tcp", s.AdminAddr)
		if err != nil {
			return err
		}
		go server.ServeAdmin(ctx, admin)
	}
	log.Info("serving", "playground", publicURL+"/playground", "hint", "people to play with are loaded by: "+s.demoCommand())
	return server.Serve(ctx, listener)
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
