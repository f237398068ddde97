package api_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/internal/apitest"
)

func TestNamesAreOrderedByCodePointsWithoutCase(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		want := []string{"10 shops", "9 shops", "a-b", "a_b", "ab", "ＡＢＣ", "Apple", "Zebra", "Äpfel", "éclair", "おちゃ", "小店", "店", "😀 shop"}
		for i := range want {
			w.Insert(t, workspace, apitest.Row{Name: want[i*5%len(want)], CreatedBy: owner})
		}
		for _, direction := range []string{"ASC", "DESC"} {
			page := owner.MiniPrograms(t, workspace, apitest.Vars{"orderBy": apitest.Vars{"field": "NAME", "direction": direction}})
			if !slices.Equal(page.Names, want) {
				t.Errorf("%s: %q, want %q", direction, page.Names, want)
			}
			slices.Reverse(want)
		}
	})
}

func TestAFilterCombinesItsFields(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace, other := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		states := map[string]miniprogram.Status{
			"Coffee 馆": miniprogram.StatusCREATED, "ＣＯＦＦＥＥ 店": miniprogram.StatusRELEASED, "100% Tea": miniprogram.StatusRELEASED,
			"100 Teas": miniprogram.StatusARCHIVED, "snake_case": miniprogram.StatusNEW_VERSION_CREATED, "snakeXcase": miniprogram.StatusCREATED,
			`back\slash`: miniprogram.StatusCREATED, "Straße": miniprogram.StatusCREATED, "小咖啡馆": miniprogram.StatusCREATED,
		}
		for name, status := range states {
			w.Insert(t, workspace, apitest.Row{Name: name, CreatedBy: owner, Change: func(c *ent.MiniProgramCreate) { c.SetStatus(status) }})
		}
		hidden := w.MiniProgram(t, w.Insert(t, other, apitest.Row{Name: "Coffee 馆", CreatedBy: owner}))
		appID := w.Client.MiniProgram.Query().Where(miniprogram.Name("snake_case")).OnlyX(t.Context()).AppID
		all := make([]string, 0, len(states))
		for name := range states {
			all = append(all, name)
		}
		for _, test := range []struct {
			filter apitest.Vars
			want   []string
		}{
			{nil, all}, {apitest.Vars{}, all}, {apitest.Vars{"search": ""}, all}, {apitest.Vars{"search": nil, "statuses": nil}, all},
			{apitest.Vars{"search": "coffee"}, []string{"Coffee 馆", "ＣＯＦＦＥＥ 店"}},
			{apitest.Vars{"search": "ＯＦＦ"}, []string{"Coffee 馆", "ＣＯＦＦＥＥ 店"}},
			{apitest.Vars{"search": " FEE "}, []string{"Coffee 馆", "ＣＯＦＦＥＥ 店"}},
			{apitest.Vars{"search": "馆"}, []string{"Coffee 馆", "小咖啡馆"}},
			{apitest.Vars{"search": "STRASSE"}, []string{"Straße"}},
			{apitest.Vars{"search": "%"}, []string{"100% Tea"}},
			{apitest.Vars{"search": "0% t"}, []string{"100% Tea"}},
			{apitest.Vars{"search": "_"}, []string{"snake_case"}},
			{apitest.Vars{"search": "e_c"}, []string{"snake_case"}},
			{apitest.Vars{"search": `\`}, []string{`back\slash`}},
			{apitest.Vars{"search": `\%`}, nil},
			{apitest.Vars{"search": "'"}, nil},
			{apitest.Vars{"search": "a\x00"}, nil},
			{apitest.Vars{"search": strings.Repeat("咖", 100)}, nil},
			{apitest.Vars{"search": appID}, []string{"snake_case"}},
			{apitest.Vars{"search": appID[:15]}, nil},
			{apitest.Vars{"search": hidden.AppID}, nil},
			{apitest.Vars{"search": hidden.ID}, nil},
			{apitest.Vars{"statuses": []string{"RELEASED"}}, []string{"ＣＯＦＦＥＥ 店", "100% Tea"}},
			{apitest.Vars{"statuses": []string{"ARCHIVED", "NEW_VERSION_CREATED", "ARCHIVED"}}, []string{"100 Teas", "snake_case"}},
			{apitest.Vars{"statuses": []string{}}, nil},
			{apitest.Vars{"statuses": []string{"RELEASED"}, "search": "coffee"}, []string{"ＣＯＦＦＥＥ 店"}},
			{apitest.Vars{"statuses": []string{"ARCHIVED"}, "search": "coffee"}, nil},
			{apitest.Vars{"statuses": []string{"ARCHIVED"}, "search": appID}, nil},
		} {
			page := owner.MiniPrograms(t, workspace, apitest.Vars{"filter": test.filter})
			slices.Sort(page.Names)
			slices.Sort(test.want)
			if !slices.Equal(page.Names, test.want) || page.Total != float64(len(test.want)) {
				t.Errorf("%v: %q of %v, want %q", test.filter, page.Names, page.Total, test.want)
			}
		}
	})
}

func TestAFilteredListIsPagedAndCountedByItself(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		for i := range 9 {
			w.Insert(t, workspace, apitest.Row{Name: fmt.Sprintf("%s %d", []string{"Tea", "Milk", "Juice"}[i%3], i), CreatedBy: owner})
		}
		args := apitest.Vars{"filter": apitest.Vars{"search": "tea"}, "first": 2, "orderBy": apitest.Vars{"field": "NAME", "direction": "ASC"}}
		first := owner.MiniPrograms(t, workspace, args)
		second := owner.MiniPrograms(t, workspace, args.With("after", first.Cursors[1]))
		if !slices.Equal(append(first.Names, second.Names...), []string{"Tea 0", "Tea 3", "Tea 6"}) || first.Total != 3 || second.Total != 3 {
			t.Errorf("%+v, then %+v", first, second)
		}
		if !first.HasNext || second.HasNext || first.HasPrevious || !second.HasPrevious {
			t.Errorf("%+v, then %+v", first, second)
		}
	})
}

func TestADeveloperListsOnlyWhatIsAssigned(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, developer, idle := w.SignUp(t, "ann"), w.SignUp(t, "dan"), w.SignUp(t, "ida")
		workspace, other := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		membership := w.Join(t, workspace, developer, member.RoleDEVELOPER)
		w.Join(t, workspace, idle, member.RoleDEVELOPER)
		elsewhere := w.Insert(t, other, apitest.Row{Name: "Tea 1", CreatedBy: owner})
		var assigned []string
		for i := range 7 {
			id := w.Insert(t, workspace, apitest.Row{Name: fmt.Sprintf("小店 %d", i), CreatedBy: owner})
			if i%2 == 1 {
				w.Assign(t, membership, id)
				assigned = append([]string{id}, assigned...)
			}
		}
		if got := developer.AllMiniPrograms(t, workspace, apitest.DefaultOrder, 2, len(assigned)); !slices.Equal(got, assigned) {
			t.Errorf("%q, want %q", got, assigned)
		}
		if page := developer.MiniPrograms(t, workspace, apitest.Vars{"filter": apitest.Vars{"search": "小店 2"}}); page.Total != 0 || len(page.IDs) != 0 {
			t.Errorf("a search finds what is hidden: %+v", page)
		}
		if page := idle.MiniPrograms(t, workspace, apitest.Vars{}); page.Total != 0 || len(page.IDs) != 0 {
			t.Errorf("a developer without assignments sees %+v", page)
		}
		if page := owner.MiniPrograms(t, workspace, apitest.Vars{}); page.Total != 7 || slices.Contains(page.IDs, elsewhere) {
			t.Errorf("the owner sees %+v", page)
		}
	})
}

func TestBadPagingArgumentsAreRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.InsertTied(t, workspace, owner, 3)
		cursors := map[string]string{}
		for _, order := range apitest.MiniProgramOrders {
			cursors[fmt.Sprint(order)] = owner.MiniPrograms(t, workspace, apitest.Vars{"orderBy": order}).Cursors[1]
		}
		refused := func(args apitest.Vars) {
			t.Helper()
			if args["orderBy"] == nil {
				args = args.With("orderBy", apitest.DefaultOrder)
			}
			answer := owner.Do(t, apitest.MiniProgramsQuery, args.With("id", workspace))
			if answer.Code(t) != "BAD_USER_INPUT" || answer.Get("workspace") != nil {
				t.Errorf("%v: %s", args, answer.Body)
			}
		}
		for _, order := range apitest.MiniProgramOrders {
			for made, cursor := range cursors {
				if made == fmt.Sprint(order) {
					owner.MiniPrograms(t, workspace, apitest.Vars{"orderBy": order, "after": cursor})
					continue
				}
				refused(apitest.Vars{"orderBy": order, "after": cursor})
				refused(apitest.Vars{"orderBy": order, "before": cursor})
			}
		}
		good := cursors[fmt.Sprint(apitest.DefaultOrder)]
		encoded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		members := owner.Do(t, `query($id: ID!) { workspace(id: $id) { members { edges { cursor } } } }`, apitest.Vars{"id": workspace})
		for _, cursor := range []string{
			"", " ", "x", "%", good + "=", good + "A", good[1:], encoded("null"), encoded("{}"), encoded("[]"), encoded(`["CREATED_AT DESC"]`),
			encoded(`["CREATED_AT DESC","",""]`), encoded(`["CREATED_AT DESC","yesterday","mpr_1"]`),
			encoded(`["CREATED_AT DESC","2026-01-01T00:00:00Z","mpr_\u0000"]`), encoded(`["CREATED_AT DESC",1,2]`),
			encoded(`["CREATED_AT DESC","2026-01-01T00:00:00Z",""]`), members.String(t, "workspace.members.edges.0.cursor"),
		} {
			refused(apitest.Vars{"after": cursor})
			refused(apitest.Vars{"before": cursor})
		}
		refused(apitest.Vars{"orderBy": apitest.Vars{"field": "NAME", "direction": "ASC"}, "after": encoded(`["NAME ASC","a\u0000","mpr_1"]`)})
		for _, size := range []int{-1, 0, 101, 1 << 30} {
			refused(apitest.Vars{"first": size})
			refused(apitest.Vars{"last": size})
		}
		refused(apitest.Vars{"first": 1, "last": 1})
	})
}
