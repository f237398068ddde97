package api_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// edgeSecret is in every invalid request, and must be in no line of the log, and in no answer but those that name a variable's invalid value.
const edgeSecret = "hunter2-hunter2"

// invalidRequest is one that must be refused. Where json and graphql differ, the request is well-formed and was not executed.
type invalidRequest struct {
	name          string
	send          apitest.Request
	code          string
	json, graphql int
}

func get(parameters url.Values) apitest.Request {
	return apitest.Request{Method: http.MethodGet, Target: "/graphql?" + parameters.Encode()}
}

// as returns a JSON request of this query, with a password among its variables.
func as(text string, more map[string]any) apitest.Request {
	fields := map[string]any{"query": text, "variables": map[string]any{"password": edgeSecret}}
	for name, value := range more {
		fields[name] = value
	}
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return apitest.PostJSON(string(body))
}

const (
	plain = "{ launchTargets { id } }"
	whole = `{"query":"` + plain + `","variables":{"password":"` + edgeSecret + `"}`
)

func unreadableRequests() []invalidRequest {
	bad := map[string]apitest.Request{
		"empty body":                apitest.PostJSON(""),
		"white space":               apitest.PostJSON(" \n"),
		"no query":                  apitest.PostJSON(`{"variables":{"password":"` + edgeSecret + `"}}`),
		"null for the query":        apitest.PostJSON(`{"query":null,"password":"` + edgeSecret + `"}`),
		"an empty query":            as("", nil),
		"null":                      apitest.PostJSON("null"),
		"a number":                  apitest.PostJSON("1"),
		"a text":                    apitest.PostJSON(`"` + edgeSecret + `"`),
		"a batch":                   apitest.PostJSON("[" + whole + "}]"),
		"an empty batch":            apitest.PostJSON("[]"),
		"a batch after white space": apitest.PostJSON(" \n\t[" + whole + "}]"),
		"cut short":                 apitest.PostJSON(whole),
		"something behind it":       apitest.PostJSON(whole + "}x"),
		"a second one behind it":    apitest.PostJSON(whole + "}" + whole + "}"),
		"a form's words":            apitest.PostJSON("query=" + edgeSecret),
		"invalid UTF-8":             apitest.PostJSON("{\"query\":\"{ launchTargets { id } } # \xff\",\"p\":\"" + edgeSecret + "\"}"),
		"invalid UTF-8 elsewhere":   apitest.PostJSON(whole + ",\"more\":\"\xc3\"}"),
		"two byte order marks":      apitest.PostJSON("\ufeff\ufeff" + whole + "}"),
		"only a byte order mark":    apitest.PostJSON("\ufeff"),
		"GET with two queries":      get(url.Values{"query": {plain, plain}}),
		"a number as query":         as("", map[string]any{"query": 1}),
		"a list as query":           as("", map[string]any{"query": []string{plain}}),
		"a list as variables":       as(plain, map[string]any{"variables": []string{edgeSecret}}),
		"a text as variables":       as(plain, map[string]any{"variables": edgeSecret}),
		"a number as variables":     as(plain, map[string]any{"variables": 0}),
		"a number as operationName": as(plain, map[string]any{"operationName": 1}),
		"an object as its name":     as(plain, map[string]any{"operationName": map[string]any{}}),
		"a list as extensions":      as(plain, map[string]any{"extensions": []string{edgeSecret}}),
		"a text as extensions":      as(plain, map[string]any{"extensions": edgeSecret}),
		"GET without a query":       get(url.Values{"variables": {`{"password":"` + edgeSecret + `"}`}}),
		"GET with broken variables": get(url.Values{"query": {plain}, "variables": {`{"password":"` + edgeSecret}}),
		"GET with a brace too many": get(url.Values{"query": {plain}, "variables": {`{"password":"` + edgeSecret + `"}}`}}),
		"GET with more behind it":   get(url.Values{"query": {plain}, "variables": {`{} ` + edgeSecret}}),
		"GET with a list":           get(url.Values{"query": {plain}, "variables": {`["` + edgeSecret + `"]`}}),
		"GET with odd extensions":   get(url.Values{"query": {plain}, "extensions": {`"` + edgeSecret + `"`}}),
		"GET with invalid UTF-8":    get(url.Values{"query": {plain + "# \xff"}}),
		"GET with invalid values":   get(url.Values{"query": {plain}, "variables": {"{\"a\":\"\xff\"}"}}),
	}
	var all []invalidRequest
	for name, send := range bad {
		all = append(all, invalidRequest{name, send, "BAD_REQUEST", http.StatusBadRequest, http.StatusBadRequest})
	}
	return all
}

func refusedRequests() []invalidRequest {
	of := func(contentType string) apitest.Request {
		s := apitest.PostJSON(whole + "}")
		s.ContentType = contentType
		return s
	}
	by := func(method string) apitest.Request { s := apitest.PostJSON(whole + "}"); s.Method = method; return s }
	large := apitest.PostJSON(whole + strings.Repeat(" ", 512<<10+1-len(whole)-1) + "}")
	all := []invalidRequest{{"a body over 512 KiB", large, "PAYLOAD_TOO_LARGE", 413, 413}}
	for _, contentType := range []string{
		"text/plain", "application/graphql", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1",
		"application/json;charset=UTF-16", "application/json; charset", "application/graphql-response+json", "json", "multipart/mixed; boundary=x", ";", "*/*",
	} {
		all = append(all, invalidRequest{contentType, of(contentType), "UNSUPPORTED_MEDIA_TYPE", 415, 415})
	}
	for _, encoding := range []string{"gzip", "GZIP", "br", "identity, gzip", "deflate", "x"} {
		compressed := of("")
		compressed.Header = http.Header{"Content-Encoding": {encoding}}
		all = append(all, invalidRequest{"encoded as " + encoding, compressed, "UNSUPPORTED_MEDIA_TYPE", 415, 415})
	}
	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "QUERY"} {
		all = append(all, invalidRequest{method, by(method), "METHOD_NOT_ALLOWED", 405, 405})
	}
	for name, text := range map[string]string{
		"a mutation by GET": "mutation { signOut { viewer { user { id } } } }",
		"one of several":    "query A { viewer { user { id } } } mutation B { signOut { viewer { user { id } } } }",
	} {
		operation := ""
		if name == "one of several" {
			operation = "B"
		}
		all = append(all, invalidRequest{name, get(url.Values{"query": {text}, "operationName": {operation}}), "METHOD_NOT_ALLOWED", 405, 405})
	}
	return all
}

// notExecuted are requests in good form that were not executed.
func notExecuted() []invalidRequest {
	var all []invalidRequest
	add := func(name, code string, send apitest.Request) {
		all = append(all, invalidRequest{name, send, code, http.StatusOK, http.StatusBadRequest})
	}
	for _, text := range []string{"{", "}", "x", "query", "{ launchTargets { id }", "{ a: }", "{ launchTargets(", `{ launchTargets { id } } "`, "\u0000", "fragment on on Query { id }"} {
		add("parse "+text, "GRAPHQL_PARSE_FAILED", as(text, nil))
	}
	add("parse by GET", "GRAPHQL_PARSE_FAILED", get(url.Values{"query": {"{"}}))
	for _, text := range []string{
		"{ nothing }", "{ launchTargets }", "{ launchTargets { id { id } } }", "subscription { sessionEnded }", "{ node { id } }", "# only this",
		"fragment F on Query { launchTargets { id } }", "{ ...F }", "{ launchTargets { id } } { launchTargets { id } }", "query($n: Nothing) { launchTargets { id } }",
		"{ launchTargets { id @nothing } }", "{ launchTargets @stream { id } }",
	} {
		add("validate "+text, "GRAPHQL_VALIDATION_FAILED", as(text, nil))
	}
	add("validate by GET", "GRAPHQL_VALIDATION_FAILED", get(url.Values{"query": {"{ nothing }"}}))
	add("unknown operationName", "GRAPHQL_VALIDATION_FAILED", as("query A { launchTargets { id } }", map[string]any{"operationName": "B"}))
	add("no operationName", "GRAPHQL_VALIDATION_FAILED", as("query A { launchTargets { id } } query B { launchTargets { id } }", nil))
	for name, value := range map[string]any{"missing": nil, "of another type": 1.5, "a list": []any{edgeSecret}, "an object": map[string]any{"password": edgeSecret}} {
		add("a variable "+name, "GRAPHQL_VALIDATION_FAILED", as("query($n: Boolean!) { launchTargets { id @include(if: $n) } }", map[string]any{"variables": map[string]any{"n": value}}))
	}
	add("an unknown input field", "GRAPHQL_VALIDATION_FAILED",
		as("mutation($i: SignInInput!) { signIn(input: $i) { viewer { user { id } } } }", map[string]any{"variables": map[string]any{"i": map[string]any{"email": "a", "password": edgeSecret, "x": 1}}}))
	for name, text := range map[string]string{
		"characters": "{ launchTargets { id } }" + strings.Repeat(" ", 10_000),
		"tokens":     "{ launchTargets { " + strings.Repeat("id ", 1_000) + "} }",
		"depth":      path(16),
		"aliases":    "{ launchTargets { " + apitest.Repeated(31, func(i int) string { return fmt.Sprintf("a%d: id ", i) }) + "} }",
		"directives": "{ launchTargets { id " + strings.Repeat("@skip(if: false) ", 11) + "} }",
		"roots":      "{ " + apitest.Repeated(21, func(i int) string { return fmt.Sprintf("a%d: launchTargets { id } ", i) }) + "}",
		"cost":       "{ " + apitest.Repeated(3, func(i int) string { return fmt.Sprintf("a%d: industries(first: 100) { nodes { id } } ", i) }) + "}",
	} {
		add("over the limit of "+name, "QUERY_TOO_COMPLEX", as(text, nil))
		add("over the limit of "+name+" by GET", "QUERY_TOO_COMPLEX", get(url.Values{"query": {text}}))
	}
	add("a list too long", "QUERY_TOO_COMPLEX",
		as("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", map[string]any{"variables": map[string]any{"ids": slices.Repeat([]string{edgeSecret}, 101)}}))
	return all
}

func TestTrapEveryWayOfAskingWronglyHasItsStatusAndCode(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for _, one := range slices.Concat(unreadableRequests(), refusedRequests(), notExecuted()) {
		body := ""
		if reader, ok := one.send.Body.(*strings.Reader); ok {
			text := make([]byte, reader.Len())
			_, _ = reader.Read(text)
			body = string(text)
		}
		for accept, want := range map[string]int{"": one.json, "application/json": one.json, "*/*": one.json, "application/graphql-response+json": one.graphql} {
			one.send.Accept, one.send.Body = accept, strings.NewReader(body)
			answer := w.Handle(t, one.send)
			answer.Refused(t, one.code)
			media := cmp.Or(strings.Replace(accept, "*/*", "", 1), "application/json") + "; charset=utf-8"
			if answer.Status != want || answer.Header.Get("Content-Type") != media {
				t.Errorf("%s, accepting %q: status %d, %s, want %d: %.300s", one.name, accept, answer.Status, answer.Header.Get("Content-Type"), want, answer.Body)
			}
			if strings.Contains(answer.Body, "hunter2") && !strings.Contains(answer.Body, "got invalid value") {
				t.Errorf("%s is echoed: %s", one.name, answer.Body)
			}
			if allow := answer.Header.Get("Allow"); (allow == "GET, POST") != (one.json == http.StatusMethodNotAllowed) {
				t.Errorf("%s: Allow is %q", one.name, allow)
			}
		}
	}
	w.Stop()
	if logged := w.Log.String(); strings.Contains(logged, "hunter2") || strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %.2000s", logged)
	}
}

func TestEdgeAnAnswerThatTheClientTakesNone(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for _, accept := range []string{"text/html", "application/xml, text/plain;q=0.5", "application/json;q=0", "application/json; charset=utf-16", "x", "application/graphql+json"} {
		for _, send := range []apitest.Request{apitest.PostJSON(whole + "}"), get(url.Values{"query": {plain}})} {
			send.Accept = accept
			answer := w.Handle(t, send)
			answer.Refused(t, "NOT_ACCEPTABLE")
			if answer.Status != http.StatusNotAcceptable || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
				t.Errorf("%s: status %d, %s", accept, answer.Status, answer.Header.Get("Content-Type"))
			}
		}
	}
}

func TestEdgeWhatIsAskedRightlyIsAnswered(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	atTheLimit := apitest.PostJSON(whole + strings.Repeat(" ", 512<<10-len(whole)-1) + "}")
	atTheLimit.By = w.SignUp(t, "ann")
	marked := apitest.PostJSON("\ufeff \n" + whole + "}")
	marked.Header = http.Header{"Content-Encoding": {"identity"}}
	requests := map[string]apitest.Request{
		"a byte order mark":      marked,
		"a body of 512 KiB":      atTheLimit,
		"nulls":                  as(plain, map[string]any{"variables": nil, "operationName": nil, "extensions": nil}),
		"entries unknown to us":  as(plain, map[string]any{"id": edgeSecret, "more": []int{1}}),
		"variables not declared": as(plain, nil),
		"GET":                    get(url.Values{"query": {plain}, "variables": {`{"password":"x"}`}, "extensions": {"{}"}, "operationName": {""}}),
		"one of two":             as("query A { launchTargets { id } } mutation B { signOut { viewer { user { id } } } }", map[string]any{"operationName": "A"}),
	}
	for _, charset := range []string{"UTF-8", "utf8", "Utf8", `"utf-8"`, `"UTF8"`} {
		send := apitest.PostJSON(whole + "}")
		send.ContentType = "Application/JSON; charset=" + charset
		requests[charset] = send
	}
	for name, send := range requests {
		for _, accept := range []string{"application/json", "application/graphql-response+json", "text/html, application/*;q=0.1"} {
			send.Accept = accept
			if reader, ok := send.Body.(*strings.Reader); ok {
				_, _ = reader.Seek(0, 0)
			}
			answer := w.Handle(t, send)
			if answer.Code(t) != "" || answer.Status != http.StatusOK || !answer.HasData || !strings.Contains(answer.Body, "ltg_") {
				t.Errorf("%s, accepting %s: status %d: %.300s", name, accept, answer.Status, answer.Body)
			}
		}
	}
}

// An answer says how long it is, also one that net/http would otherwise send in chunks, which is over 2,048 bytes.
func TestAnAnswerSaysItsLength(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for query, atLeast := range map[string]int{"{industries(first:1){nodes{id}}}": 1, "{industries(first:100){nodes{id code}}}": 2_049, "{": 1} {
		answer := w.HandleQuery(t, nil, query, nil)
		if got := answer.Header.Get("Content-Length"); got != strconv.Itoa(len(answer.Body)) || len(answer.Body) < atLeast {
			t.Errorf("%s: %q for %d bytes", query, got, len(answer.Body))
		}
	}
}
