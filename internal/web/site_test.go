package web

import (
	"slices"
	"testing"
)

func TestAnOriginIsOnTheSameSiteByItsSchemeAndRegistrableDomain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		publicURL, origin string
		isSame            bool
	}{
		{"http://localhost:8080", "http://localhost:3000", true},
		{"http://127.0.0.1:8080", "http://127.0.0.1:3000", true},
		{"http://127.0.0.1:8080", "http://localhost:3000", false},
		{"http://localhost:8080", "http://127.0.0.1:3000", false},
		{"http://localhost:8080", "https://localhost:3000", false},
		{"http://127.0.0.1:8080", "http://127.0.0.2:8080", false},
		{"http://[::1]:8080", "http://[::1]:3000", true},
		{"https://api.example.com", "https://example.com", true},
		{"https://api.example.com", "https://console.example.com:8443", true},
		{"https://api.example.com/dock", "https://a.b.example.com", true},
		{"https://api.example.com", "http://console.example.com", false},
		{"https://api.example.com", "https://example.org", false},
		{"https://a.example.co.uk", "https://b.example.co.uk", true},
		{"https://a.co.uk", "https://b.co.uk", false},
		{"https://ann.github.io", "https://bob.github.io", false},
		{"https://intranet", "https://intranet:3000", true},
		{"https://API.example.com", "https://console.example.com", true},
	} {
		others := OtherSites(test.publicURL, []string{test.origin})
		if slices.Contains(others, test.origin) == test.isSame {
			t.Errorf("%s and %s: %v", test.publicURL, test.origin, others)
		}
	}
}
