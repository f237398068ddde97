package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// muchAsked are fields of the root with an answer that is more than any connection holds of what is not read.
var muchAsked = apitest.Numbered(9, "a#:industries(first:100){nodes{...I}}")

var muchOfEach = " fragment I on Industry{" + apitest.Numbered(18, strings.Repeat("a", 480)+"#:name ") + "}"

// askWithoutReading sends a request and reads the first byte of its answer, which is being written then, and no more.
func askWithoutReading(t *testing.T, w *apitest.World, by *apitest.Person, contentType, body string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	var request bytes.Buffer
	fmt.Fprintf(&request, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nGraphQL-Require-Preflight: 1\r\nCookie: %s\r\n", contentType, by.Cookie(t))
	fmt.Fprintf(&request, "Content-Length: %d\r\n\r\n%s", len(body), body)
	if _, err := conn.Write(request.Bytes()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestTrapWhoeverDoesNotReadHoldsNoPlace(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	slow := []*apitest.Person{w.SignUp(t, "ann"), w.SignUp(t, "bob")}
	operations, err := json.Marshal(map[string]any{
		"query": "mutation($input: UpdateMiniProgramInput!, $workspace: CreateWorkspaceInput!) { createWorkspace(input: $workspace) { query {" +
			muchAsked + "} } updateMiniProgram(input: $input) { miniProgram { id } } }" + muchOfEach,
		"variables": map[string]any{
			"workspace": map[string]any{"name": "x"},
			"input":     map[string]any{"miniProgramId": "mpr_x", "logo": map[string]any{"file": nil}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	body := apitest.Form(apitest.Part{Name: "operations", Content: string(operations)}, apitest.LogoMap, apitest.LogoFile)
	for i := range 4 {
		askWithoutReading(t, w, slow[i%2], "multipart/form-data; boundary=x", body)
	}
	w.ExpectUploads(t, w.SignUp(t, "cid"), "answers that nobody reads")
}

func TestTrapAnswersThatNobodyTakesAreCut(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.WriteTime = time.Second })})
	ann := w.SignUp(t, "ann")
	askWithoutReading(t, w, ann, "application/json", fmt.Sprintf(`{"query":%q}`, "query {"+muchAsked+"}"+muchOfEach))
	stopped := make(chan struct{})
	go func() {
		w.Stop() // when all requests have been answered
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(apitest.Patience):
		t.Error("the answer is still being written")
	}
}

func TestTheTimeToTakeAnAnswerBeginsWithIt(t *testing.T) {
	// Until an answer is there, and from one to the next, more time goes by than its client has to take it.
	const writeTime = time.Second
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.WriteTime = writeTime })})
	ann := w.SignUp(t, "ann")
	transport := &http.Transport{MaxConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	for i := range 2 {
		const text = `{"query":"{ launchTargets { id } }"}`
		late := apitest.SlowBody([]byte(text), writeTime+200*time.Millisecond)
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
			if got.Reused != (i > 0) {
				t.Errorf("request %d: a connection that is reused %t", i, got.Reused)
			}
		}})
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/graphql", late)
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = int64(len(text))
		request.Header.Set("Content-Type", "application/json")
		response, err := (&http.Client{Jar: ann.Jar, Transport: transport}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if answer := apitest.Rest(t, response); !strings.Contains(answer, `"data"`) {
			t.Errorf("request %d: %s", i, answer)
		}
	}
}

func TestTrapAServerThatStopsWaitsForNobodyToRead(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- w.Server.Serve(ctx, listener) }()
	there := &apitest.World{URL: "http://" + listener.Addr().String()}
	askWithoutReading(t, there, ann, "application/json", fmt.Sprintf(`{"query":%q}`, "query {"+muchAsked+"}"+muchOfEach))
	stop()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(apitest.Patience):
		t.Error("the server waits for its answer to be read")
	}
}
