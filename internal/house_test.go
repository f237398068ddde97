// Package internal_test checks the house as a whole.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms lists the packages from the top of the house to its bottom. A package may import those in rooms below its own,
// and none beside it or above.
var rooms = [][]string{
	{""},
	{"internal/apitest"},
	{"internal/pgtest", "internal/hostile"},
	{"internal/web", "internal/demo"},
	{"graph", "internal/playground"},
	{"graph/model"},
	// The areas: each may import those after it.
	{"internal/miniprogram"},
	{"internal/workspace"},
	{"internal/account"},
	{"internal/session"},
	{"internal/outbox"},
	{"internal/operation"},
	{"internal/audit"},
	{"internal/access"},
	{"internal/idempotency", "internal/throttle"},
	{"internal/launchtarget", "internal/industry", "internal/picture", "internal/page"},
	{"internal/id", "internal/token", "internal/blob", "internal/mail", "internal/store", "internal/requestid", "internal/caller"},
	{"internal/email"},
	{"internal/fault"},
	{"internal/limit", "internal/locale", "internal/text"},
	{"ent"},
	{"internal/siblings"},
}

// tools generate code and are no part of the program.
var tools = []string{"graph/generate"}

// kept says which packages alone may import what is named first: the edge keeps to the edge.
var kept = map[string][]string{
	"github.com/99designs/gqlgen": {"graph", "graph/model"},
	"github.com/vektah/gqlparser": {"graph", "graph/model", "internal/apitest"},
	"github.com/alexedwards/scs":  {"internal/web"},
	"github.com/coder/websocket":  {"graph"},
	"net/http":                    {"", "internal/web", "internal/playground", "graph", "internal/apitest", "internal/picture"},
	"entgo.io/ent/dialect":        {"internal/store", "ent"},
	"database/sql":                {"internal/store", "ent"},
	"github.com/mattn/go-sqlite3": {"internal/store"},
	"ariga.io/atlas":              {"internal/store"},
	"github.com/wneessen/go-mail": {"internal/mail"},
	"github.com/alecthomas/kong":  {""},
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
