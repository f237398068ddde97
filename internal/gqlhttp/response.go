package gqlhttp

import (
	"bytes"
	"encoding/json"
	"net/http"
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
	if isRefusal(response) {
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
	body := encode(response) // before the client's time to receive it begins
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
	var body []byte
	var err error
	if isRefusal(response) {
		body, err = encodeRefusal(response)
	} else {
		body, err = marshal(response)
	}
	if err != nil {
		panic(err) // a response consists of values that have a JSON form
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

// The response to a request that was not executed has at most maxRefusal bytes: in a longer one, each message is cut to maxMessage.
const (
	maxRefusal = 8 << 10
	maxMessage = 500
)

// encodeRefusal leaves out the data, and cuts messages that a long request makes long.
func encodeRefusal(response *graphql.Response) ([]byte, error) {
	refusal := struct {
		Errors     gqlerror.List  `json:"errors"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{response.Errors, response.Extensions}
	body, err := marshal(refusal)
	if err != nil || len(body) <= maxRefusal {
		return body, err
	}
	for i, long := range refusal.Errors {
		refusal.Errors[i] = &gqlerror.Error{Message: cut(long.Message), Extensions: long.Extensions}
	}
	return marshal(refusal)
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
