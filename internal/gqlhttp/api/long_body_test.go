package api_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
	"minidock/internal/web"
)

// whoAmI returns a request in JSON of this size, which asks who is signed in.
func whoAmI(size int) string {
	begin := fmt.Sprintf(`{"query":%q`, apitest.ViewerQuery)
	return begin + strings.Repeat(" ", size-len(begin)-1) + "}"
}

// shortBody is the most that somebody may send who is signed out.
const shortBody = 64 << 10

func TestOnlyWhoIsSignedInSendsALongBody(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann, gone, idle := w.SignUp(t, "ann"), w.SignUp(t, "gone"), w.SignUp(t, "idle")
	cookie := *gone.Cookie(t)
	gone.Mutate(t, "signOut", nil)
	w.Advance(limit.Default.SessionIdle + time.Second)
	ann.SignIn(t)
	signedOut, unknown := w.With(t, cookie.Name, cookie.Value), w.With(t, cookie.Name, "x")
	for name, test := range map[string]struct {
		by   *apitest.Person
		size int
		code string
	}{
		"signed out":                   {nil, shortBody, ""},
		"signed out, one byte more":    {nil, shortBody + 1, "PAYLOAD_TOO_LARGE"},
		"signed out, far more":         {nil, 512 << 10, "PAYLOAD_TOO_LARGE"},
		"an ended session":             {signedOut, shortBody, ""},
		"an ended session, more":       {signedOut, shortBody + 1, "UNAUTHENTICATED"},
		"an expired session, more":     {idle, shortBody + 1, "UNAUTHENTICATED"},
		"an expired session, far more": {idle, 512 << 10, "UNAUTHENTICATED"},
		"an unknown token, more":       {unknown, shortBody + 1, "UNAUTHENTICATED"},
		"signed in":                    {ann, shortBody + 1, ""},
		"signed in, far more":          {ann, 512 << 10, ""},
		"signed in, too much":          {ann, 512<<10 + 1, "PAYLOAD_TOO_LARGE"},
	} {
		for _, declared := range []bool{true, false} {
			body := &reading{Reader: strings.NewReader(whoAmI(test.size))}
			request := apitest.Request{Body: body, By: test.by}
			if declared {
				request.Body = strings.NewReader(whoAmI(test.size))
			}
			answer := w.Handle(t, request)
			if answer.Code(t) != test.code || (test.code == "PAYLOAD_TOO_LARGE") != (answer.Status == http.StatusRequestEntityTooLarge) || (test.code == "") != answer.HasData {
				t.Errorf("%s, declared %t: status %d: %.300s", name, declared, answer.Status, answer.Body)
			}
			if test.by != ann && body.read > shortBody+1 {
				t.Errorf("%s: %d bytes were read", name, body.read)
			}
		}
	}
}

func TestTheSessionIsReadOnceForAShortBodyAndBeforeALongOne(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann, gone := w.SignUp(t, "ann"), w.SignUp(t, "gone")
	cookie := *gone.Cookie(t)
	gone.Mutate(t, "signOut", nil)
	signedOut := w.With(t, cookie.Name, cookie.Value)
	for name, test := range map[string]struct {
		by         *apitest.Person
		size       int
		statements int64
	}{
		// One more reads the user who is asked for.
		"short": {ann, shortBody, 1 + 1}, "long": {ann, shortBody + 1, 2 + 1}, "short, signed out": {signedOut, shortBody, 1},
		"long, signed out": {signedOut, shortBody + 1, 1}, "nobody": {nil, shortBody + 1, 0},
	} {
		for _, body := range []io.Reader{strings.NewReader(whoAmI(test.size)), io.MultiReader(strings.NewReader(whoAmI(test.size)))} {
			if got := w.Statements(func() { w.Handle(t, apitest.Request{Body: body, By: test.by}) }); got != test.statements {
				t.Errorf("%s: %d statements, want %d", name, got, test.statements)
			}
		}
	}
}

// unfinished sends the header of a request, whose body is declared to have this length, and the beginning of the body.
func unfinished(t *testing.T, w *apitest.World, by *apitest.Person, contentType string, declared int, begin string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nGraphQL-Require-Preflight: 1\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s",
		contentType, by.Cookie(t), declared, begin)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// refusedWith makes sure that the answer that comes is a refusal with this code.
func refusedWith(t *testing.T, conn net.Conn, code string) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(apitest.Patience)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body := apitest.Rest(t, response); !strings.Contains(body, `"`+code+`"`) {
		t.Errorf("status %d: %s, want %s", response.StatusCode, body, code)
	}
}

// Clients lose an answer that comes while they send, so a refusal waits for the body, but no longer than a body may take.
func TestTrapABodyThatNeverArrivesIsRefusedForItsLength(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.ReadTime = 2 * time.Second })})
	ann := w.SignUp(t, "ann")
	cookie := *ann.Cookie(t)
	ann.Mutate(t, "signOut", nil)
	signedOut := w.With(t, cookie.Name, cookie.Value)
	refusedWith(t, unfinished(t, w, signedOut, "application/json", shortBody+1, ""), "UNAUTHENTICATED")
	refusedWith(t, unfinished(t, w, signedOut, "application/json", 512<<10, ""), "UNAUTHENTICATED")
	refusedWith(t, unfinished(t, w, signedOut, "application/json", 512<<10+1, ""), "PAYLOAD_TOO_LARGE")
	form := apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile)
	refusedWith(t, unfinished(t, w, signedOut, "multipart/form-data; boundary=x", len(form)+100, form), "UNAUTHENTICATED")
}

func TestBodiesThatStallHoldNoMoreThanTheMemoryOfAllBodies(t *testing.T) {
	t.Parallel()
	w := limited(t, func(l *limit.Limits) {
		l.BodyBytes, l.BesideBytes, l.SocketFrame, l.BodyMemory = 40<<10, 1<<10, 1<<10, 100<<10
		l.ReadTime = 200 * time.Millisecond
	})
	const size = 35 << 10
	var stalled sync.WaitGroup
	stall := func() io.Closer {
		body, send := io.Pipe()
		stalled.Go(func() { w.Handle(t, apitest.Request{Body: body}) })
		if _, err := io.WriteString(send, whoAmI(size)[:size-1]); err != nil { // returns when it has been read
			t.Fatal(err)
		}
		return send
	}
	first := stall()
	if answer := w.Handle(t, apitest.PostJSON(whoAmI(size))); answer.Code(t) != "" {
		t.Errorf("a body for which there is memory: %s", answer.Body)
	}
	second := stall()
	waits := w.Handle(t, apitest.PostJSON(whoAmI(size)))
	if waits.Refused(t, "UNAVAILABLE"); waits.Status != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", waits.Status, waits.Body)
	}
	_ = errors.Join(first.Close(), second.Close())
	stalled.Wait()
	if answer := w.Handle(t, apitest.PostJSON(whoAmI(size))); answer.Code(t) != "" {
		t.Errorf("when the memory is free: %s", answer.Body)
	}
}

func TestABodyWaitsForMemoryUntilAnotherEnds(t *testing.T) {
	t.Parallel()
	w := limited(t, func(l *limit.Limits) {
		l.BodyBytes, l.BesideBytes, l.SocketFrame, l.BodyMemory = 40<<10, 1<<10, 1<<10, 1
		l.ReadTime = 10 * time.Minute
	})
	body, send := io.Pipe()
	var stalled sync.WaitGroup
	stalled.Go(func() { w.Handle(t, apitest.Request{Body: body}) })
	if _, err := io.WriteString(send, "{"); err != nil {
		t.Fatal(err)
	}
	answered := make(chan *apitest.Recorded)
	for range 3 {
		go func() { answered <- w.Handle(t, apitest.PostJSON(whoAmI(35<<10))) }()
	}
	_ = send.Close()
	for range 3 {
		if answer := <-answered; answer.Code(t) != "" {
			t.Errorf("after another body: %s", answer.Body)
		}
	}
	stalled.Wait()
}

func TestOneAddressLeavesMemoryForTheBodiesOfOthers(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{
		Proxies: web.Proxies{netip.MustParsePrefix("192.0.2.0/24")}, // which requests without a network come from
		Limits: apitest.Limits(func(l *limit.Limits) {
			l.BodyBytes, l.BesideBytes, l.SocketFrame, l.BodyMemory = 40<<10, 1<<10, 1<<10, 400<<10
			l.ReadTime = 10 * time.Minute
		}),
	})
	from := func(address string) http.Header { return http.Header{"X-Forwarded-For": {address}} }
	const size = 35 << 10
	var stalled sync.WaitGroup
	var sends []io.Closer
	for range 14 {
		body, send := io.Pipe()
		stalled.Go(func() { w.Handle(t, apitest.Request{Body: body, Header: from("203.0.113.9")}) })
		sends = append(sends, send)
		go func() { _, _ = io.WriteString(send, whoAmI(size)[:size-1]) }()
	}
	for range 20 {
		answer := w.Handle(t, apitest.Request{Body: strings.NewReader(whoAmI(size)), Header: from("203.0.113.10")})
		if answer.Code(t) != "" {
			t.Errorf("another address: %s", answer.Body)
		}
	}
	for _, send := range sends {
		_ = send.Close()
	}
	stalled.Wait()
}
