package app

import (
	"net"
	"strings"
	"testing"
)

func TestThePublicURLIsWhatWasGiven(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                                "",
		"https://mini.example.com/":       "https://mini.example.com",
		"HTTPS://Mini.example.com/Dock//": "https://mini.example.com/Dock",
		"http://[::1]:8080":               "http://[::1]:8080",
	} {
		got := ""
		if err := parseURL("public-url", given, &got); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", given, got, err, want)
		}
	}
}

func TestAnAddressThatIsNotRightSaysHowItIs(t *testing.T) {
	t.Parallel()
	for given, suggested := range map[string]string{
		"not a url":                   "https://mini.example.com",
		"ftp://x":                     "https://mini.example.com",
		"mini.example.org":            "https://mini.example.org",
		"mini.example.org:8443/x":     "https://mini.example.org:8443",
		"//mini.example.org":          "https://mini.example.org",
		"localhost:8080":              "http://localhost:8080",
		"127.0.0.1:8080":              "http://127.0.0.1:8080",
		"https://x.org/?q#f":          "https://x.org",
		"https://ann:secret@x.org":    "https://x.org",
		"https://":                    "https://mini.example.com",
		"https://mini.example.org:":   "https://mini.example.com",
		"https://a.org:99999":         "https://mini.example.com",
		"https://mini.example.org:0/": "https://mini.example.com",
	} {
		to := ""
		err := parseURL("public-url", given, &to)
		if err == nil || to != "" || !strings.HasPrefix(err.Error(), "--public-url (MINIDOCK_PUBLIC_URL): ") ||
			!strings.Contains(err.Error(), "write "+suggested+", ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %q, %v; want the suggestion %s", given, to, err, suggested)
		}
	}
}

func TestOriginsAreReadAsBrowsersWriteThem(t *testing.T) {
	t.Parallel()
	var origins []string
	err := parseOrigins([]string{"http://localhost:5173, https://App.example.com:443/", "http://a.example:80", "", "http://[::1]:5173"}, &origins)
	if got := strings.Join(origins, " "); err != nil || got != "http://localhost:5173 https://app.example.com http://a.example http://[::1]:5173" {
		t.Errorf("%s, %v", got, err)
	}
	for given, suggested := range map[string]string{
		"localhost:5173":            "http://localhost:5173",
		"127.0.0.1:5173":            "http://127.0.0.1:5173",
		"[::1]:5173":                "http://[::1]:5173",
		"app.example.org":           "https://app.example.org",
		"https://app.example.org/x": "https://app.example.org",
		"https://app.example.org?x": "https://app.example.org",
		"https://*.example.org":     "https://app.example.com",
		"*":                         "https://app.example.com",
		"null":                      "https://app.example.com",
		"file:///tmp":               "https://app.example.com",
		"https://ann:secret@a.org":  "https://a.org",
	} {
		var origins []string
		err := parseOrigins([]string{given}, &origins)
		if err == nil || len(origins) > 0 || !strings.HasPrefix(err.Error(), "--allowed-origin (MINIDOCK_ALLOWED_ORIGIN): ") ||
			!strings.HasSuffix(err.Error(), "write "+suggested) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v; want the suggestion %s", given, err, suggested)
		}
	}
}

func TestWithoutAPublicURLItIsWhereTheServerListens(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "[::]:8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80",
	} {
		listening, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := listensAt(listening); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", address, got, err, want)
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
