package store

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"
)

// Columns are those that a request shows.
type Columns struct {
	// Of are the columns by table. A table that is not in it is read in full.
	Of map[string][]string
	// Cursors says that the request shows places in lists, too.
	Cursors bool
}

type columnsKey struct{}

// WithColumns returns a context in which Shown reads these columns only.
func WithColumns(ctx context.Context, columns *Columns) context.Context {
	return context.WithValue(ctx, columnsKey{}, columns)
}

func columnsOf(ctx context.Context) *Columns {
	columns, _ := ctx.Value(columnsKey{}).(*Columns)
	return columns
}

// Shown reads the columns that the request shows, of rows that go to the client as they are. Where nothing else is known it reads all of
// them. It narrows nothing, and comes first of a query's filters.
func Shown(s *entsql.Selector) {
	if shown := columnsOf(s.Context()); shown != nil && shown.Of[s.TableName()] != nil {
		s.Select(s.Columns(shown.Of[s.TableName()]...)...)
	}
}
