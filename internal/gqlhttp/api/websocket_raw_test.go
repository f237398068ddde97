package api_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// wire is a client's end of a WebSocket that does what no client would.
type wire struct {
	net.Conn
	t      *testing.T
	reader *bufio.Reader
}

// What a frame is.
const (
	frameText  = 1
	frameClose = 8
	framePing  = 9
)

// dialWire opens a WebSocket in the person's session, or in none. It receives only a little that it does not read.
func dialWire(t *testing.T, w *apitest.World, p *apitest.Person) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	cookie := ""
	if p != nil {
		cookie = "Cookie: " + p.Cookie(t).String() + "\r\n"
	}
	c := &wire{conn, t, bufio.NewReader(conn)}
	c.send("GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n" + cookie + "\r\n")
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", response, err)
	}
	return c
}

func (c *wire) send(bytes string) {
	c.t.Helper()
	if _, err := io.WriteString(c, bytes); err != nil {
		c.t.Fatal(err)
	}
}

// announce returns the beginning of a frame of text, up to where so many bytes of payload follow, masked with zeros.
func announce(length uint64) string {
	return string(binary.BigEndian.AppendUint64([]byte{0x80 | frameText, 0x80 | 127}, length)) + "\x00\x00\x00\x00"
}

// say sends a message.
func (c *wire) say(message string) {
	c.t.Helper()
	c.send(announce(uint64(len(message))) + message)
}

// frame receives the next short frame.
func (c *wire) frame() (kind byte, payload []byte) {
	c.t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(apitest.Patience)); err != nil {
		c.t.Fatal(err)
	}
	var head [2]byte
	_, err := io.ReadFull(c.reader, head[:])
	if payload = make([]byte, head[1]); err == nil {
		_, err = io.ReadFull(c.reader, payload)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return head[0] & 0xf, payload
}

// closing receives the frame that closes the socket, with this code.
func (c *wire) closing(code uint16) {
	c.t.Helper()
	kind, payload := c.frame()
	if kind != frameClose || len(payload) < 2 || binary.BigEndian.Uint16(payload) != code {
		c.t.Errorf("frame %d %q, not a close with %d", kind, payload, code)
	}
}

// ended makes sure that the connection, of which nothing more is read or all, is closed by the other side within the time.
func (c *wire) ended(within time.Duration, do func(c *wire) error) {
	c.t.Helper()
	if err := c.SetDeadline(time.Now().Add(within)); err != nil {
		c.t.Fatal(err)
	}
	if err := do(c); errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("the connection is open after %s", within)
	}
}

// readAll and writeOn end when the connection does.
func readAll(c *wire) error {
	_, err := io.Copy(io.Discard, c.reader)
	return err
}

func writeOn(c *wire) error {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return err
		}
	}
}

// closedWithin is how long a socket may be open when it is to be closed, whatever its client does.
const closedWithin = apitest.Patience

func TestTrapAStrangersSocketIsClosedWhateverItSends(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for name, sent := range map[string]string{
		"nothing": "", "the beginning of a frame": announce(1 << 40)[:5], "a frame without an end": announce(1 << 40),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dialWire(t, w, nil)
			c.closing(4401)
			c.send(sent)
			c.ended(closedWithin, readAll)
		})
	}
}

func TestTrapASocketEndsWithItsSessionWhateverItSends(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for name, c := range map[string]struct {
		before func(c *wire)
		end    func(c *wire) error
	}{
		"no answer to the close":        {func(*wire) {}, readAll},
		"the beginning of a frame":      {func(c *wire) { c.send(announce(10)[:5]) }, readAll},
		"a frame without an end":        {func(c *wire) { c.send(announce(10) + "x") }, readAll},
		"a frame too large, to its end": {func(c *wire) { c.say(strings.Repeat("x", 70_000)); c.closing(4400) }, readAll},
		"a frame too large, cut short":  {func(c *wire) { c.send(announce(1<<40) + strings.Repeat("x", 70_000)); c.closing(4400) }, readAll},
		"what it takes no answers to":   {takeNothing, writeOn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := ann.Elsewhere(t)
			s := dialWire(t, w, own)
			s.say(`{"type":"connection_init"}`)
			if kind, payload := s.frame(); kind != frameText {
				t.Fatalf("frame %d %q", kind, payload)
			}
			c.before(s)
			own.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
			s.ended(closedWithin, c.end)
		})
	}
}

// takeNothing asks for more and more until the server, which waits for its answers to be taken, takes no more either.
func takeNothing(c *wire) {
	c.t.Helper()
	message := fmt.Sprintf(`{"type":"subscribe","id":"%s","payload":{"query":7}}`, strings.Repeat("x", 128))
	messages := strings.Repeat(announce(uint64(len(message)))+message, 500)
	for {
		if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			c.t.Fatal(err)
		}
		switch _, err := io.WriteString(c, messages); {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return
		case err != nil:
			c.t.Fatal(err)
		}
	}
}

func TestTrapASessionsEndIsToldToASocketThatOwesAPong(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.StreamPing = time.Second })})
	ann := w.SignUp(t, "ann")
	s := dialWire(t, w, ann)
	s.say(`{"type":"connection_init"}`)
	_, _ = s.frame()
	if kind, payload := s.frame(); kind != framePing {
		t.Fatalf("frame %d %q", kind, payload)
	}
	ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
	s.closing(4401)
}

func TestTrapASocketWhoseMessageNeverEndsIsClosed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	w.Limit(t, func(l *limit.Limits) { l.ReadTime = 300 * time.Millisecond })
	s := dialWire(t, w, ann)
	s.say(`{"type":"connection_init"}`)
	_, _ = s.frame()
	s.send(announce(10) + "x")
	s.closing(4408)
}

func TestAHandshakeThatIsNoneIsRefusedInOurWords(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for name, c := range map[string]struct {
		change, to string
		status     int
	}{
		"no Connection":    {"Connection", "", http.StatusUpgradeRequired},
		"another":          {"Connection", "close", http.StatusUpgradeRequired},
		"no version":       {"Sec-Websocket-Version", "", http.StatusBadRequest},
		"an older version": {"Sec-Websocket-Version", "8", http.StatusBadRequest},
		"no key":           {"Sec-Websocket-Key", "", http.StatusBadRequest},
		"a short key":      {"Sec-Websocket-Key", "c2hvcnQ=", http.StatusBadRequest},
	} {
		header := http.Header{
			"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
			"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
		}
		if header.Set(c.change, c.to); c.to == "" {
			header.Del(c.change)
		}
		answer := w.Handle(t, apitest.Request{Method: http.MethodGet, Header: header, By: ann})
		answer.Refused(t, "BAD_REQUEST")
		if answer.Status != c.status || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: status %d, %v", name, answer.Status, answer.Header)
		}
	}
}
