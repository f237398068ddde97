package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"minidock/ent"
)

// Filter narrows a query of any table.
type Filter = func(*entsql.Selector)

// Keyset is a page of a sorted list. It is found by the values of the row before it and not by counting rows, so that the millionth page
// costs as much as the first.
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

// Page narrows a query to one page of its rows, in the page's direction.
func Page(page Keyset) Filter {
	return func(s *entsql.Selector) {
		page.apply(s)
		s.Limit(page.Limit)
	}
}

// rowKey names what finds a row of the query's table the fastest. In SQLite that is its place in the table, which an index leads to.
func rowKey(s *entsql.Selector) string {
	if s.Dialect() == dialect.Postgres {
		return "id"
	}
	return "rowid"
}

// Link is a table that leads from parents to rows of another table.
type Link struct {
	Table string
	// Parent and Child are its columns: the parent's id, and that of the row.
	Parent, Child string
}

// parentsOf names the column in which Through gives the parents of a row.
const parentsOf = "parents_of_row"

// Through narrows a query to one page of the rows that a link table connects with each parent, ordered by id in the page's direction.
// Page and filters are those of the link table. A row of several parents comes once; ByParent gives it to each.
func Through[P ~func(*entsql.Selector)](link Link, page Keyset, parents []string, filters ...P) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		of, key := entsql.Table("of_row"), rowKey(s)
		if s.Dialect() == dialect.Postgres {
			key = link.Child
		}
		row := entsql.Table(link.Table).As("row")
		rows := entsql.Dialect(s.Dialect()).Select(row.C(key)).From(row)
		rows.Where(entsql.ExprP(row.C(link.Parent) + " = parent.value"))
		for _, filter := range filters {
			filter(rows)
		}
		Page(page)(rows)
		s.Prefix(entsql.ExprFunc(func(b *entsql.Builder) {
			b.WriteString("WITH of_row AS " + materialized(b) + "(SELECT found." + link.Child + " AS id, string_agg(parent.value, ' ') AS parents FROM ")
			writeParents(b, parents)
			joinEach(b, link.Table, key, rows)
			b.WriteString(" GROUP BY found." + link.Child + ") ")
		}))
		s.Join(of).On(s.C("id"), of.C("id"))
		s.AppendSelectAs(of.C("parents"), parentsOf)
		page.Columns = []string{"id"}
		page.order(s)
	}
}

// materialized has SQLite read a part of a query first, which it may otherwise read for each row of the table. PostgreSQL knows better.
func materialized(b *entsql.Builder) string {
	if b.Dialect() == dialect.Postgres {
		return ""
	}
	return "MATERIALIZED "
}

// ByParent returns the rows that came from Through for each parent, in their order.
func ByParent[T interface {
	Value(string) (ent.Value, error)
}](rows []T) map[string][]T {
	children := map[string][]T{}
	for _, row := range rows {
		parents, err := row.Value(parentsOf)
		if err != nil {
			panic(err) // Through selects it
		}
		for parent := range strings.FieldsSeq(fmt.Sprint(parents)) {
			children[parent] = append(children[parent], row)
		}
	}
	return children
}

// joinEach joins the table's rows of each parent as "found", written so that each database uses an index. Rows are found by their key.
func joinEach(b *entsql.Builder, table, key string, rows *entsql.Selector) {
	if b.Dialect() == dialect.Postgres {
		b.WriteString(" CROSS JOIN LATERAL ").Wrap(func(b *entsql.Builder) { b.Join(rows) }).WriteString(" AS found")
		return
	}
	b.WriteString(" CROSS JOIN ").Ident(table).WriteString(" AS found ON found." + key + " IN ").Wrap(func(b *entsql.Builder) { b.Join(rows) })
}

// In narrows a query to the rows whose column has one of the values.
func In(column string, values []string) Filter {
	return func(s *entsql.Selector) {
		values := distinct(values)
		if len(values) == 1 {
			s.Where(entsql.EQ(s.C(column), values[0]))
			return
		}
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C(column)).WriteString(" IN (SELECT parent.value FROM ")
			writeParents(b, values)
			b.WriteString(")")
		}))
	}
}

// Among narrows a query to the rows whose column has a value that also is in a column of another table, in rows that match the filters.
func Among[P ~func(*entsql.Selector)](column, table, of string, filters ...P) Filter {
	return func(s *entsql.Selector) {
		from := entsql.Dialect(s.Dialect()).Table(table)
		rows := entsql.Dialect(s.Dialect()).Select(from.C(of)).From(from)
		for _, filter := range filters {
			filter(rows)
		}
		s.Where(entsql.In(s.C(column), rows))
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

// show reads the columns that sort the list, also where the request does not show them, if it shows cursors.
func (k Keyset) show(s *entsql.Selector) {
	if shown := columnsOf(s.Context()); shown == nil || !shown.Cursors {
		return
	}
	for _, column := range k.Columns {
		if !slices.Contains(s.SelectedColumns(), s.C(column)) {
			s.AppendSelect(s.C(column))
		}
	}
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

// writeParents writes values as a table called parent. They are one argument, so that the statement's text does not depend on their number
// and the database prepares it once.
func writeParents(b *entsql.Builder, values []string) {
	values = distinct(values)
	if b.Dialect() == dialect.Postgres {
		b.WriteString("unnest(").Arg(values).WriteString("::text[]) AS parent(value)")
		return
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	b.WriteString("json_each(").Arg(string(text)).WriteString(") AS parent")
}

func distinct(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }
