package gqlhttp

import "net/http"

// The media types of responses.
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
	mediaSSE     = "text/event-stream"
)

// statuses of responses to requests that were not executed, by the code of their first error. Those that are about the HTTP request
// are the same in every media type.
var statuses = map[string]int{
	"BAD_REQUEST":            http.StatusBadRequest,
	"CSRF_BLOCKED":           http.StatusForbidden,
	"METHOD_NOT_ALLOWED":     http.StatusMethodNotAllowed,
	"NOT_ACCEPTABLE":         http.StatusNotAcceptable,
	"PAYLOAD_TOO_LARGE":      http.StatusRequestEntityTooLarge,
	"UNSUPPORTED_MEDIA_TYPE": http.StatusUnsupportedMediaType,
	"RATE_LIMITED":           http.StatusTooManyRequests,
	"INTERNAL_SERVER_ERROR":  http.StatusInternalServerError,
	"TIMEOUT":                http.StatusServiceUnavailable,
	"UNAVAILABLE":            http.StatusServiceUnavailable,
}

// statusOf returns the status of a response. A well-formed request that is not executed (it does not parse, is not valid or is over
// a limit) is 200 in plain JSON, for clients that take any other status for a broken connection, and 400 in GraphQL's own media
// type.
func statusOf(media, code string) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	if media == mediaGraphQL {
		return http.StatusBadRequest
	}
	return http.StatusOK
}
