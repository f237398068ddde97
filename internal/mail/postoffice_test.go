package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const (
	user     = "postman"
	password = "p@ss/w:rd"
)

// postOffice is a mail server. Its fields are set before it opens.
type postOffice struct {
	// mechanisms are those to sign in by; without any nobody has to.
	mechanisms []string
	// tls is nil where the server offers none.
	tls *tls.Config
	// refuse gives the answer to MAIL, RCPT or DATA; nil is yes.
	refuse map[string]error

	mutex     sync.Mutex
	letters   []letter
	connected int
}

// letter is what has been handed over.
type letter struct {
	from    string
	to      []string
	isTLS   bool
	user    string
	options smtp.MailOptions
	raw     []byte
}

// open lets the office serve until the test ends, and returns where.
func (p *postOffice) open(t *testing.T) (address string) {
	t.Helper()
	return p.serve(t, listen(t))
}

// openTLS is open for an office that begins with TLS.
func (p *postOffice) openTLS(t *testing.T) (address string) {
	t.Helper()
	config := p.tls
	p.tls = nil
	return p.serve(t, tls.NewListener(listen(t), config))
}

func (p *postOffice) serve(t *testing.T, listener net.Listener) (address string) {
	t.Helper()
	server := smtp.NewServer(p)
	server.AllowInsecureAuth, server.TLSConfig, server.EnableSMTPUTF8 = true, p.tls, true
	server.ErrorLog = log.New(io.Discard, "", 0)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// certified returns a certificate for 127.0.0.1 and example.com, and who has to be trusted to find it valid.
func certified(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	return &tls.Config{Certificates: web.TLS.Certificates}, roots
}

func (p *postOffice) received() []letter {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.letters
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.connected++
	_, isTLS := c.TLSConnectionState()
	return &counter{office: p, letter: letter{isTLS: isTLS}}, nil
}

// counter is where one sender is served.
type counter struct {
	office *postOffice
	letter letter
}

func (c *counter) AuthMechanisms() []string { return c.office.mechanisms }

func (c *counter) Auth(mechanism string) (sasl.Server, error) {
	if mechanism == "LOGIN" {
		return &login{signIn: c.signIn}, nil
	}
	return sasl.NewPlainServer(func(_, name, secret string) error { return c.signIn(name, secret) }), nil
}

func (c *counter) signIn(name, secret string) error {
	if name != user || secret != password {
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: name + " may not come in with " + secret}
	}
	c.letter.user = name
	return nil
}

// login asks for a name, then for a password.
type login struct {
	signIn func(name, secret string) error
	said   []string
}

func (l *login) Next(said []byte) (challenge []byte, done bool, err error) {
	if said != nil {
		l.said = append(l.said, string(said))
	}
	switch len(l.said) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, l.signIn(l.said[0], l.said[1])
}

func (c *counter) Mail(from string, options *smtp.MailOptions) error {
	if len(c.office.mechanisms) > 0 && c.letter.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	c.letter.from, c.letter.options = from, *options
	return c.office.refuse["MAIL"]
}

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.letter.to = append(c.letter.to, to)
	return c.office.refuse["RCPT"]
}

func (c *counter) Data(r io.Reader) (err error) {
	c.letter.raw, err = io.ReadAll(r)
	if err = errors.Join(err, c.office.refuse["DATA"]); err != nil {
		return c.office.refuse["DATA"]
	}
	c.office.mutex.Lock()
	defer c.office.mutex.Unlock()
	c.office.letters = append(c.office.letters, c.letter)
	return nil
}

func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }
