package industry

import (
	"math/bits"
	"strings"
	"sync"
)

// term is one word of the catalogue, or one run of Chinese characters.
type term struct {
	text, stem string
	places     []place

	// The rest finds typing errors and is not set for Chinese. A term with a digit is fixed: a number
	// one digit away is another number.
	letters  []rune
	alphabet uint32
	isFixed  bool
}

// place says where a term is: the industry's position in the catalogue, and whether in its name.
type place struct {
	industry int
	inName   bool
}

type searchIndex struct {
	english, chinese []*term
	known            map[string]*term
	// phrases has one text for each industry: its names and words, joined and set apart by line breaks.
	phrases []string
}

// index is built by the first search, once.
var index = sync.OnceValue(build)

func build() *searchIndex {
	x := &searchIndex{known: make(map[string]*term, 4096)}
	for i, industry := range All() {
		names := []string{industry.Code, industry.name.English, industry.name.Chinese}
		var lines strings.Builder
		x.add(names, place{i, true}, &lines)
		x.add(industry.words, place{i, false}, &lines)
		x.phrases = append(x.phrases, lines.String())
	}
	return x
}

// add takes in the terms of phrases, and writes each phrase joined on a line.
func (x *searchIndex) add(phrases []string, where place, lines *strings.Builder) {
	folded := fold(strings.Join(phrases, "\n")) // at once, since every call has its price
	for phrase := range strings.SplitSeq(folded, "\n") {
		words := split(phrase)
		for _, word := range words {
			t := x.term(word)
			t.places = append(t.places, where)
		}
		join(words, lines)
		lines.WriteByte('\n')
	}
}

func (x *searchIndex) term(word string) *term {
	if t, ok := x.known[word]; ok {
		return t
	}
	t := &term{text: word, stem: stem(word)}
	x.known[word] = t
	if isChinese(word) {
		x.chinese = append(x.chinese, t)
		return t
	}
	t.letters = []rune(word)
	t.alphabet = alphabet(word)
	t.isFixed = strings.ContainsAny(word, "0123456789")
	x.english = append(x.english, t)
	return t
}

// like returns the terms in the script of a word.
func (x *searchIndex) like(word string) []*term {
	if isChinese(word) {
		return x.chinese
	}
	return x.english
}

// fit returns the rank of a word that was typed without an error, or absent.
func (t *term) fit(word, stem string) int {
	at := strings.Index(t.text, word)
	switch {
	case t.stem == stem:
		return whole
	case at == 0:
		return beginning
	case at > 0 && (isChinese(word) || len(word) >= minInside):
		return inside
	}
	return absent
}

// tooFar is the distance of a typed word that means something else.
const tooFar = 100

// distance says how far a mistyped word is from this term: two for each error, and one more when the
// word can only be its beginning. Every letter that the term lacks is an error, which spares most terms
// the full comparison.
func (t *term) distance(typed []rune, letters uint32, limit int) int {
	if t.isFixed || bits.OnesCount32(letters&^t.alphabet) > limit {
		return tooFar
	}
	switch toWhole, toBeginning := typingErrors(typed, t.letters, len(t.stem), limit); {
	case toWhole <= min(limit, toBeginning):
		return 2 * toWhole
	case toBeginning <= limit:
		return 2*toBeginning + 1
	}
	return tooFar
}

// mark sets the rank of the industries with the term, unless they have a better one.
func (t *term) mark(ranks []int, fit int) {
	for _, p := range t.places {
		rank := fit
		if !p.inName {
			rank++
		}
		ranks[p.industry] = min(ranks[p.industry], rank)
	}
}

// join writes a phrase in which words are found only side by side; the last may be unfinished.
func join(words []string, phrase *strings.Builder) {
	for _, word := range words {
		phrase.WriteByte(' ')
		phrase.WriteString(stem(word))
	}
}
