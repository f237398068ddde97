package gqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/request"
)

const (
	// subprotocol is the only one supported.
	subprotocol = "graphql-transport-ws"
	// closeTimeout is how long a client may take to answer when the server closes a WebSocket.
	closeTimeout = 2 * time.Second
	// maxID is the most bytes of a subscription's id, which each of its messages repeats.
	maxID = 128
)

// closing is how a WebSocket is closed.
type closing struct {
	code   websocket.StatusCode
	reason string
}

// How a WebSocket is closed. Clients connect again, with a growing delay, after codes below 4000 and after 4408; after all others
// they do not.
var (
	closeInvalid      = &closing{4400, "Invalid message"}
	closeTooLarge     = &closing{4400, "The message is too large"}
	closeSignedOut    = &closing{4401, "Unauthorized"}
	closeSubprotocol  = &closing{4406, "Subprotocol not acceptable"}
	closeInitLate     = &closing{4408, "Connection initialisation timeout"}
	closeMessageLate  = &closing{4408, "Message timeout"}
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

// serveWebSocket serves subscriptions, and nothing else, over a WebSocket as graphql-transport-ws requires. It is closed when its
// session ends.
func (h *Handler) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	if _, refusal := h.userID(r.Context()); refusal != nil {
		refuse(w, r, mediaJSON, refusal)
		return
	}
	handshake := &handshakeWriter{ResponseWriter: w}
	conn, err := websocket.Accept(handshake, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // the origin was checked before
	})
	if err != nil {
		Refuse(w, r, handshake.refused, errHandshake)
		return
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(-1) // ours closes with a code after which clients do not connect again
	s := &socket{
		handler: h, conn: conn, network: handshake.conn, from: request.CallerOf(r.Context()).Network(), headers: r.Header, subscriptions: map[string]*subscription{},
	}
	if conn.Subprotocol() != subprotocol {
		s.close(closeSubprotocol)
		return
	}
	ctx, stream, err := h.Streams.Open(r.Context(), WebSocket, h.Limits.SessionSockets)
	if err != nil {
		s.close(closingFor(err))
		return
	}
	defer stream.Close()
	s.serve(ctx, stream)
}

// closingFor returns how a WebSocket is closed that cannot be opened, or not stay open.
func closingFor(err error) *closing {
	switch {
	case errors.Is(err, fault.ErrUnauthenticated):
		return closeSignedOut
	case errors.Is(err, fault.ErrRateLimited):
		return closeTooMany
	default:
		return closeUnavailable
	}
}

// socket is a WebSocket and the subscriptions on it.
type socket struct {
	handler *Handler
	conn    *websocket.Conn
	network net.Conn
	// from is the client's network address, by which what it holds is counted.
	from    string
	headers http.Header
	closed  sync.Once

	mu            sync.Mutex
	subscriptions map[string]*subscription
	// active counts the running subscriptions; one that the client has completed runs a moment longer.
	active int
	// ending says that the session has ended: no subscription is added.
	ending  bool
	running sync.WaitGroup
}

type subscription struct{ cancel context.CancelFunc }

// message is a message of graphql-transport-ws, in either direction.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// serve handles the client's messages until the client or the server closes the socket.
func (s *socket) serve(ctx context.Context, stream Stream) {
	ctx, cancel := context.WithCancel(ctx)
	defer s.running.Wait()
	defer cancel()
	initTimeout := time.AfterFunc(s.handler.Limits.SocketInit, func() { s.close(closeInitLate) })
	defer initTimeout.Stop()
	go s.watch(ctx, stream)
	for isInit := false; ; {
		received, end := s.read()
		if end == nil {
			switch {
			case received.Type == "connection_init" && isInit:
				end = closeInitTwice
			case received.Type == "connection_init":
				isInit = initTimeout.Stop()
				s.write(message{Type: "connection_ack"})
			case received.Type == "subscribe" && !isInit:
				end = closeSignedOut
			default:
				end = s.handle(ctx, received)
			}
		}
		if end != nil {
			s.close(end)
			return
		}
	}
}

// watch pings the client, and closes the socket when the stream ends, whether the client answers or not.
func (s *socket) watch(ctx context.Context, stream Stream) {
	ticker := time.NewTicker(s.handler.Limits.StreamPing)
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
			s.waitForSubscriptions(ctx)
			s.close(closeSignedOut)
			return
		case <-ctx.Done():
			s.close(s.closingForEnd(ctx))
			return
		}
	}
}

// closingForEnd returns how a socket is closed whose context is done.
func (s *socket) closingForEnd(ctx context.Context) *closing {
	select {
	case <-s.handler.Stopping:
		return closeStopping
	default:
		return closingFor(context.Cause(ctx))
	}
}

// ping reports when the client does not answer a ping in time.
func (s *socket) ping(unanswered chan<- struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), messageTimeout)
	defer cancel()
	if s.conn.Ping(ctx) != nil {
		select {
		case unanswered <- struct{}{}:
		default: // of an earlier ping
		}
	}
}

// waitForSubscriptions waits until the running subscriptions end, or the stream does.
func (s *socket) waitForSubscriptions(ctx context.Context) {
	s.mu.Lock()
	s.ending = true
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// read receives the next message, or returns how to close the socket. Closing a socket that is closed already does nothing.
func (s *socket) read() (message, *closing) {
	kind, reader, err := s.conn.Reader(context.Background())
	if err != nil {
		return message{}, closeUnavailable
	}
	late := time.AfterFunc(s.handler.Limits.ReadTime, func() { s.close(closeMessageLate) })
	defer late.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), s.handler.Limits.ReadTime)
	defer cancel()
	memory := s.handler.memory.hold(s.from)
	defer memory.release()
	text := &body{from: reader, memory: memory}
	defer text.discard()
	isMore, err := text.read(ctx, s.handler.Limits.SocketFrame)
	var received message
	switch {
	case err != nil:
		return message{}, closeUnavailable
	case isMore:
		return message{}, closeTooLarge
	case kind != websocket.MessageText || json.Unmarshal(text.bytes(), &received) != nil:
		return message{}, closeInvalid
	}
	return received, nil
}

// handle handles a message other than connection_init.
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
		if completed := s.subscriptions[received.ID]; completed != nil {
			completed.cancel()
			delete(s.subscriptions, received.ID)
		}
	default:
		return closeInvalid
	}
	return nil
}

func (s *socket) subscribe(ctx context.Context, received message) *closing {
	if received.ID == "" || len(received.ID) > maxID {
		return closeInvalid
	}
	ctx = s.handler.Viewers.Renew(graphql.StartOperationTrace(ctx))
	params, refusal := decode("The payload", received.Payload)
	if refusal != nil {
		s.write(s.refusal(ctx, received.ID, nil, gqlerror.List{coded(refusal)}))
		return nil
	}
	params.headers = s.headers
	running, cancel := context.WithCancel(ctx)
	added := &subscription{cancel}
	if end, refusal := s.add(received.ID, added); end != nil || refusal != nil {
		cancel()
		if refusal != nil {
			s.write(s.refusal(ctx, received.ID, nil, gqlerror.List{coded(refusal)}))
		}
		return end
	}
	go func() {
		defer s.remove(received.ID, added)
		s.run(running, received.ID, added, params)
	}()
	return nil
}

// add adds a subscription, or returns how to close the socket or why there cannot be another one.
func (s *socket) add(id string, added *subscription) (*closing, *fault.Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ending:
		return closeSignedOut, nil
	case s.subscriptions[id] != nil:
		return closeSameID, nil
	case s.active >= s.handler.Limits.SocketSubscriptions:
		return nil, fault.ErrRateLimited
	}
	s.subscriptions[id] = added
	s.active++
	s.running.Add(1) // under the lock: none is added once waitForSubscriptions waits
	return nil, nil
}

// freeID lets the client use the subscription's id again. It precedes the message that the subscription has ended.
func (s *socket) freeID(id string, ended *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subscriptions[id] == ended {
		delete(s.subscriptions, id)
	}
}

// remove lets the client start another subscription.
func (s *socket) remove(id string, ended *subscription) {
	defer s.running.Done()
	ended.cancel()
	s.freeID(id, ended)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
}

// run executes a subscription and sends its responses to the client.
func (s *socket) run(ctx context.Context, id string, running *subscription, params *params) {
	send := func(response *graphql.Response) {
		if ctx.Err() == nil {
			s.write(message{ID: id, Type: "next", Payload: encode(response)})
		}
	}
	last := message{ID: id, Type: "complete"}
	s.handler.protect(ctx, send, func() {
		operation, errs := s.handler.prepare(ctx, accepted{stream: true}, params)
		if errs != nil {
			last = s.refusal(ctx, id, operation, errs)
			return
		}
		s.handler.subscribe(ctx, operation, send)
	})
	s.freeID(id, running)
	if ctx.Err() == nil {
		s.write(last)
	}
}

// refusal returns the message that says why a subscription is not executed.
func (s *socket) refusal(ctx context.Context, id string, operation *graphql.OperationContext, errs gqlerror.List) message {
	var refusal struct{ Errors json.RawMessage }
	if err := json.Unmarshal(encode(s.handler.respond(ctx, operation, errs)), &refusal); err != nil {
		panic(err) // it has just been encoded
	}
	return message{ID: id, Type: "error", Payload: refusal.Errors}
}

// write sends a message. A client that does not receive it in time loses the connection.
func (s *socket) write(sent message) {
	text, err := marshal(sent)
	if err != nil {
		panic(err) // its parts are JSON
	}
	ctx, cancel := context.WithTimeout(context.Background(), messageTimeout)
	defer cancel()
	_ = s.conn.Write(ctx, websocket.MessageText, text)
}

// close closes the socket, the first time that it is called, and ends read. The client gets a moment to receive what was sent and to
// answer, but no more than that: by itself, Close waits for the rest of a frame without limit. If the client does not answer, the
// connection is reset, or the kernel would keep for minutes what the client has not taken.
func (s *socket) close(end *closing) {
	s.closed.Do(func() {
		deadline := time.Now().Add(closeTimeout)
		_ = s.network.SetDeadline(deadline)
		if tcp, ok := s.network.(*net.TCPConn); ok {
			defer time.AfterFunc(closeTimeout/2, func() { _ = tcp.SetLinger(0) }).Stop()
		}
		_ = s.conn.Close(end.code, end.reason)
	})
}
