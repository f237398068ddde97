package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Length returns the number of characters that a reader sees in s, that is of grapheme clusters.
func Length(s string) int {
	count := 0
	for range clusters(s) {
		count++
	}
	return count
}

// Weight returns the weight of s: 2 for each wide character, such as a Chinese one or an emoji, and 1 for each
// other. A character is a grapheme cluster, so that combining marks add nothing.
func Weight(s string) int {
	total := 0
	for cluster := range clusters(s) {
		total++
		if isWide([]rune(cluster)) {
			total++
		}
	}
	return total
}

func isWide(cluster []rune) bool {
	for i, r := range cluster {
		switch {
		case unicode.Is(unicode.M, r):
			if i > 0 && makesEmoji(r, cluster[i-1], cluster[0]) {
				return true
			}
		case r == zwj:
			if i+1 < len(cluster) && isPictographic(cluster[i+1]) {
				return true
			}
		case isWideRune(r), i > 0 && isFlag(cluster[i-1], r):
			return true
		}
	}
	return false
}

// makesEmoji says whether mark turns the character before it, or the keycap base that came first, into an emoji.
func makesEmoji(mark, before, first rune) bool {
	switch mark {
	case asEmoji:
		return isPictographic(before)
	case keycap:
		return strings.ContainsRune(keycapBases, first)
	}
	return false
}

func isFlag(first, second rune) bool {
	return unicode.Is(unicode.Regional_Indicator, first) && unicode.Is(unicode.Regional_Indicator, second)
}

func isWideRune(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}
	return unicode.In(r, recentHan, recentEmoji)
}
