package web

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// OtherSites returns the allowed origins that are on another site than the public URL: browsers send no cookie with the requests of their
// pages, as it is SameSite=Lax.
func OtherSites(publicURL string, allowedOrigins []string) []string {
	own := siteOf(publicURL)
	return slices.DeleteFunc(slices.Clone(allowedOrigins), func(origin string) bool { return siteOf(origin) == own })
}

// siteOf returns what browsers call the site of a URL: its scheme and its registrable domain. A host that has none, such as an address or
// localhost, is a site of its own.
func siteOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	host := strings.ToLower(u.Hostname())
	if net.ParseIP(host) != nil {
		return u.Scheme + "://" + host
	}
	domain, _ := publicsuffix.EffectiveTLDPlusOne(host) // "" when there is none
	return u.Scheme + "://" + cmp.Or(domain, host)
}
