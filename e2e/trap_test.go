//go:build e2e

package e2e_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dial sends text over a connection of its own, to which the program has to say something or hang up within the time.
func dial(t *testing.T, url, text string, within time.Duration) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(connection, text); err != nil {
		t.Fatal(err)
	}
	return connection
}

func TestTrapHeadersAreCapped(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	for length, want := range map[int]int{15 << 10: http.StatusOK, 24 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		text := "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", length) + "\r\n\r\n"
		response, err := http.ReadResponse(bufio.NewReader(dial(t, s.URL, text, patience)), nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%d bytes of headers: status %d, want %d", length, response.StatusCode, want)
		}
	}
}

func TestTrapSlowHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	began := time.Now()
	connection := dial(t, s.URL, "POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ", patience)
	if _, err := connection.Read(make([]byte, 1)); err == nil || time.Since(began) >= patience {
		t.Errorf("after %v: %v, want the connection ended", time.Since(began), err)
	}
	if took := time.Since(began); took < 4*time.Second {
		t.Errorf("cut off after %v, want about 5 s", took)
	}
}
