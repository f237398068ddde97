package mail

import (
	"errors"
	"net"
	"net/url"
	"strconv"

	gomail "github.com/wneessen/go-mail"
)

var errServer = errors.New("mail: the server's address is not like smtp://user:password@mail.example.com:587?tls=required or smtps://user:password@mail.example.com:465")

// server is where messages are handed over, and how.
type server struct {
	host, port string
	// user is empty where nobody signs in.
	user, password string
	// isTLS says that the connection begins with TLS; startTLS is the policy of one that does not.
	isTLS    bool
	startTLS gomail.TLSPolicy
}

// IsServer says whether NewSMTP takes this address of a server.
func IsServer(address string) bool {
	_, err := parseServer(address)
	return err == nil
}

var defaultPorts = map[string]string{"smtp": "587", "smtps": "465"}

var policies = map[string]gomail.TLSPolicy{"required": gomail.TLSMandatory, "none": gomail.NoTLS}

// parseServer reads an address, or returns errServer, which does not repeat it, since it has a password.
func parseServer(address string) (server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return server{}, errServer
	}
	s := server{host: u.Hostname(), port: u.Port(), isTLS: u.Scheme == "smtps"}
	if s.port == "" {
		s.port = defaultPorts[u.Scheme]
	}
	policy, policyOK := parsePolicy(u)
	user, password, signInOK := parseSignIn(u.User)
	if number, err := strconv.ParseUint(s.port, 10, 16); err != nil || number == 0 || !policyOK || !signInOK {
		return server{}, errServer
	}
	s.startTLS, s.user, s.password = policy, user, password
	return s, nil
}

// parsePolicy reads the query, which may say "tls" once and only where the scheme leaves that open.
func parsePolicy(u *url.URL) (policy gomail.TLSPolicy, ok bool) {
	if defaultPorts[u.Scheme] == "" {
		return 0, false
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return 0, false
	}
	if len(query) == 0 {
		return gomail.TLSOpportunistic, true
	}
	policy, ok = policies[query.Get("tls")]
	return policy, ok && len(query) == 1 && len(query["tls"]) == 1 && u.Scheme == "smtp"
}

// parseSignIn accepts nobody, or a user with a password.
func parseSignIn(info *url.Userinfo) (user, password string, ok bool) {
	if info == nil {
		return "", "", true
	}
	password, _ = info.Password()
	return info.Username(), password, info.Username() != "" && password != ""
}

func (s server) address() string { return net.JoinHostPort(s.host, s.port) }
