package coercion

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// builtIn are the scalars of the specification: each returns the coerced value that was sent, or why there is none; the value follows.
var builtIn = map[string]func(value any) (coerced any, reason string){
	"Int": intOf, "Float": floatOf, "String": stringOf, "Boolean": booleanOf, "ID": idOf,
}

func intOf(value any) (any, string) {
	number, ok := value.(json.Number)
	f := parseNumber(number)
	switch {
	case !ok || !isInteger(f):
		return nil, "Int cannot represent non-integer value: "
	case f > math.MaxInt32 || f < math.MinInt32:
		return nil, "Int cannot represent non 32-bit signed integer value: "
	}
	return int64(f), ""
}

func floatOf(value any) (any, string) {
	number, ok := value.(json.Number)
	f := parseNumber(number)
	if !ok || math.IsInf(f, 0) {
		return nil, "Float cannot represent non numeric value: "
	}
	return f, ""
}

func stringOf(value any) (any, string) {
	if _, ok := value.(string); !ok {
		return nil, "String cannot represent a non string value: "
	}
	return value, ""
}

func booleanOf(value any) (any, string) {
	if _, ok := value.(bool); !ok {
		return nil, "Boolean cannot represent a non boolean value: "
	}
	return value, ""
}

// idOf coerces an ID, which is a string whatever was sent.
func idOf(value any) (any, string) {
	switch value := value.(type) {
	case string:
		return value, ""
	case json.Number:
		if isInteger(parseNumber(value)) {
			return numberText(value), ""
		}
	}
	return nil, "ID cannot represent value: "
}

// parseNumber returns a number as JavaScript reads it: too large a number is infinite.
func parseNumber(number json.Number) float64 {
	f, _ := strconv.ParseFloat(string(number), 64) // it is infinite when it is out of range
	return f
}

func isInteger(f float64) bool { return f == math.Trunc(f) && !math.IsInf(f, 0) }

// wholeNumber matches what needs no other form.
var wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// numberText returns a number as JavaScript writes it, but all digits of a whole number as it was sent.
func numberText(number json.Number) string {
	if wholeNumber.MatchString(string(number)) {
		return string(number)
	}
	f := parseNumber(number)
	switch size := math.Abs(f); {
	case f == 0: // also -0
		return "0"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, 64), "+") + "inity"
	case size >= 1e21 || size < 1e-6:
		text := strconv.FormatFloat(f, 'e', -1, 64)
		return strings.Replace(strings.Replace(text, "e-0", "e-", 1), "e+0", "e+", 1)
	default:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
}
