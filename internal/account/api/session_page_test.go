package api_test

import (
	"slices"
	"testing"
	"time"

	"minidock/internal/apitest"
)

const sessionPage = `query($first: Int, $after: String, $last: Int, $before: String) {
	viewer { sessions(first: $first, after: $after, last: $last, before: $before) {
		totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
	} }
}`

func TestSessionsArePagedBothWays(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		all := []string{ann.CurrentSession(t).ID}
		for range 4 {
			w.Advance(2 * time.Minute)
			all = append([]string{by(t, w, ann, "Another").CurrentSession(t).ID}, all...)
		}
		page := func(args apitest.Vars) (*apitest.Answer, []string) {
			t.Helper()
			answer := ann.Do(t, sessionPage, args)
			if answer.Get("viewer.sessions.totalCount") != 5.0 {
				t.Errorf("%v: %s", args, answer.Body)
			}
			return answer, apitest.IDs(answer.Get("viewer.sessions"))
		}
		forward, ids := page(apitest.Vars{"first": 2})
		// The page's own request makes the session of the oldest sign-in the one used last, within a minute.
		if len(ids) != 2 || forward.Get("viewer.sessions.pageInfo.hasNextPage") != true || forward.Get("viewer.sessions.pageInfo.hasPreviousPage") != false {
			t.Errorf("%s", forward.Body)
		}
		var walked []string
		for after := any(nil); ; {
			answer, ids := page(apitest.Vars{"first": 2, "after": after})
			walked, after = append(walked, ids...), answer.Get("viewer.sessions.pageInfo.endCursor")
			if answer.Get("viewer.sessions.pageInfo.hasNextPage") != true {
				break
			}
		}
		slices.Sort(walked)
		if slices.Sort(all); !slices.Equal(walked, all) {
			t.Errorf("forward %q, want %q", walked, all)
		}
		walked = nil
		for before := any(nil); ; {
			answer, ids := page(apitest.Vars{"last": 2, "before": before})
			walked, before = append(walked, ids...), answer.Get("viewer.sessions.pageInfo.startCursor")
			if answer.Get("viewer.sessions.pageInfo.hasPreviousPage") != true {
				break
			}
		}
		if slices.Sort(walked); !slices.Equal(walked, all) {
			t.Errorf("backward %q, want %q", walked, all)
		}
		// The cursor of a session that has ended still marks its place.
		second := forward.Get("viewer.sessions.edges.1.cursor")
		ann.Mutate(t, "endSession", apitest.Vars{"sessionId": ids[1]}).Succeeded(t)
		rest := ann.Do(t, sessionPage, apitest.Vars{"first": 5, "after": second})
		if got := apitest.IDs(rest.Get("viewer.sessions")); len(got) != 3 || slices.Contains(got, ids[0]) || slices.Contains(got, ids[1]) {
			t.Errorf("after the ended one: %q", got)
		}
		for _, args := range []apitest.Vars{{"first": 0}, {"first": 101}, {"first": 1, "last": 1}, {"after": "x"}, {"after": second, "first": -1}} {
			ann.Do(t, sessionPage, args).Refused(t, "BAD_USER_INPUT")
		}
	})
}
