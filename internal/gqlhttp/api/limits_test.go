package api_test

import (
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// path returns a query whose deepest field is the nth; it can be built for 15 and 16.
func path(n int) string {
	const page = "members(first: 1) { nodes { workspace { "
	text := "{ viewer { memberships(first: 1) { nodes { workspace { " + page + page + page + "members(first: 1) { "
	if n == 15 {
		text += "totalCount"
	} else {
		text += "pageInfo { hasNextPage }"
	}
	return text + strings.Repeat(" }", strings.Count(text, "{")-strings.Count(text, "}"))
}

// atLimit makes what amounts to n; at the limit it is answered, and one over it is refused.
type atLimit struct {
	name      string
	n         int
	signedOut bool
	query     func(n int) string
	variables func(n int) apitest.Vars
}

const smallest = "{viewer{user{id}}}" // nine tokens

func limitsAsWritten() []atLimit {
	commented := func(n int) string { return smallest + strings.Repeat("\n#", n-9) }
	fields := func(n int) string {
		return "{launchTargets{" + strings.Repeat("id ", 250) + "}}" + strings.Repeat("\n#x", n-255)
	}
	return []atLimit{
		{name: "characters", n: 10_000, query: func(n int) string { return smallest + "#" + strings.Repeat("é", n-len(smallest)-1) }},
		{name: "white space", n: 10_000, signedOut: true, query: func(n int) string { return smallest + strings.Repeat(" ", n-len(smallest)) }},
		{name: "tokens", n: 2_000, query: commented},
		{name: "tokens signed out", n: 1_000, signedOut: true, query: commented},
		{name: "tokens among fields", n: 1_000, signedOut: true, query: fields},
		{name: "aliases", n: 30, query: func(n int) string { return "{launchTargets{" + apitest.Numbered(n, "a#:id ") + "}}" }},
		{name: "aliases in fragments", n: 30, query: func(n int) string {
			return "{launchTargets{...F ...on Node{b:id}}} fragment F on LaunchTarget{" + apitest.Numbered(n-1, "a#:id ") + "}"
		}},
		{name: "the same alias", n: 30, query: func(n int) string { return "{launchTargets{" + strings.Repeat("a:id ", n) + "}}" }},
		{name: "directives", n: 10, query: func(n int) string {
			return "{launchTargets{" + strings.Repeat("id @include(if:true) ", n) + "}}"
		}},
		{name: "directives everywhere", n: 10, query: func(n int) string {
			return "{...F@skip(if:false) ...@include(if:true){viewer{user{id}}}} fragment F on Query{launchTargets{" + strings.Repeat("id @include(if:true) ", n-2) + "}}"
		}},
		{name: "a list in the query", n: 100, query: func(n int) string { return "{nodes(ids:[" + strings.Repeat(`"x" `, n) + "]){id}}" }},
		{name: "a list in an object in the query", n: 100, query: func(n int) string {
			return "{viewer{currentWorkspace{miniPrograms(first:1 filter:{statuses:[" + strings.Repeat("CREATED ", n) + "]}){totalCount}}}}"
		}},
		{name: "a list in a fragment", n: 100, query: func(n int) string {
			return "{...F} fragment F on Query{nodes(ids:[" + strings.Repeat(`"x" `, n) + "]){id}}"
		}},
		{name: "a list that a variable has otherwise", n: 100, query: func(n int) string {
			return "query($f:MiniProgramFilter={statuses:[" + strings.Repeat("CREATED ", n) + "]}){viewer{currentWorkspace{miniPrograms(first:1 filter:$f){totalCount}}}}"
		}},
		{name: "fields of the same name", n: 316, query: func(n int) string { return "{launchTargets{" + strings.Repeat("id ", n) + "}}" }},
	}
}

// manyFields are 39,999 fields: each of 4,802 members counts 8, and each of 98 memberships 16.
const manyFields = `viewer{emailConfirmed staffRole locale user{id email displayName createdAt}
	memberships(first:98){nodes{id role status joinedAt lastActiveAt workspace{__typename id name createdAt viewerRole
		members(first:49){nodes{id role status joinedAt user{id email}}}}}}}`

func limitsAsExecuted() []atLimit {
	one := func(n int) string { return strings.Repeat("one:industries(first:1){nodes{id}} ", n%100) } // which counts one
	ids := func(n int) apitest.Vars { return apitest.Vars{"ids": slices.Repeat([]string{"x"}, n)} }
	return []atLimit{
		{name: "depth", n: 15, query: path},
		{name: "root fields of a query", n: 20, query: func(n int) string { return "{" + apitest.Numbered(n, "a#:viewer{user{id}}") + "}" }},
		{name: "root fields with fragments", n: 20, query: func(n int) string {
			return "{...F ...{b:viewer{user{id}}}} fragment F on Query{" + apitest.Numbered(n-1, "a#:viewer{user{id}}") + "}"
		}},
		{name: "root fields of a mutation", n: 5, signedOut: true, query: func(n int) string { return "mutation{" + apitest.Numbered(n, "a#:signOut{viewer{user{id}}}") + "}" }},
		{name: "introspections", n: 5, signedOut: true, query: func(n int) string { return "{" + apitest.Numbered(n, "a#:__schema{queryType{name}}") + "}" }},
		{name: "a list", n: 100, query: func(int) string { return "query($ids:[ID!]!){nodes(ids:$ids){id}}" }, variables: ids},
		{name: "a list in an object", n: 100, query: func(int) string {
			return "query($f:MiniProgramFilter){viewer{currentWorkspace{miniPrograms(first:1 filter:$f){totalCount}}}}"
		}, variables: func(n int) apitest.Vars {
			return apitest.Vars{"f": apitest.Vars{"statuses": slices.Repeat([]string{"CREATED"}, n)}}
		}},
		{name: "cost", n: 5_000, query: func(n int) string {
			return "{" + one(n) + "viewer{memberships(first:100){nodes{workspace{members(first:49){nodes{id}}}}}}}"
		}},
		{name: "cost signed out", n: 200, signedOut: true, query: func(n int) string {
			return "{" + one(n) + "industries(first:100){nodes{id}} b:industries(first:100){edges{node{id}}}}"
		}},
		{name: "cost of ids", n: 200, signedOut: true, query: func(n int) string {
			return "query($ids:[ID!]!){nodes(ids:$ids){id} " + one(n) + "industries(first:100){nodes{id}}}"
		}, variables: func(int) apitest.Vars { return ids(100) }},
		{name: "fields in lists", n: 40_000, query: func(n int) string {
			return "{__typename " + strings.Repeat("a:__typename ", n%100) + manyFields + "}"
		}},
		{name: "a name of a field in lists", n: 1_708, query: func(n int) string { // 8 MiB in all
			return "{viewer{memberships(first:100){nodes{workspace{members(first:49){nodes{" + strings.Repeat("a", n) + ":id}}}}}}}"
		}},
		{name: "cost of a variable page", n: 200, signedOut: true,
			query: func(int) string {
				return "query($n:Int=7){a:industries(first:$n){nodes{id}} b:industries(last:100){nodes{id}} c:industries(first:50){nodes{id}}}"
			},
			variables: func(n int) apitest.Vars { return apitest.Vars{"n": n - 150} }},
	}
}

func TestTrapLimitsHoldToTheLastOne(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for _, limit := range append(limitsAsWritten(), limitsAsExecuted()...) {
		var by *apitest.Person
		if !limit.signedOut {
			by = ann
		}
		for _, n := range []int{limit.n, limit.n + 1} {
			var variables apitest.Vars
			if limit.variables != nil {
				variables = limit.variables(n)
			}
			answer := w.HandleQuery(t, by, limit.query(n), variables)
			if n > limit.n {
				answer.Refused(t, "QUERY_TOO_COMPLEX")
			} else if code := answer.Code(t); code != "" || !answer.HasData {
				t.Errorf("%s of %d: %.500s", limit.name, n, answer.Body)
			}
			if t.Failed() {
				t.Fatalf("%s of %d", limit.name, n)
			}
		}
	}
}

func TestTrapTokenLimitsHoldForCachedDocuments(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for n, refused := range map[int]bool{1_000: false, 1_001: true, 2_000: true} {
		text := smallest + strings.Repeat("\n#", n-9)
		for range 2 {
			if answer := w.HandleQuery(t, ann, text, nil); answer.Code(t) != "" {
				t.Errorf("%d tokens, signed in: %.300s", n, answer.Body)
			}
			if answer := w.HandleQuery(t, nil, text, nil); refused {
				answer.Refused(t, "QUERY_TOO_COMPLEX")
			} else if answer.Code(t) != "" {
				t.Errorf("%d tokens, signed out: %.300s", n, answer.Body)
			}
		}
	}
}

// introspection is what getIntrospectionQuery of graphql-js 16 gives with all of its options.
const introspection = `query IntrospectionQuery {
  __schema {
    description
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}`

func TestTrapToolsReadTheSchemaWithinTheLimits(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	answer := w.HandleQuery(t, nil, introspection, nil)
	if answer.Code(t) != "" || answer.Cost["requested"] != 0 || !strings.Contains(answer.Body, `"CreateMiniProgramInput"`) || !strings.Contains(answer.Body, `"isOneOf":true`) {
		t.Errorf("cost %v: %.500s", answer.Cost, answer.Body)
	}
}
