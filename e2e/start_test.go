//go:build e2e

package e2e_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What the program may take to start and to run.
const (
	// startLimit is how many times as long as the program takes to print its help it may take to give its first answer.
	startLimit   = 8
	restLimit    = 40_000_000 / 1024 // kB as /proc counts them
	memoryLimit  = 60_000_000 / 1024
	startsToTake = 5
)

// TestStart measures, so it does not run beside other tests.
func TestStart(t *testing.T) {
	t.Run("answers soon", answersSoon)
	t.Run("needs little memory", needsLittleMemory)
	t.Run("leaves the collector to the environment", leavesTheCollectorToTheEnvironment)
	t.Run("makes the data folder", makesTheDataFolder)
	t.Run("obeys the environment", obeysTheEnvironment)
	t.Run("loads no demo unasked", loadsNoDemoUnasked)
	t.Run("welcomes in a terminal", welcomesInATerminal)
	t.Run("creates nothing on a busy port", createsNothingOnABusyPort)
	t.Run("takes former names", takesFormerNames)
	t.Run("says its version", saysItsVersion)
}

func answersSoon(t *testing.T) {
	data := t.TempDir()
	start(t, data).stop(t)
	var took, help []time.Duration
	for range startsToTake {
		began := time.Now()
		if out, err := exec.CommandContext(t.Context(), program, "--help").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		help = append(help, time.Since(began))
		addr := freeAddr(t)
		began = time.Now()
		s := launch(t, []string{"--addr", addr, "--data", data}, nil)
		waitUntil(t, "answering", func() bool { return status("http://"+addr+"/healthz") == http.StatusOK })
		took = append(took, time.Since(began))
		s.stop(t)
	}
	t.Logf("first answers after %v, help after %v", took, help)
	if best, least := slices.Min(took), slices.Min(help); best > startLimit*least {
		t.Errorf("the soonest of %d first answers came after %s, help after %s", startsToTake, best, least)
	}
}

func needsLittleMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("resident memory is read from /proc")
	}
	data := t.TempDir()
	loadDemo(t, data)
	s := start(t, data)
	rest := resident(t, s.process.Process.Pid)
	client := newClient(t)
	for range 20 {
		if got := status(s.URL + "/playground"); got != http.StatusOK {
			t.Fatalf("/playground answers %d", got)
		}
		ask[any](t, client, s.URL, `{ launchTargets { name fieldRules { hint } } industries(search: "restaur") { nodes { code name } } }`, nil)
	}
	idle := resident(t, s.process.Process.Pid)
	if got := signIn(t, client, s.URL); len(got) != 0 {
		t.Fatalf("the demo's owner cannot sign in: %v", got)
	}
	signedIn := resident(t, s.process.Process.Pid)
	t.Logf("resident: %d kB at rest, %d kB after reading, %d kB after signing in", rest, idle, signedIn)
	if rest > restLimit {
		t.Errorf("%d kB resident at rest, want at most %d", rest, restLimit)
	}
	if idle > memoryLimit {
		t.Errorf("%d kB resident, want at most %d", idle, memoryLimit)
	}
}

func leavesTheCollectorToTheEnvironment(t *testing.T) {
	for _, c := range []struct{ env, percent, limit string }{
		{"", "400", "5.0331648e+07"},
		{"GOGC=50", "50", "5.0331648e+07"},
		{"GOMEMLIMIT=70MiB", "400", "7.340032e+07"},
	} {
		admin := freeAddr(t)
		s := startWith(t, []string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--admin-addr", admin}, []string{c.env})
		metrics := download(t, "http://"+admin+"/metrics")
		for _, want := range []string{"go_gc_gogc_percent " + c.percent, "go_gc_gomemlimit_bytes " + c.limit} {
			if !strings.Contains(metrics, "\n"+want+"\n") {
				t.Errorf("with %q the metrics do not contain %q", c.env, want)
			}
		}
		s.stop(t)
	}
}

func download(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func makesTheDataFolder(t *testing.T) {
	data := filepath.Join(t.TempDir(), "not", "yet")
	start(t, data)
	if entries, err := os.ReadDir(data); err != nil || len(entries) == 0 {
		t.Errorf("nothing in the data folder: %v, %v", entries, err)
	}
}

func obeysTheEnvironment(t *testing.T) {
	data, addr := filepath.Join(t.TempDir(), "data"), freeAddr(t)
	s := startWith(t, []string{"serve"}, []string{"MINIDOCK_ADDR=" + addr, "MINIDOCK_DATA=" + data})
	if want := "http://" + addr; s.URL != want {
		t.Errorf("serves at %s, want %s", s.URL, want)
	}
	if entries, err := os.ReadDir(data); err != nil || len(entries) == 0 {
		t.Errorf("nothing in the data folder: %v, %v", entries, err)
	}
	if entries, err := os.ReadDir(s.process.Dir); err != nil || len(entries) != 0 {
		t.Errorf("left something where it was started: %v, %v", entries, err)
	}
}

func loadsNoDemoUnasked(t *testing.T) {
	data := t.TempDir()
	s := start(t, data)
	if got := signIn(t, newClient(t), s.URL); !slices.Equal(got, []string{"INVALID_CREDENTIALS"}) {
		t.Errorf("signing in as the demo's owner gives %v, want INVALID_CREDENTIALS", got)
	}
	if hint := "minidock demo load --data " + data; !strings.Contains(s.log.String(), hint) {
		t.Errorf("the log does not contain %q", hint)
	}
}

// welcomesInATerminal runs the program in a terminal of its own, which script makes.
func welcomesInATerminal(t *testing.T) {
	if _, err := exec.LookPath("script"); err != nil {
		missing(t, "script is not installed: %v", err)
	}
	data, addr := t.TempDir(), freeAddr(t)
	shown := &logBook{url: make(chan string, 1)}
	command := exec.CommandContext(t.Context(), "script", "-qefc", "exec "+program+" --addr "+addr+" --data "+data, os.DevNull)
	command.Env, command.Stdout = withoutSettings(os.Environ()), shown
	input, err := command.StdinPipe() // the terminal lasts until the input ends
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "ready", func() bool { return status("http://"+addr+"/readyz") == http.StatusOK })
	if _, err := input.Write([]byte{'C' - '@'}); err != nil { // Ctrl-C
		t.Error(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("%v:\n%s", err, shown)
	}
	for _, want := range []string{"http://" + addr + "\r\n", "http://" + addr + "/playground", data + " (SQLite)", filepath.Join(data, "mail"), "minidock demo load", "minidock  "} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("the terminal does not show %q:\n%s", want, shown)
		}
	}
	if strings.Contains(shown.String(), "msg=serving") {
		t.Errorf("the terminal shows it twice:\n%s", shown)
	}
}

func createsNothingOnABusyPort(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	data := filepath.Join(t.TempDir(), "data")
	failsToStart(t, data, "another program uses "+busy.Addr().String(), "--addr", busy.Addr().String())
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder was made")
	}
}

func takesFormerNames(t *testing.T) {
	const network = "127.0.0.1/32"
	for _, how := range []struct{ args, env []string }{
		{[]string{"--trusted-proxies", network}, nil}, {nil, []string{"MINIDOCK_TRUSTED_PROXIES=" + network}},
		{[]string{"--trusted-proxy", network}, nil}, {nil, []string{"MINIDOCK_TRUSTED_PROXY=" + network, "MINIDOCK_REQUEST_LIMIT="}},
		{nil, []string{"MINIDOCK_LIMIT=query-depth=3;query-aliases=4,query-tokens=500"}},
	} {
		startWith(t, append([]string{"--addr", "127.0.0.1:0", "--data", t.TempDir()}, how.args...), how.env).stop(t)
	}
}

func saysItsVersion(t *testing.T) {
	for _, argument := range []string{"version", "--version"} {
		out, err := exec.CommandContext(t.Context(), program, argument).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "minidock  ") || !strings.Contains(string(out), runtime.Version()) || !strings.Contains(string(out), "sqlite    3.") {
			t.Errorf("%s: %v: %s", argument, err, out)
		}
	}
}

// signIn signs in as the demo's owner and returns the codes of the user errors.
func signIn(t *testing.T, client *http.Client, url string) []string {
	t.Helper()
	got := ask[struct {
		SignIn struct{ UserErrors []struct{ Code string } }
	}](t, client, url, `mutation { signIn(input: {email: "owner@demo.example", password: "demo-password-1"}) { userErrors { code } } }`, nil)
	var codes []string
	for _, userError := range got.SignIn.UserErrors {
		codes = append(codes, userError.Code)
	}
	return codes
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

var residentLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// resident returns the memory of a process in kB.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	found := residentLine.FindSubmatch(text)
	if found == nil {
		t.Fatalf("no VmRSS in\n%s", text)
	}
	kB, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kB
}
