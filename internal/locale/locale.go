// Package locale has the languages in which texts exist, and chooses among them.
package locale

import (
	"strings"

	"golang.org/x/text/language"
)

// Default is the language for those who want none of the others.
var Default = language.English

// The languages in which texts exist.
var (
	supported = []language.Tag{Default, language.SimplifiedChinese}
	matcher   = language.NewMatcher(supported)
)

// Match returns the supported language that suits the tags best, the most wanted first.
func Match(wanted ...language.Tag) language.Tag {
	_, i, _ := matcher.Match(wanted...)
	return supported[i]
}

// Accept returns the supported language that suits an Accept-Language header best.
func Accept(header string) language.Tag {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return Default
	}
	return Match(wanted...)
}

// Speaks says whether there are texts in this language.
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

var chinese, _ = language.Chinese.Base()

// IsChinese says whether a language is any kind of Chinese.
func IsChinese(tag language.Tag) bool {
	base, _ := tag.Base()
	return base == chinese
}
