package api_test

import (
	"slices"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/id"
)

// Events are found by the moments in their ids and judged by their own, which may be a little earlier or later in what was written long ago.
func TestAPeriodIsJudgedByTheMomentsOfEvents(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		noon := moment("2026-01-02T12:00:00Z")
		names := map[string]string{}
		for name, one := range map[string]struct{ at, made time.Duration }{
			"hours before": {-5 * time.Hour, 0}, "just before": {-time.Millisecond, 0}, "noon": {0, 0}, "noon again": {0, 0},
			"noon, id later": {0, 20 * time.Second}, "noon, id earlier": {0, -20 * time.Second}, "before noon, id later": {-time.Millisecond, 20 * time.Second},
			"hours after": {5 * time.Hour, 0}, "hours after, id earlier": {5 * time.Hour, -20 * time.Second},
		} {
			at := noon.Add(one.at)
			eventID := id.At(id.AuditEvent, at.Add(one.made))
			w.Client.AuditEvent.Create().SetID(eventID).SetOperation("renameWorkspace").SetSubjectID(workspaceID).SetWorkspaceID(workspaceID).
				SetActorID(owner.ID).SetCreatedAt(at).ExecX(t.Context())
			names[eventID] = name
		}
		atNoon := []string{"noon", "noon again", "noon, id earlier", "noon, id later"}
		before := []string{"before noon, id later", "hours before", "just before"}
		after := []string{"hours after", "hours after, id earlier"}
		for _, test := range []struct {
			since, until time.Duration
			want         []string
		}{
			{-10 * time.Hour, 0, before},
			{-10 * time.Hour, time.Millisecond, slices.Concat(before, atNoon)},
			{0, 10 * time.Hour, slices.Concat(atNoon, after)},
			{time.Millisecond, 10 * time.Hour, after},
			{0, time.Millisecond, atNoon},
			{0, 5 * time.Hour, atNoon},
			{0, 0, nil},
			{5 * time.Hour, -5 * time.Hour, nil},
			{-10 * time.Hour, 10 * time.Hour, slices.Concat(before, atNoon, after)},
		} {
			for _, more := range []apitest.Vars{{}, {"operations": []string{"RENAME_WORKSPACE"}}, {"actorId": owner.ID, "subjectId": workspaceID}} {
				filter := more.With("since", noon.Add(test.since).Format(milliseconds)).With("until", noon.Add(test.until).Format(milliseconds))
				page := readsAudit(t, owner, workspaceID, apitest.Vars{"filter": filter})
				var got []string
				for _, eventID := range page.ids() {
					got = append(got, names[eventID])
				}
				slices.Sort(got)
				slices.Sort(test.want)
				if !slices.Equal(got, test.want) || page.TotalCount != len(test.want) {
					t.Errorf("%v: %q of %d, want %q", filter, got, page.TotalCount, test.want)
				}
			}
		}
	})
}

const milliseconds = "2006-01-02T15:04:05.000Z"
