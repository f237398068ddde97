package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Patience is longer than anything takes on the slowest machine: it keeps a test from waiting forever.
const Patience = time.Minute

// Socket is a client's end of a WebSocket.
type Socket struct {
	Conn *websocket.Conn

	t *testing.T
}

// SocketMessage is a message of the server.
type SocketMessage struct {
	ID, Type string
	Payload  json.RawMessage
}

// Dial opens a WebSocket in the person's session, for graphql-transport-ws unless other subprotocols are named.
func (w *World) Dial(t *testing.T, p *Person, subprotocols ...string) *Socket {
	t.Helper()
	if subprotocols == nil {
		subprotocols = []string{"graphql-transport-ws"}
	}
	conn, _, err := websocket.Dial(t.Context(), w.URL+"/graphql", &websocket.DialOptions{
		HTTPClient: &http.Client{Jar: p.Jar}, HTTPHeader: p.Header, Subprotocols: subprotocols,
	})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &Socket{Conn: conn, t: t}
}

// OpenSocket opens a WebSocket in the person's session and initialises it.
func (w *World) OpenSocket(t *testing.T, p *Person) *Socket {
	t.Helper()
	s := w.Dial(t, p)
	s.Send(`{"type":"connection_init"}`)
	s.Expect("connection_ack", "")
	return s
}

// Send sends a message.
func (s *Socket) Send(message string) {
	s.t.Helper()
	if err := s.Conn.Write(s.t.Context(), websocket.MessageText, []byte(message)); err != nil {
		s.t.Fatal(err)
	}
}

// Subscribe sends a subscription with this id.
func (s *Socket) Subscribe(id, query string) {
	s.t.Helper()
	s.Send(fmt.Sprintf(`{"type":"subscribe","id":%q,"payload":{"query":%q}}`, id, query))
}

// AwaitEnd subscribes to the end of the session with this id, and returns when the server has begun to wait for it.
func (s *Socket) AwaitEnd(id string) {
	s.t.Helper()
	s.Subscribe(id, SessionEnded)
	s.Send(`{"type":"ping"}`) // messages are handled in their order
	s.Expect("pong", "")
}

// Read reads the next message, or returns why there is none.
func (s *Socket) Read() (SocketMessage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	_, text, err := s.Conn.Read(ctx)
	var message SocketMessage
	if err == nil {
		err = json.Unmarshal(text, &message)
	}
	return message, err
}

// Receive returns the next message; the test ends when there is none.
func (s *Socket) Receive() SocketMessage {
	s.t.Helper()
	message, err := s.Read()
	if err != nil {
		s.t.Fatal(err)
	}
	return message
}

// Expect receives a message of this type and id whose payload has all of these texts.
func (s *Socket) Expect(kind, id string, texts ...string) {
	s.t.Helper()
	got := s.Receive()
	if got.Type != kind || got.ID != id {
		s.t.Fatalf("received %s %s %s, not %s %s", got.Type, got.ID, got.Payload, kind, id)
	}
	for _, text := range texts {
		if !strings.Contains(string(got.Payload), text) {
			s.t.Errorf("%s gets %s, without %s", id, got.Payload, text)
		}
	}
}

// ExpectClosed makes sure that the next thing is the socket's end, with this code.
func (s *Socket) ExpectClosed(code websocket.StatusCode) {
	s.t.Helper()
	message, err := s.Read()
	if got := websocket.CloseStatus(err); got != code {
		s.t.Errorf("closed with %d, not %d: %v, %+v", got, code, err, message)
	}
}
