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

// maxLineBytes is the longest line of a message.
const maxLineBytes = 998

// inLines returns a text whose lines end as those of a message do, and break at spaces where they are too long. It is not ok if one cannot be
// broken, or if there are characters that no message may have as they are.
func inLines(s string) (text string, ok bool) {
	if strings.ContainsAny(s, "\r\x00") || !utf8.ValidString(s) {
		return "", false
	}
	var lines []string
	for whole := range strings.SplitSeq(s, "\n") {
		for len(whole) > maxLineBytes {
			end := strings.LastIndexByte(whole[:maxLineBytes], ' ')
			if end <= 0 {
				return "", false
			}
			lines = append(lines, whole[:end])
			whole = whole[end+1:]
		}
		lines = append(lines, whole)
	}
	return strings.Join(lines, "\r\n"), true
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
