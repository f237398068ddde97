package api_test

import (
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

func TestTrapSocketsThatBreakTheProtocolAreClosedForGood(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SocketInit = apitest.Patience })})
	ann := w.SignUp(t, "ann")
	w.Dial(t, w.Visitor(t)).ExpectClosed(4401)
	w.Dial(t, ann, "graphql-ws").ExpectClosed(4406)
	w.Dial(t, ann, "").ExpectClosed(4406)
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
			s := w.Dial(t, ann)
			if c.begun {
				s.Send(`{"type":"connection_init"}`)
				s.Expect("connection_ack", "")
			}
			s.Send(c.say)
			s.ExpectClosed(c.code)
		})
	}
	s := w.OpenSocket(t, ann)
	if err := s.Conn.Write(t.Context(), websocket.MessageBinary, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	s.ExpectClosed(4400)
}

func TestASocketThatIsNotInitialisedInTimeIsClosed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SocketInit = 200 * time.Millisecond })})
	w.Dial(t, w.SignUp(t, "ann")).ExpectClosed(4408)
}

func TestTrapSocketsTakeSubscriptionsOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		s := w.OpenSocket(t, ann)
		s.Subscribe("1", `mutation { createWorkspace(input: {name: "By socket"}) { workspace { id } } }`)
		s.Expect("error", "1", `"METHOD_NOT_ALLOWED"`, `"requestId"`)
		s.Subscribe("1", `{ viewer { user { id } } }`)
		s.Expect("error", "1", `"METHOD_NOT_ALLOWED"`)
		s.Subscribe("1", `subscription { nothing }`)
		s.Expect("error", "1", `"GRAPHQL_VALIDATION_FAILED"`, `"requestId"`)
		for _, fields := range []string{strings.Repeat(strings.Repeat("x", 900)+" ", 10), apitest.Numbered(5, `a#: reason @include(if: "`+strings.Repeat("<", 1_800)+`") `)} {
			s.Subscribe("1", `subscription { sessionEnded { `+fields+`} }`)
			long := s.Receive()
			var errors []any
			if err := json.Unmarshal(long.Payload, &errors); err != nil || long.Type != "error" || len(errors) == 0 || len(errors) > 5 || len(long.Payload) > 8<<10 {
				t.Errorf("%s of %d bytes, %d errors: %v", long.Type, len(long.Payload), len(errors), err)
			}
		}
		s.Subscribe("1", `subscription { `+strings.Repeat("sessionEnded @oops { reason } ", 100)+`}`)
		s.Expect("error", "1", `"QUERY_TOO_COMPLEX"`)
		s.Send(`{"type":"subscribe","id":"1","payload":{"query":7}}`)
		s.Expect("error", "1", `"BAD_REQUEST"`)
		s.Send(`{"type":"ping"}`)
		s.Expect("pong", "")
		if n := ann.Do(t, `{ viewer { memberships { totalCount } } }`, nil).Get("viewer.memberships.totalCount"); fmt.Sprint(n) != "0" {
			t.Errorf("%v workspaces", n)
		}
	})
}

func TestTrapSocketSubscriptionsAreCapped(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	s := w.OpenSocket(t, w.SignUp(t, "ann"))
	for i := range 20 {
		s.Subscribe(fmt.Sprint(i), apitest.SessionEnded)
	}
	s.Subscribe("one more", apitest.SessionEnded)
	s.Expect("error", "one more", `"RATE_LIMITED"`)
	for range 200 { // a slot that is given up is free again, and nothing is left of what was in it
		s.Send(`{"type":"complete","id":"7"}`)
		s.Send(`{"type":"ping"}`)
		s.Expect("pong", "")
	}
	eventually(t, "the subscription's slot is free again", func() bool {
		s.Subscribe("7", apitest.SessionEnded)
		s.Send(`{"type":"ping"}`)
		if s.Receive().Type == "pong" {
			return true
		}
		s.Expect("pong", "") // after the error
		return false
	})
	s.Subscribe("7", apitest.SessionEnded)
	s.ExpectClosed(4409)
}

func TestTrapSocketsOfASessionAreCapped(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	var open []*apitest.Socket
	for range 5 {
		open = append(open, w.OpenSocket(t, ann))
	}
	w.Dial(t, ann).ExpectClosed(4429)
	w.OpenSocket(t, ann.Elsewhere(t))
	if err := open[0].Conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the slot is free again", func() bool {
		s := w.Dial(t, ann)
		s.Send(`{"type":"connection_init"}`)
		message, err := s.Read()
		return err == nil && message.Type == "connection_ack"
	})
}

// eventually retries until it holds: a slot is freed after the client has its answer.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(apitest.Patience); !holds(); {
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
	var open []*apitest.Socket
	for _, p := range people {
		for range 5 {
			s := w.OpenSocket(t, p)
			for i := range 20 {
				s.Subscribe(fmt.Sprint(i), apitest.SessionEnded)
			}
			s.Send(`{"type":"ping"}`)
			s.Expect("pong", "")
			open = append(open, s)
		}
	}
	if n := runtime.NumGoroutine() - before; n > 15*60 {
		t.Errorf("%d goroutines for 15 sockets with 20 subscriptions each", n)
	}
	for _, s := range open {
		_ = s.Conn.CloseNow()
	}
	http.DefaultClient.CloseIdleConnections()
	eventually(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= before+10 })
}

func TestSigningOutTellsAndClosesEverySocketOfTheSession(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		other := ann.Elsewhere(t)
		one, two, elsewhere := w.OpenSocket(t, ann), w.OpenSocket(t, ann), w.OpenSocket(t, other)
		for _, s := range []*apitest.Socket{one, two, elsewhere} {
			s.AwaitEnd("a")
			s.Send(`{"type":"ping"}`)
			s.Expect("pong", "")
		}
		ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		for _, s := range []*apitest.Socket{one, two} {
			s.Expect("next", "a", `"SIGNED_OUT"`)
			s.Expect("complete", "a")
			s.ExpectClosed(4401)
		}
		elsewhere.Send(`{"type":"ping"}`)
		elsewhere.Expect("pong", "")
		other.SignIn(t) // again in the same browser
		elsewhere.Expect("next", "a", `"SIGNED_OUT"`)
	})
}

func TestTrapSubscribingWhileTheSessionEndsHarmsNobody(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for range 20 {
		leaving := ann.Elsewhere(t)
		s := w.OpenSocket(t, leaving)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for i := 0; s.Conn.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"subscribe","id":"%d","payload":{"query":"subscription{nothing}"}}`, i)) == nil; i++ {
			}
		}()
		s.Receive()
		leaving.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		for {
			if _, err := s.Read(); err != nil {
				if code := websocket.CloseStatus(err); code != 4401 {
					t.Errorf("closed with %d: %v", code, err)
				}
				break
			}
		}
		_ = s.Conn.CloseNow()
		<-stopped
	}
	if got := ann.Do(t, `{ viewer { user { id } } }`, nil).String(t, "viewer.user.id"); got != ann.ID {
		t.Errorf("%s is not there any more", ann.ID)
	}
}

func TestASessionThatEndsElsewhereEndsItsSockets(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		s := w.OpenSocket(t, ann)
		s.AwaitEnd("a")
		s.Send(`{"type":"ping"}`)
		s.Expect("pong", "")
		ann.At(w.Another(t)).Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		s.Expect("next", "a", `"SIGNED_OUT"`)
		s.Expect("complete", "a")
		s.ExpectClosed(4401)
	})
}

func TestASessionThatOutlivesItsTimeEndsItsSockets(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.OpenSocket(t, w.SignUp(t, "ann"))
		s.AwaitEnd("a")
		s.Send(`{"type":"ping"}`)
		s.Expect("pong", "")
		w.Advance(12 * time.Hour)
		s.Expect("next", "a", `"EXPIRED"`)
		s.Expect("complete", "a")
		s.ExpectClosed(4401)
	})
}

func TestSocketsEndWhenTheirSessionsCannotBeSeen(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.OpenSocket(t, w.SignUp(t, "ann"))
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		s.ExpectClosed(websocket.StatusTryAgainLater)
	})
}

func TestAServerThatStopsSendsSocketsElsewhere(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	s := w.OpenSocket(t, ann)
	s.AwaitEnd("a")
	w.Server.EndStreams()
	s.ExpectClosed(websocket.StatusGoingAway)
	w.Dial(t, ann).ExpectClosed(websocket.StatusTryAgainLater)
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
		{apitest.EventStream, "", "", 200}, {apitest.EventStream, "", "same-origin", 200}, {apitest.EventStream, w.URL, "", 200}, {apitest.EventStream, friend, "cross-site", 200},
		{apitest.EventStream, evil, "", 403}, {apitest.EventStream, evil, "same-site", 403}, {apitest.EventStream, "null", "cross-site", 403}, {apitest.EventStream, "", "same-site", 403},
		{"application/json, TEXT/Event-Stream;q=0.1", evil, "same-site", 403},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			header := http.Header{"Accept": {c.accept}, "Content-Type": {"application/json"}}
			for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
				if value != "" {
					header.Set(name, value)
				}
			}
			response := w.Stream(t, ann, method, header, apitest.SessionEnded)
			if response.StatusCode != c.want {
				t.Errorf("%s by %s from %q, %q: %d, want %d", c.accept, method, c.origin, c.site, response.StatusCode, c.want)
			}
			_ = response.Body.Close()
		}
	}
}
