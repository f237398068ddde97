package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// How long the server says that it is not ready before it stops listening, how long what runs may then take to finish, and
// how often it deletes what has outlived its time.
const (
	unreadyTime   = time.Second
	drainTime     = 13 * time.Second
	sweepInterval = 10 * time.Minute
)

// HTTP returns what answers connections, within the limits. Tests serve with it too.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler: s, ReadHeaderTimeout: s.limits.HeaderTime, ReadTimeout: s.limits.ReadTime, IdleTimeout: s.limits.IdleTime,
		WriteTimeout:   s.limits.WriteTime, // of what is written before there is an answer; see timed
		MaxHeaderBytes: int(s.limits.HeaderBytes), ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// ListenAdmin answers those who look after the server, at an address of their own until the context ends. Without an
// address it does nothing.
func (s *Server) ListenAdmin(ctx context.Context, addr string) error {
	if addr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.Admin(), ReadHeaderTimeout: s.limits.HeaderTime, IdleTimeout: s.limits.IdleTime}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.ErrorContext(ctx, "admin", "error", err.Error())
		}
	}()
	return nil
}

// Serve answers requests until the context ends. Then it says that it is not ready, finishes what runs, and returns. What clients
// hold up for too long is cut off.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := s.HTTP()
	go s.sweepUntil(ctx)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		s.outbox.Run(ctx)
	}()
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
	s.EndStreams()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(limit); err != nil { // nothing of ours takes so long; a client may
		s.log.Warn("cut off what was not finished", "error", err.Error())
		return server.Close()
	}
	select {
	case <-sent:
	case <-limit.Done(): // a mail that is not sent now is sent at the next start
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
