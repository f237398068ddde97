package mail

import (
	"errors"
	"net"
	"slices"

	"github.com/wneessen/go-mail/smtp"
)

var (
	errNoTLS     = errors.New("mail: the server offers no TLS, and the password is not sent without")
	errMechanism = errors.New("mail: the server offers neither PLAIN nor LOGIN to sign in")
	errDialogue  = errors.New("mail: the server asks for more than user and password")
)

// signIn signs a user in by what the server offers, over TLS or on this very machine.
type signIn struct {
	user, password string
	chosen         smtp.Auth
}

func (s *signIn) Start(server *smtp.ServerInfo) (mechanism string, toServer []byte, err error) {
	switch {
	case !server.TLS && !isLoopback(server.Name):
		return "", nil, errNoTLS
	case slices.Contains(server.Auth, "PLAIN"):
		s.chosen = smtp.PlainAuth("", s.user, s.password, server.Name, true)
	case slices.Contains(server.Auth, "LOGIN"):
		s.chosen = smtp.LoginAuth(s.user, s.password, server.Name, true)
	default:
		return "", nil, errMechanism
	}
	return s.chosen.Start(server)
}

func (s *signIn) Next(fromServer []byte, more bool) (toServer []byte, err error) {
	toServer, err = s.chosen.Next(fromServer, more)
	if err != nil {
		return nil, errDialogue // err repeats the server, which may repeat the password
	}
	return toServer, nil
}

func isLoopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }
