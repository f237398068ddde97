package industry

import "unicode/utf8"

// forgiven returns how many typing errors a word may have: the longer, the more.
func forgiven(word string) int {
	switch letters := utf8.RuneCountInString(word); {
	case isChinese(word) || letters < 4:
		return 0
	case letters < 8:
		return 1
	}
	return 2
}

const (
	// maxLetters is more than the longest English word of the catalogue has.
	maxLetters = 32
	// minBeginning keeps a mistyped word from being taken for the start of half the catalogue.
	minBeginning = 4
)

// alphabet returns the set of the letters a to z in a word, one bit each.
func alphabet(word string) (letters uint32) {
	for _, r := range word {
		if 'a' <= r && r <= 'z' {
			letters |= 1 << (r - 'a')
		}
	}
	return letters
}

// typingErrors returns the Damerau-Levenshtein distance, where a swap of neighbours is one error, from
// a typed word to a whole word, and to the nearest beginning of that word. From the letter `ending` on
// the word counts as whole, for a plural. Distances over the limit come back as some number over it.
func typingErrors(typed, word []rune, ending, limit int) (toWhole, toBeginning int) {
	toWhole, toBeginning = limit+1, limit+1
	if len(typed) > len(word)+limit || len(word) > maxLetters {
		return toWhole, toBeginning
	}
	// No longer beginning of the word is near enough.
	near := word[:min(len(word), len(typed)+limit)]
	distances, ok := distancesToBeginnings(typed, near, limit)
	if !ok {
		return toWhole, toBeginning
	}
	for j := ending; j <= len(near); j++ {
		toWhole = min(toWhole, distances[j])
	}
	for j := minBeginning; j <= len(near) && startsAlike(typed, word); j++ {
		toBeginning = min(toBeginning, distances[j])
	}
	return toWhole, toBeginning
}

// distancesToBeginnings returns, for every n, the distance from a typed word to the first n letters of
// another, and false as soon as all of them must be over the limit.
func distancesToBeginnings(typed, word []rune, limit int) ([maxLetters + 1]int, bool) {
	var twoAbove, above, row [maxLetters + 1]int
	for j := range word {
		row[j+1] = j + 1
	}
	for i, t := range typed {
		twoAbove, above = above, row
		row[0] = i + 1
		least := row[0]
		for j, w := range word {
			errors := above[j]
			if t != w {
				errors++
			}
			errors = min(errors, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && t == word[j-1] && typed[i-1] == w {
				errors = min(errors, twoAbove[j-1]+1)
			}
			row[j+1] = errors
			least = min(least, errors)
		}
		if least > limit {
			return row, false
		}
	}
	return row, true
}

// startsAlike reports whether the first letters are the same or merely swapped: few people mistype
// the first letter, and short beginnings resemble too many words.
func startsAlike(typed, word []rune) bool {
	return typed[0] == word[0] ||
		len(word) > 1 && typed[0] == word[1] && typed[1] == word[0]
}
