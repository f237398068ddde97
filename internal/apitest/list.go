package apitest

import (
	"fmt"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/id"
)

// MiniProgramsQuery reads a page of a workspace's mini programs.
const MiniProgramsQuery = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $orderBy: MiniProgramOrder!, $filter: MiniProgramFilter) {
	workspace(id: $id) {
		miniPrograms(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
			edges { cursor node { id name } } nodes { id name } totalCount
			pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		}
	}
}`

// DefaultOrder is the order of mini programs without orderBy.
var DefaultOrder = Vars{"field": "CREATED_AT", "direction": "DESC"}

// MiniProgramOrders are all orders of mini programs.
var MiniProgramOrders = []Vars{
	{"field": "CREATED_AT", "direction": "ASC"}, {"field": "CREATED_AT", "direction": "DESC"},
	{"field": "UPDATED_AT", "direction": "ASC"}, {"field": "UPDATED_AT", "direction": "DESC"},
	{"field": "NAME", "direction": "ASC"}, {"field": "NAME", "direction": "DESC"},
}

// MiniProgramPage is a page of mini programs as a client sees it.
type MiniProgramPage struct {
	IDs, Names, Cursors  []string
	Total                float64
	HasNext, HasPrevious bool
}

// MiniPrograms reads a page, in the default order without orderBy, and makes sure that its parts agree with each other.
func (p *Person) MiniPrograms(t *testing.T, workspaceID string, args Vars) MiniProgramPage {
	t.Helper()
	if args["orderBy"] == nil {
		args = args.With("orderBy", DefaultOrder)
	}
	answer := p.Do(t, MiniProgramsQuery, args.With("id", workspaceID))
	if code := answer.Code(t); code != "" {
		t.Fatalf("%v: %s", args, answer.Body)
	}
	const at = "workspace.miniPrograms."
	page := MiniProgramPage{Total: answer.Get(at + "totalCount").(float64)}
	for i := range answer.List(t, at+"edges") {
		edge := fmt.Sprintf("%sedges.%d.", at, i)
		page.IDs = append(page.IDs, answer.String(t, edge+"node.id"))
		page.Names = append(page.Names, answer.String(t, edge+"node.name"))
		page.Cursors = append(page.Cursors, answer.String(t, edge+"cursor"))
		if answer.Get(fmt.Sprintf("%snodes.%d.id", at, i)) != page.IDs[i] {
			t.Errorf("nodes are not those of the edges: %s", answer.Body)
		}
	}
	if len(answer.List(t, at+"nodes")) != len(page.IDs) {
		t.Errorf("nodes are not those of the edges: %s", answer.Body)
	}
	var first, last any
	if n := len(page.Cursors); n > 0 {
		first, last = page.Cursors[0], page.Cursors[n-1]
	}
	if answer.Get(at+"pageInfo.startCursor") != first || answer.Get(at+"pageInfo.endCursor") != last {
		t.Errorf("the page's cursors are not those of its ends: %s", answer.Body)
	}
	page.HasNext, _ = answer.Get(at + "pageInfo.hasNextPage").(bool)
	page.HasPrevious, _ = answer.Get(at + "pageInfo.hasPreviousPage").(bool)
	return page
}

// AllMiniPrograms reads all pages of this size with first and after, of a list with this total, and returns the ids.
func (p *Person) AllMiniPrograms(t *testing.T, workspaceID string, order Vars, size, total int) []string {
	t.Helper()
	var ids []string
	args := Vars{"orderBy": order, "first": size}
	for {
		page := p.MiniPrograms(t, workspaceID, args)
		ids = append(ids, page.IDs...)
		if page.Total != float64(total) || page.HasPrevious != (len(ids) > len(page.IDs)) || page.HasNext != (len(ids) < total) {
			t.Errorf("%v after %d: total %v, next %v, previous %v", order, len(ids), page.Total, page.HasNext, page.HasPrevious)
		}
		if !page.HasNext || len(ids) > total {
			return ids
		}
		args["after"] = page.Cursors[len(page.Cursors)-1]
	}
}

// InsertTied writes n mini programs, not a multiple of 7, several of which are created and changed at the same time, with ids in another
// order, and returns them.
func (w *World) InsertTied(t *testing.T, workspaceID string, p *Person, n int) []*ent.MiniProgram {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = id.New(id.MiniProgram)
	}
	start := w.Now().Truncate(time.Second)
	var rows []*ent.MiniProgram
	for i := range n {
		// Whole seconds and fractions mix, so that an order by text would show.
		createdAt := start.Add(time.Duration(i/3) * 500 * time.Millisecond)
		inserted := w.Insert(t, workspaceID, Row{
			ID: ids[(i*7+2)%n], Name: fmt.Sprintf("%c 小店", 'A'+rune(i*7%n)+rune(i%2*32)), CreatedBy: p,
			CreatedAt: createdAt, UpdatedAt: createdAt.Add(time.Duration(i%4) * time.Hour),
		})
		rows = append(rows, w.MiniProgram(t, inserted))
	}
	return rows
}
