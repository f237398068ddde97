package text

import (
	"iter"
	"unicode"

	"github.com/rivo/uniseg"
)

const (
	zwnj        = '\u200C' // zero width non-joiner
	zwj         = '\u200D' // zero width joiner
	asText      = '\uFE0E' // variation selector 15
	asEmoji     = '\uFE0F' // variation selector 16
	keycap      = '\u20E3'
	keycapBases = "0123456789#*"
)

// Go's tables end with Unicode 15.0; these were assigned later, and people type them.
var (
	recentHan = &unicode.RangeTable{R32: []unicode.Range32{
		{Lo: 0x2B73A, Hi: 0x2B73F, Stride: 1},
		{Lo: 0x2CEA2, Hi: 0x2CEAD, Stride: 1},
		{Lo: 0x2EBF0, Hi: 0x2EE5D, Stride: 1},
		{Lo: 0x323B0, Hi: 0x33479, Stride: 1},
	}}
	recentEmoji = &unicode.RangeTable{R32: []unicode.Range32{
		{Lo: 0x1F6D8, Hi: 0x1F6D8, Stride: 1},
		{Lo: 0x1FA70, Hi: 0x1FAFF, Stride: 1},
	}}
)

// clusters yields the grapheme clusters of s in order; a byte that is not UTF-8 counts as a character.
func clusters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		cluster, rest, state := "", s, -1
		for rest != "" {
			cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			if !yield(cluster) {
				return
			}
		}
	}
}

// isPictographic says whether r is Extended_Pictographic: only such a character merges with an emoji
// across a joiner, and uniseg shows the property in no other way.
func isPictographic(r rune) bool {
	return uniseg.GraphemeClusterCount(string([]rune{r, zwj, '⌚'})) == 1
}

func isHan(r rune) bool { return unicode.In(r, unicode.Han, recentHan) }
