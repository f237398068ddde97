package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// hugeRefusals are requests whose refusals would repeat much of what was sent, by what repeats it.
func hugeRefusals() map[string]map[string]any {
	name := strings.Repeat("a", 9_000)
	long := strings.Repeat("\u2028\"é\x01", 1_200)
	refusals := map[string]map[string]any{
		"a field":               {"query": "{" + name + "}"},
		"many fields":           {"query": "{" + apitest.Numbered(9, name[:1_000]+"#\n") + "}"},
		"a type":                {"query": "query($x: " + name + ") { viewer { user { id } } }"},
		"a fragment":            {"query": "{ ..." + name + " }"},
		"an argument":           {"query": "{ industries(" + name + ": 1) { totalCount } }"},
		"a directive":           {"query": "{ viewer @" + name + " { user { id } } }"},
		"a variable":            {"query": "{ industries(first: $" + name + ") { totalCount } }"},
		"a string":              {"query": `{ industries(first: "` + strings.Repeat("漢", 9_000) + `") { totalCount } }`},
		"a string with escapes": {"query": `{ industries(first: "` + strings.Repeat(`\u2028`, 1_500) + `") { totalCount } }`},
		"strings":               {"query": "{" + apitest.Numbered(9, `a#: industries(first: "`+strings.Repeat("漢", 1_000)+`") { totalCount } `) + "}"},
		"a block string":        {"query": `{ industries(first: """` + strings.Repeat("<\u2029", 4_000) + `""") { totalCount } }`},
		"an enum value":         {"query": "{ launchTargets { id } nodes(ids: " + name + ") { id } }"},
		"a number":              {"query": "{ industries(first: " + strings.Repeat("9", 9_000) + ") { totalCount } }"},
		"no token":              {"query": "{ viewer " + strings.Repeat("\u0001", 9_000) + " }"},
		"an open string":        {"query": `{ industries(first: "` + long},
		"fields of one name":    {"query": "{ viewer { user { id } } " + strings.Repeat("viewer: launchTargets { id } ", 200) + "}"},
		"a cycle of fragments": {"query": "{ ...A0 } " + apitest.Repeated(30, func(i int) string {
			return fmt.Sprintf("fragment A%d%s on Query { ...A%d%s } ", i, name[:100], (i+1)%30, name[:100])
		})},
		"an operation's name": {"query": "{ viewer { user { id } } }", "operationName": strings.Repeat(long, 50)},
		"operations":          {"query": "query A { viewer { user { id } } } query B { viewer { user { id } } }", "operationName": name},
		"a variable's value":  {"query": "query($n: Int) { industries(first: $n) { totalCount } }", "variables": map[string]any{"n": strings.Repeat(long, 50)}},
		"a variable's number": {"query": "query($n: Int) { industries(first: $n) { totalCount } }", "variables": map[string]any{"n": json.Number(strings.Repeat("9", 300_000))}},
		"a variable's field": {"query": "mutation($i: SignInInput!) { signIn(input: $i) { viewer { user { id } } } }",
			"variables": map[string]any{"i": map[string]any{"email": "x", "password": "x", strings.Repeat(long, 50): 1}}},
		"a variable's name": {"query": "query($" + name + ": Int!) { industries(first: $" + name + ") { totalCount } }", "variables": map[string]any{}},
		"an enum in a variable": {"query": "query($s: [MiniProgramStatus!]) { viewer { currentWorkspace { miniPrograms(filter: {statuses: $s}) { totalCount } } } }",
			"variables": map[string]any{"s": []string{strings.Repeat(long, 50)}}},
		"a cursor":               {"query": "query($c: String) { industries(after: $c) { totalCount } }", "variables": map[string]any{"c": strings.Repeat(long, 50)}},
		"an alias":               {"query": "{ " + name + ": workspace(id: \"x\") { id } }"},
		"aliases":                {"query": "{ " + apitest.Numbered(9, name[:1_000]+"#: workspace(id: \"x\") { id } ") + "}"},
		"aliases of a null":      {"query": "query($n: Int) {" + apitest.Numbered(5, name[:1_900]+"#: industries(first: $n) { totalCount } ") + "}", "variables": map[string]any{"n": 0}},
		"long aliases":           {"query": "{ " + apitest.Numbered(5, name[:1_900]+"#: workspace(id: \"x\") { id } ") + "}"},
		"an alias of a mutation": {"query": "mutation { " + name + ": renameWorkspace(input: {workspaceId: \"x\", name: \"x\"}) { workspace { id } } }"},
		"a list that is too long": {"query": "query($" + name + ": [ID!]!) { nodes(ids: $" + name + ") { id } }",
			"variables": map[string]any{name: make([]int, 101)}},
	}
	return refusals
}

// refusedSize returns how much of an answer is a refusal: all of it, or only its errors if some of the operation was executed.
func refusedSize(t *testing.T, body string) (size, errors int) {
	t.Helper()
	var answer struct {
		Data   map[string]json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if size = len(body); answer.Data != nil {
		size = 0
		for _, one := range answer.Errors {
			size += len(one) + len(",")
		}
	}
	return size, len(answer.Errors)
}

func TestARefusalHasAtMostEightKiBAndFiveErrors(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for what, request := range hugeRefusals() {
		text, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		variables, err := json.Marshal(request["variables"])
		if err != nil {
			t.Fatal(err)
		}
		operationName, _ := request["operationName"].(string)
		get := "/graphql?" + url.Values{"query": {request["query"].(string)}, "variables": {string(variables)}, "operationName": {operationName}}.Encode()
		for _, by := range []*apitest.Person{nil, ann} {
			for _, accept := range []string{"application/json", "application/graphql-response+json"} {
				checkRefusalSize(t, what, w.Handle(t, apitest.Request{Body: strings.NewReader(string(text)), Accept: accept, By: by}))
			}
			checkRefusalSize(t, what+" by GET", w.Handle(t, apitest.Request{Method: "GET", Target: get, By: by}))
		}
	}
}

func TestARefusalOfAStreamHasAtMostEightKiB(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for _, alias := range []string{strings.Repeat("a", 7_100), strings.Repeat("a", 9_000)} {
		query := `subscription { ` + alias + `: membership(workspaceId: "x") { role } }`
		for _, refused := range []string{query, "{" + alias + "}"} {
			if body := apitest.Rest(t, w.Listen(t, ann, apitest.EventStream, refused)); !strings.Contains(body, `"errors"`) || len(body) > 8<<10 {
				t.Errorf("%d bytes of events: %.300s", len(body), body)
			}
		}
		socket, id := w.OpenSocket(t, ann), strings.Repeat("\u2028", 42)
		socket.Subscribe(id, query)
		kind, text, err := socket.Conn.Read(t.Context())
		if err != nil || !strings.Contains(string(text), `"errors"`) || len(text) > 8<<10 {
			t.Errorf("%v, %v, %d bytes: %.300s", err, kind, len(text), text)
		}
	}
}

func TestASubscriptionWithALongIDClosesItsSocket(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	socket := w.OpenSocket(t, ann)
	socket.Subscribe(strings.Repeat("i", 128), "{")
	socket.Expect("error", strings.Repeat("i", 128), "GRAPHQL_PARSE_FAILED")
	socket.Subscribe(strings.Repeat("i", 129), "{")
	socket.ExpectClosed(4400)
}

func TestAFormIsRefusedInAFewBytes(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	long := strings.Repeat(`\u2028`, 9_000)
	for what, parts := range map[string][]apitest.Part{
		"a path":           {apitest.LogoOperations, {Name: "map", Content: `{"0":["variables.` + long + `"]}`}, apitest.LogoFile},
		"a part's name":    {apitest.LogoOperations, {Name: "map", Content: `{"` + long + `":["` + apitest.LogoPath + `"]}`}, apitest.LogoFile},
		"no map":           {apitest.LogoOperations, {Name: "map", Content: long}, apitest.LogoFile},
		"no operations":    {{Name: "operations", Content: long}, apitest.LogoMap, apitest.LogoFile},
		"another part":     {{Name: strings.Repeat("x", 9_000), Content: long}, apitest.LogoMap, apitest.LogoFile},
		"a long query":     {{Name: "operations", Content: `{"query":"{` + strings.Repeat("a", 9_900) + `}","variables":{"input":{"logo":{"file":null}}}}`}, apitest.LogoMap, apitest.LogoFile},
		"another variable": {{Name: "operations", Content: `{"query":"` + apitest.UpdateLogo + `","variables":{"input":{"` + long + `":1,"logo":{"file":null}}}}`}, apitest.LogoMap, apitest.LogoFile},
	} {
		checkRefusalSize(t, what, w.HandleForm(t, ann, strings.NewReader(apitest.Form(parts...))))
	}
}

func checkRefusalSize(t *testing.T, what string, answer *apitest.Recorded) {
	t.Helper()
	size, errors := refusedSize(t, answer.Body)
	if errors == 0 || errors > 5 || size > 8<<10 {
		t.Errorf("%s: %d errors in %d bytes: %.300s", what, errors, size, answer.Body)
	}
	answer.Code(t)
}
