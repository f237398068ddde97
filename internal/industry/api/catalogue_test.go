package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
	"minidock/internal/industry"
	"minidock/internal/text"
)

const industries = `query($search: String, $first: Int, $after: String, $last: Int, $before: String) {
	industries(search: $search, first: $first, after: $after, last: $last, before: $before) {
		totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id code name group } edges { cursor node { code } }
	}
}`

func industryCodes(t *testing.T, answer *apitest.Answer) []string {
	t.Helper()
	found := []string{}
	for _, node := range answer.List(t, "industries.nodes") {
		found = append(found, node.(map[string]any)["code"].(string))
	}
	return found
}

func TestAllIndustriesAreListedByCode(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var all []string
		for _, one := range industry.All() {
			all = append(all, one.Code)
		}
		if len(all) != 298 || !slices.IsSorted(all) {
			t.Fatalf("the catalogue has %d codes", len(all))
		}
		visitor := w.Visitor(t)
		for name, ways := range map[string][3]string{"forward": {"first", "after", "endCursor"}, "backward": {"last", "before", "startCursor"}} {
			var walked []string
			var cursor any
			for range 3 {
				answer := visitor.Do(t, industries, apitest.Vars{ways[0]: 100, ways[1]: cursor})
				page := industryCodes(t, answer)
				if name == "forward" {
					walked = append(walked, page...)
				} else {
					walked = append(page, walked...)
				}
				cursor = answer.Get("industries.pageInfo." + ways[2])
				if answer.Get("industries.totalCount") != 298.0 || len(answer.Errors) != 0 {
					t.Errorf("%s: %s", name, answer.Body)
				}
			}
			if !slices.Equal(walked, all) {
				t.Errorf("%s: %d codes: %q", name, len(walked), walked)
			}
		}
		for _, blank := range []any{nil, "", "  \t"} {
			if got := industryCodes(t, visitor.Do(t, industries, apitest.Vars{"search": blank})); !slices.Equal(got, all[:20]) {
				t.Errorf("search %q without a size: %q", blank, got)
			}
		}
	})
}

func TestRestaurantsAreFoundHoweverTheyAreWritten(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		for _, words := range []string{"restaur", "resturant", "餐", "5812", "RESTAURANTS", "５８１２"} {
			answer := visitor.Do(t, industries, apitest.Vars{"search": words, "first": 100})
			found := industryCodes(t, answer)
			if !slices.Contains(found, "5812") || slices.Contains(found, "0742") {
				t.Errorf("%q finds %q", words, found)
			}
			if got := answer.Get("industries.totalCount"); got != float64(len(found)) {
				t.Errorf("%q: totalCount %v of %d", words, got, len(found))
			}
		}
		nothing := visitor.Do(t, industries, apitest.Vars{"search": "qqqqzzzz"})
		if got := nothing.Body; got != `{"data":{"industries":{"totalCount":0,"pageInfo":{"hasNextPage":false,"hasPreviousPage":false,"startCursor":null,"endCursor":null},"nodes":[],"edges":[]}}}` {
			t.Errorf("nothing found: %s", got)
		}
	})
}

func TestACursorIsGoodForItsOwnSearch(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		first := visitor.Do(t, industries, apitest.Vars{"search": "restaurant", "first": 1})
		cursor := first.String(t, "industries.edges.0.cursor")
		rest := visitor.Do(t, industries, apitest.Vars{"search": "restaurant", "after": cursor, "first": 100})
		if n := len(industryCodes(t, rest)); float64(n+1) != first.Get("industries.totalCount") || slices.Contains(industryCodes(t, rest), industryCodes(t, first)[0]) {
			t.Errorf("%d follow: %s", n, rest.Body)
		}
		for _, args := range []apitest.Vars{
			{"after": cursor}, {"search": "shop", "after": cursor}, {"search": "restaurants", "before": cursor}, {"after": "x"}, {"first": 101}, {"last": 0},
			{"first": 1, "last": 1},
		} {
			visitor.Do(t, industries, args).Refused(t, "BAD_USER_INPUT")
		}
	})
}

func TestIndustriesAreNamedInTheLanguageAskedFor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		tests := []struct {
			accept   string
			language any
			chinese  bool
		}{
			{"", nil, false}, {"zh-CN", nil, true}, {"zh", nil, true}, {"zh-Hans-CN,en;q=0.8", nil, true}, {"de,zh;q=0.5", nil, true},
			{"en-GB,zh;q=0.9", nil, false}, {"fr", nil, false}, {"*", nil, false}, {";;;=garbage", nil, false}, {"zh;q=0", nil, false},
			{"", "zh-Hans", true}, {"", "zh-CN", true}, {"", "ZH", true}, {"zh-CN", "en", false}, {"zh-CN", "fr", false}, {"zh-CN", "en-US", false},
			{"en", "zh_CN", true}, {"zh-CN", "xx", false}, {"zh-CN", "tlh", false},
		}
		for _, test := range tests {
			visitor := w.Visitor(t)
			visitor.Header.Set("Accept-Language", test.accept)
			query := `query($l: String) { industries(search: "5812", first: 1) { nodes { name(language: $l) } } }`
			if test.language == nil {
				query = `{ industries(search: "5812", first: 1) { nodes { name } } }`
			}
			answer := visitor.Do(t, query, apitest.Vars{"l": test.language})
			name := answer.String(t, "industries.nodes.0.name")
			if text.HasHan(name) != test.chinese {
				t.Errorf("Accept-Language %q, language %v: %s", test.accept, test.language, name)
			}
			if !slices.Contains(answer.Header.Values("Vary"), "Accept-Language") {
				t.Errorf("varies by %q", answer.Header.Values("Vary"))
			}
		}
		for _, garbage := range []string{"!!", "x", "zh Hans", "english please", strings.Repeat("a", 3000)} {
			answer := w.Visitor(t).Do(t, `query($l: String) { industries(first: 1) { totalCount nodes { code name(language: $l) } } }`, apitest.Vars{"l": garbage})
			if answer.Code(t) != "BAD_USER_INPUT" || strings.Contains(answer.Body, garbage+garbage) {
				t.Errorf("language %q: %s", garbage, answer.Body)
			}
		}
	})
}

func TestBothLanguagesAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		answer := w.Visitor(t).Do(t, `{ industries(search: "5812", first: 1) { nodes { id code group en: name(language: "en") zh: name(language: "zh") } } node(id: "ind_5812") { id ... on Industry { code name group } } }`, nil)
		five, _ := industry.ByCode("5812")
		at := func(field string) any { return answer.Get("industries.nodes.0." + field) }
		if at("en") == at("zh") || at("code") != "5812" || at("group") != string(five.Group) || at("id") != answer.Get("node.id") ||
			at("en") != answer.Get("node.name") {
			t.Errorf("answer %s", answer.Body)
		}
	})
}

func TestEveryIndustryHasANameAndAGroupInBothLanguages(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		var after any
		for range 3 {
			answer := visitor.Do(t, `query($after: String) { industries(first: 100, after: $after) { pageInfo { endCursor }
				nodes { id code group en: name(language: "en") zh: name(language: "zh") } } }`, apitest.Vars{"after": after})
			after = answer.Get("industries.pageInfo.endCursor")
			for _, node := range answer.List(t, "industries.nodes") {
				node := node.(map[string]any)
				if node["en"] == "" || text.HasHan(node["en"].(string)) || !text.HasHan(node["zh"].(string)) ||
					node["group"] == "" || node["id"] != fmt.Sprint("ind_", node["code"]) {
					t.Errorf("industry %v", node)
				}
			}
		}
	})
}
