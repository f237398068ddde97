package app

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"minidock/internal/mail"
)

// parseURL reads where a flag says that pages are found, without a slash at the end. Empty stays empty.
func parseURL(flag, given string, to *string) error {
	if given == "" {
		return nil
	}
	u, err := url.Parse(given)
	if err != nil || !isWeb(u) || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return badFlag(flag, "%q is not an address of http or https; write %s, for example", withoutPassword(given), suggestedOrigin(given, "https://mini.example.com"))
	}
	u.Host = strings.ToLower(u.Host)
	*to = strings.TrimRight(u.String(), "/")
	return nil
}

// parseOrigins reads the origins of front ends, as browsers write them.
func parseOrigins(texts []string, origins *[]string) error {
	var errs []error
	for _, text := range values(texts) {
		u, err := url.Parse(text)
		isOrigin := err == nil && isWeb(u) && !strings.Contains(u.Host, "*") && u.User == nil && strings.Trim(u.Path, "/") == "" &&
			u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
		if !isOrigin {
			errs = append(errs, badFlag("allowed-origin", "%q is not the origin of a front end: its scheme, host and port, without path or *; write %s",
				withoutPassword(text), suggestedOrigin(text, "https://app.example.com")))
			continue
		}
		*origins = append(*origins, origin(u))
	}
	return errors.Join(errs...)
}

// isWeb says whether this is an address of http or https with a host, and with a valid port if it has one.
func isWeb(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return false
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || err == nil && port > 0
}

// origin writes an origin as browsers do: in lower case, and without the scheme's own port.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

// suggestedOrigin guesses which origin somebody meant, or returns the example: http for this machine, and https for all others, unless the
// scheme was written.
func suggestedOrigin(text, example string) string {
	if !strings.Contains(text, "://") {
		text = "https://" + strings.TrimLeft(text, "/")
		if u, err := url.Parse(text); err == nil && isThisMachine(u.Hostname()) {
			text = "http" + strings.TrimPrefix(text, "https")
		}
	}
	u, err := url.Parse(text)
	if err != nil || !isWeb(u) || strings.ContainsAny(u.Host, "* ") || !strings.ContainsAny(u.Hostname(), ".:") && !isThisMachine(u.Hostname()) {
		return example
	}
	return origin(u)
}

func isThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// withoutPassword leaves out what stands before the host, which may be a password.
func withoutPassword(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = "…@" + rest[at+1:]
	}
	return scheme + rest
}

// listensAt returns the address of the server that listens there, by the name localhost where that is every address of the machine.
func listensAt(listening net.Addr) (string, error) {
	host, port, err := net.SplitHostPort(listening.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port), err
}

// mailDomain returns the domain that mails come from: the host of the public URL if mails can come from there, otherwise a name that is
// reserved for nobody.
func mailDomain(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || net.ParseIP(u.Hostname()) != nil || !mail.IsSender("minidock@"+u.Hostname()) {
		return "minidock.invalid"
	}
	return u.Hostname()
}

// cookiesAreOpen says whether cookies can be read on the network: without https, from other machines.
func cookiesAreOpen(publicURL string, listening net.Addr) bool {
	tcp, ok := listening.(*net.TCPAddr)
	return !isHTTPS(publicURL) && (!ok || !tcp.IP.IsLoopback())
}
