package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

var signedIn = url.UserPassword(user, password).String() + "@"

func newSMTP(t *testing.T, address string) *smtpSender {
	t.Helper()
	s, err := NewSMTP(address, "迷你码头 <no-reply@example.com>")
	if err != nil {
		t.Fatal(err)
	}
	return s.(*smtpSender)
}

// via makes the sender find the server at another address than the one it asks for.
func (s *smtpSender) via(address string) *smtpSender {
	s.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return s
}

func (s *smtpSender) trusting(roots *x509.CertPool) *smtpSender {
	s.roots = roots
	return s
}

var note = Message{To: "ann@example.com", Subject: "A note", Text: "Text", HTML: "<p>HTML</p>"}

func TestSMTPHandsOverWhatWasComposed(t *testing.T) {
	t.Parallel()
	office := &postOffice{}
	s := newSMTP(t, "smtp://"+office.open(t))
	var want []Message
	for _, kind := range kinds {
		for _, tag := range languages {
			m := compose(t, kind, tag, "li@例子.中国", facts)
			want = append(want, m)
			if err := s.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	letters := office.received()
	if len(letters) != len(want) {
		t.Fatalf("%d letters, want %d", len(letters), len(want))
	}
	for i, m := range want {
		checkLetter(t, letters[i], m)
	}
}

func checkLetter(t *testing.T, got letter, m Message) {
	t.Helper()
	const to = "li@xn--fsqu00a.xn--fiqs8s"
	if got.from != "no-reply@example.com" || len(got.to) != 1 || got.to[0] != to || got.options.UTF8 || got.user != "" {
		t.Errorf("from %s to %q with %+v as %q", got.from, got.to, got.options, got.user)
	}
	checkHeader(t, got.raw, to)
	read := open(t, got.raw)
	if read.subject != m.Subject || read.text != m.Text || read.html != m.HTML {
		t.Errorf("got %+v, want %+v", read, m)
	}
	if from := decoded(t, read.header.Get("From")); from != "迷你码头 <no-reply@example.com>" {
		t.Errorf("from %s", from)
	}
}

func TestSMTPTakesTextsThatLookLikeCommands(t *testing.T) {
	t.Parallel()
	office := &postOffice{}
	s := newSMTP(t, "smtp://"+office.open(t))
	m := Message{To: note.To, Subject: "x\r\n.\r\nMAIL FROM:<eve@example.com>", Text: "one\n.\nRCPT TO:<eve@example.com>\n..\r\n.\r\nQUIT\n", HTML: ".\n" + strings.Repeat("long", 1_000) + "\n.\n"}
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	letters := office.received()
	if len(letters) != 1 || len(letters[0].to) != 1 || letters[0].to[0] != note.To {
		t.Fatalf("%+v", letters)
	}
	checkHeader(t, letters[0].raw, note.To)
	if read := open(t, letters[0].raw); read.text != strings.ReplaceAll(m.Text, "\r\n", "\n") || read.html != m.HTML {
		t.Errorf("%+v", read)
	}
}

func TestSMTPAsksNoServerAboutWhatIsNoPlainAddress(t *testing.T) {
	t.Parallel()
	office := &postOffice{}
	s := newSMTP(t, "smtp://"+office.open(t))
	for _, to := range notPlain {
		if err := s.Send(t.Context(), Message{To: to, Subject: "x", Text: "x"}); !IsPermanent(err) || to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if office.connected != 0 || len(office.received()) != 0 {
		t.Errorf("connected %d times: %+v", office.connected, office.letters)
	}
}

func TestSMTPTellsWhatIsRefusedForGood(t *testing.T) {
	t.Parallel()
	for code, permanent := range map[int]bool{421: false, 450: false, 451: false, 452: false, 530: false, 550: true, 552: true, 554: true} {
		for _, step := range []string{"MAIL", "RCPT", "DATA"} {
			office := &postOffice{refuse: map[string]error{step: &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 2}, Message: "no ann@example.com here"}}}
			err := newSMTP(t, "smtp://"+office.open(t)).Send(t.Context(), note)
			permanent := permanent && step != "MAIL" // a sender that is refused is a setting of ours, which can be mended
			if err == nil || IsPermanent(err) != permanent || len(office.received()) != 0 {
				t.Errorf("%s %d: permanent %t: %v", step, code, IsPermanent(err), err)
				continue
			}
			if message := err.Error(); strings.Contains(message, "ann@") || !strings.Contains(message, step) || !strings.Contains(message, fmt.Sprintf("%d %d.1.2", code, code/100)) {
				t.Errorf("%s %d: %s", step, code, message)
			}
		}
	}
}

func TestOnlyMessagesAreRefusedForGood(t *testing.T) {
	t.Parallel()
	if IsPermanent(nil) || IsPermanent(errors.New("550")) || IsPermanent(errServer) || IsPermanent(fmt.Errorf("x: %w", errNoTLS)) {
		t.Error("anything is")
	}
	if !IsPermanent(fmt.Errorf("x: %w", errReceiver)) || !IsPermanent(fmt.Errorf("x: %w", &refusal{code: 550, isOfMessage: true})) {
		t.Error("nothing is")
	}
}

func TestSMTPTriesAgainLaterWhenTheServerIsGone(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	err := newSMTP(t, "smtp://"+signedIn+listener.Addr().String()).Send(t.Context(), note)
	if !errors.Is(err, syscall.ECONNREFUSED) || IsPermanent(err) {
		t.Errorf("%v", err)
	}
	checkDiscreet(t, err)
}

func TestSMTPTriesAgainLaterWhenTheServerLeaves(t *testing.T) {
	t.Parallel()
	for _, answers := range [][]string{{}, {"220 hi"}, {"220 hi", "250 hi"}, {"220 hi", "250 hi", "250 yes"}, {"220 hi", "250 hi", "250 yes", "250 yes", "354 go on"}} {
		err := newSMTP(t, "smtp://"+play(t, answers...)).Send(t.Context(), note)
		if err == nil || IsPermanent(err) || strings.Contains(err.Error(), note.To) {
			t.Errorf("after %q: %v", answers, err)
		}
	}
}

func TestSMTPSignsIn(t *testing.T) {
	t.Parallel()
	for _, mechanisms := range [][]string{{"PLAIN"}, {"LOGIN"}, {"LOGIN", "PLAIN"}, {"XOAUTH2", "LOGIN"}} {
		office := &postOffice{mechanisms: mechanisms}
		address := office.open(t)
		if err := newSMTP(t, "smtp://"+signedIn+address).Send(t.Context(), note); err != nil {
			t.Errorf("%q: %v", mechanisms, err)
		}
		if letters := office.received(); len(letters) != 1 || letters[0].user != user {
			t.Errorf("%q: %+v", mechanisms, letters)
		}
		for _, login := range []string{"", "postman:wrong@", "other:" + url.QueryEscape(password) + "@"} {
			err := newSMTP(t, "smtp://"+login+address).Send(t.Context(), note)
			if err == nil || IsPermanent(err) || strings.Contains(err.Error(), "wrong") || len(office.received()) != 1 {
				t.Errorf("%q, %q: %v", mechanisms, login, err)
				continue
			}
			checkDiscreet(t, err)
		}
	}
}

func TestSMTPSignsInNowhereElse(t *testing.T) {
	t.Parallel()
	for _, mechanisms := range [][]string{nil, {"CRAM-MD5", "XOAUTH2"}} {
		office := &postOffice{mechanisms: mechanisms}
		err := newSMTP(t, "smtp://"+signedIn+office.open(t)).Send(t.Context(), note)
		if !errors.Is(err, errMechanism) || IsPermanent(err) || len(office.received()) != 0 {
			t.Errorf("%q: %v", mechanisms, err)
		}
		checkDiscreet(t, err)
	}
}

func TestSMTPSendsNoPasswordInTheOpen(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", "?tls=none"} {
		office := &postOffice{mechanisms: []string{"PLAIN", "LOGIN"}}
		err := newSMTP(t, "smtp://"+signedIn+"mail.example.com"+query).via(office.open(t)).Send(t.Context(), note)
		if !errors.Is(err, errNoTLS) || IsPermanent(err) || len(office.received()) != 0 {
			t.Errorf("%q: %v", query, err)
		}
		checkDiscreet(t, err)
	}
}

func TestSMTPUsesTLS(t *testing.T) {
	t.Parallel()
	config, roots := certified(t)
	for query, want := range map[string]bool{"": true, "?tls=required": true, "?tls=none": false} {
		office := &postOffice{tls: config}
		if err := newSMTP(t, "smtp://example.com"+query).via(office.open(t)).trusting(roots).Send(t.Context(), note); err != nil {
			t.Errorf("%q: %v", query, err)
		}
		if letters := office.received(); len(letters) != 1 || letters[0].isTLS != want {
			t.Errorf("%q: %+v", query, letters)
		}
	}
}

func TestSMTPSignsInOverTLS(t *testing.T) {
	t.Parallel()
	config, roots := certified(t)
	office := &postOffice{tls: config, mechanisms: []string{"PLAIN"}}
	fromStart := &postOffice{tls: config, mechanisms: []string{"LOGIN"}}
	for _, s := range []*smtpSender{
		newSMTP(t, "smtp://"+signedIn+"example.com?tls=required").via(office.open(t)),
		newSMTP(t, "smtps://"+signedIn+"example.com").via(fromStart.openTLS(t)),
	} {
		if err := s.trusting(roots).Send(t.Context(), note); err != nil {
			t.Errorf("%s: %v", s.address(), err)
		}
	}
	for _, letters := range [][]letter{office.received(), fromStart.received()} {
		if len(letters) != 1 || letters[0].user != user {
			t.Errorf("%+v", letters)
		}
	}
}

func TestSMTPDemandsTLS(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"smtp://127.0.0.1?tls=required", "smtp://example.com?tls=required", "smtps://127.0.0.1"} {
		office := &postOffice{}
		err := newSMTP(t, address).via(office.open(t)).Send(t.Context(), note)
		if err == nil || IsPermanent(err) || len(office.received()) != 0 {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestSMTPTrustsNoCertificateThatIsNotValid(t *testing.T) {
	t.Parallel()
	config, roots := certified(t)
	for _, test := range []struct {
		host  string
		roots *x509.CertPool
	}{{"example.com", nil}, {"example.org", roots}} {
		office, fromStart := &postOffice{tls: config, mechanisms: []string{"PLAIN"}}, &postOffice{tls: config, mechanisms: []string{"PLAIN"}}
		for _, s := range []*smtpSender{
			newSMTP(t, "smtp://"+signedIn+test.host).via(office.open(t)),
			newSMTP(t, "smtps://"+signedIn+test.host).via(fromStart.openTLS(t)),
		} {
			err := s.trusting(test.roots).Send(t.Context(), note)
			if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok || IsPermanent(err) || len(office.received())+len(fromStart.received()) != 0 {
				t.Errorf("%s: %v", s.address(), err)
			}
		}
	}
}

// checkDiscreet fails if the error contains the password in any form that goes over the wire.
func checkDiscreet(t *testing.T, err error) {
	t.Helper()
	for _, form := range []string{
		password, url.QueryEscape(password), url.PathEscape(password),
		base64.StdEncoding.EncodeToString([]byte(password)), base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)), note.To,
	} {
		if strings.Contains(err.Error(), form) {
			t.Errorf("contains %q: %v", form, err)
		}
	}
}

// silence is the answer of a server that says nothing more until the client leaves.
const silence = ""

// play is a server that answers line by line with what it is given, %s being the line before, and then hangs up.
func play(t *testing.T, answers ...string) (address string) {
	t.Helper()
	listener := listen(t)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		lines := bufio.NewScanner(conn)
		for _, answer := range answers {
			if answer == silence {
				io.Copy(io.Discard, conn)
				return
			}
			fmt.Fprint(conn, strings.ReplaceAll(answer, "%s", lines.Text())+"\r\n")
			if !lines.Scan() {
				return
			}
		}
	}()
	return listener.Addr().String()
}

func TestSMTPDoesNotRepeatWhatTheServerSays(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]string{
		"refused":        {"220 hi", "250-hi\r\n250 AUTH PLAIN", "535 %s", "221 bye"},
		"no answer":      {"220 hi", "250-hi\r\n250 AUTH PLAIN", "%s", "221 bye"},
		"one more":       {"220 hi", "250-hi\r\n250 AUTH PLAIN", "334 " + base64.StdEncoding.EncodeToString([]byte(password)), "501 bye", "221 bye"},
		"one LOGIN more": {"220 hi", "250-hi\r\n250 AUTH LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "334 %s", "501 bye", "221 bye"},
		"no welcome":     {"554 " + password},
		"not SMTP":       {"HTTP/1.1 400 " + password},
	} {
		err := newSMTP(t, "smtp://"+signedIn+play(t, answers...)).Send(t.Context(), note)
		if err == nil || IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkDiscreet(t, err)
	}
}

func TestSMTPIsContentWithoutAFarewell(t *testing.T) {
	t.Parallel()
	// The message arrives as lines, which the server leaves unanswered up to the lone dot.
	listener := listen(t)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "220 hi\r\n")
		lines := bufio.NewScanner(conn)
		for inData := false; lines.Scan(); {
			switch {
			case lines.Text() == "DATA":
				inData = true
				fmt.Fprint(conn, "354 go on\r\n")
			case lines.Text() == ".":
				fmt.Fprint(conn, "250 have it\r\n")
				return
			case !inData:
				fmt.Fprint(conn, "250 yes\r\n")
			}
		}
	}()
	if err := newSMTP(t, "smtp://"+listener.Addr().String()).Send(t.Context(), note); err != nil {
		t.Errorf("sent again, it would arrive twice: %v", err)
	}
}

func TestSMTPEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]string{
		"before the welcome": {silence},
		"before the hello":   {"220 hi", silence},
		"before the sender":  {"220 hi", "250 hi", silence},
	} {
		soon, end := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer end()
		begun := time.Now()
		err := newSMTP(t, "smtp://"+play(t, answers...)).Send(soon, note)
		if !errors.Is(err, context.DeadlineExceeded) || IsPermanent(err) || time.Since(begun) > timeout/2 {
			t.Errorf("%s, after %v: %v", name, time.Since(begun), err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := newSMTP(t, "smtp://"+listen(t).Addr().String()).Send(ended, note); !errors.Is(err, context.Canceled) || IsPermanent(err) {
		t.Errorf("from the start: %v", err)
	}
}
