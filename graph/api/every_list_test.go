package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"minidock/graph"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

var contract = graph.NewExecutableSchema(graph.Config{}).Schema()

// inMemory are lists that are not read from the database, by the type of their elements.
var inMemory = []string{"UserError", "MessageParam"}

// oneElement are lists with an element for each launch target, of which there is one, and those that a launch target has.
var oneElement = []string{"MiniProgram.launchTargets", "Workspace.quotas", "LaunchTarget.fieldRules", "Query.launchTargets"}

// Each field of each type is read for few objects with few elements, and for many with many. A list that is new in the schema is read
// too, and fails the test if there are not many elements of it.
func TestEveryFieldTakesAsManyStatementsForManyAsForFew(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(unbounded)}, func(t *testing.T, w *apitest.World) {
		r := &reader{crowd: newCrowd(t, w), read: map[string]bool{"Query.nodes": true}}
		for _, node := range contract.PossibleTypes["Node"] {
			r.readNodes(t, node)
		}
		for _, field := range contract.Query.Fields {
			if isList(field) && field.Name != "nodes" {
				r.compare(t, contract.Query, field, func(n int) (string, apitest.Vars) { return "{" + selectField(field, n, 2) + "}", nil })
			}
		}
		r.readPackages(t)
		r.readPayloads(t)
		for _, name := range unread(r.read) {
			t.Errorf("no query of this test reads the list %s", name)
		}
	})
}

// unbounded removes the limits of queries that select everything.
func unbounded(l *limit.Limits) {
	l.QueryCost, l.QueryCharacters, l.QueryTokens, l.QueryAliases = 1_000_000, 1_000_000, 100_000, 10_000
}

// unread returns the lists of the schema that were not read. Those of connections are read with them.
func unread(read map[string]bool) []string {
	var names []string
	for _, definition := range contract.Types {
		if definition.BuiltIn || definition.Kind != ast.Object || isConnection(definition) {
			continue
		}
		for _, field := range definition.Fields {
			name := definition.Name + "." + field.Name
			if isList(field) && !slices.Contains(inMemory, field.Type.Name()) && !read[name] {
				names = append(names, name)
			}
		}
	}
	return names
}

// reader reads the fields of a crowd, and notes those that it has read.
type reader struct {
	*crowd
	read map[string]bool
}

// readNodes reads each field of a type of nodes, those without selections together.
func (r *reader) readNodes(t *testing.T, node *ast.Definition) {
	t.Helper()
	ids := r.ids[node.Name]
	if len(ids) == 0 {
		t.Errorf("there is no %s to read", node.Name)
		return
	}
	read := func(selection func(n int) string) func(n int) (string, apitest.Vars) {
		return func(n int) (string, apitest.Vars) {
			return fmt.Sprintf("query($ids: [ID!]!) { nodes(ids: $ids) { ... on %s { %s } } }", node.Name, selection(n)), apitest.Vars{"ids": ids[:min(n, len(ids))]}
		}
	}
	r.compare(t, node, nil, read(func(int) string { return selectAll(node, 0, 0) }))
	for _, field := range node.Fields {
		if !isLeaf(field) {
			r.compare(t, node, field, read(func(n int) string { return selectField(field, n, 2) }))
		}
	}
}

// readPackages reads the lists of what the checks find in packages, and of what differs between two.
func (r *reader) readPackages(t *testing.T) {
	t.Helper()
	ids := r.ids["Version"]
	r.compare(t, contract.Types["TabBar"], contract.Types["TabBar"].Fields.ForName("items"), func(n int) (string, apitest.Vars) {
		return `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Version { tabBar { items { page title icon activeIcon } } } } }`, apitest.Vars{"ids": ids[:n]}
	})
	for _, field := range contract.Types["VersionComparison"].Fields {
		if isList(field) {
			r.compare(t, contract.Types["VersionComparison"], field, func(n int) (string, apitest.Vars) {
				return "query($from: ID!, $to: ID!) { compareVersions(from: $from, to: $to) { " + selectField(field, n, 1) + " } }", apitest.Vars{"from": r.emptyVersionID, "to": ids[n-1]}
			})
		}
	}
}

// compare sends a query for few and for many, and makes sure that both take the same number of statements. The field, which may be nil, is
// read everywhere in the answers, and has more elements among many.
func (r *reader) compare(t *testing.T, of *ast.Definition, field *ast.FieldDefinition, query func(n int) (string, apitest.Vars)) {
	t.Helper()
	name, elements, statements := of.Name, map[int]int{}, map[int][]string{}
	if field != nil {
		name += "." + field.Name
		r.read[name] = true
	}
	for _, n := range []int{few, many} {
		text, variables := query(n)
		var answer *apitest.Answer
		statements[n] = r.StatementTexts(func() { answer = r.ann.Do(t, text, variables) })
		if code := answer.Code(t); code != "" {
			t.Fatalf("%s: %s: %.1000s", name, code, answer.Body)
		}
		if field != nil {
			elements[n] = count(answer.Data, field.Name)
		}
	}
	if len(statements[few]) != len(statements[many]) {
		t.Errorf("%s takes %d statements for few and %d for many:\n%s", name, len(statements[few]), len(statements[many]), further(statements[few], statements[many]))
	}
	if field != nil && isList(field) && elements[many] <= elements[few] && !slices.Contains(oneElement, name) || field != nil && elements[few] == 0 {
		t.Errorf("%s has %d elements among few and %d among many", name, elements[few], elements[many])
	}
}

// count returns how many elements the field has in all of an answer, but not within itself; an object is one.
func count(in any, field string) int {
	n := 0
	switch value := in.(type) {
	case []any:
		for _, element := range value {
			n += count(element, field)
		}
	case map[string]any:
		for name, one := range value {
			if name == field {
				n += size(one)
			} else {
				n += count(one, field)
			}
		}
	}
	return n
}

func size(value any) int {
	if connection, ok := value.(map[string]any); ok && connection["nodes"] != nil {
		value = connection["nodes"]
	}
	if list, ok := value.([]any); ok {
		return len(list)
	}
	if value == nil {
		return 0
	}
	return 1
}

// further returns the statements of which there are more among the second ones, each once and without its arguments.
func further(first, second []string) string {
	text := func(statement string) string { before, _, _ := strings.Cut(statement, " args="); return before }
	left := map[string]int{}
	for _, statement := range first {
		left[text(statement)]++
	}
	var more []string
	for _, statement := range second {
		if left[text(statement)]--; left[text(statement)] < 0 {
			more = append(more, text(statement))
		}
	}
	slices.Sort(more)
	return strings.Join(slices.Compact(more), "\n")
}
