package gqlhttp

import (
	"net/http"
	"strings"

	"github.com/munnerz/goautoneg"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/internal/fault"
)

// accepted is how a request may be answered, which decides what kinds of operation it may have.
type accepted struct {
	// method is that of the HTTP request.
	method string
	// media is the type of a single response; empty when the client accepts only a stream.
	media string
	// stream says that the client accepts a stream of responses.
	stream bool
}

// refuses says why an operation of this kind cannot be answered, or returns nil.
func (a accepted) refuses(kind ast.Operation) *fault.Refusal {
	switch {
	case kind == ast.Subscription && !a.stream:
		return errNoStream
	case kind != ast.Subscription && a.media == "":
		return errStreamOnly
	case kind == ast.Mutation && a.method == http.MethodGet:
		return errMutationByGet
	}
	return nil
}

// negotiate reads what a request accepts.
func negotiate(r *http.Request) accepted {
	a := accepted{method: r.Method}
	a.media, a.stream = negotiateMedia(r.Header.Values("Accept"))
	return a
}

// negotiateMedia returns the media type of a single response, or "" when the client accepts none that we have, and whether the
// client accepts a stream. JSON is the default.
func negotiateMedia(accept []string) (media string, stream bool) {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return mediaJSON, false
	}
	best := 0.0
	for _, clause := range parseAccept(header) {
		name := clause.Type + "/" + clause.SubType
		switch name {
		case "*/*", "application/*":
			name = mediaJSON
		case mediaSSE:
			stream = stream || clause.Q > 0
		}
		if (name == mediaJSON || name == mediaGraphQL) && clause.Q > best {
			media, best = name, clause.Q
		}
	}
	return media, stream
}

// parseAccept returns the media types of an Accept header, without those in another charset than UTF-8.
func parseAccept(header string) []goautoneg.Accept {
	var clauses []goautoneg.Accept
	for _, clause := range goautoneg.ParseAccept(strings.ToLower(header)) {
		if isUTF8(strings.Trim(clause.Params["charset"], `"`)) {
			clauses = append(clauses, clause)
		}
	}
	return clauses
}
