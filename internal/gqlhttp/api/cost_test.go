package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// oneAndHundred are fragments that select pages of different sizes under one name.
const oneAndHundred = "fragment A on Workspace{a:members(first:1){nodes{id}}} fragment B on Workspace{a:members(first:100){nodes{id}}}"

func TestTrapCostCountsWhatTheAnswerMayHold(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for _, test := range []struct {
		query     string
		variables apitest.Vars
		cost      int
	}{
		{smallest, nil, 0},
		{"{launchTargets{id}}", nil, 5},
		{"{launchTargets{id fieldRules{field}}}", nil, 55},
		{"{viewer{sessions{nodes{id}}}}", nil, 20},
		{"{industries{nodes{id}}}", nil, 20},
		{"{industries(first:null){nodes{id}}}", nil, 20},
		{"{industries{totalCount pageInfo{endCursor}}}", nil, 50},
		{"{viewer{memberships(first:10){nodes{workspace{auditEvents(first:99){pageInfo{hasNextPage}}}}}}}", nil, 1_000},
		{"{industries{totalCount}}", nil, 50},
		{"{industries(first:100){totalCount}}", nil, 100},
		{"{viewer{memberships(first:3){nodes{workspace{members{totalCount}}}}}}", nil, 153},
		{"{industries{__typename}}", nil, 20},
		{"{industries(first:1){__typename}}", nil, 1},
		{"{industries{a:totalCount b:totalCount}}", nil, 100},
		{"{industries(first:9){nodes{id a:id}}}", nil, 9},
		{"{industries(first:9){nodes{id a:id b:id c:id}}}", nil, 27},
		{"{industries{totalCount nodes{id}}}", nil, 70},
		{"{industries(first:7){nodes{id}}}", nil, 7},
		{"{industries(last:8){nodes{id}}}", nil, 8},
		{"{industries(first:50){edges{cursor node{id}} nodes{id}}}", nil, 50},
		{"query($n:Int){industries(first:$n){nodes{id}}}", apitest.Vars{"n": 33}, 33},
		{"query($n:Int){industries(last:$n){nodes{id}}}", apitest.Vars{"n": 34}, 34},
		{"query($n:Int){industries(first:$n){nodes{id}}}", nil, 20},
		{"query($n:Int=35){industries(first:$n){nodes{id}}}", nil, 35},
		{"{industries(first:9){nodes{id}} industries(first:9){nodes{code}}}", nil, 9},
		{"{...F ...F} fragment F on Query{industries(first:9){nodes{id}}}", nil, 9},
		{"{...F ...G} fragment F on Query{...G industries(first:9){nodes{id}}} fragment G on Query{industries(first:9){nodes{code}}}", nil, 9},
		{"{a:industries(first:9){...F} b:industries(first:9){...F}} fragment F on IndustryConnection{nodes{id}}", nil, 18},
		{"{industries(first:9){nodes{id} ...{nodes{code}} a:nodes{id}}}", nil, 18},
		{"{viewer{memberships(first:10){nodes{workspace{members(first:99){nodes{id}}}}}}}", nil, 1_000},
		{"{viewer{memberships{nodes{workspace{members(first:5){edges{node{id}}}}}}}}", nil, 120},
		{"{viewer{memberships(first:3){nodes{workspace{quotas{used}}}}}}", nil, 18},
		{"{viewer{memberships(first:3){nodes{workspace{viewerCan}}}}}", nil, 3},
		{"{viewer{memberships(first:3){nodes{a:workspace{id}}}}}", nil, 3},
		{"{viewer{memberships(first:3){nodes{a:workspace{id} b:workspace{id}}}}}", nil, 6},
		{"{viewer{memberships(first:3){nodes{a:workspace{a:owner{id} b:owner{id}} b:workspace{a:owner{id} b:owner{id}}}}}}", nil, 12},
		{"{viewer{memberships(first:3){nodes{a:workspace{...F} ...{b:workspace{id} ...{c:workspace{id}}}}}}} fragment F on Workspace{id}", nil, 9},
		{"{viewer{memberships(first:3){edges{node{id} a:node{id}}}}}", nil, 6},
		{"{industries(first:1){pageInfo{endCursor} a:pageInfo{endCursor} nodes{id}}}", nil, 2},
		{"{a:viewer{user{id}} b:viewer{user{id}} b:viewer{user{id}}}", nil, 1},
		{`{nodes(ids:["a" "b"]){...on MiniProgram{a:workspace{id}} ...on Member{b:workspace{id}}}}`, nil, 2},
		{`{nodes(ids:["a" "b"]){...on MiniProgram{a:workspace{id} b:workspace{id}} ...on Member{a:workspace{id} b:workspace{id}}}}`, nil, 4},
		{`{nodes(ids:["a" "b"]){...on MiniProgram{a:workspace{id} b:createdBy{id}} ...on Member{a:workspace{id} b:invitedBy{id}}}}`, nil, 2},
		{"{industries(first:9){__typename a:__typename nodes{id}}}", nil, 9},
		{"{viewer{memberships(first:3){nodes{miniPrograms(first:5){nodes{developers(first:2){nodes{id}}}}}}}}", nil, 48},
		{`{nodes(ids:["a" "b" "c"]){id}}`, nil, 3},
		{"query($ids:[ID!]!){nodes(ids:$ids){id}}", apitest.Vars{"ids": []string{"a", "b", "c", "d"}}, 4},
		{`{nodes(ids:["a" "b"]){...on MiniProgram{w:workspace{...A}} ...on Member{w:workspace{...B}}}} ` + oneAndHundred, nil, 202},
		{`{nodes(ids:["a" "b"]){...on Member{w:workspace{...B}} ...on MiniProgram{w:workspace{...A}}}} ` + oneAndHundred, nil, 202},
		{`{nodes(ids:["a" "b"]){...on Workspace{a:miniPrograms(first:1){b:edges{cursor}}} ...on Member{a:workspace{b:quotas{used}}}}}`, nil, 14},
		{`{nodes(ids:["a" "b"]){...on Member{a:workspace{b:quotas{used}}} ...on Workspace{a:miniPrograms(first:9){b:edges{cursor}}}}}`, nil, 30},
		{"{__schema{types{name fields{name}}} __type(name:\"Query\"){fields{name}} launchTargets{id}}", nil, 5},
		{"query A{industries(first:9){nodes{id}}}", nil, 9},
		{`{industries(first:9 search:"x"){nodes{id}}}`, nil, 59},
		{`{industries(first:9 search:" "){nodes{id}}}`, nil, 9},
		{"query($s:String){industries(first:9 search:$s){nodes{id}}}", apitest.Vars{"s": "x"}, 59},
		{`{viewer{currentWorkspace{miniPrograms(first:9 filter:{search:"x"}){nodes{id}}}}}`, nil, 59},
		{"query($f:MiniProgramFilter){viewer{currentWorkspace{miniPrograms(first:9 filter:$f){nodes{id}}}}}", apitest.Vars{"f": apitest.Vars{"search": "x"}}, 59},
		{"query($f:MiniProgramFilter){viewer{currentWorkspace{miniPrograms(first:9 filter:$f){nodes{id}}}}}", apitest.Vars{"f": nil}, 9},
		{"{viewer{memberships{totalCount nodes{workspace{miniPrograms{totalCount nodes{developers(first:5){nodes{id}}}}}}}}}", nil, 3_470},
		{"{viewer{memberships{edges{node{workspace{miniPrograms{edges{node{developers(first:10){edges{node{id}}}}}}}}}}}}", nil, 4_420},
	} {
		answer := w.HandleQuery(t, ann, test.query, test.variables)
		if answer.Code(t) != "" || answer.Cost["requested"] != test.cost || answer.Cost["limit"] != 5_000 || len(answer.Cost) != 2 {
			t.Errorf("%s: cost %v, want %d: %.300s", test.query, answer.Cost, test.cost, answer.Body)
		}
	}
	over := w.HandleQuery(t, ann, "{viewer{memberships(first:51){nodes{workspace{members(first:100){nodes{id}}}}}}}", nil)
	over.Refused(t, "QUERY_TOO_COMPLEX")
	if out := w.HandleQuery(t, nil, "{launchTargets{id}}", nil); out.Cost["limit"] != 200 {
		t.Errorf("signed out: %s", out.Body)
	}
	silent := w.Handle(t, apitest.Request{Body: apitest.QueryBody(t, "{launchTargets{id}}", nil)})
	if strings.Contains(silent.Body, "extensions") {
		t.Errorf("cost without being requested: %s", silent.Body)
	}
}

// Somebody who is signed out is told to sign in, and not to ask for less, since what is refused costs nothing.
func TestWhatIsRefusedToVisitorsDoesNotCountTowardTheirLimit(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	const lists = "memberships(first:100){totalCount nodes{id}} sessions(first:100){totalCount nodes{id}}"
	for query, want := range map[string]struct {
		code string
		cost int
	}{
		"{viewer{" + lists + "}}": {"", 0},
		`{workspace(id:"x"){members(first:100){totalCount nodes{id}} miniPrograms(first:100){totalCount}} industries(first:9){nodes{id}}}`:                {"UNAUTHENTICATED", 9},
		`mutation{signIn(input:{email:"a@example.com" password:"x"}){viewer{` + lists + `} query{viewer{` + lists + `} industries(first:9){nodes{id}}}}}`: {"", 9},
		`mutation{signOut{query{a:industries(first:100){totalCount} b:industries(first:100){totalCount} c:industries(first:1){totalCount}}}}`:             {"QUERY_TOO_COMPLEX", 250},
		"{viewer{memberships(first:100){nodes{workspace{members(first:50){nodes{id}}}}}}}":                                                                {"QUERY_TOO_COMPLEX", 0},
		`{workspace(id:"x"){members(first:100){nodes{workspace{members(first:50){nodes{id}}}}}}}`:                                                         {"QUERY_TOO_COMPLEX", 0},
	} {
		answer := w.HandleQuery(t, nil, query, nil)
		if answer.Code(t) != want.code || answer.Cost["requested"] != want.cost {
			t.Errorf("%s: %q, cost %v: %.300s", query, answer.Code(t), answer.Cost, answer.Body)
		}
	}
}

// Objects cost nothing, but an element of a list may hold very many of them.
func TestTrapObjectsInListsDoNotMultiply(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	ids := slices.Repeat([]string{ann.CreateWorkspace(t, "Ann's")}, 100)
	// Each fragment is twice in the one before it.
	doubling := func(n int) string {
		return "query($ids:[ID!]!){nodes(ids:$ids){...on Workspace{members(first:48){nodes{...F0}}}}}" +
			apitest.Repeated(n, func(i int) string {
				return fmt.Sprintf("fragment F%d on Member{id user{id email displayName} workspace{owner{...F%[2]d} viewerMember{...F%[2]d}}}", i, i+1)
			}) + fmt.Sprintf("fragment F%d on Member{id user{id email displayName}}", n)
	}
	for n, isRefused := range []bool{false, true, true, true, true} {
		answer := w.HandleQuery(t, ann, doubling(n), apitest.Vars{"ids": ids})
		switch {
		case answer.Cost["requested"] != 4_900:
			t.Errorf("doubled %d times: cost %v", n, answer.Cost)
		case isRefused:
			answer.Refused(t, "QUERY_TOO_COMPLEX")
		case answer.Code(t) != "":
			t.Errorf("doubled %d times: %.300s", n, answer.Body)
		}
	}
}

func TestAQuerySearchesFiveLists(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	workspaceID := ann.CreateWorkspace(t, "Coffee")
	search := func(n int) string {
		return apitest.Repeated(n, func(i int) string {
			return fmt.Sprintf(`s%d: members(first: 1, filter: {search: "%d"}) { totalCount } `, i, i)
		})
	}
	for text, isRefused := range map[string]bool{
		search(5): false,
		search(6): true,
		search(5) + "miniPrograms(filter: {search: \" \"}) { totalCount }": false,
		search(5) + "miniPrograms(filter: {search: \"x\"}) { totalCount }": true,
	} {
		answer := ann.Do(t, `{ workspace(id: "`+workspaceID+`") { `+text+`} `+
			`a: industries(search: "a") { totalCount } b: industries(search: "b") { totalCount } }`, nil)
		if code := answer.Code(t); code != map[bool]string{true: "QUERY_TOO_COMPLEX"}[isRefused] || isRefused != strings.Contains(answer.Body, "too many searches: 6, at most 5") {
			t.Errorf("%s: %.300s", text, answer.Body)
		}
	}
}

// Root fields are resolved in their order, and so are the errors.
func TestErrorsAreInTheOrderOfTheirFields(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	for range 5 {
		answer := ann.Do(t, "{"+apitest.Repeated(4, func(i int) string { return fmt.Sprintf(`f%d: workspace(id: "wsp_%d") { id } `, i, i) })+"}", nil)
		for i, err := range answer.Errors {
			if path := fmt.Sprint(err.Path); path != fmt.Sprintf("[f%d]", i) || len(answer.Errors) != 4 {
				t.Errorf("error %d of %d is at %s", i, len(answer.Errors), path)
			}
		}
	}
}
