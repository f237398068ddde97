package store

import (
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Contains narrows a query to the rows whose column contains the text, ignoring the case of Latin letters, on both databases alike. A text
// with NUL is in no row.
func Contains(column, text string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		if strings.ContainsRune(text, 0) {
			s.Where(entsql.False())
			return
		}
		find := "instr"
		if s.Dialect() == dialect.Postgres {
			find = "strpos"
		}
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.WriteString(find + "(lower(").Ident(s.C(column)).WriteString("), ").Arg(lowerLatin(text)).WriteString(") > 0")
		}))
	}
}

// lowerLatin lowers the letters that both databases lower.
func lowerLatin(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
