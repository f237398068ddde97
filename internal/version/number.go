package version

import (
	"fmt"
	"regexp"
	"strconv"
)

// part is what each part of a number is less than.
const part = 1_000_000

// number is a version's number, as one that sorts: major, minor and patch, a million for each.
type number int64

// The first number, and the greatest.
const (
	firstNumber = number(part * part)
	lastNumber  = number(part*part*part - 1)
)

var numberForm = regexp.MustCompile(`^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$`)

// parseNumber reads major.minor.patch, each from 0 to 999,999 without leading zeros.
func parseNumber(text string) (n number, ok bool) {
	parts := numberForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	for _, one := range parts[1:] {
		value, _ := strconv.Atoi(one) // at most six digits
		n = n*part + number(value)
	}
	return n, true
}

// String writes the number as major.minor.patch.
func (n number) String() string {
	return fmt.Sprintf("%d.%d.%d", n/part/part, n/part%part, n%part)
}

// next returns the least number that is higher, which is that with the next patch unless there is none.
func (n number) next() number { return n + 1 }

// hostForm is what the versions of super apps look like.
var hostForm = regexp.MustCompile(`^\d{1,9}(\.\d{1,9}){0,3}$`)
