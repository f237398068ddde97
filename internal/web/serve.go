package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Times of the server: how long a request's header and all of it may take, how long a connection may idle, how long the
// server says that it is not ready before it stops listening, how long what runs may then take to finish, and how often it
// deletes what has outlived its time.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 60 * time.Second
	idleTimeout       = 60 * time.Second
	unreadyTime       = time.Second
	drainTime         = 13 * time.Second
	sweepInterval     = 10 * time.Minute
)

const maxHeaderBytes = 16 << 10

// ServeAdmin answers those who look after the server until the context ends.
func (s *Server) ServeAdmin(ctx context.Context, listener net.Listener) {
	server := &http.Server{Handler: s.Admin(), ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
		s.log.ErrorContext(ctx, "admin", "error", err.Error())
	}
}

// Serve answers requests until the context ends. Then it says that it is not ready, finishes what runs, and returns.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	go s.sweepUntil(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.log.Info("draining")
	s.Drain()
	select {
	case err := <-ended:
		return err
	case <-time.After(unreadyTime):
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		return fmt.Errorf("finish what runs: %w", err)
	}
	return nil
}

func (s *Server) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := s.Sweep(ctx); err != nil {
				s.log.ErrorContext(ctx, "sweep", "error", err.Error())
			}
		}
	}
}
