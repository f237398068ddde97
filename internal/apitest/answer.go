package apitest

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Answer is what the API said.
type Answer struct {
	Status int
	Header http.Header
	// Body is the answer's text.
	Body   string
	Data   map[string]any
	Errors []Error

	// mutation and input are those of Mutate.
	mutation string
	input    Vars
}

// Error is a top-level error of an answer.
type Error struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

// UserError is a user error or warning of a payload, as far as the query asked for its fields.
type UserError struct {
	Code, Message, MessageKey string
	Path                      []string
	Params                    map[string]string
}

func read(t *testing.T, response *http.Response) *Answer {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer := &Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	if err := json.Unmarshal(body, answer); err != nil {
		t.Fatalf("status %d, not JSON: %s", response.StatusCode, body)
	}
	return answer
}

// Get returns the value at a path such as "viewer.memberships.nodes.0.role", or nil when something in between is null.
func (a *Answer) Get(path string) any {
	var value any = a.Data
	for _, step := range strings.Split(path, ".") {
		switch at := value.(type) {
		case map[string]any:
			value = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return nil
			}
			value = at[i]
		default:
			return nil
		}
	}
	return value
}

// String returns the text at a path; the test ends when there is none.
func (a *Answer) String(t *testing.T, path string) string {
	t.Helper()
	text, ok := a.Get(path).(string)
	if !ok {
		t.Fatalf("no text at %s in %s", path, a.Body)
	}
	return text
}

// List returns the list at a path; the test ends when there is none.
func (a *Answer) List(t *testing.T, path string) []any {
	t.Helper()
	list, ok := a.Get(path).([]any)
	if !ok {
		t.Fatalf("no list at %s in %s", path, a.Body)
	}
	return list
}

// Time returns the time at a path; the test ends when there is none.
func (a *Answer) Time(t *testing.T, path string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, a.String(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Names returns the names of the objects in the list at a path; the test ends when there is no list.
func (a *Answer) Names(t *testing.T, path string) []string {
	t.Helper()
	names := []string{}
	for _, one := range a.List(t, path) {
		names = append(names, one.(map[string]any)["name"].(string))
	}
	return names
}

// TextOf returns a text that may be nil, as "" when it is.
func TextOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// IDs returns the ids of the objects in a list or in the page of a connection.
func IDs(list any) []string {
	ids := []string{}
	if connection, ok := list.(map[string]any); ok {
		list = connection["nodes"]
	}
	for _, one := range list.([]any) {
		ids = append(ids, one.(map[string]any)["id"].(string))
	}
	return ids
}

// Code returns the code of the only top-level error, or "" when there is none; the test ends when there are several.
func (a *Answer) Code(t *testing.T) string {
	t.Helper()
	if len(a.Errors) == 0 {
		return ""
	}
	if len(a.Errors) > 1 {
		t.Fatalf("several errors: %s", a.Body)
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	if requestID, _ := a.Errors[0].Extensions["requestId"].(string); requestID == "" {
		t.Errorf("an error without a request id: %s", a.Body)
	}
	return code
}

// Refused makes sure that the answer is a single top-level error with this code and nothing else.
func (a *Answer) Refused(t *testing.T, code string) {
	t.Helper()
	if got := a.Code(t); got != code {
		t.Errorf("got %q, want %s: %s", got, code, a.Body)
	}
	for field, value := range a.Data {
		if value != nil {
			t.Errorf("refused with %s, and yet %s is %v", code, field, value)
		}
	}
}

var requestIDs = regexp.MustCompile(`"requestId":"[^"]*"`)

// Anonymous returns the answer's text without the request ids, which differ in each answer.
func (a *Answer) Anonymous() string { return requestIDs.ReplaceAllString(a.Body, `"requestId":""`) }

// UserErrors returns the list of user errors, or of warnings, at a path such as "createMiniProgram.userErrors".
func (a *Answer) UserErrors(t *testing.T, path string) []UserError {
	t.Helper()
	var errors []UserError
	for _, one := range a.List(t, path) {
		e := userError(one.(map[string]any))
		if strings.ContainsAny(e.Message, "{}") {
			t.Errorf("a message with a gap: %s", e.Message)
		}
		errors = append(errors, e)
	}
	return errors
}

func userError(fields map[string]any) UserError {
	e := UserError{Params: map[string]string{}}
	e.Code, _ = fields["code"].(string)
	e.Message, _ = fields["message"].(string)
	e.MessageKey, _ = fields["messageKey"].(string)
	path, _ := fields["path"].([]any)
	for _, step := range path {
		e.Path = append(e.Path, step.(string))
	}
	params, _ := fields["messageParams"].([]any)
	for _, param := range params {
		param := param.(map[string]any)
		e.Params[param["name"].(string)] = param["value"].(string)
	}
	return e
}

// Codes returns the errors in short, each as its code and field, such as "BLANK name"; a whole request's is "CODE".
func Codes(errors []UserError) []string {
	codes := []string{}
	for _, e := range errors {
		if len(e.Path) == 0 {
			codes = append(codes, e.Code)
			continue
		}
		codes = append(codes, e.Code+" "+strings.Join(e.Path[1:], "."))
	}
	return codes
}

// EnumValue returns a name of the schema as a value of an enum: createMiniProgram is CREATE_MINI_PROGRAM.
func EnumValue(name string) string {
	return strings.ToUpper(regexp.MustCompile(`[A-Z]`).ReplaceAllString(name, "_$0"))
}
