// Package picture turns what a client calls a picture into one that is safe to serve.
package picture

import (
	"encoding/base64"
	"errors"
	"strings"
)

// ErrFormat says that a text is neither base64 nor a data URI in base64.
var ErrFormat = errors.New("picture: not base64")

// Source is a picture as a client sends it. Nothing in it can be trusted.
type Source struct {
	Bytes        []byte
	Name         string // the file name as the client gave it, "" if there is none
	DeclaredType string // the media type as the client declared it, "" if it did not
}

// FromBase64 reads padded standard base64, plain or in a data URI; line breaks in it and white space around it are
// ignored. It refuses anything else with ErrFormat. Without data it returns a Source without Bytes, and no error.
func FromBase64(s string) (Source, error) {
	encoded, mediaType := strings.TrimSpace(s), ""
	if rest, isURI := cutPrefixFold(encoded, "data:"); isURI {
		header, data, hasData := strings.Cut(rest, ",")
		mark := strings.LastIndexByte(header, ';')
		if !hasData || mark < 0 || !strings.EqualFold(header[mark:], ";base64") {
			return Source{}, ErrFormat
		}
		encoded = data
		mediaType, _, _ = strings.Cut(header, ";")
	}
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Source{}, ErrFormat
	}
	return Source{Bytes: content, DeclaredType: mediaType}, nil
}

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
