package gqlhttp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/request"
)

// Refuse answers a request that is not passed on to GraphQL, in JSON and with this status.
func Refuse(w http.ResponseWriter, r *http.Request, status int, refusal *fault.Refusal) {
	write(w, mediaJSON, status, refused(r, refusal))
}

// refuse answers a request that could not be read.
func refuse(w http.ResponseWriter, r *http.Request, media string, refusal *fault.Refusal) {
	writeResponse(w, media, refused(r, refusal))
}

func refused(r *http.Request, refusal *fault.Refusal) *graphql.Response {
	noteRefusal(r.Context(), refusal.Code)
	err := coded(refusal)
	err.Extensions["requestId"] = request.ID(r.Context())
	return &graphql.Response{Errors: gqlerror.List{err}}
}

// writeResponse writes a response in this media type and with its status.
func writeResponse(w http.ResponseWriter, media string, response *graphql.Response) {
	status := http.StatusOK
	challenge := challengeOf(response)
	switch {
	case challenge != "":
		w.Header().Set("WWW-Authenticate", challenge)
		status = http.StatusUnauthorized
	case isRefusal(response):
		status = statusOf(media, codeOf(response))
	}
	write(w, media, status, response)
}

func write(w http.ResponseWriter, media string, status int, response *graphql.Response) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, POST")
	}
	if wait := longestWait(response.Errors); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wait))
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	body := encode(response)                                  // before the client's time to receive it begins
	w.Header().Set("Content-Length", strconv.Itoa(len(body))) // without which the end is a packet of its own
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// isRefusal says whether the response is to a request that was not executed; it has no data.
func isRefusal(response *graphql.Response) bool {
	return response.Data == nil && len(response.Errors) > 0
}

// codeOf returns the code of the first error, or "" when there is none.
func codeOf(response *graphql.Response) string {
	if len(response.Errors) == 0 {
		return ""
	}
	code, _ := response.Errors[0].Extensions["code"].(string)
	return code
}

func encode(response *graphql.Response) []byte {
	if response.Data != nil && len(response.Errors) == 0 && len(response.Extensions) == 0 && response.HasNext == nil {
		return slices.Concat([]byte(`{"data":`), response.Data, []byte(`}`)) // which are JSON already
	}
	errs, err := bound(response.Errors)
	if err != nil {
		panic(err) // errors consist of values that have a JSON form
	}
	var body []byte
	if isRefusal(response) { // without the entry for the data
		body, err = marshal(struct {
			Errors     gqlerror.List  `json:"errors"`
			Extensions map[string]any `json:"extensions,omitempty"`
		}{errs, response.Extensions})
	} else {
		bounded := *response
		bounded.Errors = errs
		body, err = marshal(bounded)
	}
	if err != nil {
		panic(err) // and so does the rest of a response
	}
	return body
}

// marshal returns a value in JSON, without escaping for HTML, which responses are never taken for.
func marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// The errors of a response take at most maxErrorBytes together, so that one without data stays below 8 KiB, also in a message of a stream. Of
// more, each message is cut to maxMessage, and a path longer than that is left out, as are the locations.
const (
	maxErrorBytes = 7 << 10
	maxMessage    = 500
)

// bound shortens errors that a long request makes long: messages repeat it, and paths consist of its aliases.
func bound(errs gqlerror.List) (gqlerror.List, error) {
	text, err := marshal(errs)
	if err != nil || len(text) <= maxErrorBytes {
		return errs, err
	}
	bounded := make(gqlerror.List, len(errs))
	for i, long := range errs {
		bounded[i] = &gqlerror.Error{Message: cut(long.Message), Extensions: long.Extensions}
		path, err := marshal(long.Path)
		if err != nil {
			return nil, err
		}
		if len(path) <= maxMessage {
			bounded[i].Path = long.Path
		}
	}
	return bounded, nil
}

// cut returns the beginning of a message that takes at most maxMessage bytes in JSON.
func cut(message string) string {
	message = strings.ToValidUTF8(message, "")
	size := 0
	for i, character := range message {
		encoded, err := marshal(string(character))
		if size += len(encoded) - len(`""`); err != nil || size > maxMessage {
			return message[:i]
		}
	}
	return message
}
