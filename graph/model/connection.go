package model

import (
	"context"

	"minidock/internal/page"
)

// Node is anything that has a global id.
type Node interface{ IsNode() }

// Viewer is who sends the request. Its fields are resolved when they are asked for.
type Viewer struct{}

// IsNode says that the viewer can be read by the id.
func (*Viewer) IsNode() {}

// Connection is a page of nodes.
type Connection[T any] struct {
	page  page.Page[T]
	count func(context.Context) (int, error)
}

// Edge is a node in a page.
type Edge[T any] struct {
	Node T
	page page.Page[T]
}

// NewConnection returns the connection of a page. Count is called only when the total is asked for.
func NewConnection[T any](p page.Page[T], count func(context.Context) (int, error)) *Connection[T] {
	return &Connection[T]{page: p, count: count}
}

// EdgesOf returns the edges of a page, without the connection.
func EdgesOf[T any](p page.Page[T]) []*Edge[T] { return NewConnection(p, nil).Edges() }

// EdgeOf returns the only edge of a page; nil if there is none.
func EdgeOf[T any](p page.Page[T]) *Edge[T] {
	if len(p.Nodes) == 0 {
		return nil
	}
	return EdgesOf(p)[0]
}

// Nodes returns the page's nodes.
func (c *Connection[T]) Nodes() []T { return c.page.Nodes }

// Edges returns the page's nodes, each with its cursor.
func (c *Connection[T]) Edges() []*Edge[T] {
	edges := make([]*Edge[T], len(c.page.Nodes))
	for i, node := range c.page.Nodes {
		edges[i] = &Edge[T]{Node: node, page: c.page}
	}
	return edges
}

// PageInfo says where the page is in the list.
func (c *Connection[T]) PageInfo() *PageInfo {
	info := &PageInfo{HasNextPage: c.page.HasNextPage, HasPreviousPage: c.page.HasPreviousPage}
	if n := len(c.page.Nodes); n > 0 {
		first, last := c.page.Cursor(c.page.Nodes[0]), c.page.Cursor(c.page.Nodes[n-1])
		info.StartCursor, info.EndCursor = &first, &last
	}
	return info
}

// TotalCount counts the nodes on all pages.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.count(ctx) }

// Cursor marks the node's place.
func (e *Edge[T]) Cursor() string { return e.page.Cursor(e.Node) }
