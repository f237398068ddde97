//go:build e2e

package e2e_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"minidock/internal/pgtest"
)

// takeover is how long it may take until another server has taken a job, on a slow machine.
const takeover = 2 * time.Minute

// TestAKilledServersJobIsDoneAfterARestart kills the program in the middle of sending a mail.
func TestAKilledServersJobIsDoneAfterARestart(t *testing.T) {
	t.Parallel()
	data, post := t.TempDir(), openPostOffice(t)
	loadDemo(t, data)
	args := []string{"--addr", "127.0.0.1:0", "--data", data, "--smtp-url", "smtp://" + post.address + "?tls=none"}
	first := startWith(t, args, nil)
	askForMail(t, first.URL)
	post.awaitHung(t)
	first.kill(t)
	admin := freeAddr(t)
	startWith(t, append(args, "--admin-addr", admin), nil)
	post.awaitOne(t)
	awaitNoMail(t, admin)
	post.hasOne(t)
}

// TestAServerThatDiesBesideAnotherLeavesItsJobToIt kills a server, or stops it and lets it go on once its job has been done.
func TestAServerThatDiesBesideAnotherLeavesItsJobToIt(t *testing.T) {
	t.Parallel()
	for how, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGSTOP} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			database, data, post := pgtest.Require(t).NewDatabase(t, ""), t.TempDir(), openPostOffice(t)
			args := []string{"--addr", "127.0.0.1:0", "--data", data, "--database-url", database, "--smtp-url", "smtp://" + post.address + "?tls=none"}
			first := startWith(t, args, nil)
			signUp(t, first.URL)
			post.awaitHung(t)
			admin := freeAddr(t)
			startWith(t, append(args, "--admin-addr", admin), nil)
			if signal == syscall.SIGKILL {
				first.kill(t)
			} else if err := first.process.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			post.awaitOne(t)
			awaitNoMail(t, admin)
			if signal == syscall.SIGSTOP {
				if err := first.process.Process.Signal(syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
				waitLong(t, "aware that the job is lost", func() bool { return strings.Contains(first.log.String(), "a job was lost") })
			}
			post.hasOne(t)
		})
	}
}

// receiver is whom the mails of these tests are sent to.
const receiver = "owner@demo.example"

func askForMail(t *testing.T, url string) {
	t.Helper()
	ask[any](t, newClient(t), url, `mutation { requestPasswordReset(input: {email: "`+receiver+`"}) { email } }`, nil)
}

func signUp(t *testing.T, url string) {
	t.Helper()
	got := ask[struct {
		SignUp struct{ UserErrors []struct{ Code string } }
	}](t, newClient(t), url, `mutation { signUp(input: {email: "`+receiver+`", password: "a long password", displayName: "Ann"}) { userErrors { code } } }`, nil)
	if len(got.SignUp.UserErrors) > 0 {
		t.Fatalf("%+v", got)
	}
}

// postOffice is an SMTP server that hangs at the first letter, and keeps the others.
type postOffice struct {
	address string
	hung    chan struct{}
	release chan struct{}

	mu        sync.Mutex
	isHanging bool
	delivered int
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	post := &postOffice{address: listener.Addr().String(), hung: make(chan struct{}), release: make(chan struct{})}
	server := smtp.NewServer(post)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		close(post.release)
		_ = server.Close()
	})
	return post
}

// NewSession begins a conversation with a client.
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &conversation{post: p}, nil }

type conversation struct {
	post *postOffice
	to   string
}

// Mail, Rcpt, Data, Reset and Logout answer the client's commands.
func (c *conversation) Mail(string, *smtp.MailOptions) error { return nil }

func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = to
	return nil
}

func (c *conversation) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil || c.to != receiver {
		return err
	}
	c.post.mu.Lock()
	isFirst := !c.post.isHanging
	c.post.isHanging = true
	if !isFirst {
		c.post.delivered++
	}
	c.post.mu.Unlock()
	if isFirst {
		close(c.post.hung)
		<-c.post.release
		return errors.New("never delivered")
	}
	return nil
}

func (c *conversation) Reset()        {}
func (c *conversation) Logout() error { return nil }

func (p *postOffice) letters() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delivered
}

func (p *postOffice) awaitHung(t *testing.T) {
	t.Helper()
	select {
	case <-p.hung:
	case <-time.After(takeover):
		t.Fatal("no mail is sent")
	}
}

func (p *postOffice) awaitOne(t *testing.T) {
	t.Helper()
	waitLong(t, "sent by another server", func() bool { return p.letters() > 0 })
}

func (p *postOffice) hasOne(t *testing.T) {
	t.Helper()
	if n := p.letters(); n != 1 {
		t.Errorf("%d letters", n)
	}
}

// awaitNoMail waits until no job of a mail is left.
func awaitNoMail(t *testing.T, admin string) {
	t.Helper()
	waitLong(t, "done with mails", func() bool {
		response, err := http.Get("http://" + admin + "/metrics")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return err == nil && strings.Contains(string(text), `minidock_jobs_queued{kind="mail"} 0`+"\n") &&
			strings.Contains(string(text), `minidock_job_runs_total{kind="mail",result="succeeded"} `)
	})
}

func waitLong(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.Now().Add(takeover)
	for !reached() {
		if time.Now().After(deadline) {
			t.Fatalf("not %s after %s", what, takeover)
		}
		<-time.After(20 * time.Millisecond)
	}
}
