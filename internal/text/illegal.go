package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A stack of marks hides its neighbours, and a cluster of any size weighs at most 2. Living scripts need up to
// 8 marks (Tibetan), the longest emoji 10 runes.
const (
	maxMarks = 8
	maxRunes = 12
)

// visible are the characters that stand for themselves. Not in it are controls, formats, line separators,
// private use, and what is not assigned.
var visible = append(slices.Clone(unicode.GraphicRanges), unicode.Prepended_Concatenation_Mark, recentHan, recentEmoji)

// unseen are those of visible that show nothing, or that stand for something lost.
var unseen = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // half-width Hangul filler
		{Lo: 0xFFFC, Hi: 0xFFFD, Stride: 1}, // object replacement, replacement
	},
	R32: []unicode.Range32{
		{Lo: 0x16FE4, Hi: 0x16FE4, Stride: 1}, // Khitan filler
		{Lo: 0x1D159, Hi: 0x1D159, Stride: 1}, // null notehead
	},
}

// joining are the scripts in which a joiner changes how the letters beside it are written.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam,
	unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
}

// tagFlags are the only flags that are spelt with tags: England, Scotland, Wales.
var tagFlags = []string{tagFlag("gbeng"), tagFlag("gbsct"), tagFlag("gbwls")}

// Illegal looks for the first character that a name, a tagline or a description must not hold, returns it as
// "U+202E" and says whether there is one. Illegal are control characters, line breaks (but LF if multiline),
// marks of direction, what is invisible or stands alone outside the cluster that needs it, private or
// unassigned characters, bytes that are not UTF-8 (as "U+FFFD"), and clusters of absurd size.
func Illegal(s string, multiline bool) (found string, ok bool) {
	spot := spot{runes: []rune(s)}
	for cluster := range clusters(s) {
		spot.start, spot.end = spot.end, spot.end+utf8.RuneCountInString(cluster)
		for spot.at = spot.start; spot.at < spot.end; spot.at++ {
			if r := spot.runes[spot.at]; !spot.isLegal(multiline) {
				return fmt.Sprintf("%U", r), true
			}
		}
	}
	return "", false
}

// spot is one place in a text; start and end delimit its cluster.
type spot struct {
	runes          []rune
	start, at, end int
}

func (s spot) isLegal(multiline bool) bool {
	r := s.runes[s.at]
	switch {
	case s.at-s.start >= maxRunes:
		return false
	case r == '\n':
		return multiline
	case r == zwj:
		return s.joinsEmoji() || s.joinsLetters()
	case r == zwnj:
		return s.joinsLetters()
	case unicode.Is(unicode.Variation_Selector, r):
		return s.selectsVariant()
	case 0xE0000 <= r && r <= 0xE007F:
		return slices.Contains(tagFlags, string(s.runes[s.start:s.end]))
	case !unicode.In(r, visible...) || unicode.Is(unseen, r):
		return false
	case unicode.Is(unicode.M, r):
		return s.marksLetter()
	}
	return true
}

// before returns the rune before the spot, or 0 at the start of the text.
func (s spot) before() rune {
	if s.at == 0 {
		return 0
	}
	return s.runes[s.at-1]
}

// after returns the rune after the spot, or 0 at the end of the text.
func (s spot) after() rune {
	if s.at+1 == len(s.runes) {
		return 0
	}
	return s.runes[s.at+1]
}

func (s spot) joinsEmoji() bool { return s.at+1 < s.end && isPictographic(s.after()) }

// joinsLetters says whether the joiner stands between two letters of one script that needs it; vowel signs
// may come between.
func (s spot) joinsLetters() bool {
	letter := s.at - 1
	for letter >= 0 && unicode.Is(unicode.M, s.runes[letter]) {
		letter--
	}
	if letter < 0 || !unicode.IsLetter(s.runes[letter]) || !unicode.In(s.after(), unicode.L, unicode.M) {
		return false
	}
	return slices.ContainsFunc(joining, func(script *unicode.RangeTable) bool {
		return unicode.Is(script, s.runes[letter]) && unicode.Is(script, s.after())
	})
}

func (s spot) selectsVariant() bool {
	switch r := s.runes[s.at]; {
	case r == asEmoji && strings.ContainsRune(keycapBases, s.before()):
		return s.after() == keycap
	case r == asEmoji, r == asText:
		return isPictographic(s.before())
	case r <= 0x180F:
		return unicode.Is(unicode.Mongolian, s.before())
	case r <= 0xFE02, r >= 0xE0100:
		return isHan(s.before())
	}
	return false
}

// marksLetter says whether the mark has something visible to stand on, and not too many marks there already.
func (s spot) marksLetter() bool {
	marks := 0
	for _, r := range s.runes[s.start:s.at] {
		if unicode.Is(unicode.M, r) {
			marks++
		}
	}
	before := s.before()
	stands := before == zwj || before == zwnj || unicode.In(before, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
	return stands && marks < maxMarks
}

func tagFlag(region string) string {
	flag := []rune{'🏴'}
	for _, letter := range region {
		flag = append(flag, 0xE0000+letter)
	}
	return string(append(flag, 0xE007F))
}
