package api_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"minidock/internal/apitest"
	"minidock/internal/bundle/bundletest"
)

const compare = `query($from: ID!, $to: ID!, $first: Int, $after: String) { compareVersions(from: $from, to: $to) {
	from { id number } to { id number } pagesAdded pagesRemoved parts { root sizeBefore sizeAfter } settings { name before after }
	files(first: $first, after: $after) { totalCount nodes { path change sizeBefore sizeAfter } edges { cursor node { path } } pageInfo { hasNextPage endCursor } }
} }`

func TestAComparisonShowsWhatDiffers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		page := func(path string) map[string]string {
			return map[string]string{path + ".axml": "<view/>", path + ".js": "Page({});"}
		}
		from := w.ReadyVersion(t, ann, miniProgramID, bundletest.Zip(bundletest.With(page("pages/a/a"), page("pages/b/b"), map[string]string{
			"app.json": `{"pages": ["pages/a/a", "pages/b/b"], "window": {"defaultTitle": "Old", "pullRefresh": true}}`, "gone.txt": "12345",
		})))
		to := w.ReadyVersion(t, ann, miniProgramID, bundletest.Zip(bundletest.With(page("pages/a/a"), page("sub/c"), map[string]string{
			"app.json":     `{"pages": ["pages/a/a"], "subPackages": [{"root": "sub", "pages": ["c"]}], "window": {"defaultTitle": "New", "pullRefresh": true}}`,
			"pages/a/a.js": "Page({ data: {} });",
			"名 @ new.txt":  "1",
		})))
		answer := ann.Do(t, compare, apitest.Vars{"from": from, "to": to, "first": 100})
		for path, want := range map[string]any{
			"compareVersions.from.number": "1.0.0", "compareVersions.to.number": "1.0.1",
			"compareVersions.pagesAdded": []any{"sub/c"}, "compareVersions.pagesRemoved": []any{"pages/b/b"},
			"compareVersions.settings":           []any{map[string]any{"name": "window.defaultTitle", "before": `"Old"`, "after": `"New"`}},
			"compareVersions.parts.1.root":       "sub",
			"compareVersions.parts.1.sizeBefore": nil, "compareVersions.parts.1.sizeAfter": 16.0,
			"compareVersions.files.totalCount": 8.0,
		} {
			if got := answer.Get(path); !reflect.DeepEqual(got, want) {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		changes := map[string]string{}
		for _, one := range answer.List(t, "compareVersions.files.nodes") {
			one := one.(map[string]any)
			changes[one["path"].(string)] = fmt.Sprint(one["change"], " ", one["sizeBefore"], " ", one["sizeAfter"])
		}
		if want := map[string]string{
			"app.json": "CHANGED 101 123", "gone.txt": "REMOVED 5 <nil>", "pages/a/a.js": "CHANGED 9 19", "pages/b/b.axml": "REMOVED 7 <nil>",
			"pages/b/b.js": "REMOVED 9 <nil>", "sub/c.axml": "ADDED <nil> 7", "sub/c.js": "ADDED <nil> 9", "名 @ new.txt": "ADDED <nil> 1",
		}; len(changes) != len(want) || changes["pages/a/a.js"] != want["pages/a/a.js"] || changes["gone.txt"] != want["gone.txt"] || changes["名 @ new.txt"] != want["名 @ new.txt"] {
			t.Errorf("files %v", changes)
		}
		first := ann.Do(t, compare, apitest.Vars{"from": from, "to": to, "first": 3})
		second := ann.Do(t, compare, apitest.Vars{"from": from, "to": to, "first": 100, "after": first.String(t, "compareVersions.files.pageInfo.endCursor")})
		if len(first.List(t, "compareVersions.files.nodes")) != 3 || len(second.List(t, "compareVersions.files.nodes")) != 5 {
			t.Errorf("pages of %s and %s", first.Body, second.Body)
		}
		same := ann.Do(t, compare, apitest.Vars{"from": to, "to": to})
		if same.Get("compareVersions.files.totalCount") != 0.0 || len(same.List(t, "compareVersions.settings")) != 0 {
			t.Errorf("a version and itself: %s", same.Body)
		}
	})
}

func TestFewComparisonsFitIntoARequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		versionID := w.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: ann, Elements: 1})
		several := func(n int) *apitest.Answer {
			var fields strings.Builder
			for i := range n {
				fmt.Fprintf(&fields, " c%d: compareVersions(from: $id, to: $id) { pagesAdded }", i)
			}
			return ann.Do(t, "query($id: ID!) {"+fields.String()+" }", apitest.Vars{"id": versionID})
		}
		if got := several(9).Code(t); got != "" {
			t.Errorf("nine: %s", got)
		}
		several(10).Refused(t, "QUERY_TOO_COMPLEX")
	})
}

func TestOnlyReadyVersionsThatAreVisibleAreCompared(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Coffee"), "咖啡店")
		ready := w.ReadyVersion(t, ann, miniProgramID, project)
		foreign := w.ReadyVersion(t, bob, bob.CreateMiniProgram(t, bob.CreateWorkspace(t, "Tea"), "茶店店"), project)
		checking := ann.UploadVersion(t, miniProgramID, apitest.Vars{}, project).UploadedVersion(t)
		for _, other := range []string{foreign, "ver_0", miniProgramID} {
			ann.Do(t, compare, apitest.Vars{"from": ready, "to": other}).Refused(t, "NOT_FOUND")
			ann.Do(t, compare, apitest.Vars{"from": other, "to": ready}).Refused(t, "NOT_FOUND")
		}
		ann.Do(t, compare, apitest.Vars{"from": ready, "to": checking}).Refused(t, "BAD_USER_INPUT")
		w.Visitor(t).Do(t, compare, apitest.Vars{"from": ready, "to": ready}).Refused(t, "UNAUTHENTICATED")
	})
}
