package store

import (
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Lapsed narrows a query to the rows whose lease, a moment in this column, is over or absent. Like Lease it goes by the database's clock, so
// that it does not matter how the clocks of several servers differ.
func Lapsed(column string) Filter {
	return func(s *entsql.Selector) {
		s.Where(entsql.Or(entsql.IsNull(s.C(column)), entsql.ExprP(s.C(column)+" <= "+clock(s.Dialect(), 0))))
	}
}

// Lease makes an update set a column to the moment at which a lease of this duration is over.
func Lease(column string, duration time.Duration) func(*entsql.UpdateBuilder) {
	return func(u *entsql.UpdateBuilder) {
		u.Set(column, entsql.Expr(clock(u.Dialect(), duration)))
	}
}

// clock is the present moment by the database's clock, and this much later, as an expression. SQLite's clock is that of the machine; its
// moments are texts, which compare as Ent writes them.
func clock(name string, later time.Duration) string {
	if name == dialect.Postgres {
		return fmt.Sprintf("clock_timestamp() + interval '%d milliseconds'", later.Milliseconds())
	}
	return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%f+00:00', 'now', '+%.3f seconds')", later.Seconds())
}

// Earliest selects the earliest moment of a group of rows, in milliseconds since 1970.
func Earliest(column, as string) func(*entsql.Selector) string {
	return func(s *entsql.Selector) string {
		text := "CAST(ROUND(unixepoch(MIN(%s), 'subsec') * 1000) AS INTEGER)"
		if s.Dialect() == dialect.Postgres {
			text = "CAST(extract(epoch FROM MIN(%s)) * 1000 AS bigint)"
		}
		return entsql.As(fmt.Sprintf(text, s.C(column)), as)
	}
}
