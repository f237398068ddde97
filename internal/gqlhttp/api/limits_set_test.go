package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// limited returns a world with other limits than the defaults.
func limited(t *testing.T, change func(l *limit.Limits)) *apitest.World {
	t.Helper()
	return apitest.New(t, apitest.Options{Limits: apitest.Limits(change)})
}

func TestLimitsThatAreSetHold(t *testing.T) {
	t.Parallel()
	w := limited(t, func(l *limit.Limits) {
		l.QueryDepth, l.QueryCost, l.QueryCostSignedOut, l.QueryTokensSignedOut, l.ListLength, l.MutationRootFields = 4, 6, 5, 40, 2, 1
		l.QueryRootFields, l.QueryCharacters = 2, 300
	})
	ann := w.SignUp(t, "ann")
	ids := func(ids ...string) apitest.Vars { return apitest.Vars{"ids": ids} }
	for _, test := range []struct {
		name      string
		by        *apitest.Person
		query     string
		variables apitest.Vars
		refused   bool
	}{
		{name: "depth", by: ann, query: "{industries(first:1){edges{node{id}}}}"},
		{name: "depth", by: ann, query: "{viewer{memberships(first:1){nodes{workspace{id}}}}}", refused: true},
		{name: "cost", by: ann, query: "{industries(first:6){nodes{id}}}"},
		{name: "cost", by: ann, query: "{industries(first:7){nodes{id}}}", refused: true},
		{name: "cost signed out", query: "{industries(first:5){nodes{id}}}"},
		{name: "cost signed out", query: "{industries(first:6){nodes{id}}}", refused: true},
		{name: "tokens signed out", query: "{viewer{user{" + strings.Repeat("id ", 32) + "}}}"},
		{name: "tokens signed out", query: "{viewer{user{" + strings.Repeat("id ", 33) + "}}}", refused: true},
		{name: "a list", by: ann, query: "query($ids:[ID!]!){nodes(ids:$ids){id}}", variables: ids("a", "b")},
		{name: "a list", by: ann, query: "query($ids:[ID!]!){nodes(ids:$ids){id}}", variables: ids("a", "b", "c"), refused: true},
		{name: "root fields", by: ann, query: "{a:viewer{user{id}} b:viewer{user{id}}}"},
		{name: "root fields", by: ann, query: "{a:__typename b:__typename c:__typename}", refused: true},
		{name: "root fields of a mutation", query: "mutation{a:signOut{viewer{user{id}}} b:signOut{viewer{user{id}}}}", refused: true},
		{name: "characters", by: ann, query: smallest + strings.Repeat(" ", 282)},
		{name: "characters", by: ann, query: smallest + strings.Repeat(" ", 283), refused: true},
	} {
		answer := w.HandleQuery(t, test.by, test.query, test.variables)
		if test.refused {
			answer.Refused(t, "QUERY_TOO_COMPLEX")
		} else if answer.Code(t) != "" || !answer.HasData {
			t.Errorf("%s: %s: %.300s", test.name, test.query, answer.Body)
		}
	}
	if got := w.HandleQuery(t, ann, smallest, nil).Cost["limit"]; got != 6 {
		t.Errorf("the limit of the cost is shown as %d", got)
	}
}

func TestLimitsOfBytesThatAreSetHold(t *testing.T) {
	t.Parallel()
	w := limited(t, func(l *limit.Limits) { l.BodyBytes, l.FileBytes, l.BesideBytes = 400, 1_000, 1_000 })
	ann := w.SignUp(t, "ann")
	padded := func(size int) apitest.Request {
		text := `{"query":"{ launchTargets { id } }"`
		return apitest.PostJSON(text + strings.Repeat(" ", size-len(text)-1) + "}")
	}
	if answer := w.Handle(t, padded(400)); answer.Code(t) != "" {
		t.Errorf("a body at the limit: %s", answer.Body)
	}
	w.Handle(t, padded(401)).Refused(t, "PAYLOAD_TOO_LARGE")
	beside := func(size int) apitest.Part {
		p := apitest.LogoOperations
		p.Content += strings.Repeat(" ", size-len(p.Content))
		return p
	}
	file := func(size int) apitest.Part {
		return apitest.Part{Name: "0", File: "logo.png", Content: strings.Repeat("x", size)}
	}
	for name, test := range map[string]struct{ body, code string }{
		"a file at the limit":     {apitest.Form(apitest.LogoOperations, apitest.LogoMap, file(1_000)), "NOT_FOUND"},
		"a file over the limit":   {apitest.Form(apitest.LogoOperations, apitest.LogoMap, file(1_001)), "PAYLOAD_TOO_LARGE"},
		"beside it, at the limit": {apitest.Form(beside(1_000), apitest.LogoMap, file(1)), "NOT_FOUND"},
		"beside it, over it":      {apitest.Form(beside(1_001), apitest.LogoMap, file(1)), "PAYLOAD_TOO_LARGE"},
	} {
		if answer := w.HandleForm(t, ann, strings.NewReader(test.body)); answer.Code(t) != test.code {
			t.Errorf("%s: %s", name, answer.Body)
		}
	}
}

func TestAnAnswerThatIsTooLargeIsNotSent(t *testing.T) {
	t.Parallel()
	w := limited(t, func(l *limit.Limits) { l.AnswerBytes = 1_000 })
	for accept, query := range map[string]string{"application/json": "query", "application/graphql-response+json": "query Named"} {
		send := apitest.Request{Body: apitest.QueryBody(t, query+"{industries(first:100){nodes{id code}}}", nil), Accept: accept}
		answer := w.Handle(t, send)
		if answer.Code(t) != "QUERY_TOO_COMPLEX" || answer.Status != http.StatusOK || !strings.Contains(answer.Body, `"data":null`) || len(answer.Body) > 500 {
			t.Errorf("status %d: %.300s", answer.Status, answer.Body)
		}
	}
	if answer := w.HandleQuery(t, nil, "{industries(first:10){nodes{id}}}", nil); answer.Code(t) != "" {
		t.Errorf("a small one: %s", answer.Body)
	}
}

func TestTheTimesThatAreSetHold(t *testing.T) {
	t.Parallel()
	w := limited(t, func(l *limit.Limits) { l.RequestTime = time.Nanosecond })
	answer := w.HandleQuery(t, nil, "{viewer{user{id}}}", nil)
	answer.Refused(t, "TIMEOUT")
	if answer.Status != http.StatusServiceUnavailable {
		t.Errorf("status %d", answer.Status)
	}
}
