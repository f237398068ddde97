package app

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// parsePublicURL returns where clients find the server, without a slash at the end: what was given, or the address that the
// server listens on, by the name localhost where that is every address of the machine.
func parsePublicURL(given string, listening net.Addr) (string, error) {
	if given == "" {
		host, port, err := net.SplitHostPort(listening.String())
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			host = "localhost"
		}
		return "http://" + net.JoinHostPort(host, port), err
	}
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", fmt.Errorf("%q must be an address such as https://mini.example.com", given)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// mailDomain returns the domain that mails come from: the host of the public URL if it is a name on the Internet, otherwise a name
// that is reserved for nobody.
func mailDomain(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || net.ParseIP(u.Hostname()) != nil || !strings.Contains(u.Hostname(), ".") {
		return "minidock.invalid"
	}
	return u.Hostname()
}

// cookiesAreOpen says whether cookies can be read on the network: without https, from other machines.
func cookiesAreOpen(publicURL string, listening net.Addr) bool {
	tcp, ok := listening.(*net.TCPAddr)
	return !strings.HasPrefix(publicURL, "https://") && (!ok || !tcp.IP.IsLoopback())
}
