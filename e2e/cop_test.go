//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestCop makes the checks of the tool graphql-cop as a stranger: none finds anything in the production profile.
func TestCop(t *testing.T) {
	t.Parallel()
	production, development := startBehindTLS(t), start(t, t.TempDir())
	for _, check := range copChecks {
		t.Run(check.name, func(t *testing.T) {
			t.Parallel()
			if finding := check.find(t, production.URL); finding != "" {
				t.Errorf("found: %s", finding)
			}
			// A check that can find nothing says nothing.
			if check.inDevelopment && check.find(t, development.URL) == "" {
				t.Error("finds nothing where there is something")
			}
		})
	}
}

// startBehindTLS runs minidock as behind a proxy that ends TLS; its URL is where the proxy would reach it.
func startBehindTLS(t *testing.T) *server {
	t.Helper()
	addr := freeAddr(t)
	s := launch(t, []string{"--addr", addr, "--data", t.TempDir(), "--public-url", "https://mini.example.com"}, nil)
	s.URL = "http://" + addr
	waitUntil(t, "ready", func() bool { return status(s.URL+"/readyz") == http.StatusOK })
	return s
}

// copChecks return what they find, or nothing.
var copChecks = []struct {
	name          string
	find          func(t *testing.T, url string) string
	inDevelopment bool
}{
	{name: "alias overloading", find: executes(func() string {
		var aliases strings.Builder
		for i := range 101 {
			fmt.Fprintf(&aliases, "alias%d: __typename\n", i)
		}
		return "query cop { " + aliases.String() + " }"
	}())},
	{name: "batch queries", find: batch},
	{name: "directive overloading", find: directiveOverloading},
	{name: "circular introspection", find: executes("query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }")},
	{name: "circular fragments", find: executes("query cop { __schema { ...A } } fragment A on __Schema { directives { name } ...B } fragment B on __Schema { ...A }")},
	{name: "field duplication", find: executes("query cop { " + strings.Repeat("__typename \n", 500) + "}")},
	{name: "mutations by GET", find: mutationsByGET},
	{name: "queries by GET for other sites", find: queriesByGETForOtherSites},
	{name: "POST without JSON", find: postWithoutJSON},
	{name: "field suggestions", find: suggests("query cop { __schema { directive } }"), inDevelopment: true},
	{name: "input suggestions", find: suggests("mutation cop { signIn(input: {emai: \"\", email: \"\", password: \"\"}) { __typename } }"), inDevelopment: true},
	{name: "argument suggestions", find: suggests("query cop { node(idd: \"\") { id } }"), inDevelopment: true},
	{name: "introspection", find: executes("query cop { __schema { types { name fields { name } } } }"), inDevelopment: true},
	{name: "introspection of a type", find: executes("query cop { __type(name: \"User\") { fields { name } } }"), inDevelopment: true},
	{name: "introspection in a fragment", find: executes("query cop { ...All } fragment All on Query { s: __schema { types { name } } }"), inDevelopment: true},
	{name: "introspection below a mutation", find: introspectsBelowAMutation, inDevelopment: true},
	{name: "GraphiQL", find: graphiQL, inDevelopment: true},
	{name: "tracing", find: extension("query cop { __typename }", "tracing")},
	{name: "unhandled errors", find: extension("qwerty cop { abc }", "exception", "stacktrace", "goroutine")},
}

// executes finds that a query has data.
func executes(query string) func(*testing.T, string) string {
	return func(t *testing.T, url string) string { return executed(post(t, url, query)) }
}

// introspectsBelowAMutation finds the names of types in what leads back to the query root.
func introspectsBelowAMutation(t *testing.T, url string) string {
	got := post(t, url, "mutation cop { signOut { query { ...All } } } fragment All on Query { s: __schema { types { name } } }")
	return when(strings.Contains(got, "MiniProgram"), got)
}

func suggests(query string) func(*testing.T, string) string {
	return func(t *testing.T, url string) string {
		got := post(t, url, query)
		if strings.Contains(strings.ToLower(got), "did you mean") {
			return got
		}
		return ""
	}
}

// extension finds one of these words in the answer.
func extension(query string, words ...string) func(*testing.T, string) string {
	return func(t *testing.T, url string) string {
		got := post(t, url, query)
		for _, word := range words {
			if strings.Contains(strings.ToLower(got), word) {
				return got
			}
		}
		return ""
	}
}

func batch(t *testing.T, url string) string {
	one := `{"query": "query cop { __typename }"}`
	got := send(t, http.MethodPost, url+"/graphql", "["+strings.Repeat(one+",", 9)+one+"]", "Content-Type", "application/json")
	return when(strings.HasPrefix(got, "[") || strings.Contains(got, "Query"), got)
}

// directiveOverloading finds that each of many directives has its own error.
func directiveOverloading(t *testing.T, url string) string {
	for _, n := range []int{10, 1_000} {
		got := post(t, url, "query cop { __typename "+strings.Repeat("@aa", n)+" }")
		if strings.Count(got, `"message"`) >= 10 || executed(got) != "" {
			return got
		}
	}
	return ""
}

func mutationsByGET(t *testing.T, to string) string {
	return executed(send(t, http.MethodGet, to+"/graphql?query="+url.QueryEscape("mutation cop { __typename }"), ""))
}

// queriesByGETForOtherSites is where we do not follow graphql-cop, which finds that queries are answered by GET: ours are,
// as GraphQL over HTTP has it. They change nothing; what counts is that a page of another origin cannot read the answer.
func queriesByGETForOtherSites(t *testing.T, to string) string {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to+"/graphql?query="+url.QueryEscape("query cop { __typename }"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://evil.example")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	for _, header := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Set-Cookie"} {
		if value := response.Header.Get(header); value != "" {
			return header + ": " + value
		}
	}
	return when(response.Header.Get("X-Content-Type-Options") != "nosniff", "the answer can be taken for a script")
}

// postWithoutJSON sends what a form of any page can send without asking the server first.
func postWithoutJSON(t *testing.T, to string) string {
	form := url.Values{"query": {"query cop { __typename }"}}.Encode()
	text := `{"query": "query cop { __typename }"}`
	for _, sent := range []struct{ contentType, body string }{
		{"application/x-www-form-urlencoded", form},
		{"application/x-www-form-urlencoded", text},
		{"text/plain", text},
		{"text/plain", "query cop { __typename }"},
		{"application/graphql", "query cop { __typename }"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n" + text +
			"\r\n--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--x--\r\n"},
		{"", text},
	} {
		if got := executed(send(t, http.MethodPost, to+"/graphql", sent.body, "Content-Type", sent.contentType)); got != "" {
			return sent.contentType + ": " + got
		}
	}
	return ""
}

func graphiQL(t *testing.T, url string) string {
	for _, path := range []string{"/", "/graphql", "/graphiql", "/playground", "/playground/", "/console", "/altair", "/v1/graphql"} {
		got := send(t, http.MethodGet, url+path, "", "Accept", "text/html")
		if text := strings.ToLower(got); strings.Contains(text, "graphiql") || strings.Contains(text, "playground") {
			return path + ": " + got
		}
	}
	return ""
}

var (
	codedError = regexp.MustCompile(`"code":"[A-Z_]+"`)
	requestID  = regexp.MustCompile(`"requestId":"[0-9A-Z]+"`)
)

// executed returns an answer that has data. One without has a code and the request id, and is short.
func executed(text string) string {
	var got struct{ Data any }
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return fmt.Sprintf("no JSON (%v): %s", err, text)
	}
	if got.Data != nil {
		return text
	}
	return when(!codedError.MatchString(text) || !requestID.MatchString(text) || len(text) > 8<<10, text)
}

func when(found bool, what string) string {
	if found {
		return what
	}
	return ""
}

func post(t *testing.T, url, query string) string {
	t.Helper()
	text, err := json.Marshal(map[string]string{"query": query, "operationName": "cop"})
	if err != nil {
		t.Fatal(err)
	}
	return send(t, http.MethodPost, url+"/graphql", string(text), "Content-Type", "application/json")
}

// send returns the body of the answer to a request with this header.
func send(t *testing.T, method, url, body string, header ...string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
