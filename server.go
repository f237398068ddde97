// Command minidock is an open, self-hosted platform on which merchants create, test, release and remove mini programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"minidock/internal/blob"
	"minidock/internal/demo"
	"minidock/internal/store"
	"minidock/internal/web"
)

//go:generate go run ./ent/entc.go
//go:generate go run ./graph/generate

// drainTime is how long requests that run may take to finish after the program was told to end.
const drainTime = 14 * time.Second

type commandLine struct {
	Serve serve    `cmd:"" default:"withargs" help:"Serve the API and its playground."`
	Demo  loadDemo `cmd:"" help:"Load people to play with; twice does no harm."`
}

type dataFlag struct {
	Data string `help:"Folder of the database and the files, made when absent." default:"./data" env:"MINIDOCK_DATA" type:"path"`
}

type serve struct {
	dataFlag
	Addr      string `help:"Address to listen on." default:"127.0.0.1:8080" env:"MINIDOCK_ADDR"`
	PublicURL string `help:"Where clients find the server; http:// and the address when left out. With https, cookies are Secure." env:"MINIDOCK_PUBLIC_URL" name:"public-url"`
}

type loadDemo struct{ dataFlag }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command := kong.Parse(&commandLine{}, kong.Name("minidock"), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Description("Create, test, release and remove mini programs."))
	command.FatalIfErrorf(command.Run())
}

// Run loads the demo people.
func (d *loadDemo) Run(ctx context.Context) error {
	db, err := store.Open(ctx, store.Options{Dir: d.Data})
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

// Run serves until the context ends, then finishes what runs.
func (s *serve) Run(ctx context.Context) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	db, err := store.Open(ctx, store.Options{Dir: s.Data})
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
	handler, err := web.New(web.Config{Store: db, Blobs: blobs, PublicURL: s.publicURL(listener.Addr()), Log: log, Now: now})
	if err != nil {
		return err
	}
	log.Info("serving", "playground", s.publicURL(listener.Addr())+"/playground",
		"hint", "people to play with are loaded by: minidock demo --data "+s.Data)
	return run(ctx, log, handler, listener)
}

func (s *serve) publicURL(addr net.Addr) string {
	if s.PublicURL != "" {
		return strings.TrimRight(s.PublicURL, "/")
	}
	return "http://" + addr.String()
}

// run serves until the context ends; then it says that it is not ready, and finishes what runs.
func run(ctx context.Context, log *slog.Logger, handler *web.Server, listener net.Listener) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	go sweep(ctx, log, handler)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	log.Info("draining")
	handler.Drain()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(limit); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// sweep deletes from time to time what has outlived its time.
func sweep(ctx context.Context, log *slog.Logger, handler *web.Server) {
	ticker := time.NewTicker(10 * time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := handler.Sweep(ctx); err != nil {
				log.Error("sweep", "error", err.Error())
			}
		}
	}
}

// now is the clock: UTC, to the microsecond that every database keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
