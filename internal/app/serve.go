package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// How long the server says that it is not ready before it stops listening, and how long running requests may then take to finish.
const (
	unreadyTime = time.Second
	drainTime   = 13 * time.Second
)

// HTTP returns the HTTP server, with its limits, which Serve serves with. Tests serve with it too.
func (a *App) HTTP() *http.Server {
	return &http.Server{
		Handler: a, ReadHeaderTimeout: a.limits.HeaderTime, ReadTimeout: a.limits.ReadTime, IdleTimeout: a.limits.IdleTime,
		WriteTimeout:   a.limits.WriteTime, // of what is written before the handler answers
		MaxHeaderBytes: int(a.limits.HeaderBytes), ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
}

// serveAdmin serves the operators' pages until the context ends. Without a listener it does nothing.
func (a *App) serveAdmin(ctx context.Context, listener net.Listener) {
	if listener == nil {
		return
	}
	server := &http.Server{Handler: a.Admin(), ReadHeaderTimeout: a.limits.HeaderTime, IdleTimeout: a.limits.IdleTime}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); ctx.Err() == nil { // at the end the listener may be closed before the server is
		a.log.ErrorContext(ctx, "admin", "error", err.Error())
	}
}

// Serve answers requests, sends mails and sweeps until the context ends. Then it answers that it is not ready, lets running requests
// finish, and returns. Requests whose clients take too long are cut off.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := a.HTTP()
	go a.sweepUntil(ctx)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		a.outbox.Run(ctx)
	}()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	a.log.Info("draining")
	a.Drain()
	select {
	case err := <-ended:
		return err
	case <-time.After(unreadyTime):
	}
	a.EndStreams()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	// Shutdown does not wait for WebSockets. Only a client can take too long; nothing of ours does.
	if err := errors.Join(server.Shutdown(limit), a.sessions.WaitForStreams(limit)); err != nil {
		a.log.Warn("cut off unfinished requests", "error", err.Error())
		return server.Close()
	}
	select {
	case <-sent:
	case <-limit.Done(): // a mail that is not sent now is sent after the next start
	}
	return nil
}

func (a *App) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(a.limits.SweepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := a.Sweep(ctx); err != nil {
				a.log.ErrorContext(ctx, "sweep", "error", err.Error())
			}
		}
	}
}
