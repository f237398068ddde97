// Package internal_test checks the house as a whole.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rooms lists the packages from the top of the house to its bottom. A package may import those in rooms below its own,
// and none beside it or above.
var rooms = [][]string{
	{"", "bench"},
	{"bench/limit"},
	{"internal/apitest"},
	{"internal/pgtest", "internal/hostile", "internal/bundle/bundletest"},
	{"internal/app"},
	{"internal/web", "internal/demo", "internal/remote"},
	{"graph", "internal/playground", "internal/mailpage", "internal/gqlhttp", "internal/metrics"},
	{"graph/model"},
	// The areas: each may import those after it.
	{"internal/version"},
	{"internal/miniprogram"},
	{"internal/workspace"},
	{"internal/apitoken"},
	{"internal/account"},
	{"internal/session"},
	{"internal/outbox"},
	{"internal/operation"},
	{"internal/event"},
	{"internal/access"},
	{"internal/idempotency", "internal/throttle", "internal/job"},
	{"internal/launchtarget", "internal/industry", "internal/picture", "internal/bundle", "internal/page"},
	{"internal/id", "internal/token", "internal/secret", "internal/blob", "internal/mail", "internal/store", "internal/request", "internal/watch"},
	{"internal/email", "internal/coercion"},
	{"internal/fault"},
	{"internal/limit", "internal/locale", "internal/text", "internal/asset", "internal/moment", "internal/pack"},
	{"ent"},
	{"internal/siblings"},
}

// tools generate code and are no part of the program.
var tools = []string{"graph/generate", "internal/account/generate"}

// kept says which packages alone may import what is named first: the edge keeps to the edge.
var kept = map[string][]string{
	"github.com/99designs/gqlgen": {"graph", "graph/model", "internal/gqlhttp", "internal/coercion"},
	"github.com/vektah/gqlparser": {"graph", "graph/model", "internal/gqlhttp", "internal/coercion", "internal/apitest"},
	"github.com/alexedwards/scs":  {"internal/web"},
	"github.com/coder/websocket":  {"internal/gqlhttp", "internal/apitest"},
	"net/http":                    {"internal/app", "internal/web", "internal/playground", "internal/mailpage", "internal/asset", "internal/gqlhttp", "internal/metrics", "internal/apitest", "internal/picture", "internal/remote", "bench"},
	"entgo.io/ent/dialect":        {"internal/store", "ent"},
	"database/sql":                {"internal/store", "ent", "internal/apitest", "bench/limit"},
	"github.com/mattn/go-sqlite3": {"internal/store", "bench/limit"},
	"github.com/jackc/pgx":        {"internal/store", "internal/pgtest", "internal/apitest", "bench", "bench/limit"},
	"ariga.io/atlas":              {"internal/store"},
	"github.com/wneessen/go-mail": {"internal/mail"},
	"github.com/alecthomas/kong":  {""},
}

// outside says what is written elsewhere than in operation.Run, and why.
var outside = map[string]string{
	"internal/operation/run.go":           "the transaction of every change",
	"internal/account/attempt.go":         "addresses that an account is known from survive a refusal",
	"internal/account/challenge.go":       "a sign-in that waits for a code survives its refusal",
	"internal/account/mail.go":            "a token is made when its mail is sent",
	"internal/account/secret.go":          "secrets of before are sealed when the program starts",
	"internal/workspace/mail.go":          "a token is made when its mail is sent",
	"internal/account/token.go":           "a sweep",
	"internal/idempotency/idempotency.go": "a sweep",
	"internal/session/session.go":         "the use of a session, and a sweep",
	"internal/apitoken/credential.go":     "the use of a token",
	"internal/throttle/throttle.go":       "tries survive a refusal",
	"internal/job/run.go":                 "jobs that begin",
	"internal/job/try.go":                 "jobs that end",
	"internal/job/record.go":              "jobs that end without a result",
	"internal/demo/demo.go":               "people to play with have roles that nobody gives",
}

// writes matches what begins a transaction, or writes without one.
var writes = regexp.MustCompile(`store\.Tx\(|[cC]lient\.[A-Z]\w+\.(Create|CreateBulk|Update|UpdateOne|UpdateOneID|Delete|DeleteOne|DeleteOneID)\(`)

func TestEveryChangeGoesThroughAnOperation(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for name, text := range sources(t) {
		if writes.MatchString(text) && !strings.HasPrefix(name, "internal/apitest/") {
			found[name] = true
		}
	}
	for name := range found {
		if outside[name] == "" {
			t.Errorf("%s writes past operation.Run", name)
		}
	}
	for name := range outside {
		if !found[name] {
			t.Errorf("%s writes nothing", name)
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := roomOf(p.ImportPath)
		if from < 0 {
			t.Errorf("%s has no room: give it one", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if to := roomOf(imported); isOurs(imported) && to <= from && !bothIn(p.ImportPath, imported, "ent") {
				t.Errorf("%s imports %s, which does not stand below it", p.ImportPath, imported)
			}
		}
	}
}

func TestLibrariesKeepToTheirRooms(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for library, allowed := range kept {
				if !within(imported, library) || slices.Contains(allowed, name(p.ImportPath)) || slices.Contains(allowed, top(p.ImportPath)) {
					continue
				}
				t.Errorf("%s imports %s, which is kept to %q", p.ImportPath, imported, allowed)
			}
		}
	}
}

// unlinked are packages for those who change minidock: the program would be larger with them, and take longer to build and to start.
var unlinked = []string{
	"entgo.io/ent/dialect/sql/schema", "entgo.io/ent/entc", "github.com/99designs/gqlgen/api", "github.com/hashicorp/hcl", "github.com/trustelem/zxcvbn",
	"golang.org/x/tools", "testing",
}

func TestTheProgramIsNotLinkedWithTools(t *testing.T) {
	t.Parallel()
	command := exec.Command("go", "list", "-deps", ".")
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, linked := range strings.Fields(string(output)) {
		for _, tool := range unlinked {
			if within(linked, tool) {
				t.Errorf("the program is linked with %s", linked)
			}
		}
	}
}

// vague are names that say nothing about what a package holds.
var vague = []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "base", "shared"}

func TestPackagesAreNamedForWhatTheyHold(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if last := path.Base(p.ImportPath); slices.Contains(vague, last) {
			t.Errorf("%s: %q says nothing about what it holds", p.ImportPath, last)
		}
	}
}

// environment matches what reads the environment, which the command line's parser does for all settings.
var environment = regexp.MustCompile(`os\.(Getenv|LookupEnv|Environ|ExpandEnv)\(`)

func TestTheEnvironmentIsReadByTheCommandLine(t *testing.T) {
	t.Parallel()
	for name, text := range sources(t) {
		if environment.MatchString(text) && !strings.HasPrefix(name, "internal/pgtest/") && !strings.HasPrefix(name, "internal/apitest/") {
			t.Errorf("%s reads the environment", name)
		}
	}
}

// sources returns the texts of the hand-written Go files in graph/ and internal/ that are no tests, by their paths.
func sources(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, folder := range []string{"../graph", "."} {
		err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(file)
			texts[strings.TrimPrefix(filepath.ToSlash(filepath.Join("internal", file)), "internal/../")] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.Imports) > 0 && !slices.Contains(tools, name(p.ImportPath)) {
			all = append(all, p)
		}
	}
}

func roomOf(importPath string) int {
	return slices.IndexFunc(rooms, func(room []string) bool {
		return slices.Contains(room, name(importPath)) || slices.Contains(room, top(importPath)) && top(importPath) == "ent"
	})
}

func isOurs(importPath string) bool { return within(importPath, "minidock") }

// name is a package's path in the house; the program itself has none.
func name(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, "minidock"), "/")
}

func top(importPath string) string {
	first, _, _ := strings.Cut(name(importPath), "/")
	return first
}

func within(importPath, parent string) bool {
	return importPath == parent || strings.HasPrefix(importPath, parent+"/")
}

func bothIn(a, b, room string) bool { return top(a) == room && top(b) == room }
