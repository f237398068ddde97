package store

import (
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Held narrows nothing: it has the rows that a transaction reads stay as they are until it is over. Whoever else changes or holds
// them waits; others may refer to them. SQLite writes one transaction at a time and needs no such word.
func Held(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE")
	}
}

// Shared narrows nothing: it has the rows that a transaction reads stay as they are until it is over. Others may share them, and
// refer to them; whoever changes or holds them waits.
func Shared(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForShare()
	}
}
