package api_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// A query reads the columns only of what it selects, so that each field must name all that it is made from.
func TestAFieldIsTheSameAloneAsAmongAllOthers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newCrowd(t, w)
		for _, name := range []string{"MiniProgram", "Member", "User", "Version"} {
			ids, definition := c.ids[name][:few], contract.Types[name]
			all := c.ann.Do(t, fmt.Sprintf(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on %s { %s } } }`, name, selectAll(definition, few, 2)), apitest.Vars{"ids": ids})
			for _, field := range definition.Fields {
				alone := c.ann.Do(t, fmt.Sprintf(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on %s { %s } } }`, name, selectField(field, few, 2)), apitest.Vars{"ids": ids})
				for i := range ids {
					at := fmt.Sprintf("nodes.%d.%s", i, field.Name)
					if want := all.Get(at); steady(alone.Get(at)) != steady(want) || want == nil && field.Type.NonNull {
						t.Errorf("%s.%s: %v alone, %v with others; %.300s", name, field.Name, alone.Get(at), want, alone.Body)
					}
				}
			}
		}
	})
}

var expiry = regexp.MustCompile(`expires=\d+|signature=[\w-]+`)

// steady writes a value without what depends on when it was read: an address that expires.
func steady(value any) string { return expiry.ReplaceAllString(fmt.Sprint(value), "") }

// Cursors are made from columns that the query may not select.
func TestCursorsAreTheSameWhateverIsSelected(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newCrowd(t, w)
		for _, list := range []string{
			"miniPrograms(first: 3, orderBy: {field: CREATED_AT, direction: DESC})", "miniPrograms(first: 3, orderBy: {field: UPDATED_AT, direction: ASC})",
			"miniPrograms(last: 3, orderBy: {field: NAME, direction: ASC})", "members(first: 3)",
		} {
			node := map[bool]string{true: "MiniProgram", false: "Member"}[strings.HasPrefix(list, "mini")]
			read := func(selected string) *apitest.Answer {
				return c.ann.Do(t, fmt.Sprintf(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Workspace { list: %s { %s } } } }`, list, selected),
					apitest.Vars{"ids": c.ids["Workspace"][:few]})
			}
			all := read("edges { cursor node { " + selectAll(contract.Types[node], few, 0) + " } } pageInfo { endCursor }")
			for _, selected := range []string{"edges { cursor }", "pageInfo { endCursor }", "edges { cursor node { id } }", "nodes { id } edges { cursor }"} {
				some := read(selected)
				for i := range few {
					for _, at := range []string{"edges.0.cursor", "edges.2.cursor", "pageInfo.endCursor"} {
						at = fmt.Sprintf("nodes.%d.list.%s", i, at)
						if got := some.Get(at); got != nil && got != all.Get(at) || strings.Contains(selected, strings.Split(at, ".")[3]) && got == nil {
							t.Errorf("%s { %s }: %s is %v, and with all fields %v", list, selected, at, got, all.Get(at))
						}
					}
				}
			}
		}
	})
}
