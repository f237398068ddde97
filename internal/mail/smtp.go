package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// timeout is how long one attempt to deliver a message may take.
const timeout = 30 * time.Second

type smtpSender struct {
	letterhead
	server
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	roots *x509.CertPool // nil: the system's
}

// NewSMTP returns a Sender that speaks SMTP with the server at an address such as smtp://user:password@mail.example.com:587
// or smtps://user:password@mail.example.com:465. from is one plain address, with or without a display name. smtps is TLS from
// the start; smtp goes over to TLS where the server offers it, always with ?tls=required, and never with ?tls=none. The
// server's certificate must be valid, and without TLS the password goes to this very machine only. Each message has a
// connection of its own and 30 seconds. Errors of NewSMTP and Send have neither the password nor a receiver.
func NewSMTP(address, from string) (Sender, error) {
	server, err := parseServer(address)
	if err != nil {
		return nil, err
	}
	head, err := newLetterhead(from)
	if err != nil {
		return nil, err
	}
	return &smtpSender{letterhead: head, server: server, dial: new(net.Dialer).DialContext}, nil
}

func (s *smtpSender) Send(ctx context.Context, m Message) error {
	letter, err := s.write(m)
	if err != nil {
		return err
	}
	// The connection ends with this context, which go-mail looks at only while it dials.
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client, err := gomail.NewClient(s.host, s.options(ctx)...)
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, letter)
	switch {
	case letter.IsDelivered(): // an error while disconnecting changes nothing
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("send mail: %w", ctx.Err())
	}
	return fmt.Errorf("send mail: %w", discreet(err))
}

func (s *smtpSender) options(ctx context.Context) []gomail.Option {
	options := []gomail.Option{
		gomail.WithDialContextFunc(s.connect(ctx)), gomail.WithTLSConfig(s.tlsConfig()), gomail.WithTLSPolicy(s.startTLS),
		gomail.WithTimeout(timeout), gomail.WithHELO(s.domain), gomail.WithoutNoop(), gomail.WithoutRset(),
		gomail.WithoutSMTPUTF8(), // all addresses are ASCII, and the next server may not know it
	}
	if s.isTLS {
		options = append(options, gomail.WithSSL())
	}
	if s.user != "" {
		options = append(options, gomail.WithSMTPAuthCustom(&signIn{user: s.user, password: s.password}))
	}
	return options
}

// connect returns the function with which go-mail connects: the connection is closed when ctx ends.
func (s *smtpSender) connect(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, _ string) (net.Conn, error) {
		conn, err := s.dial(dialing, network, s.address())
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		if !s.isTLS {
			return conn, nil
		}
		secure := tls.Client(conn, s.tlsConfig())
		return secure, secure.HandshakeContext(dialing)
	}
}

func (s *smtpSender) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
}
