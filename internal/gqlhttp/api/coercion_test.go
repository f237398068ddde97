package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"minidock/internal/apitest"
	"minidock/internal/web"
)

// sendRaw returns a request whose variables are written out, since their form matters.
func sendRaw(by *apitest.Person, query, variables string) apitest.Request {
	quoted, err := json.Marshal(query)
	if err != nil {
		panic(err)
	}
	request := apitest.PostJSON(`{"query":` + string(quoted) + `,"variables":` + variables + `}`)
	request.By = by
	return request
}

const (
	industriesOf = "query($n: Int) { industries(first: $n) { nodes { code } } }"
	orderedBy    = `query($o: MiniProgramOrder!) { viewer { currentWorkspace { miniPrograms(orderBy: $o) { totalCount } } } }`
	filteredBy   = `query($f: MiniProgramFilter) { viewer { currentWorkspace { miniPrograms(filter: $f) { totalCount } } } }`
	auditedBy    = `query($f: AuditEventFilter) { viewer { currentWorkspace { auditEvents(filter: $f) { totalCount } } } }`
)

func TestVariablesAreRefusedInTheWordsOfGraphQLJS(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	ann.CreateWorkspace(t, "Ann's")
	for _, test := range []struct{ query, variables, code, message string }{
		{industriesOf, `{"n":"1"}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$n" got invalid value "1"; Int cannot represent non-integer value: "1"`},
		{industriesOf, `{"n":2147483648}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$n" got invalid value 2147483648; Int cannot represent non 32-bit signed integer value: 2147483648`},
		{orderedBy, `{"o":{"field":"NAME","direction":"asc"}}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$o" got invalid value "asc" at "o.direction"; Value "asc" does not exist in "OrderDirection" enum. Did you mean the enum value "ASC" or "DESC"?`},
		{orderedBy, `{}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$o" of required type "MiniProgramOrder!" was not provided.`},
		{orderedBy, `{"o":null}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$o" of non-null type "MiniProgramOrder!" must not be null.`},
		{filteredBy, `{"f":{"statuses":["created"]}}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$f" got invalid value "created" at "f.statuses[0]"; Value "created" does not exist in "MiniProgramStatus" enum. Did you mean the enum value "CREATED"?`},
		{filteredBy, `{"f":{"serch":"x"}}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$f" got invalid value { serch: "x" }; Field "serch" is not defined by type "MiniProgramFilter". Did you mean "search"?`},
		{filteredBy, `{"f":{"search":5}}`, "GRAPHQL_VALIDATION_FAILED", `Variable "$f" got invalid value 5 at "f.search"; String cannot represent a non string value: 5`},
		{filteredBy, `{"f":{"search":["` + strings.Repeat("é", 200) + `"]}}`, "GRAPHQL_VALIDATION_FAILED",
			`Variable "$f" got invalid value ["` + strings.Repeat("é", 98) + `… at "f.search"; String cannot represent a non string value: ["` + strings.Repeat("é", 98) + `…`},
	} {
		answer := w.Handle(t, sendRaw(ann, test.query, test.variables))
		if answer.Refused(t, test.code); answer.Errors[0].Message != test.message || answer.Errors[0].Path != nil {
			t.Errorf("%s: %s, want %s", test.variables, answer.Body, test.message)
		}
	}
	six := w.Handle(t, sendRaw(ann, filteredBy, `{"f":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}}`))
	if len(six.Errors) != 5 {
		t.Errorf("%d errors: %s", len(six.Errors), six.Body)
	}
}

func TestVariablesAreAcceptedInEveryForm(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	ann.CreateWorkspace(t, "Ann's")
	for _, test := range []struct{ query, variables string }{
		{industriesOf, `{"n":1.0}`}, {industriesOf, `{"n":1e0}`}, {industriesOf, `{"n":null}`}, {industriesOf, `{}`}, {industriesOf, `null`},
		{filteredBy, `{"f":{"statuses":"CREATED"}}`}, {filteredBy, `{"f":{"statuses":null,"search":null}}`}, {orderedBy, `{"o":{"field":"NAME","direction":"ASC"}}`},
		{"query($i: [ID!]!) { nodes(ids: $i) { id } }", `{"i":123456789012345678901234567890}`}, {"query($i: ID!) { node(id: $i) { id } }", `{"i":1e0}`},
		{"{ node(id: 123456789012345678901234567890) { id } nodes(ids: 5) { id } }", `{}`},
		{auditedBy, `{"f":{"since":"2026-11-22T08:30:00.000Z"}}`},
		{"query($n: Int = 3) { industries(first: $n) { nodes { code } } }", `{}`}, {"query($s: Boolean = true) { industries @skip(if: $s) { totalCount } }", `{}`},
	} {
		if answer := w.Handle(t, sendRaw(ann, test.query, test.variables)); answer.Code(t) != "" || !answer.HasData {
			t.Errorf("%s with %s: %s", test.query, test.variables, answer.Body)
		}
	}
}

// What the validator lets through fails in the executor, which would be an internal error that is logged.
func TestTrapInvalidLiteralsAreNoInternalErrors(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	ann.CreateWorkspace(t, "Ann's")
	for query, variables := range map[string]string{
		"{ industries(first: {}) { totalCount } }":                                                       "{}",
		"{ industries(first: [1]) { totalCount } }":                                                      "{}",
		"{ industries(first: 99999999999999999999) { totalCount } }":                                     "{}",
		"{ industries(after: {a: 1}) { totalCount } }":                                                   "{}",
		"{ node(id: {}) { id } }":                                                                        "{}",
		"{ nodes(ids: {}) { id } }":                                                                      "{}",
		"{ nodes(ids: [{}]) { id } }":                                                                    "{}",
		"{ nodes(ids: [null]) { id } }":                                                                  "{}",
		"{ industries @skip(if: {}) { totalCount } }":                                                    "{}",
		"{ industries @include(if: []) { totalCount } }":                                                 "{}",
		"{ industries @include(if: [true]) { totalCount } }":                                             "{}",
		"{ ... @skip(if: null) { industries { totalCount } } }":                                          "{}",
		"query($s: Boolean = true) { industries @skip(if: $s) { totalCount } }":                          `{"s":null}`,
		"query($s: [Boolean!]) { industries @skip(if: $s) { totalCount } }":                              `{"s":true}`,
		`query($i: ID = "x") { node(id: $i) { id } }`:                                                    `{"i":null}`,
		`query($i: ID = "x") { nodes(ids: [$i]) { id } }`:                                                `{"i":null}`,
		`query($i: [ID!] = ["x"]) { nodes(ids: $i) { id } }`:                                             `{"i":null}`,
		"{ viewer { currentWorkspace { miniPrograms(filter: {statuses: {}}) { totalCount } } } }":        "{}",
		`{ viewer { currentWorkspace { miniPrograms(filter: {statuses: "CREATED"}) { totalCount } } } }`: "{}",
		`{ viewer { currentWorkspace { miniPrograms(filter: "x") { totalCount } } } }`:                   "{}",
		"{ viewer { currentWorkspace { miniPrograms(filter: [{}]) { totalCount } } } }":                  "{}",
	} {
		w.Handle(t, sendRaw(ann, query, variables)).Refused(t, "GRAPHQL_VALIDATION_FAILED")
	}
	w.Stop()
	if logged := w.Log.String(); strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %.2000s", logged)
	}
}

// The schema's own scalars have a sentence of their own, in a literal as in a variable.
func TestScalarsOfTheSchemaSayWhatIsAllowed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	ann.CreateWorkspace(t, "Ann's")
	for _, value := range []string{`"x"`, "5", "true", `""`, `["2026-11-22T08:30:00Z"]`, `"2026-13-22T08:30:00Z"`} {
		literal := w.Handle(t, sendRaw(ann, "{ viewer { currentWorkspace { auditEvents(filter: {since: "+value+"}) { totalCount } } } }", "{}"))
		variable := w.Handle(t, sendRaw(ann, auditedBy, `{"f":{"since":`+value+`}}`))
		for prefix, answer := range map[string]*apitest.Recorded{
			`Expected value of type "DateTime", found ` + value + "; ":                               literal,
			`Variable "$f" got invalid value ` + value + ` at "f.since"; Expected type "DateTime". `: variable,
		} {
			answer.Refused(t, "BAD_USER_INPUT")
			if e := answer.Errors[0]; !strings.HasPrefix(e.Message, prefix) || !strings.Contains(e.Message, "DateTime is") || e.Path != nil {
				t.Errorf("%s, want %s", answer.Body, prefix)
			}
		}
	}
	upload := w.Handle(t, sendRaw(ann, apitest.UpdateLogo, `{"input":{"miniProgramId":"x","logo":{"file":"x"}}}`))
	if upload.Refused(t, "BAD_USER_INPUT"); !strings.HasPrefix(upload.Errors[0].Message, `Variable "$input" got invalid value "x" at "input.logo.file"; Expected type "Upload". `) {
		t.Errorf("a text for a file: %s", upload.Body)
	}
}

// The path of an error leads to a field of the response, and not to an argument.
func TestPathsOfErrorsAreThoseOfTheResponse(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": ann.CreateWorkspace(t, "Ann's")}).Succeeded(t)
	for query, path := range map[string]string{
		"{ a: industries(first: 0) { totalCount } }":                                                                                               `["a"]`,
		"{ viewer { w: currentWorkspace { m: miniPrograms(first: 101) { totalCount } } } }":                                                        `["viewer","w","m"]`,
		`{ viewer { currentWorkspace { m: miniPrograms(after: "x") { totalCount } } } }`:                                                           `["viewer","currentWorkspace","m"]`,
		`{ viewer { memberships { nodes { workspace { miniPrograms(filter: {search: "` + strings.Repeat("x", 101) + `"}) { totalCount } } } } } }`: `["viewer","memberships","nodes",0,"workspace","miniPrograms"]`,
		`{ w: workspace(id: "x") { id } }`:                                                                                                         `["w"]`,
	} {
		answer := w.Handle(t, sendRaw(ann, query, "{}"))
		if len(answer.Errors) != 1 {
			t.Errorf("%s: %s", query, answer.Body)
			continue
		}
		if got, err := json.Marshal(answer.Errors[0].Path); err != nil || string(got) != path {
			t.Errorf("%s: path %s, want %s: %s", query, got, path, answer.Body)
		}
	}
}

func TestTrapDidYouMeanInVariablesGivesNoNamesAway(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Introspection: web.Nobody})
	ann := w.SignUp(t, "ann")
	for query, variables := range map[string]string{
		orderedBy: `{"o":{"field":"NAME","direction":"asc"}}`, filteredBy: `{"f":{"serch":"x","statuses":["CREATD",5]}}`,
		"query($l: LogoInput) { __typename }": `{"l":{"bas64":"x"}}`,
	} {
		answer := w.Handle(t, sendRaw(ann, query, variables))
		if answer.Refused(t, "GRAPHQL_VALIDATION_FAILED"); strings.Contains(answer.Body, "Did you mean") || strings.Contains(answer.Body, "CREATED") || strings.Contains(answer.Body, "ASC") {
			t.Errorf("%s: %s", variables, answer.Body)
		}
	}
}

// A variable that is not sent is absent, whatever the other operations of the document have for it.
func TestTrapDefaultsOfOtherOperationsDoNotHold(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	const query = `query A($s: String) { ...F } query B($s: String = "x") { ...F } fragment F on Query { viewer { currentWorkspace { miniPrograms(filter: {search: $s}) { nodes { id } } } } }`
	for operation, cost := range map[string]int{"A": 20, "B": 70} { // a search counts 50
		request := as(query, map[string]any{"operationName": operation, "variables": nil})
		request.By, request.Header = ann, http.Header{"Graphql-Cost": {"1"}}
		if answer := w.Handle(t, request); answer.Code(t) != "" || answer.Cost["requested"] != cost {
			t.Errorf("%s: %s", operation, answer.Body)
		}
	}
}
