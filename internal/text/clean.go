// Package text cleans, weighs and judges what people type.
package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Clean returns raw in NFC, with LF as its only line break and without white space at either end.
// Bytes that are not UTF-8 stay as they are, for Illegal to find.
func Clean(raw string) string {
	return strings.TrimSpace(lineBreaks.Replace(norm.NFC.String(raw)))
}

// Excerpt returns the beginning of what a stranger sent, for people to read: so many characters at most, without what cannot be
// seen or would be read in another direction.
func Excerpt(raw string, most int) string {
	var excerpt strings.Builder
	for cluster := range clusters(Clean(strings.ToValidUTF8(raw, ""))) {
		if _, illegal := Illegal(cluster, false); illegal {
			continue
		}
		if most--; most < 0 {
			break
		}
		excerpt.WriteString(cluster)
	}
	return excerpt.String()
}

// Fold returns the key by which names are compared: two texts with the same key look alike, case, width and
// spacing aside. The key is for comparing and is not shown to anyone.
func Fold(s string) string {
	folded := cases.Fold().String(strings.Map(raiseCherokee, norm.NFKC.String(strings.Map(dropUnseen, s))))
	return strings.Join(strings.Fields(norm.NFKC.String(folded)), " ")
}

// dropUnseen leaves out what a reader cannot see but a legal text may hold.
func dropUnseen(r rune) rune {
	if r == zwj || r == zwnj || unicode.Is(unicode.Variation_Selector, r) {
		return -1
	}
	return r
}

// raiseCherokee returns capitals for the small letters of Cherokee: cases.Fold exchanges the two and makes no case of them one.
func raiseCherokee(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToUpper(r)
	}
	return r
}

// HasHan says whether s holds at least one Chinese character.
func HasHan(s string) bool { return strings.ContainsFunc(s, isHan) }
