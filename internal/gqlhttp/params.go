package gqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"unicode/utf8"

	"minidock/internal/coercion"
	"minidock/internal/fault"
)

// readQuery reads the parameters of a GET.
func readQuery(r *http.Request) (*params, *fault.Refusal) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // what cannot be read must not be left out in silence
		return nil, errQueryString
	}
	fields := map[string]json.RawMessage{}
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		switch text := values.Get(name); {
		case len(values[name]) > 1:
			return nil, badRequest("The query string has %s %d times: send it once.", name, len(values[name]))
		case !utf8.ValidString(text):
			return nil, errQueryString
		case text == "" && name != "query":
		case name == "variables" || name == "extensions":
			fields[name] = json.RawMessage(text)
		default:
			quoted, err := json.Marshal(text)
			if err != nil {
				return nil, errQueryString
			}
			fields[name] = quoted
		}
	}
	return assemble(fields)
}

// byteOrderMark begins the JSON of some programs, which JSON does not allow and its readers may ignore.
var byteOrderMark = []byte("\uFEFF")

// decode reads a request in JSON; what it is part of the messages. Its errors never repeat the text, which may hold a password.
func decode(what string, body []byte) (*params, *fault.Refusal) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	switch {
	case len(body) == 0:
		return nil, badRequest("%s is empty: send a JSON object with a query.", what)
	case !utf8.Valid(body):
		return nil, badRequest("%s is not valid UTF-8.", what)
	case !json.Valid(body):
		return nil, badRequest("%s is not valid JSON.", what)
	case body[0] == '[':
		return nil, badRequest("%s is a JSON array: send one operation at a time, as an object.", what)
	case body[0] != '{':
		return nil, badRequest("%s must be a JSON object with a query.", what)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil, badRequest("%s is not valid JSON.", what)
	}
	return assemble(fields)
}

// assemble makes a request of its fields, each of which must have its type. Other fields are ignored.
func assemble(fields map[string]json.RawMessage) (*params, *fault.Refusal) {
	sent := &params{}
	for _, field := range []struct {
		name   string
		into   any
		refuse *fault.Refusal
	}{
		{"query", &sent.query, errBadQuery},
		{"operationName", &sent.operationName, errBadOperationName},
		{"extensions", &sent.extensions, errBadExtensions},
	} {
		if text, ok := fields[field.name]; ok && !decodeField(text, field.into) {
			return nil, field.refuse
		}
	}
	if text, ok := fields["variables"]; ok {
		var err error
		if sent.variables, err = coercion.ParseObject(text); err != nil {
			return nil, errBadVariables
		}
	}
	switch {
	case sent.query != "":
		return sent, nil
	case sent.extensions["persistedQuery"] != nil:
		return nil, errPersistedQuery
	}
	return nil, errNoQuery
}

func decodeField(text json.RawMessage, into any) bool {
	if _, ok := into.(*string); ok {
		return json.Unmarshal(text, into) == nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(into) != nil {
		return false
	}
	_, err := decoder.Token()
	return errors.Is(err, io.EOF) // nothing follows
}
