package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"minidock/internal/request"
)

// Proxies are the networks of the proxies that requests come through.
type Proxies []netip.Prefix

// ParseProxies reads networks such as 10.0.0.0/8, and single addresses.
func ParseProxies(texts []string) (Proxies, error) {
	var proxies Proxies
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, ipErr := netip.ParseAddr(text)
			if ipErr != nil {
				return nil, fmt.Errorf("trusted proxies: %q is neither an address nor a network such as 10.0.0.0/8", text)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		proxies = append(proxies, network.Masked())
	}
	return proxies, nil
}

func (p Proxies) has(address netip.Addr) bool {
	for _, network := range p {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// addressOf returns where a request comes from. Each proxy appends the address that it received the request from to X-Forwarded-For: what a
// trusted proxy appended is believed, and nothing before an address that is not a trusted proxy's.
func (p Proxies) addressOf(r *http.Request) netip.Addr {
	address := remoteAddress(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.has(address); i-- {
		before := hopAddress(strings.TrimSpace(hops[i]))
		if !before.IsValid() {
			break
		}
		address = before
	}
	return address
}

// hopAddress reads what a proxy adds: an address, or one with a port.
func hopAddress(text string) netip.Addr {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.Unmap().WithZone("")
	}
	return remoteAddress(text)
}

func remoteAddress(text string) netip.Addr {
	remote, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Addr{}
	}
	return remote.Addr().Unmap().WithZone("")
}

// withCaller adds to the context where a request comes from.
func withCaller(proxies Proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := request.Caller{Address: proxies.addressOf(r), Agent: r.UserAgent()}
		next.ServeHTTP(w, r.WithContext(request.WithCaller(r.Context(), from)))
	})
}
