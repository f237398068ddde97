package industry

import (
	"cmp"
	"slices"
	"strings"
)

// A query is foreign input: only its first maxQuery characters and maxWords words are read, and it
// finds what these find.
const (
	maxQuery = 100
	maxWords = 8
)

// Search returns the industries that match every word of the query, best first, then by code: by the
// beginning of the code, by English words and by Chinese characters. A blank query returns all.
//
// Words of the name go before other words for the same thing, whole words before beginnings, and
// beginnings before the middle. Case, width and accents do not matter. An English word of four letters
// or more that is not in the catalogue is taken for a typing error of the words nearest to it;
// of a Chinese word that is not in the catalogue, the longest beginning that is counts.
func Search(words string) []*Industry {
	words = strings.TrimSpace(words)
	if words == "" {
		return All()
	}
	asked := queryWords(words)
	if len(asked) == 0 {
		return []*Industry{}
	}
	ranks := make([]int, len(All()))
	for _, word := range asked {
		addRanks(ranks, rank(word))
	}
	putApartLast(ranks, asked)
	return ordered(ranks)
}

func queryWords(query string) []string {
	// Folding can make a character longer, so it is cut once more.
	asked := split(firstRunes(fold(firstRunes(query, maxQuery)), maxQuery))
	return asked[:min(len(asked), maxWords)]
}

func firstRunes(s string, n int) string {
	for at := range s {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}

// The ranks of one word, best first. Each has an odd neighbour for a word that is not in the name.
const (
	whole = 2 * iota
	beginning
	inside
	mistyped

	// apart is more than the words of any query can add up to.
	apart  = 1000
	absent = 1_000_000
)

// minInside keeps "hair" out of "chairs"; Chinese has no spaces, so there every character may match.
const minInside = 5

// maxShortened bounds the work for a long text without spaces.
const maxShortened = 8

// rank returns how well each industry matches one word, in the order of the catalogue.
func rank(word string) []int {
	ranks := slices.Repeat([]int{absent}, len(All()))
	switch {
	case markFound(ranks, word):
	case isChinese(word):
		markShortened(ranks, word)
	default:
		markMistyped(ranks, word)
	}
	return ranks
}

func markFound(ranks []int, word string) (found bool) {
	singular := stem(word)
	for _, t := range index().like(word) {
		if fit := t.fit(word, singular); fit < absent {
			found = true
			t.mark(ranks, fit)
		}
	}
	return found
}

// markShortened drops characters from the end, where most often stands only a word for a shop or a
// service, until the rest is found. A single character would say too little.
func markShortened(ranks []int, word string) {
	characters := []rune(word)
	for n := min(len(characters)-1, maxShortened); n >= 2; n-- {
		if markFound(ranks, string(characters[:n])) {
			return
		}
	}
}

// markMistyped takes only the nearest terms: a word one error away from a term hardly means another
// that is two errors away.
func markMistyped(ranks []int, word string) {
	if forgiven(word) == 0 {
		return
	}
	typed, limit := []rune(word), forgiven(word)
	letters := alphabet(word)
	var nearest []*term
	least := tooFar
	for _, t := range index().english {
		far := t.distance(typed, letters, limit)
		if far < least {
			nearest, least = nil, far
		}
		if far == least && far < tooFar {
			nearest = append(nearest, t)
		}
	}
	for _, t := range nearest {
		t.mark(ranks, mistyped)
	}
}

func addRanks(ranks, more []int) {
	for i, rank := range more {
		ranks[i] += rank
	}
}

// putApartLast puts industries in which the words are adjacent before those in which they are
// scattered, so that "coffee shop" is not first of all a shop for tea with coffee beans.
func putApartLast(ranks []int, asked []string) {
	if len(asked) == 1 {
		return
	}
	var phrase strings.Builder
	join(asked, &phrase)
	for i, together := range index().phrases {
		if !strings.Contains(together, phrase.String()) {
			ranks[i] += apart
		}
	}
}

func ordered(ranks []int) []*Industry {
	var found []int
	for i, rank := range ranks {
		if rank < absent {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) })
	industries := make([]*Industry, len(found))
	for n, i := range found {
		industries[n] = All()[i]
	}
	return industries
}
