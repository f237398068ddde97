package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
)

// heavy is how long an answer may take to a query that is built to be heavy.
const heavy = 100 * time.Millisecond * slowness

var r = strings.Repeat

// linked returns fragments of which each spreads the next so many times, and the last selects.
func linked(n, spreads int, on, around, last string) string {
	return times(n, func(i int) string {
		return fmt.Sprintf("fragment f%d on %s{%s}", i, on, r(fmt.Sprintf(around, i+1)+" ", spreads))
	}) + fmt.Sprintf("fragment f%d on %s%s", n, on, last)
}

const schemaFields = "name description args{name description type{name ofType{name ofType{name}}}} type{name ofType{name ofType{name}}}"

func hostileQueries() map[string]string {
	return map[string]string{
		"fragment doubling":             "{...f0}" + linked(100, 2, "Query", "...f%d", smallest),
		"fragment doubling with fields": "{viewer{memberships{nodes{workspace{...f0}}}}}" + linked(40, 2, "Workspace", "members{nodes{workspace{...f%d}}}", "{id}"),
		"fragment doubling, tripled":    "{...f0}" + linked(70, 3, "Query", "...f%d", smallest),
		"the same field 300 times":      "{launchTargets{" + r("id ", 300) + "}}",
		"the same field 1,900 times":    "{launchTargets{" + r("id ", 1_900) + "}}",
		"nested fields over and over":   "{" + r("viewer{user{id}}", 150) + "}",
		"the same from operations":      numbered(120, "query q#{...F}") + "fragment F on Query{launchTargets{" + r("id ", 180) + "}}",
		"the same in inline fragments":  "{launchTargets{" + r("...{", 400) + r("id ", 190) + r("}", 400) + "}}",
		"the same in both": "{...f0}" + linked(80, 1, "Query", "...f%d",
			"{launchTargets{"+r("...{", 250)+r("id ", 180)+r("}", 250)+"}}"),
		"as much as passes, inline":     "{launchTargets{" + r("...{", 40) + r("id ", 48) + r("}", 40) + "}}",
		"as much as passes, operations": numbered(25, "query q#{...F}") + "fragment F on Query{launchTargets{" + r("id ", 60) + "}}",
		"as much as passes, nested":     "{" + r("viewer{...{user{...{id ...U}}}}", 75) + "} fragment U on User{id email}",
		"many spreads of a few":         "{" + r("viewer{...A ...B ...C ...D ...E}", 40) + "}" + times(5, func(i int) string { return fmt.Sprintf("fragment %c on Viewer{user{id}}", 'A'+i) }),
		"the same with long arguments":  "{" + r("nodes(ids:["+r("1 ", 40)+"]){id}", 40) + "}",
		"a fragment many times over":    "{...F}" + r("fragment F on Query{launchTargets{"+r("id ", 10)+"}}", 60),
		"unknown field from everywhere": "{...f0}" + linked(55, 1, "Query", "...f%d", "{"+r("x", 6_000)+"}"),
		"unknown fields":                "{launchTargets{" + numbered(1_400, "u# ") + "}}",
		"unknown types":                 "{" + r("...on "+r("x", 190)+"{id}", 48) + "}",
		"long name":                     "{" + r("x", 9_990) + "}",
		"long type name":                "{...on " + r("x", 9_980) + "{id}}",
		"long alias":                    "{" + r("x", 9_900) + ":launchTargets{id}}",
		"long operation name":           "query " + r("x", 9_900) + smallest,
		"long string":                   `{industries(search:"` + r("x", 9_900) + `"){totalCount}}`,
		"long words":                    `{industries(search:"` + r("restaurent ", 880) + `"){totalCount}}`,
		"searches":                      "{" + numbered(10, `a#:industries(first:100 search:"`+r("cofee ", 80)+`"){nodes{id}}`) + "}",
		"long enum":                     `{viewer{currentWorkspace{miniPrograms(filter:{status:["` + r("x", 9_800) + `"]}){totalCount}}}}`,
		"a block string":                `{industries(search:"""` + r("\n ", 4_900) + `"""){totalCount}}`,
		"deep nesting":                  r("{viewer", 490) + r("}", 490),
		"brackets":                      "{nodes(ids:" + r("[", 990) + r("]", 990) + "){id}}",
		"open brackets":                 "{nodes(ids:" + r("[", 1_990),
		"objects":                       "{nodes(ids:" + r("{a:", 490) + "1" + r("}", 490) + "){id}}",
		"types in lists":                "query($a:" + r("[", 990) + "ID" + r("]", 990) + "){launchTargets{id}}",
		"braces":                        r("{", 9_999),
		"directives":                    "{viewer " + r("@include(if:true)", 280) + "{user{id}}}",
		"unknown directives":            "{viewer " + r("@a", 900) + "{user{id}}}",
		"directives without end":        "{viewer " + r("@", 9_900),
		"aliases":                       "{" + numbered(160, "a#:viewer{user{id}}") + "}",
		"comments":                      smallest + r("\n#", 1_990),
		"one comment":                   smallest + "#" + r("x", 9_900),
		"commas":                        smallest + r(",", 9_900),
		"white space":                   r("\n", 9_900) + smallest,
		"circular fragments": "{...f0}" + times(60, func(i int) string {
			return fmt.Sprintf("fragment f%d on Query{%s}", i, times(6, func(j int) string { return fmt.Sprintf("...f%d ", (i*7+j*11+1)%60) }))
		}),
		"a circle of its own":         "{...F} fragment F on Query{...F viewer{user{id}}}",
		"a circle of fields":          "{viewer{memberships{nodes{...F}}}} fragment F on Member{workspace{members{nodes{...F}}}}",
		"many operations":             numbered(150, "query q#{viewer{user{id}}}"),
		"operations of the same name": r("query q{viewer{user{id}}}", 150),
		"many fragments":              "{" + numbered(130, "...f# ") + "}" + numbered(130, "fragment f# on Query{launchTargets{id}}"),
		"fragments of fragments": "{" + numbered(35, "...f# ") + "}" + times(35, func(i int) string {
			return fmt.Sprintf("fragment f%d on Query{%s viewer{user{id}}}", i, times(34-i, func(j int) string { return fmt.Sprintf("...f%d ", i+j+1) }))
		}),
		"unused fragments":               smallest + numbered(220, "fragment f# on User{id}"),
		"many variables":                 "query(" + numbered(350, "$v#:Int ") + ")" + smallest,
		"used variables":                 "query(" + numbered(190, "$v#:ID! ") + "){nodes(ids:[" + numbered(190, "$v# ") + "]){id}}",
		"deep introspection":             "{__schema{types" + r("{fields{type", 100) + "{name}" + r("}}", 100) + "}}",
		"circular introspection":         "{__schema{types{...F}}} fragment F on __Type{ofType{...F} name}",
		"circular introspection, fields": "{__schema{types{...F}}} fragment F on __Type{fields{type{...F}}}",
		"wrapped introspection":          "{__schema{types{fields{type" + r("{ofType", 150) + "{name}" + r("}", 150) + "}}}}",
		"introspection 20 times":         "{" + numbered(20, "a#:__schema{types{name fields{name}}}") + "}",
		"introspection 5 times": "{" + numbered(5, "a#:__schema{...S}") + "} fragment S on __Schema{types{name description fields{" + schemaFields +
			"} inputFields{name} enumValues{name description} possibleTypes{name} interfaces{name}}}",
		"introspection with aliases":     "{__schema{types{" + numbered(30, "a#:fields{"+schemaFields+"}") + "}}}",
		"introspection, all types again": "{__schema{" + numbered(30, "a#:types{name fields{name type{name fields{name description args{name description}}}}}") + "}}",
		"introspection through wrappers": "{__schema{types{" + numbered(10, "a#:fields{type{...T} args{type{...T}}}") + "}}} fragment T on __Type{ofType{name ofType{name ofType{name ...F} ...F} ...F} ...F} fragment F on __Type{fields{" + schemaFields + "}}",
		"introspection, doubled":         `{__type(name:"Query"){...f0}}` + linked(13, 1, "__Type", "ofType{...f%[1]d} b:ofType{...f%[1]d}", "{name}"),
		"introspection that passes":      "{__schema{types{" + numbered(28, "a#:fields{args{description}}") + "}}}",
		"pages out of range":             "{" + numbered(5, "a#:industries(first:1000000000){nodes{id}}") + "}",
		"pages below nothing":            "{industries(first:-1000000000){nodes{id}}}",
		"pages of pages":                 "{viewer{memberships(first:100){nodes{workspace{members(first:100){nodes{workspace{members(first:100){nodes{id}}}}}}}}}}",
		"wide elements":                  "{" + numbered(10, "a#:industries(first:100){nodes{...I}}") + "} fragment I on Industry{" + r("id code name group ", 95) + "}",
		"wide objects":                   "{" + numbered(9, "a#:viewer{...V}") + "} fragment V on Viewer{" + numbered(9, "b#:memberships(first:1){...M}") + "} fragment M on MemberConnection{" + numbered(9, "c#:nodes{user{...U}}") + "} fragment U on User{" + r("id email displayName ", 90) + "}",
	}
}

// hostileBodies are heavy beside the query.
func hostileBodies() map[string]string {
	nodes := `{"query":"query($ids:[ID!]!){nodes(ids:$ids){id}}","variables":{"ids":`
	return map[string]string{
		"a huge list":            nodes + "[" + r(`"x",`, 120_000) + `"x"]}}`,
		"a huge list of nothing": nodes + "[" + r(`null,`, 100_000) + `null]}}`,
		"a deep list":            nodes + r("[", 9_000) + r("]", 9_000) + `}}`,
		"a list too deep":        nodes + r("[", 250_000) + r("]", 250_000) + `}}`,
		"a long id":              nodes + `["` + r("x", 500_000) + `"]}}`,
		"a huge object":          nodes + "{" + times(40_000, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }) + `"x":1}}}`,
		"a deep object":          nodes + r(`{"a":`, 9_000) + "1" + r("}", 9_000) + `}}`,
		"a huge number":          nodes + r("9", 500_000) + `}}`,
		"variables unasked for":  `{"query":"{launchTargets{id}}","variables":{` + times(40_000, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }) + `"x":1}}`,
		"deep extensions":        `{"query":"{launchTargets{id}}","extensions":{"a":` + r("[", 9_000) + r("]", 9_000) + `}}`,
		"a query of brackets":    `{"query":"` + r("{", 500_000) + `"}`,
		"a query of aliases":     `{"query":"{` + numbered(20_000, "a#:viewer{user{id}}") + `}"}`,
		"a query of escapes":     `{"query":"` + r(`\u0020`, 80_000) + `"}`,
		"a long operationName":   `{"query":"{launchTargets{id}}","operationName":"` + r("x", 500_000) + `"}`,
	}
}

// Runs beside no other test, since it takes the time.
func TestHeavyRequestsAreAnsweredOrRefusedAtOnce(t *testing.T) {
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	bodies := hostileBodies()
	for name, text := range hostileQueries() {
		body, err := json.Marshal(map[string]string{"query": text})
		if err != nil {
			t.Fatal(err)
		}
		bodies[name] = string(body)
	}
	slowest, slowestName := time.Duration(0), ""
	for name, body := range bodies {
		for _, by := range []*apitest.Person{ann, nil} {
			answer, took := bestOfThree(t, w, by, body)
			if took > heavy {
				t.Errorf("%s, signed in %t: took %v: %.300s", name, by != nil, took, answer.body)
			}
			if answer.code(t); !answer.hasData && (len(answer.errors) == 0 || len(answer.body) > 8<<10) || len(answer.body) > 1<<20 || answer.status >= 500 {
				t.Errorf("%s, signed in %t: status %d, %d bytes: %.300s", name, by != nil, answer.status, len(answer.body), answer.body)
			}
			if took > slowest {
				slowest, slowestName = took, name
			}
		}
	}
	t.Logf("the slowest of %d is %s: %v", len(bodies), slowestName, slowest)
}

// bestOfThree sends a body three times, each time with a query that the server has not seen, and returns the last answer and
// the shortest time.
func bestOfThree(t *testing.T, w *apitest.World, by *apitest.Person, body string) (answer *told, shortest time.Duration) {
	t.Helper()
	shortest = time.Hour
	for i := range 3 {
		unseen := strings.Replace(body, `"query":"`, `"query":"`+r(" ", i), 1)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(unseen))
		request.Header.Set("Content-Type", "application/json")
		if by != nil {
			request.AddCookie(by.Cookie(t))
		}
		recorder := httptest.NewRecorder()
		start := time.Now()
		w.Server.ServeHTTP(recorder, request)
		shortest = min(shortest, time.Since(start))
		answer = read(t, recorder)
		if shortest <= heavy/4 {
			break
		}
	}
	return answer, shortest
}
