package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

const listQuery = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $orderBy: MiniProgramOrder!, $filter: MiniProgramFilter) {
	workspace(id: $id) {
		miniPrograms(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
			edges { cursor node { id name } } nodes { id name } totalCount
			pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		}
	}
}`

// defaultOrder is what the schema says without orderBy.
var defaultOrder = apitest.Vars{"field": "CREATED_AT", "direction": "DESC"}

// listed is a page of mini programs as a client sees it.
type listed struct {
	ids, names, cursors []string
	total               float64
	hasNext, hasBefore  bool
}

// list reads a page and checks that its parts agree with each other.
func list(t *testing.T, p *apitest.Person, workspaceID string, args apitest.Vars) listed {
	t.Helper()
	if args["orderBy"] == nil {
		args = args.With("orderBy", defaultOrder)
	}
	answer := p.Do(t, listQuery, args.With("id", workspaceID))
	if code := answer.Code(t); code != "" {
		t.Fatalf("%v: %s", args, answer.Body)
	}
	const at = "workspace.miniPrograms."
	page := listed{total: answer.Get(at + "totalCount").(float64)}
	for i := range answer.List(t, at+"edges") {
		edge := fmt.Sprintf("%sedges.%d.", at, i)
		page.ids = append(page.ids, answer.String(t, edge+"node.id"))
		page.names = append(page.names, answer.String(t, edge+"node.name"))
		page.cursors = append(page.cursors, answer.String(t, edge+"cursor"))
		if answer.Get(fmt.Sprintf("%snodes.%d.id", at, i)) != page.ids[i] {
			t.Errorf("nodes are not those of the edges: %s", answer.Body)
		}
	}
	if len(answer.List(t, at+"nodes")) != len(page.ids) {
		t.Errorf("nodes are not those of the edges: %s", answer.Body)
	}
	var first, last any
	if n := len(page.cursors); n > 0 {
		first, last = page.cursors[0], page.cursors[n-1]
	}
	if answer.Get(at+"pageInfo.startCursor") != first || answer.Get(at+"pageInfo.endCursor") != last {
		t.Errorf("the page's cursors are not those of its ends: %s", answer.Body)
	}
	page.hasNext, _ = answer.Get(at + "pageInfo.hasNextPage").(bool)
	page.hasBefore, _ = answer.Get(at + "pageInfo.hasPreviousPage").(bool)
	return page
}

// insertTied writes n mini programs, not a multiple of 7, of which several are created and changed at the same time, with
// ids in no order of theirs, and returns them.
func insertTied(t *testing.T, w *apitest.World, workspaceID string, p *apitest.Person, n int) []*ent.MiniProgram {
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
		inserted := w.Insert(t, workspaceID, apitest.Row{
			ID: ids[(i*7+2)%n], Name: fmt.Sprintf("%c 小店", 'A'+rune(i*7%n)+rune(i%2*32)), CreatedBy: p,
			CreatedAt: createdAt, UpdatedAt: createdAt.Add(time.Duration(i%4) * time.Hour),
		})
		rows = append(rows, row(t, w, inserted))
	}
	return rows
}

// sorted returns the ids of rows in an order, decided by id among equals.
func sorted(rows []*ent.MiniProgram, order apitest.Vars) []string {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b *ent.MiniProgram) int {
		by := map[any]int{
			"CREATED_AT": a.CreatedAt.Compare(b.CreatedAt), "UPDATED_AT": a.UpdatedAt.Compare(b.UpdatedAt),
			"NAME": compare(a.NameKey, b.NameKey),
		}[order["field"]]
		if by == 0 {
			by = compare(a.ID, b.ID)
		}
		if order["direction"] == "DESC" {
			by = -by
		}
		return by
	})
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

var allOrders = []apitest.Vars{
	{"field": "CREATED_AT", "direction": "ASC"}, {"field": "CREATED_AT", "direction": "DESC"},
	{"field": "UPDATED_AT", "direction": "ASC"}, {"field": "UPDATED_AT", "direction": "DESC"},
	{"field": "NAME", "direction": "ASC"}, {"field": "NAME", "direction": "DESC"},
}

func TestPagesGiveEveryMiniProgramOnceInOrder(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace, other := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		const n = 11
		rows := insertTied(t, w, workspace, owner, n)
		insertTied(t, w, other, owner, 4)
		for _, order := range allOrders {
			want := sorted(rows, order)
			for _, size := range []int{1, 2, 3, 10, 11, 100} {
				if got := forward(t, owner, workspace, order, size, n); !slices.Equal(got, want) {
					t.Errorf("%v by %d forward: %q, want %q", order, size, got, want)
				}
				if got := backward(t, owner, workspace, order, size, n); !slices.Equal(got, want) {
					t.Errorf("%v by %d backward: %q, want %q", order, size, got, want)
				}
			}
		}
	})
}

// forward reads all pages with first and after.
func forward(t *testing.T, p *apitest.Person, workspaceID string, order apitest.Vars, size, total int) []string {
	t.Helper()
	var ids []string
	args := apitest.Vars{"orderBy": order, "first": size}
	for {
		page := list(t, p, workspaceID, args)
		ids = append(ids, page.ids...)
		if page.total != float64(total) || page.hasBefore != (len(ids) > len(page.ids)) || page.hasNext != (len(ids) < total) {
			t.Errorf("%v after %d: total %v, next %v, previous %v", order, len(ids), page.total, page.hasNext, page.hasBefore)
		}
		if !page.hasNext || len(ids) > total {
			return ids
		}
		args["after"] = page.cursors[len(page.cursors)-1]
	}
}

// backward reads all pages with last and before.
func backward(t *testing.T, p *apitest.Person, workspaceID string, order apitest.Vars, size, total int) []string {
	t.Helper()
	var ids []string
	args := apitest.Vars{"orderBy": order, "last": size}
	for {
		page := list(t, p, workspaceID, args)
		ids = append(slices.Clone(page.ids), ids...)
		if page.total != float64(total) || page.hasNext != (len(ids) > len(page.ids)) || page.hasBefore != (len(ids) < total) {
			t.Errorf("%v before %d: total %v, next %v, previous %v", order, len(ids), page.total, page.hasNext, page.hasBefore)
		}
		if !page.hasBefore || len(ids) > total {
			return ids
		}
		args["before"] = page.cursors[0]
	}
}

func TestAListIsNewestFirstAndTwentyUnlessAskedOtherwise(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		want := sorted(insertTied(t, w, workspace, owner, 25), defaultOrder)
		answer := owner.Do(t, `query($id: ID!) { workspace(id: $id) { miniPrograms { nodes { id } pageInfo { hasNextPage hasPreviousPage } } } }`,
			apitest.Vars{"id": workspace})
		var got []string
		for i := range answer.List(t, "workspace.miniPrograms.nodes") {
			got = append(got, answer.String(t, fmt.Sprintf("workspace.miniPrograms.nodes.%d.id", i)))
		}
		if !slices.Equal(got, want[:20]) {
			t.Errorf("%q, want %q", got, want[:20])
		}
		if answer.Get("workspace.miniPrograms.pageInfo.hasNextPage") != true || answer.Get("workspace.miniPrograms.pageInfo.hasPreviousPage") != false {
			t.Errorf("%s", answer.Body)
		}
	})
}

func TestAPageBetweenTwoCursors(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		insertTied(t, w, workspace, owner, 8)
		all := list(t, owner, workspace, apitest.Vars{"first": 100})
		between := apitest.Vars{"after": all.cursors[1], "before": all.cursors[6]}
		for _, test := range []struct {
			args     apitest.Vars
			from, to int
		}{
			{between, 2, 6}, {between.With("first", 2), 2, 4}, {between.With("last", 2), 4, 6},
			{between.With("first", 4), 2, 6}, {between.With("last", 100), 2, 6},
			{apitest.Vars{"after": all.cursors[5]}, 6, 8}, {apitest.Vars{"before": all.cursors[2]}, 0, 2},
			{apitest.Vars{"first": 1, "before": all.cursors[2]}, 0, 1}, {apitest.Vars{"last": 1, "after": all.cursors[5]}, 7, 8},
		} {
			page := list(t, owner, workspace, test.args)
			if !slices.Equal(page.ids, all.ids[test.from:test.to]) || page.total != 8 {
				t.Errorf("%v: %q of %v, want %q", test.args, page.ids, page.total, all.ids[test.from:test.to])
			}
			if page.hasBefore != (test.from > 0) || page.hasNext != (test.to < 8) {
				t.Errorf("%v: previous %v, next %v", test.args, page.hasBefore, page.hasNext)
			}
		}
		if page := list(t, owner, workspace, apitest.Vars{"after": all.cursors[7]}); len(page.ids) != 0 || page.hasNext || !page.hasBefore {
			t.Errorf("after the last: %+v", page)
		}
		if page := list(t, owner, workspace, apitest.Vars{"after": all.cursors[6], "before": all.cursors[1]}); len(page.ids) != 0 {
			t.Errorf("between cursors in the wrong order: %+v", page)
		}
	})
}

func TestAnEmptyListIsAnEmptyPage(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		for _, args := range []apitest.Vars{{}, {"first": 1}, {"last": 1}} {
			if page := list(t, owner, workspace, args); len(page.ids) != 0 || page.total != 0 || page.hasNext || page.hasBefore {
				t.Errorf("%v: %+v", args, page)
			}
		}
	})
}

func TestWhatIsCreatedBetweenPagesNeitherRepeatsNorSkipsOthers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		rows := insertTied(t, w, workspace, owner, 6)
		want := sorted(rows, defaultOrder)
		first := list(t, owner, workspace, apitest.Vars{"first": 3})
		w.Insert(t, workspace, apitest.Row{CreatedBy: owner, CreatedAt: w.Now().Add(time.Hour)})
		w.Insert(t, workspace, apitest.Row{CreatedBy: owner, CreatedAt: w.Now().Add(2 * time.Hour)})
		gone := first.ids[2]
		w.Client.MiniProgram.DeleteOneID(gone).ExecX(t.Context())
		second := list(t, owner, workspace, apitest.Vars{"first": 3, "after": first.cursors[2]})
		if got := append(first.ids, second.ids...); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
