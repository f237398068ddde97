package gqlhttp

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// sent records each write to a connection.
type sent struct {
	net.Conn
	mu     *sync.Mutex
	writes *[]string
}

func (s sent) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.writes = append(*s.writes, string(p))
	return s.Conn.Write(p)
}

type recording struct {
	net.Listener
	mu     sync.Mutex
	writes []string
}

func (r *recording) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	return sent{conn, &r.mu, &r.writes}, err
}

func TestTheLastEventIsSentWithTheEndOfTheResponse(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		events := newSSEWriter(w)
		events.next([]byte(`{"data":{}}`))
		events.complete()
	}))
	recorder := &recording{Listener: server.Listener}
	server.Listener = recorder
	server.Start()
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	recorder.mu.Lock()
	defer recorder.mu.Unlock()
	last := recorder.writes[len(recorder.writes)-1]
	if !strings.Contains(last, "event: complete") || !strings.HasSuffix(last, "0\r\n\r\n") || strings.Contains(last, "event: next") {
		t.Errorf("the last of %d writes is %q", len(recorder.writes), last)
	}
}
