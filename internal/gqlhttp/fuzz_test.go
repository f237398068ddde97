package gqlhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"minidock/graph"
	"minidock/internal/blob"
	"minidock/internal/coercion"
	"minidock/internal/fault"
	"minidock/internal/limit"
)

// newHandler returns a handler of the product's schema whose resolvers have nothing to work with, for viewers who are not signed in.
func newHandler(t testing.TB, change func(*Config)) *Handler {
	t.Helper()
	schema, err := graph.NewSchema(&graph.Resolver{})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Spool:  func(ctx context.Context) (Spool, error) { return blobs.Create(ctx) },
		Schema: schema, Viewers: strangers{}, Limits: limit.Default.GraphQL, Lists: Lists{DefaultPage: 20, MaxPage: 100},
		Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	return New(c)
}

// strangers are viewers who are not signed in.
type strangers struct{}

func (strangers) UserID(context.Context) (string, error)      { return "", nil }
func (strangers) HasToken(context.Context) bool               { return false }
func (strangers) MayIntrospect(context.Context) (bool, error) { return true, nil }
func (strangers) Refresh(context.Context)                     {}
func (strangers) Renew(ctx context.Context) context.Context   { return ctx }

// FuzzRequest reads foreign bytes as a request and makes the query in it ready. Whatever they are, there is no panic, a
// refusal is in words of ours and has a code, and what is ready is within the limits.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{ launchTargets { id } }"}`, `{"query":"query($n: Int = 1) { industries(first: $n) { nodes { ...F } } } fragment F on Industry { id }","variables":{"n":2},"operationName":null}`,
		`[{"query":"{ viewer { user { id } } }"}]`, `{"query":"{ a b c d e f g }"}`, `{"query":1}`, `{"query":"{","variables":[]}`, `{"query":"\"\"\"block\"\"\""}`, "\xff", "", "null", `{"query":"{ ...F } fragment F on Query { ...F }"}`,
		`{"query":"{ a: node(id: \"x\") @include(if: true) { ... on User { id } } }"}`, `{"query":"mutation { signIn(input: {email: \"a\", password: \"b\"}) { userErrors { code } } }"}`,
		`{"query":"{ __schema { types { fields { type { ofType { name } } } } } }","extensions":{}}`, `{"query":"{ nodes(ids: [[1], {a: $b}]) { id } }"}`,
	} {
		f.Add([]byte(seed))
	}
	h := newHandler(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		params, refusal := decode("The body", body)
		if refusal != nil {
			checkRefusal(t, refusal)
			return
		}
		doc, wrong := h.documents.prepare(context.Background(), params.query, true)
		if len(wrong) > maxErrors {
			t.Errorf("%d errors", len(wrong))
		}
		for _, one := range wrong {
			if code, _ := one.Extensions["code"].(string); code == "" {
				t.Errorf("no code: %v", one)
			}
		}
		if wrong != nil {
			return
		}
		for _, operation := range doc.query.Operations {
			variables, errs := h.coerce(doc, operation, params.variables)
			if errs != nil {
				continue
			}
			cost, err := measure(h.Limits, h.Lists, operation, variables, h.Limits.QueryCost)
			if err == nil && (cost < 0 || cost > h.Limits.QueryCost) || err != nil && err.Extensions["code"] != "QUERY_TOO_COMPLEX" {
				t.Errorf("cost %d, %v", cost, err)
			}
		}
	})
}

// checkRefusal makes sure that a refusal has a code and a short message.
func checkRefusal(t *testing.T, refusal *fault.Refusal) {
	t.Helper()
	switch refusal.Code {
	case "BAD_REQUEST", "PERSISTED_QUERY_NOT_SUPPORTED", "PAYLOAD_TOO_LARGE":
	default:
		t.Errorf("refused with another code: %v", refusal)
	}
	if n := len([]rune(refusal.Message)); n == 0 || n > 400 || !utf8.ValidString(refusal.Message) {
		t.Errorf("a message of %d characters: %s", n, refusal.Message)
	}
}

// FuzzMultipart reads foreign bytes as a form. Whatever they are, there is no panic, and what is no form is refused in words
// of ours; of a form, the file stands at its place.
func FuzzMultipart(f *testing.F) {
	const head = "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n"
	const between = "\r\n--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n"
	const tail = "\r\n--x\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--x--\r\n"
	for operations, places := range map[string]string{
		`{"query":"q","variables":{"input":{"logo":{"file":null}}}}`: `{"0":["variables.input.logo.file"]}`,
		`{"query":"q","variables":{"a":[null]}}`:                     `{"0":["variables.a.0"]}`,
		`{"query":"q","variables":{"a":null}}`:                       `{"0":["variables.a","variables.a"]}`,
		`[]`:                                                         `{}`,
		`{"query":"q","variables":null}`:                             `{"0":["variables.a"],"1":["variables.b"]}`,
		`{"query":"q"}`:                                              `{"0":["variables.999999.x"]}`,
	} {
		f.Add([]byte(head + operations + between + places + tail))
	}
	f.Add([]byte("--x--\r\n"))
	h := newHandler(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		allowed := &limitedBody{io.NopCloser(bytes.NewReader(body)), h.Limits.BesideBytes + formBytes, func(int64) error { return nil }}
		form := &uploadForm{multipart.NewReader(allowed, "x"), allowed, &releases{}}
		defer form.held.release()
		b, refusal := h.readFields(form)
		if refusal != nil {
			checkRefusal(t, refusal)
			return
		}
		if refusal := h.readFile(t.Context(), form, b); refusal != nil {
			checkRefusal(t, refusal)
			return
		}
		if len(b.path) == 0 || b.params.query == "" {
			t.Errorf("a form without its file or its query: %v", b)
		}
		var at any = b.params.variables
		for _, step := range b.path {
			at, _ = at.(*coercion.Object).Get(step)
		}
		if at == nil {
			t.Errorf("nothing at %s", strings.Join(b.path, "."))
		}
	})
}

// FuzzVariables checks foreign variables against the inputs that have lists and @oneOf in them.
func FuzzVariables(f *testing.F) {
	for _, seed := range []string{
		`{"a":{"logo":{"base64":"x"}}}`, `{"a":{"logo":{}}}`, `{"b":{"status":["DEVELOPMENT"]}}`, `{"c":["x",null,1]}`, `{"a":[1],"b":"x","c":{}}`,
		`{"a":{"miniProgramId":"x","logo":{"file":[{}]}},"c":[]}`, `{"a":{"miniProgramId":[[{}]]},"b":{"status":{}},"c":[[{}]]}`,
	} {
		f.Add([]byte(seed))
	}
	h := newHandler(f, nil)
	const text = "mutation($a: UpdateMiniProgramInput!, $b: MiniProgramFilter, $c: [ID!]!) { updateMiniProgram(input: $a) { query { nodes(ids: $c) { id } viewer { currentWorkspace { miniPrograms(filter: $b) { totalCount } } } } } }"
	f.Fuzz(func(t *testing.T, variables []byte) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		params, refusal := assemble(map[string]json.RawMessage{"query": quoted, "variables": variables})
		if refusal != nil {
			checkRefusal(t, refusal)
			return
		}
		ctx := graphql.StartOperationTrace(context.Background())
		operation, wrong := h.prepare(ctx, accepted{method: http.MethodGet, media: mediaJSON}, params) // which takes no mutation
		response := h.respond(ctx, operation, wrong)
		for _, told := range response.Errors {
			if code, _ := told.Extensions["code"].(string); code == "" || code == "INTERNAL_SERVER_ERROR" {
				t.Errorf("%s: %v %v", variables, told, told.Extensions)
			}
		}
		if len(response.Errors) == 0 {
			t.Errorf("executed: %s", response.Data)
		}
	})
}
