package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// How long the server says that it is not ready before it stops listening, how long running requests may then take to finish, and how long
// running jobs may take from the beginning, before they are given back.
const (
	unreadyTime = time.Second
	drainTime   = 13 * time.Second
	jobTime     = 10 * time.Second
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

// Serve answers requests and works on jobs until the context ends. Then it answers that it is not ready, lets running requests and jobs
// finish, and returns. Requests whose clients take too long are cut off.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := a.HTTP()
	go a.store.Listen(ctx)
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		a.jobs.Run(ctx, jobTime)
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
	case <-worked:
	case <-limit.Done(): // another process takes the job that does not end
	}
	return nil
}
