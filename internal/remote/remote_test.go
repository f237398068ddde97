package remote_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"minidock/internal/remote"
)

const (
	token     = "mdk_a-token"
	made      = `{"data": {"uploadVersion": {"version": {"id": "v_1", "number": "1.0.0", "status": "CHECKING"}, "userErrors": []}}}`
	isMade    = "Version 1.0.0 is CHECKING\n"
	fiveTries = 5
)

// received is a request as it arrived.
type received struct {
	header     http.Header
	length     int64
	parts      []string
	operations struct {
		Query     string
		Variables struct {
			Input map[string]any
			After *string
		}
	}
	fileMap string
	file    []byte
}

// peer is a server that speaks as much of the protocol as a test needs.
type peer struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
}

// serve answers each request as respond says, which is given how many came before it.
func serve(t *testing.T, respond func(w http.ResponseWriter, n int)) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := receive(t, r)
		p.mu.Lock()
		n := len(p.got)
		p.got = append(p.got, one)
		p.mu.Unlock()
		respond(w, n)
	}))
	t.Cleanup(p.Close)
	return p
}

// receive reads a request to its end.
func receive(t *testing.T, r *http.Request) received {
	t.Helper()
	one := received{header: r.Header, length: r.ContentLength}
	if r.Header.Get("Content-Type") == "application/json" {
		if err := json.NewDecoder(r.Body).Decode(&one.operations); err != nil {
			t.Errorf("no JSON: %v", err)
		}
		return one
	}
	form, err := r.MultipartReader()
	if err != nil {
		t.Errorf("no form: %v", err)
		return one
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return one
		} else if err != nil {
			t.Errorf("the form breaks: %v", err)
			return one
		}
		content, err := io.ReadAll(part)
		one.parts = append(one.parts, part.FormName())
		switch part.FormName() {
		case "operations":
			err = errors.Join(err, json.Unmarshal(content, &one.operations))
		case "map":
			one.fileMap = string(content)
		default:
			one.file = content
		}
		if err != nil {
			t.Errorf("%s: %v", part.FormName(), err)
		}
	}
}

// outcome is what a command left behind.
type outcome struct {
	err            error
	stdout, stderr string
}

// run runs a command against the server, with pauses that are too short to notice.
func run(t *testing.T, s remote.Server, command func(context.Context, remote.Server) error) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s.Token, s.MiniProgram, s.Stdout, s.Stderr, s.Pause = token, "mp_1", &stdout, &stderr, 1
	err := command(t.Context(), s)
	return outcome{err: err, stdout: stdout.String(), stderr: stderr.String()}
}

// upload uploads a folder and does not wait for the checks.
func upload(t *testing.T, s remote.Server) outcome {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "app.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return run(t, s, func(ctx context.Context, s remote.Server) error {
		return remote.Upload(ctx, s, remote.Version{Path: folder})
	})
}

// exitCode is what the program ends with.
func (o outcome) exitCode() int {
	var coded interface{ ExitCode() int }
	switch {
	case o.err == nil:
		return 0
	case errors.Is(o.err, remote.ErrRefused):
		return 1
	case errors.As(o.err, &coded):
		return coded.ExitCode()
	}
	return -1
}

func answerWith(body string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) { _, _ = io.WriteString(w, body) }
}

func TestAPackageIsSentAsTheSpecificationOfMultipartRequestsSays(t *testing.T) {
	t.Parallel()
	p := serve(t, answerWith(made))
	content := make([]byte, 3<<20)
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	zip := filepath.Join(t.TempDir(), "dist.zip")
	if err := os.WriteFile(zip, content, 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, remote.Server{URL: p.URL + "/"}, func(ctx context.Context, s remote.Server) error {
		return remote.Upload(ctx, s, remote.Version{Path: zip, Number: "1.2.3", Notes: "新\n版", MinimumHostVersion: "10.2", ReplaceOldest: true})
	})
	if got.exitCode() != 0 || got.stdout != isMade || len(p.got) != 1 {
		t.Fatalf("%+v, %d requests", got, len(p.got))
	}
	sent := p.got[0]
	if !slices.Equal(sent.parts, []string{"operations", "map", "0"}) || sent.fileMap != `{"0":["variables.input.source.package"]}` || !bytes.Equal(sent.file, content) {
		t.Errorf("the parts are %q, map is %s, the file has %d bytes", sent.parts, sent.fileMap, len(sent.file))
	}
	if sent.length < int64(len(content)) || sent.header.Get("Authorization") != "Bearer "+token {
		t.Errorf("Content-Length %d, Authorization %q", sent.length, sent.header.Get("Authorization"))
	}
	input := sent.operations.Variables.Input
	key, _ := input["idempotencyKey"].(string)
	delete(input, "idempotencyKey")
	want := map[string]any{
		"miniProgramId": "mp_1", "source": map[string]any{"package": nil}, "number": "1.2.3", "notes": "新\n版", "minimumHostVersion": "10.2", "replaceOldest": true,
	}
	if fmt.Sprint(input) != fmt.Sprint(want) || len(key) < 16 {
		t.Errorf("the input is %v with the key %q, want %v", input, key, want)
	}
}

func TestWhatIsTemporaryIsTriedAgainWithTheSameKey(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(http.ResponseWriter){
		"502 of a proxy":    func(w http.ResponseWriter) { http.Error(w, "<html>Bad Gateway</html>", http.StatusBadGateway) },
		"504 of a proxy":    func(w http.ResponseWriter) { w.WriteHeader(http.StatusGatewayTimeout) },
		"UNAVAILABLE":       func(w http.ResponseWriter) { refuse(w, http.StatusServiceUnavailable, "UNAVAILABLE", 0) },
		"TIMEOUT":           func(w http.ResponseWriter) { refuse(w, http.StatusServiceUnavailable, "TIMEOUT", 0) },
		"RATE_LIMITED":      func(w http.ResponseWriter) { refuse(w, http.StatusTooManyRequests, "RATE_LIMITED", 0) },
		"broken connection": hangUp,
		"broken answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, made[:20])
		},
	} {
		p := serve(t, func(w http.ResponseWriter, n int) {
			if n < 2 {
				fail(w)
				return
			}
			_, _ = io.WriteString(w, made)
		})
		got := upload(t, remote.Server{URL: p.URL})
		if got.exitCode() != 0 || got.stdout != isMade || strings.Count(got.stderr, "; trying again\n") != 2 || len(p.got) != 3 {
			t.Errorf("%s: %+v, %d requests", name, got, len(p.got))
			continue
		}
		for _, again := range p.got[1:] {
			first := p.got[0]
			if again.operations.Variables.Input["idempotencyKey"] != first.operations.Variables.Input["idempotencyKey"] || !bytes.Equal(again.file, first.file) {
				t.Errorf("%s: the second request differs from the first", name)
			}
		}
	}
}

func TestEachRunHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	p := serve(t, answerWith(made))
	upload(t, remote.Server{URL: p.URL})
	upload(t, remote.Server{URL: p.URL})
	if a, b := p.got[0].operations.Variables.Input["idempotencyKey"], p.got[1].operations.Variables.Input["idempotencyKey"]; a == b {
		t.Errorf("two runs have the key %q", a)
	}
}

func TestAServerThatCannotBeReached(t *testing.T) {
	t.Parallel()
	forever, end := context.WithCancel(context.Background())
	withTLS := httptest.NewUnstartedServer(http.NotFoundHandler())
	withTLS.Config.ErrorLog = log.New(io.Discard, "", 0)
	withTLS.StartTLS()
	t.Cleanup(withTLS.Close)
	cases := map[string]struct {
		server remote.Server
		says   string
		tries  int
	}{
		"nothing listens":      {remote.Server{URL: "http://" + freeAddr(t)}, "connection refused", fiveTries},
		"no such host":         {remote.Server{URL: "http://minidock.invalid"}, "minidock.invalid", 0},
		"unknown certificate":  {remote.Server{URL: withTLS.URL}, "certificate", 1},
		"no TLS":               {remote.Server{URL: strings.Replace(serve(t, answerWith(made)).URL, "http:", "https:", 1)}, "HTTP response to HTTPS client", 1},
		"always 503":           {remote.Server{URL: serve(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(503) }).URL}, "with status 503", fiveTries},
		"always broken":        {remote.Server{URL: serve(t, func(w http.ResponseWriter, _ int) { hangUp(w) }).URL}, "EOF", fiveTries},
		"no answer":            {remote.Server{URL: serve(t, func(http.ResponseWriter, int) { <-forever.Done() }).URL, FilePatience: 10 * time.Millisecond}, "does not answer", fiveTries},
		"a page":               {remote.Server{URL: serve(t, answerWith("<html>Welcome</html>")).URL}, "does not answer as a minidock does, with status 200", 1},
		"other JSON":           {remote.Server{URL: serve(t, answerWith(`{"status": "ok"}`)).URL}, "does not answer as a minidock does", 1},
		"not found":            {remote.Server{URL: serve(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(404) }).URL}, "with status 404", 1},
		"an internal error":    {remote.Server{URL: serve(t, func(w http.ResponseWriter, _ int) { refuse(w, 200, "INTERNAL_SERVER_ERROR", 0) }).URL}, "Refused: INTERNAL_SERVER_ERROR.", 1},
		"too long to wait for": {remote.Server{URL: serve(t, func(w http.ResponseWriter, _ int) { refuse(w, 429, "RATE_LIMITED", 3600) }).URL}, "Refused: RATE_LIMITED.", 1},
	}
	t.Cleanup(end) // before the servers are closed
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := upload(t, c.server)
			if got.exitCode() != 3 || !strings.Contains(got.err.Error(), c.says) || got.stdout != "" {
				t.Errorf("exit code %d, %v, printed %q", got.exitCode(), got.err, got.stdout)
			}
			if again := strings.Count(got.stderr, "; trying again\n"); c.tries > 0 && again != c.tries-1 {
				t.Errorf("tried again %d times, want %d", again, c.tries-1)
			}
			if strings.Contains(got.err.Error()+got.stderr, token) {
				t.Error("the token is shown")
			}
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	other := serve(t, answerWith(made))
	p := serve(t, func(w http.ResponseWriter, _ int) {
		w.Header().Set("Location", other.URL+"/graphql")
		w.WriteHeader(http.StatusPermanentRedirect)
	})
	got := upload(t, remote.Server{URL: p.URL})
	if got.exitCode() != 3 || !strings.Contains(got.err.Error(), other.URL) || len(other.got) != 0 {
		t.Errorf("exit code %d, %v, %d requests at the other server", got.exitCode(), got.err, len(other.got))
	}
}

func TestJSONIsPrintedWhateverHappens(t *testing.T) {
	t.Parallel()
	unauthenticated := func(w http.ResponseWriter, _ int) { refuse(w, http.StatusUnauthorized, "UNAUTHENTICATED", 0) }
	for name, c := range map[string]struct {
		url  string
		want string
		exit int
	}{
		"uploaded":    {serve(t, answerWith(made)).URL, `{"version":{"id":"v_1","number":"1.0.0","status":"CHECKING"},"problems":[]}`, 0},
		"a bad token": {serve(t, unauthenticated).URL, `{"version":null,"problems":[{"code":"UNAUTHENTICATED","file":null,"line":null,"message":"Refused: UNAUTHENTICATED."}]}`, 1},
		"refused": {serve(t, answerWith(`{"data": {"uploadVersion": {"version": null, "userErrors": [
			{"code": "SYMLINK", "message": "No <links>.", "messageParams": [{"name": "file", "value": "a b@2x.js"}]},
			{"code": "VERSION_EXISTS", "message": "Taken.", "messageParams": [{"name": "highest", "value": "1.0.0"}]},
			{"code": "BROKEN_JSON", "message": "Broken.", "messageParams": [{"name": "file", "value": "app.json"}, {"name": "line", "value": "3"}]}]}}}`)).URL,
			`{"version":null,"problems":[{"code":"SYMLINK","file":"a b@2x.js","line":null,"message":"No <links>."},` +
				`{"code":"VERSION_EXISTS","file":null,"line":null,"message":"Taken."},{"code":"BROKEN_JSON","file":"app.json","line":3,"message":"Broken."}]}`, 1},
		"not reached": {serve(t, answerWith("")).URL, `{"version":null,"problems":[{"code":"UNREACHABLE","file":null,"line":null,"message":"URL/graphql does not answer as a minidock does, with status 200"}]}`, 3},
	} {
		got := upload(t, remote.Server{URL: c.url, JSON: true})
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(got.stdout)); err != nil {
			t.Errorf("%s: printed %q", name, got.stdout)
		}
		if want := strings.ReplaceAll(c.want, "URL", c.url); compact.String() != want || got.exitCode() != c.exit {
			t.Errorf("%s: exit code %d, printed\n%s, want\n%s", name, got.exitCode(), compact.String(), want)
		}
	}
}

func TestChecksAreWaitedForAndTheirProblemsPrinted(t *testing.T) {
	t.Parallel()
	const failed = `{"data": {"version": {"id": "v_1", "number": "1.0.0", "status": "FAILED",
		"warnings": [{"code": "DEBUG_ON", "message": "Debug is on.", "messageParams": [{"name": "file", "value": "app.json"}]}],
		"task": {"progress": 100, "log": [
			{"level": "INFO", "code": null, "file": null, "line": null, "message": "Read 3 files."},
			{"level": "WARNING", "code": "DEBUG_ON", "file": "app.json", "line": null, "message": "Debug is on."},
			{"level": "ERROR", "code": "BROKEN_JSON", "file": "pages/a.json", "line": 7, "message": "Broken."},
			{"level": "ERROR", "code": "MISSING_PAGE", "file": "\u001b[2Japp.json", "line": null, "message": "Two\nlines."}]}}}}`
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "app.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, asJSON := range []bool{false, true} {
		p := serve(t, func(w http.ResponseWriter, n int) { _, _ = io.WriteString(w, []string{made, failed}[n]) })
		got := run(t, remote.Server{URL: p.URL, JSON: asJSON, IsTerminal: true}, func(ctx context.Context, s remote.Server) error {
			return remote.Upload(ctx, s, remote.Version{Path: folder, Wait: true})
		})
		want := "app.json: warning: Debug is on.\npages/a.json:7: Broken.\n\ufffd[2Japp.json: Two\ufffdlines.\nVersion 1.0.0 is FAILED: 2 problems, 1 warning\n"
		if asJSON {
			want = "  \"version\": {\n    \"id\": \"v_1\",\n    \"number\": \"1.0.0\",\n    \"status\": \"FAILED\"\n  },\n"
		}
		if got.exitCode() != 1 || !strings.Contains(got.stdout, want) || asJSON && !json.Valid([]byte(got.stdout)) || !asJSON && got.stdout != want {
			t.Errorf("exit code %d, printed\n%s", got.exitCode(), got.stdout)
		}
		if strings.Contains(got.stderr, "warning: app.json: Debug is on.") != asJSON || !strings.Contains(got.stderr, "Uploading [##############################] 100 %") {
			t.Errorf("showed %q", got.stderr)
		}
	}
}

func TestARefusalBeforeTheFileIsReadIsUnderstood(t *testing.T) {
	t.Parallel()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE", 0)
	}))
	t.Cleanup(refusing.Close)
	zip := filepath.Join(t.TempDir(), "dist.zip")
	if err := os.WriteFile(zip, make([]byte, 12<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, remote.Server{URL: refusing.URL, JSON: true}, func(ctx context.Context, s remote.Server) error {
		return remote.Upload(ctx, s, remote.Version{Path: zip})
	})
	if got.exitCode() != 1 || !strings.Contains(got.stdout, `"TOO_LARGE"`) || !strings.Contains(got.stdout, "The package has 12.0 MiB, which is more than the server receives.") {
		t.Errorf("exit code %d, printed %q", got.exitCode(), got.stdout)
	}
}

func TestWhatIsCalledWronglySendsNothing(t *testing.T) {
	t.Parallel()
	p := serve(t, answerWith(made))
	for name, c := range map[string]struct{ url, token, miniProgram, says string }{
		"no token":           {p.URL, "", "mp_1", "MINIDOCK_TOKEN"},
		"a line break in it": {p.URL, token + "\n", "mp_1", "is not a token"},
		"no scheme":          {"mini.example.com", token, "mp_1", "is not the address of a server"},
		"another scheme":     {"ftp://mini.example.com", token, "mp_1", "is not the address of a server"},
		"a name in it":       {"https://ann:secret@mini.example.com", token, "mp_1", "is not the address of a server"},
		"no mini program":    {p.URL, token, "", "MINIDOCK_MINI_PROGRAM"},
		"a blank for it":     {p.URL, token, " ", "MINIDOCK_MINI_PROGRAM"},
		"no folder":          {p.URL, token, "mp_1", "there is no such folder or zip"},
	} {
		var stdout, stderr bytes.Buffer
		s := remote.Server{URL: c.url, Token: c.token, MiniProgram: c.miniProgram, JSON: true, Stdout: &stdout, Stderr: &stderr}
		err := remote.Upload(t.Context(), s, remote.Version{Path: filepath.Join(t.TempDir(), "dist")})
		if got := (outcome{err: err}); got.exitCode() != 2 || !strings.Contains(err.Error(), c.says) || stdout.Len() > 0 || stderr.Len() > 0 {
			t.Errorf("%s: %d, %v, printed %q and %q", name, got.exitCode(), err, &stdout, &stderr)
		}
	}
	if len(p.got) != 0 {
		t.Errorf("%d requests were sent", len(p.got))
	}
}

func TestAnInterruptedCommandEnds(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	p := serve(t, func(w http.ResponseWriter, _ int) {
		interrupt()
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	got := run(t, remote.Server{URL: p.URL}, func(_ context.Context, s remote.Server) error {
		s.Pause = time.Hour
		return remote.Versions(ctx, s)
	})
	if got.exitCode() != 3 || got.err.Error() != "interrupted" || len(p.got) != 1 {
		t.Errorf("exit code %d, %v, %d requests", got.exitCode(), got.err, len(p.got))
	}
}

func TestAllPagesOfTheVersionsAreListed(t *testing.T) {
	t.Parallel()
	pages := []string{
		`{"data": {"miniProgram": {"versions": {"nodes": [{"id": "v_2", "number": "1.0.10", "status": "READY", "size": 1572864, "createdAt": "2026-03-04T05:06:07.000Z",
			"uploadedBy": {"displayName": "Ann"}, "uploadedWith": {"name": "CI"}}], "pageInfo": {"hasNextPage": true, "endCursor": "next"}}}}}`,
		`{"data": {"miniProgram": {"versions": {"nodes": [{"id": "v_1", "number": "1.0.9", "status": "FAILED", "size": 900, "createdAt": "2026-03-04T05:06:06.000Z",
			"uploadedBy": null, "uploadedWith": null}], "pageInfo": {"hasNextPage": false, "endCursor": "end"}}}}}`,
	}
	p := serve(t, func(w http.ResponseWriter, n int) { _, _ = io.WriteString(w, pages[n%2]) })
	got := run(t, remote.Server{URL: p.URL}, remote.Versions)
	want := "1.0.10  READY   1.5 MiB    2026-03-04 05:06:07  Ann, with the token CI\n1.0.9   FAILED  900 bytes  2026-03-04 05:06:06  somebody\n"
	if got.exitCode() != 0 || got.stdout != want {
		t.Errorf("exit code %d, printed\n%s", got.exitCode(), got.stdout)
	}
	if first, second := p.got[0].operations.Variables.After, p.got[1].operations.Variables.After; first != nil || second == nil || *second != "next" {
		t.Errorf("asked for the pages after %v and %v", first, second)
	}
	asJSON := run(t, remote.Server{URL: p.URL, JSON: true}, remote.Versions)
	var list struct{ Versions []map[string]any }
	if err := json.Unmarshal([]byte(asJSON.stdout), &list); err != nil || len(list.Versions) != 2 || list.Versions[0]["uploadedBy"] != "Ann" || list.Versions[1]["uploadedBy"] != nil {
		t.Errorf("%v: printed %s", err, asJSON.stdout)
	}
}

func TestAMiniProgramThatTheTokenDoesNotSee(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"by id":     `{"errors": [{"message": "There is none.", "extensions": {"code": "NOT_FOUND"}}], "data": {"miniProgram": null}}`,
		"by app id": `{"data": {"apiToken": {"workspace": {"miniPrograms": {"nodes": []}}}}}`,
	} {
		got := run(t, remote.Server{URL: serve(t, answerWith(body)).URL}, func(ctx context.Context, s remote.Server) error {
			if name == "by app id" {
				s.MiniProgram = "1234567890123456"
			}
			return remote.Versions(ctx, s)
		})
		if got.exitCode() != 1 || got.stdout != "" || !strings.Contains(got.stderr, "The token sees no mini program with the "+strings.TrimPrefix(name, "by ")) {
			t.Errorf("%s: exit code %d, printed %q and %q", name, got.exitCode(), got.stdout, got.stderr)
		}
	}
	refused := `{"errors": [{"message": "There is none.", "extensions": {"code": "NOT_FOUND"}}], "data": {"uploadVersion": null}}`
	if got := upload(t, remote.Server{URL: serve(t, answerWith(refused)).URL}); got.exitCode() != 1 || !strings.Contains(got.stdout, "The token sees no mini program with the id mp_1.") {
		t.Errorf("uploading: exit code %d, printed %q", got.exitCode(), got.stdout)
	}
}

// refuse answers with a refusal as the server does.
func refuse(w http.ResponseWriter, status int, code string, retryAfter int) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors": [{"message": "Refused: %s.", "extensions": {"code": %q, "retryAfter": %d}}]}`, code, code, retryAfter)
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}

// freeAddr returns an address that nothing listens on just now.
func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
