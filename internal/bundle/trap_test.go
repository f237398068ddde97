package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"minidock/internal/bundle/bundletest"
	"minidock/internal/limit"
)

func inspect(t *testing.T, content []byte) (*Package, []Problem) {
	t.Helper()
	p, found, err := Inspect(bytes.NewReader(content), int64(len(content)), limit.Default.Package)
	if err != nil {
		t.Fatal(err)
	}
	if (p == nil) != (len(found) > 0) {
		t.Errorf("a package %v with problems %v", p, found)
	}
	return p, found
}

// check returns the report of an upload that is accepted, and the problems and warnings that are found later.
func check(t *testing.T, content []byte) (*Report, []Problem) {
	t.Helper()
	p, found := inspect(t, content)
	if p == nil {
		t.Fatalf("refused at once: %+v", found)
	}
	report, found, err := p.Check(context.Background(), bundletest.AppID, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report, found
}

func TestEachTrapIsRefusedWithItsCode(t *testing.T) {
	t.Parallel()
	for _, trap := range bundletest.Traps() {
		t.Run(trap.Name, func(t *testing.T) {
			t.Parallel()
			p, found := inspect(t, trap.Zip)
			if wasAccepted := p != nil; wasAccepted != trap.IsFoundByReading {
				t.Fatalf("accepted: %t, %+v", wasAccepted, found)
			}
			if p != nil {
				_, found = check(t, trap.Zip)
			}
			if len(found) == 0 || string(found[0].Code) != trap.Code || found[0].File != trap.File || found[0].Severity() != Error {
				t.Fatalf("%+v, want %s of %q", found, trap.Code, trap.File)
			}
			checkShown(t, found)
		})
	}
}

// checkShown compares problems with what clients see of them, and with what is left of them after they were stored.
func checkShown(t *testing.T, found []Problem) {
	t.Helper()
	if len(found) > maxWarnings {
		t.Errorf("%d problems", len(found))
	}
	stored, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	var again []Problem
	if err := json.Unmarshal(stored, &again); err != nil {
		t.Fatal(err)
	}
	for i, problem := range found {
		for _, tag := range []language.Tag{language.English, language.SimplifiedChinese} {
			message := problem.UserError("source.package").Message(tag)
			if message == "" || strings.ContainsAny(message, "{}") && !strings.ContainsAny(problem.File, "{}") && problem.Code != "BROKEN_JSON" || len(message) > 2_000 {
				t.Errorf("%+v: %q", problem, message)
			}
			if stored := again[i].UserError("source.package").Message(tag); stored != message {
				t.Errorf("%q is %q when it was stored", message, stored)
			}
		}
		params := problem.UserError("").Params
		if problem.File != "" && (params[0].Name != "file" || !strings.HasSuffix(problem.File, strings.TrimPrefix(params[0].Value.(string), "…"))) {
			t.Errorf("%q is shown as %v", problem.File, params)
		}
	}
}

// Not beside other tests, whose memory would be measured too.
func TestTrapsTakeLittleMemory(t *testing.T) {
	for _, trap := range bundletest.Traps() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if p, _ := inspect(t, trap.Zip); p != nil {
			if _, _, err := p.Check(context.Background(), "", nil); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
			t.Errorf("%s: %d bytes", trap.Name, taken)
		}
	}
}

func TestEveryCodeHasATrap(t *testing.T) {
	t.Parallel()
	want := strings.Fields("BROKEN_JSON COMPILED_PACKAGE COMPRESSION_RATIO CORRUPT DUPLICATE_NAME ENCRYPTED INVALID_APP_JSON INVALID_NAME MINI_GAME MISSING_PAGE " +
		"NOT_A_ZIP NO_APP_JSON PATH_TRAVERSAL PLUGIN_PROJECT SOURCE_NOT_BUILT SYMLINK TOO_LARGE TOO_MANY_FILES WRONG_APP_ID")
	if got := bundletest.Codes(); !slices.Equal(got, want) {
		t.Errorf("traps for %q, want %q", got, want)
	}
}

func TestRefusalsShowWhatWasSent(t *testing.T) {
	t.Parallel()
	stated := func(root string) []byte {
		return bundletest.Zip(bundletest.With(bundletest.Project(), map[string]string{"mini.project.json": fmt.Sprintf(`{"miniprogramRoot": %q}`, root)}))
	}
	for _, test := range []struct {
		name    string
		content []byte
		shown   string
	}{
		{"a root above", stated("../dist"), "is ../dist, but"},
		{"an absolute root", stated("/srv/dist"), "is /srv/dist, but"},
		{"a root on a drive", stated(`C:\dist`), `is C:\dist, but`},
		{"nothing", nil, "it has no bytes"},
		{"another kind of file", []byte("PNG?"), "first bytes are 50 4E 47 3F."},
	} {
		_, found, err := Inspect(bytes.NewReader(test.content), int64(len(test.content)), limit.Default.Package)
		if err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", test.name, found, err)
			continue
		}
		if message := found[0].UserError("source.package").Message(language.English); !strings.Contains(message, test.shown) {
			t.Errorf("%s: %s", test.name, message)
		}
	}
}
