package store

import (
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Held locks the rows that a transaction reads until its end: others who change or lock them wait, but may refer to them. It narrows
// nothing. SQLite writes one transaction at a time and needs no lock.
func Held(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE")
	}
}

// Shared locks the rows that a transaction reads until its end, together with others who share them: those who change or hold them wait.
// It narrows nothing.
func Shared(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForShare()
	}
}
