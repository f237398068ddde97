package store

import "context"

// Columns are those that a request shows.
type Columns struct {
	// Of are the columns by table. A table that is not in it is read in full.
	Of map[string][]string
	// Cursors says that the request shows places in lists, too.
	Cursors bool
}

type columnsKey struct{}

// WithColumns returns a context in which Shown returns these columns.
func WithColumns(ctx context.Context, columns *Columns) context.Context {
	return context.WithValue(ctx, columnsKey{}, columns)
}

func columnsOf(ctx context.Context) *Columns {
	columns, _ := ctx.Value(columnsKey{}).(*Columns)
	return columns
}

// Shown returns the columns of a table that the request shows, to be selected of rows that go to the client as they are. Where nothing else is
// known it returns none, which selects all.
func Shown(ctx context.Context, table string) []string {
	if shown := columnsOf(ctx); shown != nil {
		return shown.Of[table]
	}
	return nil
}
