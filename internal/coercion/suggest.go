package coercion

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"
)

// maxSuggestions is how many names are suggested.
const maxSuggestions = 5

// didYouMean returns a sentence that suggests names, with a space before it, or "" when there are none.
func didYouMean(what string, names []string) string {
	quoted := make([]string, 0, maxSuggestions)
	for _, name := range names[:min(len(names), maxSuggestions)] {
		quoted = append(quoted, `"`+name+`"`)
	}
	if what != "" {
		what += " "
	}
	switch last := len(quoted) - 1; last {
	case -1:
		return ""
	case 0:
		return " Did you mean " + what + quoted[0] + "?"
	case 1:
		return " Did you mean " + what + quoted[0] + " or " + quoted[1] + "?"
	default:
		return " Did you mean " + what + strings.Join(quoted[:last], ", ") + ", or " + quoted[last] + "?"
	}
}

// suggestions returns the names that are close to an input, the closest first.
func suggestions(input string, names []string) []string {
	units := utf16.Encode([]rune(input))
	threshold := len(units)*2/5 + 1
	distances, close := map[string]int{}, []string(nil)
	for _, name := range names {
		if d := distance(input, name, threshold); d <= threshold {
			distances[name] = d
			close = append(close, name)
		}
	}
	slices.SortStableFunc(close, func(a, b string) int {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), naturalCompare(a, b))
	})
	return close
}

// distance counts the insertions, deletions, substitutions and transpositions that make one text of the other; another case counts
// as one. It returns more than the threshold when it is over it.
func distance(input, name string, threshold int) int {
	lowerInput, lowerName := strings.ToLower(input), strings.ToLower(name)
	switch {
	case input == name:
		return 0
	case lowerInput == lowerName:
		return 1
	}
	a, b := utf16.Encode([]rune(lowerName)), utf16.Encode([]rune(lowerInput))
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > threshold {
		return threshold + 1
	}
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		if fillRow(a, b, i, rows[(i+1)%3], rows[(i-1)%3], rows[i%3]) > threshold {
			return threshold + 1
		}
	}
	return rows[len(a)%3][len(b)]
}

// fillRow computes the distances of the first i units of a to each beginning of b, and returns the smallest.
func fillRow(a, b []uint16, i int, upper, up, row []int) int {
	row[0] = i
	smallest := i
	for j := 1; j <= len(b); j++ {
		cost := 1
		if a[i-1] == b[j-1] {
			cost = 0
		}
		row[j] = min(up[j]+1, row[j-1]+1, up[j-1]+cost)
		if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
			row[j] = min(row[j], upper[j-2]+1)
		}
		smallest = min(smallest, row[j])
	}
	return smallest
}

// naturalCompare compares names whose numbers count as such: field2 comes before field10.
func naturalCompare(a, b string) int {
	for a != "" && b != "" {
		numberA, restA := leadingNumber(a)
		numberB, restB := leadingNumber(b)
		switch {
		case numberA != "" && numberB != "":
			if c := compareNumbers(numberA, numberB); c != 0 {
				return c
			}
			a, b = restA, restB
		case a[0] != b[0]:
			return cmp.Compare(a[0], b[0])
		default:
			a, b = a[1:], b[1:]
		}
	}
	return len(a) - len(b)
}

func leadingNumber(text string) (number, rest string) {
	rest = strings.TrimLeft(text, "0123456789")
	return text[:len(text)-len(rest)], rest
}

func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
