package api_test

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"minidock/ent/user"
	"minidock/internal/apitest"
	"minidock/internal/web"
)

const schemaQuery = `{ __schema { queryType { name } } }`

func TestInProductionOnlyStaffSeesTheSchema(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Introspection: web.Staff}, func(t *testing.T, w *apitest.World) {
		ann, rob := w.SignUp(t, "ann"), w.SignUp(t, "rob")
		w.Employ(t, rob, user.StaffRoleREVIEWER)
		for _, p := range []*apitest.Person{w.Visitor(t), ann} {
			for _, query := range []string{schemaQuery, `{ viewer { user { id } } ... on Query { x: __type(name: "User") { name } } }`} {
				answer := p.Do(t, query, nil)
				if code := answer.Code(t); code != "FORBIDDEN" || answer.Data != nil {
					t.Errorf("got %s: %s", code, answer.Body)
				}
			}
			if got := p.Do(t, `{ __typename }`, nil).String(t, "__typename"); got != "Query" {
				t.Errorf("__typename %q", got)
			}
		}
		if got := rob.Do(t, schemaQuery, nil).String(t, "__schema.queryType.name"); got != "Query" {
			t.Errorf("staff gets %q", got)
		}
	})
}

// The answers of mutations lead back to the query root.
func TestTrapIntrospectionIsFoundWhereverItLies(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Introspection: web.Staff}, func(t *testing.T, w *apitest.World) {
		ann, rob := w.SignUp(t, "ann"), w.SignUp(t, "rob")
		w.Employ(t, rob, user.StaffRoleREVIEWER)
		const named = `__type(name: "User") { name }`
		for _, query := range []string{
			`mutation { signOut { query { __schema { types { name fields { name } } } } } }`,
			`mutation { signOut { viewer { user { id } } query { viewer { user { id } } a: ` + named + ` } } }`,
			`mutation { signOut { ... { query { ... on Query { ` + named + ` } } } } }`,
			`mutation { ...M } fragment M on Mutation { signOut { ...P } } fragment P on SignOutPayload { query { ...Q } } fragment Q on Query { ` + named + ` }`,
			`mutation { signOut { query { ...Q } } a: signOut { query { ...Q ...R } } } fragment Q on Query { __typename } fragment R on Query { ...Q ` + named + ` }`,
			`mutation { signOut { query { __typename } query { ` + named + ` } } }`,
		} {
			for _, p := range []*apitest.Person{w.Visitor(t), ann} {
				answer := p.Do(t, query, nil)
				if code := answer.Code(t); code != "FORBIDDEN" || answer.Data != nil {
					t.Errorf("%s: got %s: %.300s", query, code, answer.Body)
				}
			}
			if got := rob.Do(t, query, nil); len(got.Errors) != 0 {
				t.Errorf("%s: staff gets %s", query, got.Body)
			}
			rob.SignIn(t)
		}
		if got := ann.Do(t, `mutation { signOut { query { __typename } } }`, nil).String(t, "signOut.query.__typename"); got != "Query" {
			t.Errorf("__typename %q", got)
		}
	})
}

func TestInProductionOnlyStaffOpensThePlayground(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Introspection: web.Staff}, func(t *testing.T, w *apitest.World) {
		ann, ada := w.SignUp(t, "ann"), w.SignUp(t, "ada")
		w.Employ(t, ada, user.StaffRoleADMIN)
		nobody, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/playground", "/playground/", "/playground/assets/playground.js"} {
			for _, c := range []struct {
				jar  http.CookieJar
				want int
			}{{nobody, http.StatusNotFound}, {ann.Jar, http.StatusNotFound}, {ada.Jar, http.StatusOK}} {
				response, err := (&http.Client{Jar: c.jar}).Get(w.URL + path)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				if response.StatusCode != c.want {
					t.Errorf("%s: %d, want %d", path, response.StatusCode, c.want)
				}
			}
		}
	})
}

func TestAnHTTPSAddressIsTheProductionProfile(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{PublicURL: "https://minidock.example"})
	w.Visitor(t).Do(t, schemaQuery, nil).Refused(t, "FORBIDDEN")
	if got := w.Get(t, "/playground").StatusCode; got != http.StatusNotFound {
		t.Errorf("the playground answers %d", got)
	}
	if got := w.Get(t, "/healthz").Header.Get("Strict-Transport-Security"); got == "" {
		t.Error("no Strict-Transport-Security")
	}
}

func TestNobodyMeansNobody(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Introspection: web.Nobody})
	ada := w.SignUp(t, "ada")
	w.Employ(t, ada, user.StaffRoleADMIN)
	ada.Do(t, schemaQuery, nil).Refused(t, "FORBIDDEN")
}

func TestEveryRouteTellsBrowsersToBeCareful(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for _, path := range []string{"/graphql", "/playground", "/healthz", "/readyz", "/logos/none.png", "/nowhere"} {
		header := w.Get(t, path).Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s has %s %q", path, name, got)
			}
		}
		policy := header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src 'unsafe-inline'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s asks for https over http", path)
		}
	}
}

func TestOnlyAllowedOriginsMaySendAndRead(t *testing.T) {
	t.Parallel()
	const friend = "https://console.example"
	w := apitest.New(t, apitest.Options{AllowedOrigins: []string{friend}})
	for origin, want := range map[string]int{friend: http.StatusOK, "https://console.example.evil": http.StatusForbidden, "http://console.example": http.StatusForbidden, "null": http.StatusForbidden} {
		response := ask(t, w, http.MethodPost, origin)
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", origin, response.StatusCode, want)
		}
		shared := response.Header.Get("Access-Control-Allow-Origin")
		if (shared == origin) != (origin == friend) || shared == "*" {
			t.Errorf("%s may read: %q", origin, shared)
		}
		if !strings.Contains(strings.Join(response.Header.Values("Vary"), ","), "Origin") {
			t.Errorf("%s: Vary %q", origin, response.Header.Values("Vary"))
		}
	}
	if got := ask(t, w, http.MethodOptions, friend).Header; got.Get("Access-Control-Allow-Credentials") != "true" || got.Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("preflight: %v", got)
	}
}

func ask(t *testing.T, w *apitest.World, method, origin string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/graphql", strings.NewReader(`{"query": "{ viewer { user { id } } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodOptions {
		request.Header.Set("Access-Control-Request-Method", http.MethodPost)
		request.Header.Set("Access-Control-Request-Headers", "content-type")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}
