package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/session"
)

const (
	// subprotocol is the one that is spoken over WebSockets.
	subprotocol = "graphql-transport-ws"
	// parting is how long a client may take to close a socket that the server closes.
	parting = 2 * time.Second
)

// closing is how a socket is closed.
type closing struct {
	code   websocket.StatusCode
	reason string
}

// What a socket is closed with. Clients connect again, with a growing delay, after those below 4000 and after 4408; after all
// others they do not.
var (
	closeInvalid      = &closing{4400, "Invalid message"}
	closeTooLarge     = &closing{4400, "The message is too large"}
	closeSignedOut    = &closing{4401, "Unauthorized"}
	closeSubprotocol  = &closing{4406, "Subprotocol not acceptable"}
	closeInitLate     = &closing{4408, "Connection initialisation timeout"}
	closeSameID       = &closing{4409, "A subscriber with this id already exists"}
	closeInitTwice    = &closing{4429, "Too many initialisation requests"}
	closeTooMany      = &closing{4429, "Too many sockets in this session"}
	closeStopping     = &closing{websocket.StatusGoingAway, "The server stops"}
	closeUnavailable  = &closing{websocket.StatusTryAgainLater, "Try again later"}
	closeUnresponsive = &closing{websocket.StatusGoingAway, "No answer to a ping"}
)

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveSocket talks with a client over a WebSocket as graphql-transport-ws says, about subscriptions only. The socket is
// closed when its session ends.
func (a *api) serveSocket(w http.ResponseWriter, r *http.Request) {
	if _, refusal := a.principal(r.Context()); refusal != nil {
		refuse(w, r, mediaJSON, refusal)
		return
	}
	offer := &handshake{ResponseWriter: w}
	conn, err := websocket.Accept(offer, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // whoever may not from another origin does not come so far
	})
	if err != nil {
		Refuse(w, r, offer.refused, errHandshake)
		return
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(-1) // ours is told by a code that clients do not connect again after
	s := &socket{api: a, conn: conn, wire: http.NewResponseController(w), subscriptions: map[string]*subscription{}}
	if conn.Subprotocol() != subprotocol {
		s.close(closeSubprotocol)
		return
	}
	ctx, stream, err := a.resolver.Sessions.Open(r.Context(), viewer(r.Context()), session.Socket, a.limits.SessionSockets)
	if err != nil {
		s.close(closingFor(err))
		return
	}
	defer stream.Close()
	s.headers = r.Header
	s.talk(ctx, stream)
}

// errHandshake answers what asks for a WebSocket in no way that a client would.
var errHandshake = &fault.Refusal{Code: "BAD_REQUEST", Message: "This is not a WebSocket handshake of version 13."}

// handshake is where Accept answers. What it refuses is told in words of ours.
type handshake struct {
	http.ResponseWriter
	refused int
}

// WriteHeader notes the status of a refusal.
func (h *handshake) WriteHeader(status int) {
	if status != http.StatusSwitchingProtocols {
		h.refused = status
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

// Write drops the text of a refusal; what is accepted has none.
func (h *handshake) Write(text []byte) (int, error) { return len(text), nil }

// Unwrap lets Accept take the connection.
func (h *handshake) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// closingFor says how a socket is closed that cannot be opened, or not be kept open.
func closingFor(err error) *closing {
	switch {
	case errors.Is(err, fault.ErrUnauthenticated), errors.Is(err, session.ErrSessionEnded):
		return closeSignedOut
	case errors.Is(err, fault.ErrRateLimited):
		return closeTooMany
	case errors.Is(err, session.ErrStopping):
		return closeStopping
	default:
		return closeUnavailable
	}
}

// socket is a WebSocket and what runs on it.
type socket struct {
	api  *api
	conn *websocket.Conn
	// wire sets the deadlines of the connection itself.
	wire    *http.ResponseController
	headers http.Header

	mu            sync.Mutex
	subscriptions map[string]*subscription
	// active counts the subscriptions that run; one that the client has completed runs a moment longer.
	active int
	// ending tells that the session has ended: nothing new begins.
	ending  bool
	running sync.WaitGroup
}

type subscription struct{ cancel context.CancelFunc }

// message is one of graphql-transport-ws, in either direction.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// talk answers the client's messages until one of both closes the socket.
func (s *socket) talk(ctx context.Context, stream *session.Stream) {
	ctx, cancel := context.WithCancel(ctx)
	defer s.running.Wait()
	defer cancel()
	late := time.AfterFunc(s.api.limits.SocketInit, func() { s.close(closeInitLate) })
	defer late.Stop()
	go s.tend(ctx, stream)
	for begun := false; ; {
		received, wrong := s.read()
		if wrong == nil {
			switch {
			case received.Type == "connection_init" && begun:
				wrong = closeInitTwice
			case received.Type == "connection_init":
				begun = late.Stop()
				s.write(message{Type: "connection_ack"})
			case received.Type == "subscribe" && !begun:
				wrong = closeSignedOut
			default:
				wrong = s.handle(ctx, received)
			}
		}
		if wrong != nil {
			s.close(wrong)
			return
		}
	}
}

// tend pings the client, and closes the socket when the stream ends, whatever the client still owes.
func (s *socket) tend(ctx context.Context, stream *session.Stream) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	unanswered := make(chan struct{}, 1)
	for {
		select {
		case <-ticker.C:
			go s.ping(unanswered)
		case <-unanswered:
			s.close(closeUnresponsive)
			return
		case <-stream.Ended():
			s.settle(ctx)
			s.close(closeSignedOut)
			return
		case <-ctx.Done():
			s.close(closingFor(context.Cause(ctx)))
			return
		}
	}
}

// ping tells when the client does not answer a ping in time. Pings do not overlap, since patience ends before the next beat.
func (s *socket) ping(unanswered chan<- struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.conn.Ping(ctx) != nil {
		unanswered <- struct{}{}
	}
}

// settle waits for what runs to come to its end, or for the stream's.
func (s *socket) settle(ctx context.Context) {
	s.mu.Lock()
	s.ending = true
	s.mu.Unlock()
	settled := make(chan struct{})
	go func() {
		s.running.Wait()
		close(settled)
	}()
	select {
	case <-settled:
	case <-ctx.Done():
	}
}

// read receives the next message, or says what the socket is closed with. One that is closed already stays as it is.
func (s *socket) read() (message, *closing) {
	kind, reader, err := s.conn.Reader(context.Background())
	if err != nil {
		return message{}, closeUnavailable
	}
	text, err := io.ReadAll(io.LimitReader(reader, s.api.limits.SocketFrame+1))
	var received message
	switch {
	case err != nil:
		return message{}, closeUnavailable
	case int64(len(text)) > s.api.limits.SocketFrame:
		return message{}, closeTooLarge
	case kind != websocket.MessageText || json.Unmarshal(text, &received) != nil:
		return message{}, closeInvalid
	}
	return received, nil
}

// handle answers a message other than the first.
func (s *socket) handle(ctx context.Context, received message) *closing {
	switch received.Type {
	case "ping":
		s.write(message{Type: "pong"})
	case "pong":
	case "subscribe":
		return s.subscribe(ctx, received)
	case "complete":
		s.mu.Lock()
		defer s.mu.Unlock()
		if one := s.subscriptions[received.ID]; one != nil {
			one.cancel()
			delete(s.subscriptions, received.ID)
		}
	default:
		return closeInvalid
	}
	return nil
}

func (s *socket) subscribe(ctx context.Context, received message) *closing {
	if received.ID == "" {
		return closeInvalid
	}
	ctx = access.With(graphql.StartOperationTrace(ctx), viewer(ctx).Again())
	params, refusal := decode(received.Payload)
	if refusal != nil {
		s.write(s.refusal(ctx, received.ID, nil, gqlerror.List{coded(refusal)}))
		return nil
	}
	params.Headers = s.headers
	running, cancel := context.WithCancel(ctx)
	one := &subscription{cancel}
	switch err := s.admit(received.ID, one); {
	case errors.Is(err, errSameID):
		cancel()
		return closeSameID
	case errors.Is(err, session.ErrSessionEnded):
		cancel()
		return closeSignedOut
	case err != nil:
		cancel()
		s.write(s.refusal(ctx, received.ID, nil, gqlerror.List{coded(fault.ErrRateLimited)}))
		return nil
	}
	go func() {
		defer s.leave(received.ID, one)
		s.run(running, received.ID, one, params)
	}()
	return nil
}

var errSameID = errors.New("there is a subscription with this id")

// admit gives the subscription a place, if there is one.
func (s *socket) admit(id string, one *subscription) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ending:
		return session.ErrSessionEnded
	case s.subscriptions[id] != nil:
		return errSameID
	case s.active >= s.api.limits.SocketSubscriptions:
		return fault.ErrRateLimited
	}
	s.subscriptions[id] = one
	s.active++
	s.running.Add(1) // under the lock: none is added once settle waits
	return nil
}

// forget frees the subscription's id, before the client is told that it has ended.
func (s *socket) forget(id string, one *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subscriptions[id] == one {
		delete(s.subscriptions, id)
	}
}

// leave gives the subscription's place to another.
func (s *socket) leave(id string, one *subscription) {
	defer s.running.Done()
	one.cancel()
	s.forget(id, one)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
}

// run executes a subscription and tells the client its answers.
func (s *socket) run(ctx context.Context, id string, one *subscription, params *graphql.RawParams) {
	tell := func(response *graphql.Response) {
		if ctx.Err() == nil {
			s.write(message{ID: id, Type: "next", Payload: encode(response)})
		}
	}
	last := message{ID: id, Type: "complete"}
	s.api.guarded(ctx, tell, func() {
		operation, wrong := s.api.prepare(ctx, way{events: true}, params)
		if wrong != nil {
			last = s.refusal(ctx, id, operation, wrong)
			return
		}
		s.api.run(ctx, operation, tell)
	})
	s.forget(id, one)
	if ctx.Err() == nil {
		s.write(last)
	}
}

// refusal tells why a subscription is not executed.
func (s *socket) refusal(ctx context.Context, id string, operation *graphql.OperationContext, wrong gqlerror.List) message {
	var refusal struct{ Errors json.RawMessage }
	if err := json.Unmarshal(encode(s.api.answer(ctx, operation, wrong)), &refusal); err != nil {
		panic(err) // it was encoded just now
	}
	return message{ID: id, Type: "error", Payload: refusal.Errors}
}

// write sends a message. A client that does not take it in time loses the connection.
func (s *socket) write(sent message) {
	text, err := marshal(sent)
	if err != nil {
		panic(err) // its parts are JSON
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = s.conn.Write(ctx, websocket.MessageText, text)
}

// close closes the socket, if it is still open, and has the reading of messages end. The client gets a moment to take what is
// sent and to answer, and no more than that: alone, Close waits for ever for the rest of a frame.
func (s *socket) close(how *closing) {
	end := time.Now().Add(parting)
	_ = errors.Join(s.wire.SetReadDeadline(end), s.wire.SetWriteDeadline(end))
	_ = s.conn.Close(how.code, how.reason)
}
