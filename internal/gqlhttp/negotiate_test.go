package gqlhttp

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// FuzzGet reads a foreign query string as a request. It is what a POST of the same fields is, or both are refused in words of
// ours.
func FuzzGet(f *testing.F) {
	for _, values := range []url.Values{
		{"query": {plainQuery}}, {"query": {plainQuery}, "variables": {`{"n":1e2,"o":{"p":[null,"\u0000"]}}`}, "operationName": {"A"}, "extensions": {"{}"}},
		{"query": {plainQuery}, "variables": {"null"}}, {"query": {plainQuery}, "variables": {"[]"}}, {"query": {plainQuery}, "variables": {"{} {}"}},
		{"query": {""}}, {"query": {"\xff"}}, {"variables": {"{}"}}, {"query": {plainQuery, "{b}"}, "extensions": {`"x"`}}, {"QUERY": {plainQuery}},
	} {
		f.Add(values.Encode())
	}
	f.Add("query=%7B&%%%&;query=x&query")
	f.Fuzz(func(t *testing.T, raw string) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: raw}}
		got, refusal := readQuery(r)
		if refusal != nil {
			checkRefusal(t, refusal)
		} else if got.query == "" {
			t.Errorf("%q is a request without a query", raw)
		}
		values, fields := r.URL.Query(), map[string]any{}
		for _, name := range []string{"query", "operationName"} {
			if values.Has(name) {
				fields[name] = values.Get(name)
			}
		}
		for _, name := range []string{"variables", "extensions"} {
			text := values.Get(name)
			if text != "" && !json.Valid([]byte(text)) {
				if refusal == nil {
					t.Errorf("%s of %q are no JSON and accepted", name, raw)
				}
				return
			}
			if text != "" {
				fields[name] = json.RawMessage(text)
			}
		}
		body, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		posted, refused := decode("The body", body)
		if refusal == errQueryString || refusal != nil && strings.Contains(refusal.Message, " times: ") {
			return // what a body cannot have
		}
		if refusal != refused || !reflect.DeepEqual(got, posted) {
			t.Errorf("GET %q: %+v, %v; POST %s: %+v, %v", raw, got, refusal, body, posted, refused)
		}
	})
}

const plainQuery = "{ launchTargets { id } }"

// FuzzNegotiate reads foreign text as an Accept header. The answer's type is one of ours that the header takes, and the same
// however the header is cut into lines.
func FuzzNegotiate(f *testing.F) {
	for _, accept := range []string{
		"", " ", "*/*", "application/*", mediaJSON, mediaGraphQL, mediaGraphQL + ", " + mediaJSON + ";q=0.9", mediaJSON + ";q=0, */*;q=0.1",
		mediaJSON + `;charset="UTF-8";q=1.000`, mediaGraphQL + ";charset=utf-16", "text/html,application/xhtml+xml,*/*;q=0.8", "Application/JSON",
		mediaJSON + ";q=NaN", mediaJSON + ";q=-1," + mediaGraphQL + ";q=1e999", ";;,=;q", mediaJSON + ";Q=0.5,*/*;q=inf",
	} {
		f.Add(accept)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		media, events := negotiateMedia([]string{accept})
		switch {
		case strings.TrimSpace(accept) == "":
			if media != mediaJSON {
				t.Errorf("without a word: %q", media)
			}
		case media == "":
			if and, _ := negotiateMedia([]string{accept, mediaGraphQL}); and != mediaGraphQL {
				t.Errorf("%q and what we have: %q", accept, and)
			}
		case media != mediaJSON && media != mediaGraphQL:
			t.Errorf("%q: %q", accept, media)
		case !takes(accept, media):
			t.Errorf("%q: %q, which it does not take", accept, media)
		}
		if lines, streams := negotiateMedia(strings.Split(accept, ",")); lines != media || streams != events {
			t.Errorf("%q: %q, %t in one line, %q, %t in several", accept, media, events, lines, streams)
		}
		if events && !takes(accept, mediaSSE) {
			t.Errorf("%q: a stream, which it does not take", accept)
		}
		if refused, _ := negotiateMedia([]string{strings.ReplaceAll(accept, ",", ";q=0,") + ";q=0"}); refused != "" && strings.TrimSpace(accept) != "" {
			t.Errorf("%q: %q when nothing is wanted", accept, refused)
		}
	})
}

// takes tells whether some range of the header is this type or a wider one, and is wanted at all.
func takes(accept, media string) bool {
	for _, clause := range parseAccept(accept) {
		name, quality := clause.Type+"/"+clause.SubType, clause.Q
		if (name == media || media == mediaJSON && (name == "*/*" || name == "application/*")) && quality > 0 && !math.IsNaN(quality) {
			return true
		}
	}
	return false
}
