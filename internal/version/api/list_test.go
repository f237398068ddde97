package api_test

import (
	"slices"
	"testing"

	"minidock/ent/version"
	"minidock/internal/apitest"
)

const listVersions = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: VersionFilter) {
	miniProgram(id: $id) { versions(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
		totalCount nodes { number } edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
	} }
}`

func TestVersionsAreListedByTheirNumbers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		miniProgramID, other := ann.CreateMiniProgram(t, workspaceID, "咖啡店"), ann.CreateMiniProgram(t, workspaceID, "茶店店")
		var numbers []string
		for _, status := range []version.Status{version.StatusREADY, version.StatusFAILED, version.StatusREADY, version.StatusCHECKING, version.StatusREADY} {
			versionID := w.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: ann, Status: status})
			numbers = append(numbers, w.Version(t, versionID).Number)
			w.InsertVersion(t, other, apitest.VersionRow{UploadedBy: ann})
		}
		slices.Reverse(numbers)
		list := func(arguments apitest.Vars) *apitest.Answer {
			return ann.Do(t, listVersions, arguments.With("id", miniProgramID))
		}
		expect := func(what string, answer *apitest.Answer, total float64, want ...string) {
			t.Helper()
			var found []string
			for _, one := range answer.List(t, "miniProgram.versions.nodes") {
				found = append(found, one.(map[string]any)["number"].(string))
			}
			if !slices.Equal(found, want) || answer.Get("miniProgram.versions.totalCount") != total {
				t.Errorf("%s: %q, want %q of %v: %s", what, found, want, total, answer.Body)
			}
		}
		expect("all", list(apitest.Vars{}), 5, numbers...)
		first := list(apitest.Vars{"first": 2})
		expect("first", first, 5, numbers[:2]...)
		end := first.String(t, "miniProgram.versions.pageInfo.endCursor")
		expect("after", list(apitest.Vars{"first": 2, "after": end}), 5, numbers[2:4]...)
		expect("before", list(apitest.Vars{"before": end}), 5, numbers[:1]...)
		expect("last", list(apitest.Vars{"last": 1}), 5, numbers[4:]...)
		expect("READY", list(apitest.Vars{"filter": apitest.Vars{"statuses": []string{"READY"}}}), 3, numbers[0], numbers[2], numbers[4])
		expect("others", list(apitest.Vars{"filter": apitest.Vars{"statuses": []string{"FAILED", "CHECKING"}}}), 2, numbers[1], numbers[3])
		expect("whatever status", list(apitest.Vars{"filter": apitest.Vars{"statuses": nil}}), 5, numbers...)
		for _, bad := range []apitest.Vars{{"first": 0}, {"first": 101}, {"after": "x"}, {"after": ""}, {"first": 1, "last": 1}} {
			if code := list(bad).Code(t); code != "BAD_USER_INPUT" {
				t.Errorf("%v: %q", bad, code)
			}
		}
	})
}
