package store

import (
	"slices"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Children are rows of a table that belong to parents. They are read in one statement for any number of parents, along an index that begins
// with the parent's column, however many rows each parent has.
type Children[P ~func(*entsql.Selector)] struct {
	// Column has the id of a row's parent.
	Column  string
	Parents []string
	// Filters narrow the rows.
	Filters []P
	// Search narrows the rows by what no index has; nil for none.
	Search *Search
	// only selects the only rows to read; nil for all.
	only Filter
}

// Only returns those of the children that a filter selects: few rows, whose ids it knows. They are looked up first, so that the other rows of
// the parents cost nothing.
func (c Children[P]) Only(which P) Children[P] {
	c.only = func(s *entsql.Selector) { which(s) }
	return c
}

// Search compares rows one by one, and therefore only the latest of each parent.
type Search struct {
	// For narrows the rows to those that are wanted.
	For Filter
	// By sorts the rows by when they were made.
	By []string
	// Limit is the most rows that are compared; several parents have equal shares of it, of at least leastShare.
	Limit int
	// Columns are all that are compared or sorted by. An index has them after By, so that no other rows are read.
	Columns []string
}

// leastShare is how many rows of a parent are compared at least, however many parents there are.
const leastShare = 500

// share returns how many rows of each parent are compared.
func (c Children[P]) share() int {
	return max(c.Search.Limit/max(1, len(distinct(c.Parents))), min(leastShare, c.Search.Limit))
}

// isPlain says whether the children are rows of the table as they are.
func (c Children[P]) isPlain() bool { return c.only == nil && c.Search == nil }

// PageOf narrows a query to one page of the children of each parent, in the page's direction. Those of several parents come mixed. Of
// several sets, which have no parent in common, one at most is made by Only.
func PageOf[P ~func(*entsql.Selector)](page Keyset, sets ...Children[P]) Filter {
	return func(s *entsql.Selector) {
		page.show(s)
		table, one := s.TableName(), sets[0]
		// The order's index leads to the rows. With a filter, the database may believe that it is better to read and sort all of them.
		alongOrder := len(sets) == 1 && one.isPlain() && len(one.Filters) == 0
		switch {
		case alongOrder && len(distinct(one.Parents)) == 1:
			s.Where(entsql.EQ(s.C(one.Column), one.Parents[0]))
			Page(page)(s)
			return
		case alongOrder && s.Dialect() == dialect.Postgres:
			page.ofLateral(s, one.Parents, one.ofParent(s.Dialect(), table))
			return
		}
		key := "id"
		if !slices.ContainsFunc(sets, func(set Children[P]) bool { return !set.isPlain() }) {
			key = rowKey(s)
		}
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C(key)).WriteString(" IN (")
			for i, set := range sets {
				rows := set.ofParent(s.Dialect(), table)
				rows.Select(rows.C(key))
				Page(page)(rows)
				b.WriteString(union(i) + "SELECT found." + key + " FROM ")
				writeParents(b, set.Parents)
				joinEach(b, table, key, rows)
			}
			b.WriteString(")")
		}))
		for _, set := range sets {
			set.writeOnly(s, table)
		}
		page.order(s)
	}
}

// ofLateral makes the query one of a page of the rows of each parent, which PostgreSQL reads in the place of the table.
func (k Keyset) ofLateral(s *entsql.Selector, parents []string, rows *entsql.Selector) {
	table := s.TableName()
	k.order(s)
	Page(k)(rows)
	rows.SelectExpr(entsql.Expr(`"row".*`))
	s.FromExpr(entsql.ExprFunc(func(b *entsql.Builder) {
		writeParents(b, parents)
		b.WriteString(" CROSS JOIN LATERAL ").Wrap(func(b *entsql.Builder) { b.Join(rows) }).WriteString(" AS ").Ident(table)
	}))
}

// CountOf makes a query return how many children each parent has, as Counts. Parents of several sets have the sum, so that what no single
// index leads to can be counted in parts.
func CountOf[P ~func(*entsql.Selector)](sets ...Children[P]) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		table := s.TableName()
		for _, set := range sets {
			set.writeOnly(s, table)
		}
		s.Select("parent", "count").FromExpr(entsql.ExprFunc(func(b *entsql.Builder) {
			b.WriteString("(")
			for i, set := range sets {
				rows := set.ofParent(s.Dialect(), table).Select(entsql.Count("*"))
				b.WriteString(union(i) + "SELECT parent.value AS parent, (").Join(rows).WriteString(") AS count FROM ")
				writeParents(b, set.Parents)
			}
			b.WriteString(") AS counted")
		}))
	}
}

// union is what stands before the i-th of several queries.
func union(i int) string {
	if i == 0 {
		return ""
	}
	return " UNION ALL "
}

// chosen is the table of the rows that Only selects.
const chosen = "chosen"

// writeOnly writes the table of the rows that Only selects before a query. The database reads it once, and cannot begin with all rows of a parent.
func (c Children[P]) writeOnly(s *entsql.Selector, table string) {
	if c.only == nil {
		return
	}
	rows := entsql.Dialect(s.Dialect()).Select().From(entsql.Table(table))
	c.only(rows)
	s.Prefix(entsql.ExprFunc(func(b *entsql.Builder) {
		b.WriteString("WITH " + chosen + " AS MATERIALIZED ").Wrap(func(b *entsql.Builder) { b.Join(rows) }).WriteString(" ")
	}))
}

// ofParent returns the query of the rows of one parent that match the filters and the search, called row.
func (c Children[P]) ofParent(dialect, table string) *entsql.Selector {
	if c.only != nil {
		table = chosen
	}
	row := entsql.Table(table).As("row")
	rows := entsql.Dialect(dialect).Select().From(row)
	rows.Where(entsql.ExprP(row.C(c.Column) + " = parent.value"))
	if c.Search != nil {
		rows.Select(rows.Columns(c.Search.Columns...)...)
		Page(Keyset{Columns: c.Search.By, Descending: true, Limit: c.share()})(rows)
		rows = entsql.Dialect(dialect).Select().From(rows.As("row"))
		c.Search.For(rows)
	}
	for _, filter := range c.Filters {
		filter(rows)
	}
	return rows
}
