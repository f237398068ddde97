package store

import (
	"encoding/json"
	"slices"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Keyset is a page of a sorted list. It is found by the values of the row beside it and not by counting rows, so the
// millionth page costs what the first does.
type Keyset struct {
	// Columns sort the list, the last of them unique.
	Columns    []string
	Descending bool
	// Backward reads from the end of the list.
	Backward bool
	// After and Before are values of the columns; nil for none.
	After, Before []any
	// Limit is the most rows of each parent.
	Limit int
}

// OfEach narrows a query to the page of each parent's rows that fit the filters, and sorts it in the page's direction.
// One statement serves any number of parents, whose rows come mixed.
func OfEach[P ~func(*entsql.Selector)](page Keyset, parentColumn string, parents []string, filters ...P) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		row := entsql.Table(s.TableName()).As("row")
		inner := entsql.Dialect(s.Dialect()).Select(row.C("id")).From(row)
		inner.Where(entsql.ExprP(row.C(parentColumn) + " = parent.value"))
		for _, filter := range filters {
			filter(inner)
		}
		page.apply(inner)
		inner.Limit(page.Limit)
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C("id")).WriteString(" IN (SELECT ").Ident("found").WriteString(".").Ident("id").WriteString(" FROM ")
			writeParents(b, parents)
			b.WriteString(" JOIN ").Ident(s.TableName()).WriteString(" AS ").Ident("found").WriteString(" ON ").
				Ident("found").WriteString(".").Ident("id").WriteString(" IN ").Wrap(func(b *entsql.Builder) { b.Join(inner) }).
				WriteString(")")
		}))
		page.order(s)
	}
}

// apply keeps the rows between After and Before and sorts them in the page's direction.
func (k Keyset) apply(s *entsql.Selector) {
	columns := make([]string, len(k.Columns))
	for i, column := range k.Columns {
		columns[i] = s.C(column)
	}
	later, earlier := entsql.CompositeGT, entsql.CompositeLT
	if k.Descending {
		later, earlier = earlier, later
	}
	if k.After != nil {
		s.Where(later(columns, k.After...))
	}
	if k.Before != nil {
		s.Where(earlier(columns, k.Before...))
	}
	k.order(s)
}

func (k Keyset) order(s *entsql.Selector) {
	direction := entsql.Asc
	if k.Descending != k.Backward {
		direction = entsql.Desc
	}
	for _, column := range k.Columns {
		s.OrderBy(direction(s.C(column)))
	}
}

// writeParents writes the parents as a table of one column. They are one argument, so that any number of them has the
// same text and the database prepares it once.
func writeParents(b *entsql.Builder, parents []string) {
	text, err := json.Marshal(slices.Compact(slices.Sorted(slices.Values(parents))))
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	if b.Dialect() == dialect.Postgres {
		b.WriteString("jsonb_array_elements_text(").Arg(string(text)).WriteString("::jsonb) AS parent(value)")
		return
	}
	b.WriteString("json_each(").Arg(string(text)).WriteString(") AS parent")
}
