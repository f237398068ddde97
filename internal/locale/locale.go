// Package locale chooses the language of the texts that a request is answered with.
package locale

import (
	"context"
	"strings"

	"golang.org/x/text/language"
)

// The languages that texts exist in; the first is the one for everybody else.
var (
	supported = []language.Tag{language.English, language.SimplifiedChinese}
	matcher   = language.NewMatcher(supported)
)

type key struct{}

// Match returns the supported language that suits the tags best, the most wanted first.
func Match(wanted ...language.Tag) language.Tag {
	_, i, _ := matcher.Match(wanted...)
	return supported[i]
}

// Accept returns the supported language that suits an Accept-Language header best.
func Accept(header string) language.Tag {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return supported[0]
	}
	return Match(wanted...)
}

// With returns a context whose texts are in this language.
func With(ctx context.Context, tag language.Tag) context.Context {
	return context.WithValue(ctx, key{}, tag)
}

// Of returns the language of the context's texts.
func Of(ctx context.Context) language.Tag {
	if tag, ok := ctx.Value(key{}).(language.Tag); ok {
		return tag
	}
	return supported[0]
}

// Speaks tells whether there are texts in this language.
func Speaks(tag language.Tag) bool {
	_, _, confidence := matcher.Match(tag)
	return confidence > language.Low
}

// Names lists the tags of the supported languages.
func Names() string {
	names := make([]string, len(supported))
	for i, tag := range supported {
		names[i] = tag.String()
	}
	return strings.Join(names, ", ")
}

// IsChinese tells whether a supported language is Chinese.
func IsChinese(tag language.Tag) bool { return tag == language.SimplifiedChinese }
