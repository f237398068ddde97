package web

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// PublicURL returns where clients find the server, without a slash at the end: what was given, or the address that the
// server listens on, by the name localhost where that is every address of the machine.
func PublicURL(given string, listening net.Addr) (string, error) {
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
		return "", errors.New("the public URL must be like https://mini.example.com")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// MailDomain returns what mails come from: the host in the public URL, or a name that is nobody's where that is none of the
// Internet's.
func MailDomain(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || net.ParseIP(u.Hostname()) != nil || !strings.Contains(u.Hostname(), ".") {
		return "minidock.invalid"
	}
	return u.Hostname()
}

// CookiesAreOpen tells that sessions can be read on their way: without https, from other machines.
func CookiesAreOpen(publicURL string, listening net.Addr) bool {
	tcp, ok := listening.(*net.TCPAddr)
	return !strings.HasPrefix(publicURL, "https://") && (!ok || !tcp.IP.IsLoopback())
}
