package app

import (
	"fmt"
	"strings"
	"testing"

	"minidock/internal/web"
)

// What the log says at start leads nowhere that is closed, and never to people whose password everybody knows in production.
func TestTheLogSuggestsOnlyWhatIsOpen(t *testing.T) {
	t.Parallel()
	const http, https = "http://127.0.0.1:8080", "https://mini.example.com"
	for _, test := range []struct {
		publicURL           string
		introspection       web.Audience
		playground, suggest bool
	}{
		{http, "", true, true},
		{http, web.Everyone, true, true},
		{http, web.Staff, false, true},
		{http, web.Nobody, false, true},
		{https, "", false, false},
		{https, web.Everyone, true, false},
		{https, web.Nobody, false, false},
	} {
		said := fmt.Sprint(Options{Introspection: test.introspection}.announcement(test.publicURL)...)
		if strings.Contains(said, "/playground") != test.playground || strings.Contains(said, "demo") != test.suggest || !strings.Contains(said, test.publicURL) {
			t.Errorf("%+v: %s", test, said)
		}
	}
}
