package app

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"testing"

	"minidock/internal/metrics"
)

// closing is a listener that is closed at the same time as the server stops.
type closing struct {
	net.Listener
	stop context.CancelFunc
}

func (l closing) Accept() (net.Conn, error) {
	l.stop()
	_ = l.Close()
	return l.Listener.Accept()
}

func TestTheEndOfTheOperatorsPagesIsNoError(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	a := &App{log: slog.New(slog.NewTextHandler(&log, nil)), metrics: metrics.New()}
	a.serveAdmin(ctx, closing{listener, stop})
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}
