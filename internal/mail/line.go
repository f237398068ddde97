package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"minidock/internal/text"
)

// The longest name and subject, in runes.
const (
	maxName    = 120
	maxSubject = 300
)

// line returns s on one line with nothing invisible in it, cut after this many runes. Valid names stay as they are, except that white space
// becomes single spaces.
func line(s string, runes int) string {
	s = text.Clean(s)
	if _, odd := text.Illegal(s, false); odd {
		s = strings.Map(show, s)
	}
	return cut(strings.Join(strings.Fields(s), " "), runes)
}

// header is line for a header field: it begins no encoded word, which mail programs would turn into other text.
func header(s string, runes int) string {
	return cut(strings.ReplaceAll(line(s, runes), "=?", "= ?"), runes)
}

func show(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case r == utf8.RuneError, !unicode.IsGraphic(r):
		return -1
	}
	return r
}

func cut(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:runes-1])) + "…"
}
