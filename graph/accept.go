package graph

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"minidock/internal/fault"
)

// way is how an operation comes in, which decides what kinds of operation it may be.
type way struct {
	// method is that of the HTTP request.
	method string
	// media is the type of a single answer; empty when only a stream of them is taken.
	media string
	// events tells that a stream of answers is taken.
	events bool
}

// refuses says why an operation of this kind cannot come this way.
func (w way) refuses(kind ast.Operation) *fault.Refusal {
	switch {
	case kind == ast.Subscription && !w.events:
		return errNoStream
	case kind != ast.Subscription && w.media == "":
		return errStreamOnly
	case kind == ast.Mutation && w.method == http.MethodGet:
		return errMutationByGet
	}
	return nil
}

// negotiate returns the media type of a single answer, or "" when there is none that the client takes, and whether it takes
// a stream. Without a word about it the client gets JSON.
func negotiate(accept []string) (media string, events bool) {
	wanted := strings.Join(accept, ",")
	if strings.TrimSpace(wanted) == "" {
		return mediaJSON, false
	}
	best := 0.0
	for _, one := range strings.Split(wanted, ",") {
		named, quality := parseAccept(one)
		switch named {
		case "*/*", "application/*":
			named = mediaJSON
		case mediaEvents:
			events = events || quality > 0
		}
		if (named == mediaJSON || named == mediaGraphQL) && quality > best {
			media, best = named, quality
		}
	}
	return media, events
}

// parseAccept reads one range of an Accept header; a range that asks for another charset than UTF-8 is none of ours.
func parseAccept(text string) (media string, quality float64) {
	parts := strings.Split(text, ";")
	quality = 1
	for _, parameter := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		switch value = strings.Trim(value, `"`); strings.ToLower(name) {
		case "q":
			if q, err := strconv.ParseFloat(value, 64); err == nil {
				quality = q
			}
		case "charset":
			if !strings.EqualFold(value, "utf-8") {
				return "", 0
			}
		}
	}
	return strings.ToLower(strings.TrimSpace(parts[0])), quality
}
