package apitest

import (
	"bytes"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	minidockmail "minidock/internal/mail"
)

// Letter is a mail as its receiver has it.
type Letter struct {
	// To is whom it was delivered to.
	To, Subject, Text, HTML string
	// Raw is all of it.
	Raw string
}

var token = regexp.MustCompile(`#token=([A-Za-z0-9_-]+)`)

// Token returns the token in the letter's link; the test ends when there is none.
func (l Letter) Token(t *testing.T) string {
	t.Helper()
	found := token.FindStringSubmatch(l.Text)
	if found == nil {
		t.Fatalf("no token in the mail %q: %s", l.Subject, l.Text)
	}
	return found[1]
}

// Letters makes the server send its mail, and returns everything delivered so far, in order.
func (w *World) Letters(t *testing.T) []Letter {
	t.Helper()
	if err := w.Server.SendMail(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w.post.all(t)
}

// LetterTo makes the server send its mail, and returns the last letter to this address; the test ends when there is none.
func (w *World) LetterTo(t *testing.T, address string) Letter {
	t.Helper()
	letters := w.Letters(t)
	for i := len(letters) - 1; i >= 0; i-- {
		if letters[i].To == address {
			return letters[i]
		}
	}
	t.Fatalf("no mail to %s among %d", address, len(letters))
	return Letter{}
}

// WaitingMails returns how many mails are not sent yet.
func (w *World) WaitingMails(t *testing.T) int {
	t.Helper()
	return w.Client.Mail.Query().CountX(t.Context())
}

// postOffice is an SMTP server that keeps what it is given.
type postOffice struct {
	address string

	mu        sync.Mutex
	delivered []delivery
	// refusal is what deliveries are answered with; nil for none.
	refusal error
}

type delivery struct {
	to  string
	raw []byte
}

// RefuseMail makes the mail server answer deliveries with this error, or accept them again with nil.
func (w *World) RefuseMail(refusal error) {
	w.post.mu.Lock()
	defer w.post.mu.Unlock()
	w.post.refusal = refusal
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	office := &postOffice{address: listener.Addr().String()}
	server := smtp.NewServer(office)
	server.EnableSMTPUTF8, server.ErrorLog = true, log.New(io.Discard, "", 0)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return office
}

func (p *postOffice) sender(t *testing.T) minidockmail.Sender {
	t.Helper()
	sender, err := minidockmail.NewSMTP("smtp://"+p.address, "minidock <minidock@minidock.example>")
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// NewSession begins a conversation with a client.
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &conversation{office: p}, nil
}

type conversation struct {
	office *postOffice
	to     []string
}

// Mail, Rcpt, Data, Reset and Logout answer the client's commands.
func (c *conversation) Mail(string, *smtp.MailOptions) error { return nil }

func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = append(c.to, to)
	return nil
}

func (c *conversation) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	if c.office.refusal != nil {
		return c.office.refusal
	}
	for _, to := range c.to {
		c.office.delivered = append(c.office.delivered, delivery{to, raw})
	}
	return nil
}

func (c *conversation) Reset()        { c.to = nil }
func (c *conversation) Logout() error { return nil }

func (p *postOffice) all(t *testing.T) []Letter {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var letters []Letter
	for _, d := range p.delivered {
		letters = append(letters, open(t, d))
	}
	return letters
}

// open reads a delivery: a text and the same in HTML.
func open(t *testing.T, d delivery) Letter {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(d.raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	letter := Letter{To: d.to, Subject: subject, Raw: string(d.raw)}
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return letter
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(decoded(part))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			letter.HTML = string(content)
		} else {
			letter.Text = string(content)
		}
	}
}

func decoded(part *multipart.Part) io.Reader {
	if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		return quotedprintable.NewReader(part)
	}
	return part
}
