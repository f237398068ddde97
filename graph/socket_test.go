package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

const sessionEnded = `subscription { sessionEnded { reason } }`

// soon is longer than anything here takes on the slowest machine: it keeps a test from waiting for ever.
const soon = time.Minute

// talk is a client's end of a WebSocket.
type talk struct {
	t    *testing.T
	conn *websocket.Conn
}

// heard is a message of the server.
type heard struct {
	ID, Type string
	Payload  json.RawMessage
}

// dial opens a WebSocket in the person's session; without a word about it, for graphql-transport-ws.
func dial(t *testing.T, w *apitest.World, p *apitest.Person, subprotocols ...string) *talk {
	t.Helper()
	if subprotocols == nil {
		subprotocols = []string{"graphql-transport-ws"}
	}
	conn, _, err := websocket.Dial(t.Context(), w.URL+"/graphql", &websocket.DialOptions{
		HTTPClient: &http.Client{Jar: p.Jar}, Subprotocols: subprotocols,
	})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &talk{t, conn}
}

// begin dials and is acknowledged.
func begin(t *testing.T, w *apitest.World, p *apitest.Person) *talk {
	t.Helper()
	c := dial(t, w, p)
	c.say(`{"type":"connection_init"}`)
	if got := c.hear(); got.Type != "connection_ack" {
		t.Fatalf("heard %+v", got)
	}
	return c
}

func (c *talk) say(message string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(message)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *talk) subscribe(id, query string) {
	c.t.Helper()
	c.say(fmt.Sprintf(`{"type":"subscribe","id":%q,"payload":{"query":%q}}`, id, query))
}

func (c *talk) read() (heard, error) {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	_, text, err := c.conn.Read(ctx)
	var message heard
	if err == nil {
		err = json.Unmarshal(text, &message)
	}
	return message, err
}

func (c *talk) hear() heard {
	c.t.Helper()
	message, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	return message
}

// expect hears a message of this kind that says all of this.
func (c *talk) expect(kind, id string, says ...string) {
	c.t.Helper()
	got := c.hear()
	if got.Type != kind || got.ID != id {
		c.t.Fatalf("heard %s %s %s, not %s %s", got.Type, got.ID, got.Payload, kind, id)
	}
	for _, what := range says {
		if !strings.Contains(string(got.Payload), what) {
			c.t.Errorf("%s is told %s, without %s", id, got.Payload, what)
		}
	}
}

// closed hears nothing but the socket's end, with this code.
func (c *talk) closed(code websocket.StatusCode) {
	c.t.Helper()
	message, err := c.read()
	if got := websocket.CloseStatus(err); got != code {
		c.t.Errorf("closed with %d, not %d: %v, %+v", got, code, err, message)
	}
}

func TestTrapSocketsThatBreakTheProtocolAreClosedForGood(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SocketInit = soon })})
	ann := w.SignUp(t, "ann")
	dial(t, w, w.Visitor(t)).closed(4401)
	dial(t, w, ann, "graphql-ws").closed(4406)
	dial(t, w, ann, "").closed(4406)
	for name, c := range map[string]struct {
		begun bool
		say   string
		code  websocket.StatusCode
	}{
		"init twice":              {true, `{"type":"connection_init"}`, 4429},
		"subscribe before init":   {false, `{"type":"subscribe","id":"1","payload":{"query":"subscription{sessionEnded{reason}}"}}`, 4401},
		"no JSON":                 {true, `{"type":`, 4400},
		"unknown type":            {true, `{"type":"start","id":"1"}`, 4400},
		"no id":                   {true, `{"type":"subscribe","payload":{"query":"subscription{sessionEnded{reason}}"}}`, 4400},
		"a message of 64 KiB + 1": {true, `{"type":"ping","id":"` + strings.Repeat("x", 64<<10-22) + `"}`, 4400},
	} {
		t.Run(name, func(t *testing.T) {
			s := dial(t, w, ann)
			if c.begun {
				s.say(`{"type":"connection_init"}`)
				s.expect("connection_ack", "")
			}
			s.say(c.say)
			s.closed(c.code)
		})
	}
	s := begin(t, w, ann)
	if err := s.conn.Write(t.Context(), websocket.MessageBinary, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	s.closed(4400)
}

func TestASocketThatIsNotInitialisedInTimeIsClosed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SocketInit = 200 * time.Millisecond })})
	dial(t, w, w.SignUp(t, "ann")).closed(4408)
}

func TestTrapSocketsTakeSubscriptionsOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		s := begin(t, w, ann)
		s.subscribe("1", `mutation { createWorkspace(input: {name: "By socket"}) { workspace { id } } }`)
		s.expect("error", "1", `"METHOD_NOT_ALLOWED"`, `"requestId"`)
		s.subscribe("1", `{ viewer { user { id } } }`)
		s.expect("error", "1", `"METHOD_NOT_ALLOWED"`)
		s.subscribe("1", `subscription { nothing }`)
		s.expect("error", "1", `"GRAPHQL_VALIDATION_FAILED"`, `"requestId"`)
		for _, fields := range []string{strings.Repeat(strings.Repeat("x", 900)+" ", 10), numbered(5, `a#: reason @include(if: "`+strings.Repeat("<", 1_800)+`") `)} {
			s.subscribe("1", `subscription { sessionEnded { `+fields+`} }`)
			long := s.hear()
			var errors []any
			if err := json.Unmarshal(long.Payload, &errors); err != nil || long.Type != "error" || len(errors) == 0 || len(errors) > 5 || len(long.Payload) > 8<<10 {
				t.Errorf("%s of %d bytes, %d errors: %v", long.Type, len(long.Payload), len(errors), err)
			}
		}
		s.subscribe("1", `subscription { `+strings.Repeat("sessionEnded @oops { reason } ", 100)+`}`)
		s.expect("error", "1", `"QUERY_TOO_COMPLEX"`)
		s.say(`{"type":"subscribe","id":"1","payload":{"query":7}}`)
		s.expect("error", "1", `"BAD_REQUEST"`)
		s.say(`{"type":"ping"}`)
		s.expect("pong", "")
		if n := ann.Do(t, `{ viewer { memberships { totalCount } } }`, nil).Get("viewer.memberships.totalCount"); fmt.Sprint(n) != "0" {
			t.Errorf("%v workspaces", n)
		}
	})
}

func TestTrapSocketSubscriptionsAreCapped(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	s := begin(t, w, w.SignUp(t, "ann"))
	for i := range 20 {
		s.subscribe(fmt.Sprint(i), sessionEnded)
	}
	s.subscribe("one more", sessionEnded)
	s.expect("error", "one more", `"RATE_LIMITED"`)
	for range 200 { // a place that is given up is free again, and nothing is left of what was in it
		s.say(`{"type":"complete","id":"7"}`)
		s.say(`{"type":"ping"}`)
		s.expect("pong", "")
	}
	eventually(t, "the subscription's place is free again", func() bool {
		s.subscribe("7", sessionEnded)
		s.say(`{"type":"ping"}`)
		if s.hear().Type == "pong" {
			return true
		}
		s.expect("pong", "") // after the error
		return false
	})
	s.subscribe("7", sessionEnded)
	s.closed(4409)
}

func TestTrapSocketsOfASessionAreCapped(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	var open []*talk
	for range 5 {
		open = append(open, begin(t, w, ann))
	}
	dial(t, w, ann).closed(4429)
	begin(t, w, ann.Elsewhere(t))
	if err := open[0].conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the place is free again", func() bool {
		s := dial(t, w, ann)
		s.say(`{"type":"connection_init"}`)
		message, err := s.read()
		return err == nil && message.Type == "connection_ack"
	})
}

// eventually tries until it holds: what frees a place happens beside what the client sees.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !holds(); {
		if time.Now().After(end) {
			t.Fatal("not so: " + what)
		}
		runtime.Gosched()
	}
}

func TestTrapSocketsLeaveNothingBehind(t *testing.T) {
	w := apitest.New(t, apitest.Options{}) // counts goroutines, so it runs alone
	ann := w.SignUp(t, "ann")
	people := []*apitest.Person{ann, ann.Elsewhere(t), ann.Elsewhere(t)}
	before := runtime.NumGoroutine()
	var open []*talk
	for _, p := range people {
		for range 5 {
			s := begin(t, w, p)
			for i := range 20 {
				s.subscribe(fmt.Sprint(i), sessionEnded)
			}
			s.say(`{"type":"ping"}`)
			s.expect("pong", "")
			open = append(open, s)
		}
	}
	if n := runtime.NumGoroutine() - before; n > 15*60 {
		t.Errorf("%d goroutines for 15 sockets with 20 subscriptions each", n)
	}
	for _, s := range open {
		_ = s.conn.CloseNow()
	}
	http.DefaultClient.CloseIdleConnections()
	eventually(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= before+10 })
}

func TestSigningOutTellsAndClosesEverySocketOfTheSession(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		other := ann.Elsewhere(t)
		one, two, elsewhere := begin(t, w, ann), begin(t, w, ann), begin(t, w, other)
		for _, s := range []*talk{one, two, elsewhere} {
			s.subscribe("a", sessionEnded)
			s.say(`{"type":"ping"}`)
			s.expect("pong", "")
		}
		ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		for _, s := range []*talk{one, two} {
			s.expect("next", "a", `"SIGNED_OUT"`)
			s.expect("complete", "a")
			s.closed(4401)
		}
		elsewhere.say(`{"type":"ping"}`)
		elsewhere.expect("pong", "")
		other.SignIn(t) // anew in the same browser
		elsewhere.expect("next", "a", `"SIGNED_OUT"`)
	})
}

func TestTrapSubscribingWhileTheSessionEndsHarmsNobody(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for range 20 {
		leaving := ann.Elsewhere(t)
		s := begin(t, w, leaving)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for i := 0; s.conn.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"subscribe","id":"%d","payload":{"query":"subscription{nothing}"}}`, i)) == nil; i++ {
			}
		}()
		s.hear()
		leaving.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		for {
			if _, err := s.read(); err != nil {
				if code := websocket.CloseStatus(err); code != 4401 {
					t.Errorf("closed with %d: %v", code, err)
				}
				break
			}
		}
		_ = s.conn.CloseNow()
		<-stopped
	}
	if got := ann.Do(t, `{ viewer { user { id } } }`, nil).String(t, "viewer.user.id"); got != ann.ID {
		t.Errorf("%s is not there any more", ann.ID)
	}
}

func TestASessionThatEndsElsewhereEndsItsSockets(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		s := begin(t, w, ann)
		s.subscribe("a", sessionEnded)
		s.say(`{"type":"ping"}`)
		s.expect("pong", "")
		ann.At(w.Another(t)).Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		s.expect("next", "a", `"SIGNED_OUT"`)
		s.expect("complete", "a")
		s.closed(4401)
	})
}

func TestASessionThatOutlivesItsTimeEndsItsSockets(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := begin(t, w, w.SignUp(t, "ann"))
		s.subscribe("a", sessionEnded)
		s.say(`{"type":"ping"}`)
		s.expect("pong", "")
		w.Advance(12 * time.Hour)
		s.expect("next", "a", `"EXPIRED"`)
		s.expect("complete", "a")
		s.closed(4401)
	})
}

func TestSocketsEndWhenTheirSessionsCannotBeSeen(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := begin(t, w, w.SignUp(t, "ann"))
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		s.closed(websocket.StatusTryAgainLater)
	})
}

func TestAServerThatStopsSendsSocketsElsewhere(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	s := begin(t, w, ann)
	s.subscribe("a", sessionEnded)
	w.Server.EndStreams()
	s.closed(websocket.StatusGoingAway)
	dial(t, w, ann).closed(websocket.StatusTryAgainLater)
}

func TestTrapNoForeignPageOpensASocket(t *testing.T) {
	t.Parallel()
	const friend = "https://console.example"
	w := apitest.New(t, apitest.Options{AllowedOrigins: []string{friend}})
	ann := w.SignUp(t, "ann")
	for origin, want := range map[string]int{"": 101, w.URL: 101, friend: 101, "https://evil.example": 403, "null": 403, friend + ".evil": 403} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, response, err := websocket.Dial(t.Context(), w.URL+"/graphql", &websocket.DialOptions{
			HTTPClient: &http.Client{Jar: ann.Jar}, HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
		})
		if response == nil || response.StatusCode != want {
			t.Errorf("%q: %v, %v; want %d", origin, response, err, want)
		}
		if err == nil {
			_ = conn.CloseNow()
		}
	}
}

func TestTrapNoForeignPageOpensAnEventStream(t *testing.T) {
	t.Parallel()
	const friend, evil = "https://console.example", "https://evil.example"
	w := apitest.New(t, apitest.Options{AllowedOrigins: []string{friend}})
	ann := w.SignUp(t, "ann")
	for _, c := range []struct {
		accept, origin, site string
		want                 int
	}{
		{eventStream, "", "", 200}, {eventStream, "", "same-origin", 200}, {eventStream, w.URL, "", 200}, {eventStream, friend, "cross-site", 200},
		{eventStream, evil, "", 403}, {eventStream, evil, "same-site", 403}, {eventStream, "null", "cross-site", 403}, {eventStream, "", "same-site", 403},
		{"application/json, TEXT/Event-Stream;q=0.1", evil, "same-site", 403},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			header := http.Header{"Accept": {c.accept}, "Content-Type": {"application/json"}}
			for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
				if value != "" {
					header.Set(name, value)
				}
			}
			response := stream(t, w, ann, method, header, sessionEnded)
			if response.StatusCode != c.want {
				t.Errorf("%s by %s from %q, %q: %d, want %d", c.accept, method, c.origin, c.site, response.StatusCode, c.want)
			}
			_ = response.Body.Close()
		}
	}
}
