package gqlhttp

import (
	"bufio"
	"net"
	"net/http"

	"minidock/internal/fault"
)

// errHandshake answers an upgrade that no client would ask for.
var errHandshake = &fault.Refusal{Code: "BAD_REQUEST", Message: "This is not a WebSocket handshake of version 13."}

// handshakeWriter is where Accept writes its answer. It drops refusals, which are answered in our own words.
type handshakeWriter struct {
	http.ResponseWriter
	refused int
	conn    net.Conn
}

// WriteHeader keeps the status of a refusal.
func (h *handshakeWriter) WriteHeader(status int) {
	if status != http.StatusSwitchingProtocols {
		h.refused = status
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

// Write drops the text of a refusal; a successful handshake has none.
func (h *handshakeWriter) Write(text []byte) (int, error) { return len(text), nil }

// Hijack lets Accept take over the connection, and keeps it.
func (h *handshakeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, buffered, err
}
