package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"

	"minidock/internal/request"
)

func TestACallerIsWhomTheLastTrustedProxyNames(t *testing.T) {
	t.Parallel()
	const own = "10.0.0.1:4711"
	for name, c := range map[string]struct {
		proxies   []string
		remote    string
		forwarded []string
		want      string
	}{
		"no proxies":                      {nil, "203.0.113.7:1", nil, "203.0.113.7"},
		"no proxies, and yet a header":    {nil, "203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"},
		"a stranger's header":             {[]string{"10.0.0.0/8"}, "203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"},
		"a proxy":                         {[]string{"10.0.0.0/8"}, own, []string{"203.0.113.7"}, "203.0.113.7"},
		"a proxy by its address":          {[]string{"10.0.0.1"}, own, []string{"203.0.113.7"}, "203.0.113.7"},
		"a network written from within":   {[]string{"10.9.9.9/8"}, own, []string{"203.0.113.7"}, "203.0.113.7"},
		"another address":                 {[]string{"10.0.0.2"}, own, []string{"203.0.113.7"}, "10.0.0.1"},
		"what came before":                {[]string{"10.0.0.0/8"}, own, []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		"what came before in a header":    {[]string{"10.0.0.0/8"}, own, []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		"a proxy's address before":        {[]string{"10.0.0.0/8"}, own, []string{"10.0.0.9, 203.0.113.7"}, "203.0.113.7"},
		"two proxies":                     {[]string{"10.0.0.0/8", "192.0.2.1"}, own, []string{"198.51.100.1, 203.0.113.7, 192.0.2.1"}, "203.0.113.7"},
		"two headers of two proxies":      {[]string{"10.0.0.0/8", "192.0.2.1"}, own, []string{"198.51.100.1, 203.0.113.7", "192.0.2.1"}, "203.0.113.7"},
		"proxies all along":               {[]string{"10.0.0.0/8"}, own, []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"no header":                       {[]string{"10.0.0.0/8"}, own, nil, "10.0.0.1"},
		"an empty header":                 {[]string{"10.0.0.0/8"}, own, []string{""}, "10.0.0.1"},
		"garbage":                         {[]string{"10.0.0.0/8"}, own, []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		"garbage before":                  {[]string{"10.0.0.0/8"}, own, []string{"unknown, 203.0.113.7"}, "203.0.113.7"},
		"spaces":                          {[]string{"10.0.0.0/8"}, own, []string{" 203.0.113.7\t"}, "203.0.113.7"},
		"IPv6":                            {[]string{"2001:db8::/32"}, "[2001:db8::1]:1", []string{"2001:DB9:0::5"}, "2001:db9::5"},
		"IPv6 with a zone":                {[]string{"fe80::/10"}, "[fe80::1%eth0]:1", []string{"2001:db9::5"}, "2001:db9::5"},
		"IPv4 written as IPv6":            {[]string{"10.0.0.0/8"}, "[::ffff:10.0.0.1]:1", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"nothing that is an address":      {[]string{"0.0.0.0/0", "::/0"}, "@", []string{"203.0.113.7"}, "invalid IP"},
		"everybody is a proxy, none left": {[]string{"0.0.0.0/0"}, own, []string{"203.0.113.7"}, "203.0.113.7"},
	} {
		proxies, err := ParseProxies(c.proxies)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		sent := httptest.NewRequest(http.MethodPost, "/graphql", nil)
		sent.RemoteAddr, sent.Header = c.remote, http.Header{"X-Forwarded-For": c.forwarded, "X-Real-Ip": {"192.0.2.99"}, "User-Agent": {"a browser"}}
		var got request.Caller
		withCaller(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = request.CallerOf(r.Context()) })).
			ServeHTTP(httptest.NewRecorder(), sent)
		if got.Address.String() != c.want || got.Agent != "a browser" {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

func TestProxiesAreAddressesAndNetworks(t *testing.T) {
	t.Parallel()
	got, err := ParseProxies([]string{"10.1.2.3/8", "192.0.2.1", "2001:db8::1", "fd00::/8"})
	want := Proxies{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::1/128"),
		netip.MustParsePrefix("fd00::/8"),
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, none := range []string{"", "proxy", "10.0.0.0/33", "10.0.0", "10.0.0.1:80", "10.0.0.1, 10.0.0.2", "*"} {
		if got, err := ParseProxies([]string{"10.0.0.1", none}); err == nil {
			t.Errorf("%q is taken for %v", none, got)
		}
	}
}

func TestCallersAreCountedByTheirNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::": "2001:db8:1:2::/64", "2001:db8:1:3::": "2001:db8:1:3::/64", "::1": "::/64",
	} {
		if got := (request.Caller{Address: netip.MustParseAddr(address)}).Network(); got != want {
			t.Errorf("%s counts as %q, want %q", address, got, want)
		}
	}
	if got := (request.Caller{}).Network(); got != "" {
		t.Errorf("nobody counts as %q", got)
	}
}
