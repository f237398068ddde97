package api_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"minidock/ent/user"
	"minidock/internal/apitest"
	"minidock/internal/web"
)

func TestTrapCostDoesNotOverflow(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	const inside = "members(first:100){nodes{workspace{"
	deepest := "{viewer{memberships(first:100){nodes{workspace{" + strings.Repeat(inside, 3) + "id" + strings.Repeat("}", 3*3+5)
	wide := "{viewer{memberships(first:100){nodes{workspace{" + apitest.Numbered(28, "a#:members(first:100){nodes{workspace{members(first:100){nodes{workspace{members(first:100){nodes{id}}}}}}}}") + "}}}}}"
	for _, text := range []string{deepest, wide} {
		answer := w.HandleQuery(t, ann, text, nil)
		if answer.Refused(t, "QUERY_TOO_COMPLEX"); answer.Cost["requested"] <= 1_000_000 {
			t.Errorf("cost %v: %.300s", answer.Cost, answer.Body)
		}
	}
}

// Runs beside no other test, since it counts what is on the heap.
func TestTrapQueryCacheIsBounded(t *testing.T) {
	if apitest.Slowness > 1 {
		t.Skip("the race detector's own memory would be counted")
	}
	const bound = 100 << 20
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	// As many values as pass validation, and filled up to the maximum length.
	heaviest := "{" + apitest.Numbered(27, "a#:nodes(ids:["+strings.Repeat("1 ", 57)+"]){id}") + "}#"
	before := onHeap()
	for i := range 350 {
		text := fmt.Sprintf("query q%d%s", i, heaviest)
		w.HandleQuery(t, ann, text+strings.Repeat("x", 10_000-len(text)), nil).Refused(t, "QUERY_TOO_COMPLEX")
	}
	grown := onHeap() - before
	runtime.KeepAlive(w)
	t.Logf("350 queries of 10,000 characters: %d kB", grown>>10)
	if grown > bound {
		t.Errorf("the heap grew by %d bytes, want at most %d", grown, bound)
	}
}

func onHeap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestTrapPersistedQueriesAreOff(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	const persisted = `"extensions":{"persistedQuery":{"version":1,"sha256Hash":"b3ea2a2e52d1a5e9e7ab8d6a4f3b1f0c"}}`
	if answer := w.Handle(t, apitest.PostJSON(`{"query":"{viewer{user{id}}}",`+persisted+`}`)); answer.Code(t) != "" || !answer.HasData {
		t.Errorf("with the query: %s", answer.Body)
	}
	for _, without := range []string{"", `"query":"",`, `"query":null,`, `"operationName":"X","variables":{},`} {
		answer := w.Handle(t, apitest.PostJSON("{"+without+persisted+"}"))
		if answer.Refused(t, "PERSISTED_QUERY_NOT_SUPPORTED"); !strings.Contains(answer.Body, `"message":"PersistedQueryNotSupported"`) {
			t.Errorf("clients do not know %s", answer.Body)
		}
	}
	w.Handle(t, apitest.PostJSON(`{"extensions":{"persistedQuery":null}}`)).Refused(t, "BAD_REQUEST")
}

// A parameter that cannot be read is not left out in silence, as if the client had not sent it.
func TestAQueryStringThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	const query = "/graphql?query=query($f:Int){industries(first:$f){totalCount}}"
	for _, parameters := range []string{`&variables={"f":1}%zz`, `&variables={"f":1};x`, `&operationName=%`} {
		response := w.Get(t, query+parameters)
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", parameters, response.StatusCode)
		}
	}
	if response := w.Get(t, query+`&variables={"f":1}`); response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestTrapErrorListsDoNotAmplify(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		missing := apitest.Numbered(20, `a#:workspace(id:"wsp_#"){id}`)
		status := func(text string) string {
			return "viewer{currentWorkspace{" + apitest.Numbered(5, `a#:miniPrograms(filter:{statuses:["`+text+`"]}){totalCount}`) + "}}"
		}
		longAliases := apitest.Numbered(20, strings.Repeat("a", 450)+`#:workspace(id:"wsp_#"){id}`)
		for query, code := range map[string]string{
			apitest.Numbered(20, " field#"):                                        "GRAPHQL_VALIDATION_FAILED",
			apitest.Numbered(20, strings.Repeat("long", 100)+"# "):                 "GRAPHQL_VALIDATION_FAILED",
			"viewer" + strings.Repeat("@unknown", 1_200) + "{user{id}}":            "QUERY_TOO_COMPLEX",
			"viewer" + strings.Repeat("@unknown", 60_000):                          "QUERY_TOO_COMPLEX",
			"...{" + apitest.Numbered(7, "u#@"+strings.Repeat("x", 900)+" ") + "}": "GRAPHQL_VALIDATION_FAILED",
			status(strings.Repeat("<", 1_900)):                                     "GRAPHQL_VALIDATION_FAILED",
			status(strings.Repeat("\u2028", 1_900)):                                "GRAPHQL_VALIDATION_FAILED",
			status(strings.Repeat("面", 1_900)):                                     "GRAPHQL_VALIDATION_FAILED",
			status(strings.Repeat(`\u0001`, 316)):                                  "GRAPHQL_VALIDATION_FAILED",
			status("x" + strings.Repeat("😀<", 400)):                                "GRAPHQL_VALIDATION_FAILED",
			status("x" + strings.Repeat(`\"`, 900)):                                "GRAPHQL_VALIDATION_FAILED",
			missing:                                                                "NOT_FOUND",
			longAliases:                                                            "NOT_FOUND",
		} {
			answer := ann.Do(t, "{"+query+"}", nil)
			most := 8 << 10
			if strings.Contains(answer.Body, `"data":`) {
				most = 16 << 10
			}
			if n := len(answer.Errors); n == 0 || n > 5 || n < 5 && code != "QUERY_TOO_COMPLEX" || len(answer.Body) > most {
				t.Errorf("%.40s: %d errors in %d bytes", query, n, len(answer.Body))
			}
			for _, e := range answer.Errors {
				if e.Extensions["code"] != code || e.Extensions["requestId"] != answer.Header.Get("X-Request-Id") || len(e.Extensions) != 2 {
					t.Errorf("%.40s: error %.300v of request %s", query, e, answer.Header.Get("X-Request-Id"))
				}
			}
		}
	})
}

func TestTrapDidYouMeanGivesNoNamesAway(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Introspection: web.Staff}, func(t *testing.T, w *apitest.World) {
		ann, rob := w.SignUp(t, "ann"), w.SignUp(t, "rob")
		w.Employ(t, rob, user.StaffRoleREVIEWER)
		for query, name := range map[string]string{
			"{ viewr { user { id } } }":               "viewer",
			"{ viewer { usr { id } } }":               "user",
			"{ industries(frist: 1) { totalCount } }": "first",
			"{ node(id: 1) { displayName } }":         "User",
			`mutation { signIn(input: {emial: "a", email: "a", password: "b"}) { viewer { user { id } } } }`: "email",
			"{ viewer { currentWorkspace { miniPrograms(filter: {statuses: [CREATD]}) { totalCount } } } }":  "CREATED",
			"{ viewer }": "viewer { ... }",
		} {
			staff := rob.Do(t, query, nil).Body
			if !strings.Contains(staff, "Did you mean") || !strings.Contains(staff, `\"`+name) {
				t.Errorf("staff does not get %s: %s", name, staff)
			}
			for who, p := range map[string]*apitest.Person{"a visitor": w.Visitor(t), "ann": ann} {
				answer := p.Do(t, query, nil)
				if code := answer.Code(t); code != "GRAPHQL_VALIDATION_FAILED" || strings.Contains(answer.Body, "Did you mean") || strings.Contains(answer.Body, `\"`+name+`\"`) {
					t.Errorf("%s gets %s: %s", who, name, answer.Body)
				}
			}
		}
	})
}

func TestTrapDeferIsRefused(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for _, text := range []string{
		"{launchTargets{id ...@defer{name}}}",
		"{launchTargets{id ...F@defer}} fragment F on LaunchTarget{name}",
		"{launchTargets{id ...on LaunchTarget@defer(if:false){name}}}",
		"query($d:Boolean!=false){launchTargets{id ...@defer(if:$d label:\"x\"){name}}}",
		"{launchTargets@defer{id}}",
	} {
		for _, accept := range []string{"", "application/graphql-response+json", "multipart/mixed;deferSpec=20220824, application/json"} {
			send := apitest.Request{Body: apitest.QueryBody(t, text, nil), Accept: accept}
			w.Handle(t, send).Refused(t, "GRAPHQL_VALIDATION_FAILED")
		}
	}
	if directives := w.HandleQuery(t, nil, "{__schema{directives{name}}}", nil); !directives.HasData || strings.Contains(directives.Body, "defer") {
		t.Errorf("the schema offers @defer: %s", directives.Body)
	}
}

func TestTrapIntrospectionNestsTwiceAtMost(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	lists := map[string]string{
		"fields": "fields{type{%s}}", "interfaces": "interfaces{%s}", "possibleTypes": "possibleTypes{%s}", "inputFields": "inputFields{type{%s}}",
	}
	nested := func(names ...string) string {
		text := "name"
		for _, name := range names {
			text = fmt.Sprintf(lists[name], text)
		}
		return text
	}
	for a := range lists {
		for b := range lists {
			two := nested(a, b)
			for _, text := range []string{`{__type(name:"Query"){` + two + "}}", "{__schema{types{" + two + "}}}"} {
				if answer := w.HandleQuery(t, nil, text, nil); answer.Code(t) != "" || !answer.HasData {
					t.Errorf("%s: %.300s", text, answer.Body)
				}
			}
			for c := range lists {
				three := nested(a, b, c)
				for _, text := range []string{
					`{__type(name:"Query"){` + three + "}}", "{__schema{queryType{" + three + "}}}",
					`{__type(name:"Query"){...F}} fragment F on __Type{` + three + "}",
					`{__type(name:"Query"){` + fmt.Sprintf(lists[c], "...F") + "}} fragment F on __Type{ofType{" + two + "}}",
				} {
					w.HandleQuery(t, nil, text, nil).Refused(t, "GRAPHQL_VALIDATION_FAILED")
				}
			}
		}
	}
}
