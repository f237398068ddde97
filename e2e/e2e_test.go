//go:build e2e

// Package e2e_test uses the built program as its users do: a process, a browser, curl, the tools of front-end
// developers.
package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take that has no limit of its own.
const patience = 15 * time.Second

// program is the built minidock.
var program string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "minidock-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "minidock")
	build := exec.Command("go", "build", "-o", program, "..")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build minidock:", err)
		return 1
	}
	return m.Run()
}

// server is a minidock that runs.
type server struct {
	URL     string
	process *exec.Cmd
	log     *logBook
	ended   chan struct{}
	stop    func(t *testing.T)
	// kill ends the process without a chance to say goodbye.
	kill func(t *testing.T)
}

// start runs minidock on a free port until the test ends, and returns once it is ready.
func start(t *testing.T, data string) *server {
	t.Helper()
	return startWith(t, []string{"--addr", "127.0.0.1:0", "--data", data}, nil)
}

// startWith runs minidock with these arguments and additional environment until the test ends, and returns once it is
// ready.
func startWith(t *testing.T, args, env []string) *server {
	t.Helper()
	s := launch(t, args, env)
	select {
	case s.URL = <-s.log.url:
	case <-s.ended:
		t.Fatalf("minidock ended at once:\n%s", s.log)
	case <-time.After(patience):
		t.Fatalf("minidock does not say where it serves:\n%s", s.log)
	}
	waitUntil(t, "ready", func() bool { return status(s.URL+"/readyz") == http.StatusOK })
	return s
}

// launch starts the process and does not wait for it. It is stopped with the test, which fails if it does not end well.
func launch(t *testing.T, args, env []string) *server {
	t.Helper()
	s := &server{process: exec.Command(program, args...), log: &logBook{url: make(chan string, 1)}, ended: make(chan struct{})}
	s.process.Env = append(withoutSettings(os.Environ()), env...)
	s.process.Dir = t.TempDir()
	s.process.Stderr = s.log
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.process.Wait()
		close(s.ended)
	}()
	var once sync.Once
	s.stop = func(t *testing.T) {
		t.Helper()
		once.Do(func() { s.terminate(t) })
	}
	s.kill = func(t *testing.T) {
		t.Helper()
		once.Do(func() {
			_ = s.process.Process.Kill()
			<-s.ended
		})
	}
	t.Cleanup(func() {
		s.stop(t)
		if t.Failed() {
			t.Logf("log of minidock:\n%s", s.log)
		}
	})
	return s
}

// terminate sends SIGTERM; the process has to end with code 0 within 15 seconds.
func (s *server) terminate(t *testing.T) {
	t.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("SIGTERM: %v", err)
	}
	select {
	case <-s.ended:
	case <-time.After(15 * time.Second):
		t.Error("still runs 15 s after SIGTERM")
		_ = s.process.Process.Kill()
		<-s.ended
	}
	if code := s.process.ProcessState.ExitCode(); code != 0 {
		t.Errorf("ended with code %d, want 0", code)
	}
}

// withoutSettings leaves out what would configure minidock.
func withoutSettings(environ []string) []string {
	var kept []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "MINIDOCK_") && name != "GOGC" && name != "GOMEMLIMIT" {
			kept = append(kept, entry)
		}
	}
	return kept
}

// logBook keeps what minidock writes, and finds the address in it.
type logBook struct {
	mu      sync.Mutex
	text    bytes.Buffer
	url     chan string
	isKnown bool
}

var playgroundURL = regexp.MustCompile(`"playground":"([^"]*)/playground"`)

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if found := playgroundURL.FindSubmatch(l.text.Bytes()); found != nil && !l.isKnown {
		l.isKnown = true
		l.url <- string(found[1])
	}
	return len(p), nil
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// loadDemo loads the people to play with.
func loadDemo(t *testing.T, data string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, "demo", "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("minidock demo: %v\n%s", err, out)
	}
}

// newClient is a browser's part of HTTP: it keeps cookies.
func newClient(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 2 * patience}
}

// ask sends a GraphQL request and decodes the data of its answer, which must have no errors.
func ask[T any](t *testing.T, client *http.Client, url, query string, variables map[string]any) T {
	t.Helper()
	response, err := client.Post(url+"/graphql", "application/json", bytes.NewReader(body(t, query, variables)))
	if err != nil {
		t.Fatal(err)
	}
	return answer[T](t, response)
}

func body(t *testing.T, query string, variables map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func answer[T any](t *testing.T, response *http.Response) T {
	t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Data   T
		Errors []any
	}
	if err := json.Unmarshal(text, &got); err != nil || response.StatusCode != http.StatusOK || len(got.Errors) > 0 {
		t.Fatalf("HTTP %d, %v: %s", response.StatusCode, err, text)
	}
	return got.Data
}

// status asks over a connection of its own; 0 stands for no answer.
func status(url string) int {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	response, err := client.Get(url)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

func waitUntil(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !reached() {
		if time.Now().After(deadline) {
			t.Fatalf("not %s after %s", what, patience)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// missing skips the test, or fails it where everything has to be installed.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
