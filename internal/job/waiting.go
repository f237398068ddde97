package job

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"minidock/ent"
	"minidock/ent/job"
	"minidock/internal/store"
)

// Waiting says how many jobs of a kind are due, those that somebody works on among them, and for how long the first of them has been due.
type Waiting struct {
	Queued int
	Oldest time.Duration
}

// Waiting returns what waits of each kind.
func (q *Queue) Waiting(ctx context.Context) (map[string]Waiting, error) {
	now := q.Now()
	var found []struct {
		Kind   string `json:"kind"`
		Queued int    `json:"queued"`
		Oldest int64  `json:"oldest"`
	}
	err := q.Store.Client.Job.Query().Where(store.In(job.FieldKind, slices.Sorted(maps.Keys(q.kinds))), job.DueAtLTE(now)).GroupBy(job.FieldKind).
		Aggregate(ent.As(ent.Count(), "queued"), store.Earliest(job.FieldDueAt, "oldest")).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("count the jobs that wait: %w", err)
	}
	waiting := make(map[string]Waiting, len(q.kinds))
	for name := range q.kinds {
		waiting[name] = Waiting{}
	}
	for _, one := range found {
		waiting[one.Kind] = Waiting{one.Queued, now.Sub(time.UnixMilli(one.Oldest))}
	}
	return waiting, nil
}
