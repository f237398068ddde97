//go:build e2e

package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func TestSchemaLints(t *testing.T) {
	t.Parallel()
	npmRun(t, "lint")
}

func TestRelayCompiles(t *testing.T) {
	t.Parallel()
	npmRun(t, "relay")
}

// TestCodegen writes types for operations with graphql-codegen and compiles what uses them.
func TestCodegen(t *testing.T) {
	t.Parallel()
	npmRun(t, "codegen")
}

// TestSchemaChanges compares the schema with the one that landed last: what breaks clients must be named in the changelog.
func TestSchemaChanges(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	t.Run("of this tree", func(t *testing.T) {
		nodeRun(t, "schema/changes.js")
	})
	t.Run("a removed field", func(t *testing.T) {
		const breaking = "`Query.second` FIELD_REMOVED:"
		landed := keep(t, "type Query { first: Int second: Int }")
		changed := keep(t, "type Query { first: Int third: Int }")
		undocumented := keep(t, "## Not landed yet\n\n## Before\n\n- "+breaking+" another time\n")
		out, err := exec.CommandContext(t.Context(), "node", "schema/changes.js", landed, changed, undocumented).CombinedOutput()
		if err == nil || !strings.Contains(string(out), breaking) || strings.Contains(string(out), "`Query.third`") {
			t.Errorf("%v: want %s refused and no more in\n%s", err, breaking, out)
		}
		documented := keep(t, "# Changes\n\n## Not landed yet\n\n- "+breaking+" nobody used it\n\n## Before\n\n- All.\n")
		nodeRun(t, "schema/changes.js", "--land", landed, changed, documented)
		if got := read(t, landed); got != read(t, changed) {
			t.Errorf("kept %q", got)
		}
		today := regexp.MustCompile(`(?m)^## \d{4}-\d{2}-\d{2}$`)
		want := "# Changes\n\n## Not landed yet\n\n## today\n\n- " + breaking +
			" nobody used it\n- Field 'third' was added to object type 'Query'\n\n## Before\n\n- All.\n"
		if got := today.ReplaceAllString(read(t, documented), "## today"); got != want {
			t.Errorf("the changelog is\n%s\nwant\n%s", got, want)
		}
		nodeRun(t, "schema/changes.js", landed, changed, documented)
	})
}

// TestDeprecationsHaveADate makes sure that clients know how long what is deprecated still works.
func TestDeprecationsHaveADate(t *testing.T) {
	t.Parallel()
	if undated := undatedDeprecations(t, read(t, "../schema.graphqls")); len(undated) > 0 {
		t.Errorf("without a reason that ends with \"Removed after 2027-06-01.\": %v", undated)
	}
	const example = `
		directive @d(a: Int @deprecated(reason: "Use b. Removed after 2027-06-01."), b: Int @deprecated) on FIELD
		type T {
			good: Int @deprecated(reason: "Use best. Removed after 2027-06-01.")
			none: Int @deprecated
			undated(a: Int @deprecated(reason: "No longer used.")): Int @deprecated(reason: "Use best.")
			never: Int @deprecated(reason: "Use best. Removed after 2027-02-30.")
			best: Int
		}
		input I { i: Int @deprecated(reason: "Removed after 2027-06-01, or later.") }
		enum E { V @deprecated(reason: "") W }`
	got := undatedDeprecations(t, example)
	if want := []string{"@d.b", "E.V", "I.i", "T.never", "T.none", "T.undated", "T.undated.a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// undatedDeprecations names, in order, what is deprecated in a schema without the date of its removal.
func undatedDeprecations(t *testing.T, schema string) []string {
	t.Helper()
	document, err := parser.ParseSchema(&ast.Source{Input: schema})
	if err != nil {
		t.Fatal(err)
	}
	var undated []string
	judge := func(name string, directives ast.DirectiveList) {
		if directive := directives.ForName("deprecated"); directive != nil && !isDated(directive.Arguments.ForName("reason")) {
			undated = append(undated, name)
		}
	}
	arguments := func(of string, list ast.ArgumentDefinitionList) {
		for _, argument := range list {
			judge(of+"."+argument.Name, argument.Directives)
		}
	}
	for _, definition := range append(document.Definitions, document.Extensions...) {
		for _, field := range definition.Fields {
			judge(definition.Name+"."+field.Name, field.Directives)
			arguments(definition.Name+"."+field.Name, field.Arguments)
		}
		for _, value := range definition.EnumValues {
			judge(definition.Name+"."+value.Name, value.Directives)
		}
	}
	for _, directive := range document.Directives {
		arguments("@"+directive.Name, directive.Arguments)
	}
	slices.Sort(undated)
	return undated
}

var removal = regexp.MustCompile(`\bRemoved after (\d{4}-\d{2}-\d{2})\.$`)

func isDated(reason *ast.Argument) bool {
	if reason == nil {
		return false
	}
	found := removal.FindStringSubmatch(reason.Value.Raw)
	if found == nil {
		return false
	}
	_, err := time.Parse(time.DateOnly, found[1])
	return err == nil
}

// keep returns the path of a file that holds the text until the test ends.
func keep(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func npmRun(t *testing.T, script string) {
	t.Helper()
	needNodeModules(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "npm", "run", "--undocumented", script).CombinedOutput(); err != nil {
		t.Errorf("npm run %s: %v\n%s", script, err, out)
	}
}

func needNodeModules(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "Node.js is not installed")
	}
	if _, err := os.Stat("node_modules"); err != nil {
		missing(t, "e2e/node_modules is missing: run `npm ci` in e2e")
	}
}
