package text

import (
	"strings"
	"unicode"
)

// HasWebAddress says whether a text contains the beginning of a web address, "://" or "www.", in any case.
func HasWebAddress(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "://") || strings.Contains(s, "www.")
}

// Unlinked returns a text in which mail programs find no domain to make a link of: a blank follows each dot between two words.
func Unlinked(s string) string {
	runes, parts := []rune(s), strings.Builder{}
	for i, r := range runes {
		parts.WriteRune(r)
		if r == '.' && i > 0 && isWord(runes[i-1]) && i+2 < len(runes) && isWord(runes[i+1]) && isWord(runes[i+2]) {
			parts.WriteByte(' ')
		}
	}
	return parts.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' }
