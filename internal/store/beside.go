package store

import entsql "entgo.io/ent/dialect/sql"

// Beside selects, with each row of a query, a column of another table under a name: its value in the row that matches the filters, or NULL
// if there is none. At most one row may match.
func Beside[P ~func(*entsql.Selector)](name, table, column string, filters ...P) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		from := entsql.Dialect(s.Dialect()).Table(table)
		row := entsql.Dialect(s.Dialect()).Select(from.C(column)).From(from)
		for _, filter := range filters {
			filter(row)
		}
		s.AppendSelectExprAs(row, name)
	}
}
