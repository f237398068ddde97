//go:build e2e

package e2e_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestHTTPAudit asks graphql-http whether the server speaks GraphQL over HTTP.
func TestHTTPAudit(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	nodeRun(t, "audit.js", start(t, t.TempDir()).URL)
}

// TestCoercion makes sure that what the server's variables and documents are compared with is what graphql-js makes of them.
func TestCoercion(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	nodeRun(t, "coercion.js", "--check")
}

// TestApolloJourney works with Apollo Client as a front end does.
func TestApolloJourney(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	data := t.TempDir()
	loadDemo(t, data)
	nodeRun(t, "apollo.js", start(t, data).URL, keep(t, string(logo(t))))
}

// TestApolloCache sends every mutation with Apollo Client, whose cache must show what the server answers then.
func TestApolloCache(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	data := t.TempDir()
	loadDemo(t, data)
	nodeRun(t, "apollocache.js", start(t, data).URL, filepath.Join(data, "mail"), keep(t, string(logo(t))))
}

// TestDocumentOfClients makes sure that the code in docs/clients.md is part of what the tests run.
func TestDocumentOfClients(t *testing.T) {
	t.Parallel()
	var tested strings.Builder
	for _, pattern := range []string{"apollo*.js", "apollo/*.js"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, path := range paths {
			tested.WriteString(read(t, path))
		}
	}
	blocks := regexp.MustCompile("(?ms)^```js\n(.*?)^```$").FindAllStringSubmatch(read(t, "../docs/clients.md"), -1)
	if len(blocks) == 0 {
		t.Error("docs/clients.md has no code")
	}
	for _, block := range blocks {
		if !strings.Contains(tested.String(), block[1]) {
			t.Errorf("no file of apollo has this:\n%s", block[1])
		}
	}
}

// TestPersistedQueries asks for persisted queries with Apollo Client and urql.
func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	nodeRun(t, "persisted.js", start(t, t.TempDir()).URL)
}

// TestStreams waits with graphql-ws and graphql-sse for sessions to end, and stops the server under them.
func TestStreams(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	data := t.TempDir()
	loadDemo(t, data)
	s := start(t, data)
	nodeRun(t, "streams.js", s.URL, strconv.Itoa(s.process.Process.Pid))
	s.stop(t)
}

// nodeRun runs a script, which fails by its exit code.
func nodeRun(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("node %v: %v\n%s", args, err, out)
	}
	t.Logf("%s", out)
}
