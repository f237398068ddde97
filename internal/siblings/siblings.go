// Package siblings reads a relation for all rows of a query together, so that a nested list costs one statement per relation and not one
// per row.
package siblings

import "sync"

// Group is shared by the rows of one query. It must not outlive the request.
type Group[P any] struct {
	rows  []P
	mu    sync.Mutex
	reads map[any]any
}

// Of returns the group of these rows.
func Of[P any](rows []P) *Group[P] { return &Group[P]{rows: rows} }

// Read returns what load returns for all siblings of row. It calls load once for each key, which must hold every argument that the result
// depends on, by value. A row without a group is loaded alone.
func Read[P, V any](g *Group[P], row P, key any, load func([]P) (V, error)) (V, error) {
	if g == nil {
		return load([]P{row})
	}
	return once(g, key, load)()
}

// Know notes what Read returns for a key, so that it is not loaded.
func Know[P, V any](g *Group[P], key any, value V) {
	if g != nil {
		once(g, key, func([]P) (V, error) { return value, nil })
	}
}

func once[P, V any](g *Group[P], key any, load func([]P) (V, error)) func() (V, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if read, ok := g.reads[key]; ok {
		return read.(func() (V, error))
	}
	read := sync.OnceValues(func() (V, error) { return load(g.rows) })
	if g.reads == nil {
		g.reads = map[any]any{}
	}
	g.reads[key] = read
	return read
}
