// Package moment has moments as the product keeps and writes them: in UTC and milliseconds, so that a moment that was returned can be
// used to find what happened then.
package moment

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// layout is RFC 3339 with exactly three fraction digits.
const layout = "2006-01-02T15:04:05.000Z"

// Now returns the present moment.
func Now() time.Time { return Of(time.Now()) }

// Of returns a moment in UTC, without what is less than a millisecond.
func Of(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Text writes a moment in RFC 3339, in UTC and with exactly three fraction digits. Texts of moments sort as the moments do.
func Text(t time.Time) string { return t.UTC().Format(layout) }

// AppendText appends what Text returns.
func AppendText(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, layout) }

// pattern is the format of https://scalars.graphql.org/andimarek/date-time: RFC 3339 with exactly three fraction digits and without the
// offset -00:00, which time.Parse alone does not check.
var pattern = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d\.\d{3}([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

var errFormat = errors.New("not a moment in RFC 3339 with three fraction digits")

// Parse reads a moment in the format of the scalar DateTime. In UTC its year must have four digits.
func Parse(text string) (time.Time, error) {
	if !pattern.MatchString(text) || strings.HasSuffix(text, "-00:00") {
		return time.Time{}, errFormat
	}
	at, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil {
		return time.Time{}, err
	}
	if at = at.UTC(); at.Year() < 0 || at.Year() > 9999 {
		return time.Time{}, errFormat
	}
	return at, nil
}
