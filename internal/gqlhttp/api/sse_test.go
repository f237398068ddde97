package api_test

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestAnEventStreamTellsTheSessionsEnd(t *testing.T) {
	// The stream outlives the time in which a request has to be sent.
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.Limit(t, func(l *limit.Limits) { l.ReadTime = time.Second })
		response := w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded)
		if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(got, apitest.EventStream) ||
			response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		first := make([]byte, len(":\n\n"))
		if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != ":\n\n" {
			t.Errorf("begins with %q, %v", first, err)
		}
		<-time.After(2 * time.Second)
		ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		body := apitest.Rest(t, response)
		if body != "event: next\ndata: {\"data\":{\"sessionEnded\":{\"reason\":\"SIGNED_OUT\"}}}\n\nevent: complete\ndata:\n\n" {
			t.Errorf("the stream sent %q", body)
		}
	})
}

func TestWhatIsRefusedIsToldInTheStreamItself(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for query, c := range map[string]struct {
			who  *apitest.Person
			code string
		}{
			apitest.SessionEnded:                            {w.Visitor(t), "UNAUTHENTICATED"},
			`{ viewer { user { id } } }`:                    {ann, "METHOD_NOT_ALLOWED"},
			`mutation { signOut { query { __typename } } }`: {ann, "METHOD_NOT_ALLOWED"},
			`subscription { nothing }`:                      {ann, "GRAPHQL_VALIDATION_FAILED"},
			`subscription {`:                                {ann, "GRAPHQL_PARSE_FAILED"},
		} {
			response := w.Listen(t, c.who, apitest.EventStream, query)
			body := apitest.Rest(t, response)
			if response.StatusCode != http.StatusOK || !strings.Contains(body, "event: next\ndata: {\"errors\"") || !strings.Contains(body, c.code) ||
				!strings.Contains(body, "requestId") || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
				t.Errorf("%s: %d %q", query, response.StatusCode, body)
			}
		}
		if got := ann.Do(t, `{ viewer { user { id } } }`, nil).String(t, "viewer.user.id"); got != ann.ID {
			t.Error("signed out by a stream")
		}
	})
}

func TestAnAnswerIsNoStreamAndAStreamNoAnswer(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for _, c := range []struct {
		accept, query string
		status        int
		says          string
	}{
		{"application/json", apitest.SessionEnded, http.StatusNotAcceptable, "NOT_ACCEPTABLE"},
		{"application/json, " + apitest.EventStream, `{ viewer { user { id } } }`, http.StatusOK, ann.ID},
		{"application/graphql-response+json, " + apitest.EventStream, `subscription { nothing }`, http.StatusBadRequest, "GRAPHQL_VALIDATION_FAILED"},
		{"application/json, " + apitest.EventStream, `mutation { signOut { viewer { user { id } } } }`, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED"}, // by GET
		{apitest.EventStream + ";q=0", apitest.SessionEnded, http.StatusNotAcceptable, "NOT_ACCEPTABLE"},
	} {
		response := w.Listen(t, ann, c.accept, c.query)
		if body := apitest.Rest(t, response); response.StatusCode != c.status || !strings.Contains(body, c.says) || strings.Contains(body, "event:") {
			t.Errorf("%s, %s: %d %s", c.accept, c.query, response.StatusCode, body)
		}
	}
	response := w.Listen(t, ann, "application/json, "+apitest.EventStream, apitest.SessionEnded)
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, apitest.EventStream) {
		t.Errorf("a client that takes both is answered with %s", got)
	}
	answer := ann.Upload(t, apitest.SessionEnded, apitest.Vars{"a": nil}, map[string]apitest.File{"variables.a": {Name: "a", Content: []byte("a")}})
	answer.Refused(t, "NOT_ACCEPTABLE")
}

func TestAConnectionServesOnAfterAStream(t *testing.T) {
	// What the stream did to the connection's deadlines is undone: it idles for longer than a message may take.
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	transport := &http.Transport{MaxConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ask := func(accept, query string) (reused bool, body string) {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }})
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/graphql?query="+url.QueryEscape(query), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", accept)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		return reused, apitest.Rest(t, response)
	}
	if _, body := ask(apitest.EventStream, apitest.SessionEnded); !strings.Contains(body, "UNAUTHENTICATED") {
		t.Errorf("a stranger gets %s", body)
	}
	<-time.After(11 * time.Second)
	if reused, body := ask("application/json", `{ __typename }`); !reused || !strings.Contains(body, `"Query"`) {
		t.Errorf("reused %t: %s", reused, body)
	}
}

func TestAStreamIsLoggedAsASubscription(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	response := w.Listen(t, ann, apitest.EventStream, `subscription Waiting { sessionEnded { reason } }`)
	ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
	_ = apitest.Rest(t, response)
	w.Stop()
	logged := w.Log.String()
	if !strings.Contains(logged, `"name":"Waiting","kind":"subscription"`) || strings.Contains(logged, ann.Email) || strings.Contains(logged, ann.ID) {
		t.Errorf("logged %s", logged)
	}
}

func TestNoStreamIsOpenedWithoutTheDatabase(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		response := w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded)
		if body := apitest.Rest(t, response); response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "UNAVAILABLE") {
			t.Errorf("a stream: %d %s", response.StatusCode, body)
		}
		_, refused, err := websocket.Dial(t.Context(), w.URL+"/graphql", &websocket.DialOptions{HTTPClient: &http.Client{Jar: ann.Jar}})
		if err == nil || refused == nil || refused.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a socket: %v, %v", refused, err)
		}
	})
}

// A client takes this for a failure of the network and asks again, as it should.
func TestAServerThatStopsSendsStreamsElsewhere(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	w.Server.EndStreams()
	for _, accept := range []string{apitest.EventStream, "application/json, " + apitest.EventStream} {
		response := w.Listen(t, ann, accept, apitest.SessionEnded)
		if body := apitest.Rest(t, response); response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "UNAVAILABLE") {
			t.Errorf("%s: %d %s", accept, response.StatusCode, body)
		}
	}
}

func TestTrapEventStreamsOfASessionAreCapped(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for i := range 20 {
		if response := w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded); response.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %d", i, response.StatusCode)
		}
	}
	response := w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded)
	if body := apitest.Rest(t, response); response.StatusCode != http.StatusOK || !strings.Contains(body, "event: next\ndata: {\"errors\"") ||
		!strings.Contains(body, "RATE_LIMITED") || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	response = w.Listen(t, ann, "application/graphql-response+json, "+apitest.EventStream, apitest.SessionEnded)
	if body := apitest.Rest(t, response); response.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, "RATE_LIMITED") ||
		!strings.HasPrefix(response.Header.Get("Content-Type"), "application/graphql-response+json") {
		t.Errorf("a client that takes JSON too: %d %v %s", response.StatusCode, response.Header, body)
	}
	if response := w.Listen(t, ann.Elsewhere(t), apitest.EventStream, apitest.SessionEnded); response.StatusCode != http.StatusOK {
		t.Errorf("another session: %d", response.StatusCode)
	}
}
