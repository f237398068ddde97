package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// A message names what is wrong with a request, so that a developer need not guess.
func TestMessagesNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	two := "query A { launchTargets { id } } query B { launchTargets { id } }"
	of := func(contentType string) apitest.Request {
		return apitest.Request{Body: strings.NewReader(whole + "}"), ContentType: contentType}
	}
	for message, request := range map[string]apitest.Request{
		"The body is empty: send a JSON object with a query.":                                         apitest.PostJSON(" \n"),
		"The body is not valid JSON.":                                                                 apitest.PostJSON(whole),
		"The body is not valid UTF-8.":                                                                apitest.PostJSON("{\"query\":\"\xff\"}"),
		"The body is a JSON array: send one operation at a time, as an object.":                       apitest.PostJSON("[" + whole + "}]"),
		"The body must be a JSON object with a query.":                                                apitest.PostJSON(`"x"`),
		"The request has no query.":                                                                   apitest.PostJSON("{}"),
		"query must be a string.":                                                                     as("", map[string]any{"query": 1}),
		"variables must be a JSON object.":                                                            as(plain, map[string]any{"variables": []int{1}}),
		"The query string has query 2 times: send it once.":                                           get(url.Values{"query": {plain, plain}}),
		"A mutation must be sent by POST, not by GET.":                                                get(url.Values{"query": {"mutation { signOut { viewer { user { id } } } }"}}),
		"The document has 2 operations: send operationName to say which.":                             as(two, nil),
		`The document has no operation named "C".`:                                                    as(two, map[string]any{"operationName": "C"}),
		`The document has no operation named "C": its only operation has no name.`:                    as(plain, map[string]any{"operationName": "C"}),
		"The document has no operation.":                                                              as("# nothing", nil),
		`The Content-Type is "text/plain": send application/json, or multipart/form-data for a file.`: of("text/plain"),
		`The charset is "latin1": send UTF-8.`:                                                        of("application/json; charset=latin1"),
		`The method is "PUT": send a GET or a POST.`:                                                  {Method: http.MethodPut, Body: strings.NewReader("")},
		"A subscription needs a stream: accept text/event-stream, or use a WebSocket.":                as("subscription { sessionEnded { reason } }", nil),
	} {
		answer := w.Handle(t, request)
		if len(answer.Errors) != 1 || answer.Errors[0].Message != message {
			t.Errorf("want %s: %s", message, answer.Body)
		}
	}
}

func TestMessagesNameWhatIsWrongWithAForm(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	operations, file := apitest.LogoOperations, apitest.LogoFile
	mapped := func(text string) apitest.Part { return apitest.Part{Name: "map", Content: text} }
	form := func(parts ...apitest.Part) string { return apitest.Form(parts...) }
	complete := form(operations, apitest.LogoMap, file)
	for message, body := range map[string]string{
		"The form ends too early, or one of its boundaries is malformed.":                                                         complete[:len(complete)/2],
		`A part of the form has no name that can be read: write name="…" and filename="…" in its Content-Disposition, in quotes.`: strings.Replace(complete, `filename="logo.png"`, `filename=my logo.png`, 1),
		`The parts of the form must be operations, map and one file, in this order: found "map" where operations belongs.`:        form(apitest.LogoMap, operations, file),
		`The parts of the form must be operations, map and one file, in this order: found "operations" where map belongs.`:        form(operations, operations, apitest.LogoMap, file),
		"operations is empty: send a JSON object with a query.":                                                                   form(apitest.Part{Name: "operations"}, apitest.LogoMap, file),
		"operations is a JSON array: send one operation at a time, as an object.":                                                 form(apitest.Part{Name: "operations", Content: "[]"}, apitest.LogoMap, file),
		`map must be a JSON object such as {"0": ["variables.input.logo.file"]}.`:                                                 form(operations, mapped("[]"), file),
		`map is empty: it must say which variable the file is for, such as {"0": ["variables.input.logo.file"]}.`:                 form(operations, mapped("{}"), file),
		`map must assign the part "0" to one variable, not to 0.`:                                                                 form(operations, mapped(`{"0":[]}`), file),
		`map must name a variable, such as "variables.input.logo.file", and not "input.logo".`:                                    form(operations, mapped(`{"0":["input.logo"]}`), file),
		`map names "variables.input.nothing", but operations has no null there.`:                                                  form(operations, mapped(`{"0":["variables.input.nothing"]}`), file),
		`map names the part "1", but the file is in the part "0".`:                                                                form(operations, mapped(`{"1":["`+apitest.LogoPath+`"]}`), file),
		`The form has the part "0" after the file: send one file at a time.`:                                                      form(operations, apitest.LogoMap, file, file),
		"Send one file at a time.": form(operations, mapped(`{"0":["`+apitest.LogoPath+`"],"1":["variables.x"]}`), file),
	} {
		answer := w.HandleForm(t, ann, strings.NewReader(body))
		if answer.Refused(t, "BAD_REQUEST"); answer.Errors[0].Message != message {
			t.Errorf("want %s: %s", message, answer.Body)
		}
	}
}
