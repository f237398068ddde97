package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/apitest"
)

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

func TestPagesGiveEveryMiniProgramOnceInOrder(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace, other := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		const n = 11
		rows := w.InsertTied(t, workspace, owner, n)
		w.InsertTied(t, other, owner, 4)
		for _, order := range apitest.MiniProgramOrders {
			want := sorted(rows, order)
			for _, size := range []int{1, 2, 3, 10, 11, 100} {
				if got := owner.AllMiniPrograms(t, workspace, order, size, n); !slices.Equal(got, want) {
					t.Errorf("%v by %d forward: %q, want %q", order, size, got, want)
				}
				if got := backward(t, owner, workspace, order, size, n); !slices.Equal(got, want) {
					t.Errorf("%v by %d backward: %q, want %q", order, size, got, want)
				}
			}
		}
	})
}

// backward reads all pages with last and before.
func backward(t *testing.T, p *apitest.Person, workspaceID string, order apitest.Vars, size, total int) []string {
	t.Helper()
	var ids []string
	args := apitest.Vars{"orderBy": order, "last": size}
	for {
		page := p.MiniPrograms(t, workspaceID, args)
		ids = append(slices.Clone(page.IDs), ids...)
		if page.Total != float64(total) || page.HasNext != (len(ids) > len(page.IDs)) || page.HasPrevious != (len(ids) < total) {
			t.Errorf("%v before %d: total %v, next %v, previous %v", order, len(ids), page.Total, page.HasNext, page.HasPrevious)
		}
		if !page.HasPrevious || len(ids) > total {
			return ids
		}
		args["before"] = page.Cursors[0]
	}
}

func TestAListHasTheTwentyNewestByDefault(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		want := sorted(w.InsertTied(t, workspace, owner, 25), apitest.DefaultOrder)
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
		w.InsertTied(t, workspace, owner, 8)
		all := owner.MiniPrograms(t, workspace, apitest.Vars{"first": 100})
		between := apitest.Vars{"after": all.Cursors[1], "before": all.Cursors[6]}
		for _, test := range []struct {
			args     apitest.Vars
			from, to int
		}{
			{between, 2, 6}, {between.With("first", 2), 2, 4}, {between.With("last", 2), 4, 6},
			{between.With("first", 4), 2, 6}, {between.With("last", 100), 2, 6},
			{apitest.Vars{"after": all.Cursors[5]}, 6, 8}, {apitest.Vars{"before": all.Cursors[2]}, 0, 2},
			{apitest.Vars{"first": 1, "before": all.Cursors[2]}, 0, 1}, {apitest.Vars{"last": 1, "after": all.Cursors[5]}, 7, 8},
		} {
			page := owner.MiniPrograms(t, workspace, test.args)
			if !slices.Equal(page.IDs, all.IDs[test.from:test.to]) || page.Total != 8 {
				t.Errorf("%v: %q of %v, want %q", test.args, page.IDs, page.Total, all.IDs[test.from:test.to])
			}
			if page.HasPrevious != (test.from > 0) || page.HasNext != (test.to < 8) {
				t.Errorf("%v: previous %v, next %v", test.args, page.HasPrevious, page.HasNext)
			}
		}
		if page := owner.MiniPrograms(t, workspace, apitest.Vars{"after": all.Cursors[7]}); len(page.IDs) != 0 || page.HasNext || !page.HasPrevious {
			t.Errorf("after the last: %+v", page)
		}
		if page := owner.MiniPrograms(t, workspace, apitest.Vars{"after": all.Cursors[6], "before": all.Cursors[1]}); len(page.IDs) != 0 {
			t.Errorf("between cursors in the wrong order: %+v", page)
		}
	})
}

func TestAnEmptyListIsAnEmptyPage(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		for _, args := range []apitest.Vars{{}, {"first": 1}, {"last": 1}} {
			if page := owner.MiniPrograms(t, workspace, args); len(page.IDs) != 0 || page.Total != 0 || page.HasNext || page.HasPrevious {
				t.Errorf("%v: %+v", args, page)
			}
		}
	})
}

func TestWhatIsCreatedBetweenPagesNeitherRepeatsNorSkipsOthers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		rows := w.InsertTied(t, workspace, owner, 6)
		want := sorted(rows, apitest.DefaultOrder)
		first := owner.MiniPrograms(t, workspace, apitest.Vars{"first": 3})
		w.Insert(t, workspace, apitest.Row{CreatedBy: owner, CreatedAt: w.Now().Add(time.Hour)})
		w.Insert(t, workspace, apitest.Row{CreatedBy: owner, CreatedAt: w.Now().Add(2 * time.Hour)})
		gone := first.IDs[2]
		w.Client.MiniProgram.DeleteOneID(gone).ExecX(t.Context())
		second := owner.MiniPrograms(t, workspace, apitest.Vars{"first": 3, "after": first.Cursors[2]})
		if got := append(first.IDs, second.IDs...); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
