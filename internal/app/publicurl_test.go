package app

import (
	"net"
	"testing"
)

func TestThePublicURLIsWhatWasGivenOrWhereTheServerListens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, listening, want string }{
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", "[::]:8080", "http://localhost:8080"},
		{"", "0.0.0.0:80", "http://localhost:80"},
		{"https://mini.example.com/", "127.0.0.1:8080", "https://mini.example.com"},
		{"HTTPS://mini.example.com/dock//", "127.0.0.1:8080", "https://mini.example.com/dock"},
		{"not a url", "127.0.0.1:8080", ""},
		{"ftp://x", "127.0.0.1:8080", ""},
		{"https://x/?q#f", "127.0.0.1:8080", ""},
		{"https://user@x", "127.0.0.1:8080", ""},
		{"https://", "127.0.0.1:8080", ""},
		{"mini.example.com", "127.0.0.1:8080", ""},
	} {
		listening, err := net.ResolveTCPAddr("tcp", c.listening)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parsePublicURL(c.given, listening)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%q on %s: %q, %v; want %q", c.given, c.listening, got, err, c.want)
		}
	}
}

func TestCookiesAreOpenWithoutHTTPSBeyondTheMachine(t *testing.T) {
	t.Parallel()
	here, everywhere := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.TCPAddr{IP: net.IPv6zero}
	if cookiesAreOpen("http://127.0.0.1", here) || cookiesAreOpen("https://x", everywhere) || !cookiesAreOpen("http://x", everywhere) {
		t.Error("judged incorrectly")
	}
}
