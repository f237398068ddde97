package graph_test

import (
	"context"
	"fmt"
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

// listen asks for an answer of this type and returns it as it begins.
func listen(t *testing.T, w *apitest.World, p *apitest.Person, accept, query string) *http.Response {
	t.Helper()
	return stream(t, w, p, http.MethodGet, http.Header{"Accept": {accept}}, query)
}

// stream sends a query with these headers and returns the answer as it begins.
func stream(t *testing.T, w *apitest.World, p *apitest.Person, method string, header http.Header, query string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	t.Cleanup(cancel)
	target, body := w.URL+"/graphql", fmt.Sprintf(`{"query":%q}`, query)
	if method == http.MethodGet {
		target, body = target+"?query="+url.QueryEscape(query), ""
	}
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := (&http.Client{Jar: p.Jar}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

const eventStream = "text/event-stream"

func rest(t *testing.T, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestAnEventStreamTellsTheSessionsEnd(t *testing.T) {
	// The stream outlives the time in which a request has to be sent.
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.Limit(t, func(l *limit.Limits) { l.ReadTime = time.Second })
		response := listen(t, w, ann, eventStream, sessionEnded)
		if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(got, eventStream) ||
			response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		first := make([]byte, len(":\n\n"))
		if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != ":\n\n" {
			t.Errorf("begins with %q, %v", first, err)
		}
		<-time.After(2 * time.Second)
		ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
		body := rest(t, response)
		if body != "event: next\ndata: {\"data\":{\"sessionEnded\":{\"reason\":\"SIGNED_OUT\"}}}\n\nevent: complete\ndata:\n\n" {
			t.Errorf("told %q", body)
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
			sessionEnded:                 {w.Visitor(t), "UNAUTHENTICATED"},
			`{ viewer { user { id } } }`: {ann, "METHOD_NOT_ALLOWED"},
			`mutation { signOut { query { __typename } } }`: {ann, "METHOD_NOT_ALLOWED"},
			`subscription { nothing }`:                      {ann, "GRAPHQL_VALIDATION_FAILED"},
			`subscription {`:                                {ann, "GRAPHQL_PARSE_FAILED"},
		} {
			response := listen(t, w, c.who, eventStream, query)
			body := rest(t, response)
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
		{"application/json", sessionEnded, http.StatusNotAcceptable, "NOT_ACCEPTABLE"},
		{"application/json, " + eventStream, `{ viewer { user { id } } }`, http.StatusOK, ann.ID},
		{"application/graphql-response+json, " + eventStream, `subscription { nothing }`, http.StatusBadRequest, "GRAPHQL_VALIDATION_FAILED"},
		{"application/json, " + eventStream, `mutation { signOut { viewer { user { id } } } }`, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED"}, // by GET
		{eventStream + ";q=0", sessionEnded, http.StatusNotAcceptable, "NOT_ACCEPTABLE"},
	} {
		response := listen(t, w, ann, c.accept, c.query)
		if body := rest(t, response); response.StatusCode != c.status || !strings.Contains(body, c.says) || strings.Contains(body, "event:") {
			t.Errorf("%s, %s: %d %s", c.accept, c.query, response.StatusCode, body)
		}
	}
	response := listen(t, w, ann, "application/json, "+eventStream, sessionEnded)
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, eventStream) {
		t.Errorf("a client that takes both is answered with %s", got)
	}
	answer := ann.Upload(t, sessionEnded, apitest.Vars{"a": nil}, map[string]apitest.File{"variables.a": {Name: "a", Content: []byte("a")}})
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
		return reused, rest(t, response)
	}
	if _, body := ask(eventStream, sessionEnded); !strings.Contains(body, "UNAUTHENTICATED") {
		t.Errorf("a stranger is told %s", body)
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
	response := listen(t, w, ann, eventStream, `subscription Waiting { sessionEnded { reason } }`)
	ann.Do(t, `mutation { signOut { viewer { user { id } } } }`, nil)
	_ = rest(t, response)
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
		response := listen(t, w, ann, eventStream, sessionEnded)
		if body := rest(t, response); response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "UNAVAILABLE") {
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
	for _, accept := range []string{eventStream, "application/json, " + eventStream} {
		response := listen(t, w, ann, accept, sessionEnded)
		if body := rest(t, response); response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "UNAVAILABLE") {
			t.Errorf("%s: %d %s", accept, response.StatusCode, body)
		}
	}
}

func TestTrapEventStreamsOfASessionAreCapped(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for i := range 20 {
		if response := listen(t, w, ann, eventStream, sessionEnded); response.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %d", i, response.StatusCode)
		}
	}
	response := listen(t, w, ann, eventStream, sessionEnded)
	if body := rest(t, response); response.StatusCode != http.StatusOK || !strings.Contains(body, "event: next\ndata: {\"errors\"") ||
		!strings.Contains(body, "RATE_LIMITED") || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	response = listen(t, w, ann, "application/graphql-response+json, "+eventStream, sessionEnded)
	if body := rest(t, response); response.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, "RATE_LIMITED") ||
		!strings.HasPrefix(response.Header.Get("Content-Type"), "application/graphql-response+json") {
		t.Errorf("a client that takes JSON too: %d %v %s", response.StatusCode, response.Header, body)
	}
	if response := listen(t, w, ann.Elsewhere(t), eventStream, sessionEnded); response.StatusCode != http.StatusOK {
		t.Errorf("another session: %d", response.StatusCode)
	}
}
