package api_test

import (
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestEveryRefusalHasACodeAndItsRequestsID(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		tests := []struct {
			query     string
			variables apitest.Vars
			code      string
		}{
			{"{", nil, "GRAPHQL_PARSE_FAILED"},
			{"query { viewer { user { id } }", nil, "GRAPHQL_PARSE_FAILED"},
			{"{ nothing }", nil, "GRAPHQL_VALIDATION_FAILED"},
			{"{ viewer }", nil, "GRAPHQL_VALIDATION_FAILED"},
			{"query($id: ID!) { node(id: $id) { id } }", nil, "GRAPHQL_VALIDATION_FAILED"},
			{"query($n: Int) { industries(first: $n) { totalCount } }", apitest.Vars{"n": "x"}, "GRAPHQL_VALIDATION_FAILED"},
			{"{ industries(first: 0) { totalCount } }", nil, "BAD_USER_INPUT"},
			{`{ workspace(id: "x") { id } }`, nil, "UNAUTHENTICATED"},
			{`mutation { createWorkspace(input: {name: "x"}) { workspace { id } } }`, nil, "UNAUTHENTICATED"},
		}
		seen := map[string]bool{}
		for _, test := range tests {
			answer := visitor.Do(t, test.query, test.variables)
			answer.Refused(t, test.code)
			requestID := answer.Header.Get("X-Request-Id")
			if requestID == "" || answer.Errors[0].Extensions["requestId"] != requestID || seen[requestID] {
				t.Errorf("%s: request %q: %s", test.query, requestID, answer.Body)
			}
			seen[requestID] = true
		}
	})
}

// A number that is too great for an Int is a fault of the request, not an internal error.
func TestANumberOutOfRangeIsABadRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		for _, n := range []any{3_000_000_000, -3_000_000_000, 1e30, 1.5} {
			answer := visitor.Do(t, "query($n: Int) { industries(first: $n) { totalCount } }", apitest.Vars{"n": n})
			if code := answer.Code(t); code != "BAD_USER_INPUT" && code != "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("%v: %s", n, answer.Body)
			}
		}
		answer := visitor.Do(t, "{ industries(first: 99999999999999999999) { totalCount } }", nil)
		if code := answer.Code(t); code != "BAD_USER_INPUT" && code != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("literal: %s", answer.Body)
		}
	})
}

func TestAFailingDatabaseIsReportedWithoutDetails(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		visitor := w.Visitor(t)
		answers := []*apitest.Answer{
			ann.Do(t, apitest.ViewerQuery, nil),
			ann.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": workspaceID}),
			ann.Create(t, apitest.CreateInput(workspaceID)),
			visitor.Mutate(t, "signIn", apitest.Credentials("ann@example.com", apitest.Password)),
			visitor.Mutate(t, "signUp", apitest.Account("bob@example.com", "eight b.", "Bob")),
		}
		industries := visitor.Do(t, `{ viewer { user { id } } industries(first: 1) { totalCount } }`, nil)
		if len(industries.Errors) != 0 || industries.Get("industries.totalCount") != 298.0 {
			t.Errorf("what needs no database: %s", industries.Body)
		}
		w.Stop()
		logged := w.Log.String()
		for i, answer := range answers {
			if code := answer.Code(t); code != "UNAVAILABLE" && code != "INTERNAL_SERVER_ERROR" {
				t.Errorf("answer %d: %s", i, answer.Body)
			}
			for field, value := range answer.Data {
				if value != nil {
					t.Errorf("answer %d: %s is %v", i, field, value)
				}
			}
			for _, secret := range []string{"sql", "SELECT", "database", "closed", w.Dir, ".go", "minidock", "ent:"} {
				if strings.Contains(strings.ToLower(answer.Anonymous()), strings.ToLower(secret)) {
					t.Errorf("answer %d gives %q away: %s", i, secret, answer.Body)
				}
			}
			requestID, _ := answer.Errors[0].Extensions["requestId"].(string)
			if !strings.Contains(logged, `"requestId":"`+requestID+`","error":"`) {
				t.Errorf("the log does not say what happened to request %s", requestID)
			}
			if answer.Header.Get("Set-Cookie") != "" {
				t.Errorf("answer %d sets a cookie", i)
			}
		}
	})
}
