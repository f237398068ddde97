package apitest

import (
	"net/netip"

	"minidock/internal/web"
)

// BehindProxy are the options of a server behind a trusted proxy, to which requests come from where their X-Forwarded-For says.
var BehindProxy = Options{Proxies: web.Proxies{netip.MustParsePrefix("127.0.0.0/8")}}

// From returns the person, whose requests now come from this address; for a server with BehindProxy.
func (p *Person) From(address string) *Person {
	p.Header.Set("X-Forwarded-For", address)
	return p
}
