package industry

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold makes texts equal that differ in case, width, accents or apostrophes.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Han, r): // has neither case nor accents, and most of the catalogue is Han
			return r
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// split returns the words of a folded text and drops fillers, unless there is nothing else. A run of
// Chinese characters is one word and ends where other letters begin.
func split(s string) []string {
	var words []string
	start, before := 0, gap
	for at, r := range s {
		k := kindOf(r)
		if k == before {
			continue
		}
		if before != gap {
			words = append(words, s[start:at])
		}
		start, before = at, k
	}
	if before != gap {
		words = append(words, s[start:])
	}
	if slices.ContainsFunc(words, isTelling) {
		words = slices.DeleteFunc(words, isFiller)
	}
	return words
}

func isTelling(word string) bool { return !isFiller(word) }

// isFiller reports whether a word says nothing about an industry.
func isFiller(word string) bool {
	switch word {
	case "and", "for", "of", "or", "the":
		return true
	}
	return false
}

type kind int

const (
	gap kind = iota
	letter
	han
)

func kindOf(r rune) kind {
	switch {
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return letter
	}
	return gap
}

// isChinese reports whether a word that split returned is a run of Chinese characters.
func isChinese(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return kindOf(first) == han
}

// stem makes the singular and the plural of an English word the same, not always a word that exists.
// Words like "glasses" keep their e, since they are not sold where glass is.
func stem(word string) string {
	if len(word) < 4 || strings.HasSuffix(word, "ss") {
		return word
	}
	word = strings.TrimSuffix(word, "s")
	for _, hissing := range []string{"she", "che", "xe"} {
		if strings.HasSuffix(word, hissing) {
			return strings.TrimSuffix(word, "e")
		}
	}
	if short, ok := strings.CutSuffix(word, "ie"); ok {
		return short + "y"
	}
	return word
}
