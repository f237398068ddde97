package api_test

import (
	"fmt"
	"slices"
	"testing"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestASearchComparesTheLatestMiniPrograms(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.Limit(t, func(l *limit.Limits) { l.SearchRows = 3 })
		owner := w.SignUp(t, "ann")
		workspace, other := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		for n := range 5 {
			w.Insert(t, workspace, apitest.Row{Name: fmt.Sprintf("Shop %d", 5-n), CreatedBy: owner})
		}
		w.Insert(t, other, apitest.Row{Name: "Shop 9", CreatedBy: owner})
		oldest := w.MiniProgram(t, owner.AllMiniPrograms(t, workspace, apitest.Vars{"field": "CREATED_AT", "direction": "ASC"}, 5, 5)[0])
		for _, field := range []string{"CREATED_AT", "UPDATED_AT", "NAME"} {
			for _, direction := range []string{"ASC", "DESC"} {
				order := apitest.Vars{"field": field, "direction": direction}
				page := owner.MiniPrograms(t, workspace, apitest.Vars{"orderBy": order, "filter": apitest.Vars{"search": "shop"}})
				slices.Sort(page.Names)
				if !slices.Equal(page.Names, []string{"Shop 1", "Shop 2", "Shop 3"}) || page.Total != 3 {
					t.Errorf("by %s %s: %q of %v", field, direction, page.Names, page.Total)
				}
			}
		}
		for search, want := range map[string][]string{"shop 5": nil, oldest.AppID: {"Shop 5"}, "": {"Shop 1", "Shop 2", "Shop 3", "Shop 4", "Shop 5"}} {
			page := owner.MiniPrograms(t, workspace, apitest.Vars{"filter": apitest.Vars{"search": search}})
			slices.Sort(page.Names)
			if !slices.Equal(page.Names, want) || page.Total != float64(len(want)) {
				t.Errorf("%q: %q of %v, want %q", search, page.Names, page.Total, want)
			}
		}
	})
}

// A whole app id is looked up, and compared with no name.
func TestAWholeAppIDFindsNoNames(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		appID := w.MiniProgram(t, w.Insert(t, workspace, apitest.Row{Name: "Coffee", CreatedBy: owner})).AppID
		w.Insert(t, workspace, apitest.Row{Name: "No " + appID, CreatedBy: owner})
		w.Insert(t, workspace, apitest.Row{Name: "No 0" + appID[1:], CreatedBy: owner})
		for search, want := range map[string][]string{
			appID: {"Coffee"}, " " + appID + " ": {"Coffee"}, appID[:15]: {"No " + appID}, "o " + appID: {"No " + appID}, "0" + appID[1:]: {"No 0" + appID[1:]},
		} {
			page := owner.MiniPrograms(t, workspace, apitest.Vars{"filter": apitest.Vars{"search": search}})
			if !slices.Equal(page.Names, want) || page.Total != 1 {
				t.Errorf("%q: %q of %v, want %q", search, page.Names, page.Total, want)
			}
		}
	})
}

// What somebody sees of several workspaces at once is what they see of each: of one that they manage, one where they are assigned to little,
// and one where they are assigned to nothing.
func TestTheListsOfOneAnswerFollowTheRoleInEachWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		managed, assigned, empty := owner.CreateWorkspace(t, "Managed"), owner.CreateWorkspace(t, "Assigned"), owner.CreateWorkspace(t, "Empty")
		w.Join(t, managed, max, "MASTER")
		memberID := w.Join(t, assigned, max, "DEVELOPER")
		w.Join(t, empty, max, "DEVELOPER")
		var ids []string
		for _, workspace := range []string{managed, assigned, empty} {
			for n := range 3 {
				ids = append(ids, w.Insert(t, workspace, apitest.Row{Name: fmt.Sprintf("Shop %d", n), CreatedBy: owner}))
			}
		}
		check := func(want string) {
			t.Helper()
			answer := max.Do(t, `{ viewer { memberships { nodes { workspace { name miniPrograms(filter: {search: "shop", statuses: [CREATED]}) { totalCount nodes { name } } } } } } }`, nil)
			got := ""
			for i := range 3 {
				at := fmt.Sprintf("viewer.memberships.nodes.%d.workspace.", i)
				got += fmt.Sprint(answer.Get(at+"name"), " ", answer.Get(at+"miniPrograms.totalCount"), " of ", len(answer.List(t, at+"miniPrograms.nodes")), ", ")
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		check("Managed 3 of 3, Assigned 0 of 0, Empty 0 of 0, ")
		w.Assign(t, memberID, ids[4])
		check("Managed 3 of 3, Assigned 1 of 1, Empty 0 of 0, ")
	})
}
