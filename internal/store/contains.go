package store

import (
	"fmt"
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

// Compared narrows a query to the rows whose column has one of the values, which are compared row by row: the database reads the rows along
// the index of the order or of another column, and this column, if it is in that index, there.
func Compared[T ~string](column string, values ...T) Filter {
	return func(s *entsql.Selector) {
		if len(values) == 0 {
			s.Where(entsql.False())
			return
		}
		args := make([]any, len(values))
		for i, value := range values {
			args[i] = string(value)
		}
		s.Where(entsql.P(func(b *entsql.Builder) { // no index has this expression
			b.WriteString("(").Ident(s.C(column)).WriteString(" || '') IN (").Args(args...).WriteString(")")
		}))
	}
}

// Is narrows a query to the rows whose column has a value that is written into the statement, so that the database can use an index of such
// rows only.
func Is[T ~string](column string, value T) Filter {
	if strings.Contains(string(value), "'") {
		panic(fmt.Sprintf("%q is not a word", value))
	}
	return func(s *entsql.Selector) {
		s.Where(entsql.ExprP(s.C(column) + " = '" + string(value) + "'"))
	}
}

// Refers narrows a query to the rows whose column has the id of a row of another table that matches the filters. That row is looked up for
// each row, whatever the database believes about their numbers.
func Refers[P ~func(*entsql.Selector)](column, table string, filters ...P) Filter {
	return func(s *entsql.Selector) {
		other := entsql.Table(table).As("referred")
		rows := entsql.Dialect(s.Dialect()).SelectExpr(entsql.Expr("1")).From(other)
		rows.Where(entsql.ColumnsEQ(other.C("id"), s.C(column)))
		for _, filter := range filters {
			filter(rows)
		}
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Wrap(func(b *entsql.Builder) { b.Join(rows) }).WriteString(" = 1")
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
