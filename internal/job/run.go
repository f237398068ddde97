package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"minidock/ent"
	"minidock/ent/job"
	"minidock/internal/id"
	"minidock/internal/store"
)

// Run works on jobs as they become due, until the context ends. It begins no other ones then, and returns when those that it works on have
// ended: what takes longer than the drain time is given back, for another process to begin again.
func (q *Queue) Run(ctx context.Context, drain time.Duration) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var tries sync.WaitGroup
	q.poll(ctx, func() error { return q.begin(working, &tries) })
	hurry := time.AfterFunc(drain, stop)
	defer hurry.Stop()
	tries.Wait()
}

// poll calls do whenever jobs may be due, until the context ends.
func (q *Queue) poll(ctx context.Context, do func() error) {
	ticker := time.NewTicker(q.Poll)
	defer ticker.Stop()
	isScheduled := false
	for ctx.Err() == nil {
		var err error
		if !isScheduled {
			err = q.writeSchedules(ctx)
			isScheduled = err == nil
		}
		if err = errors.Join(err, do()); err != nil && ctx.Err() == nil {
			q.Log.ErrorContext(ctx, "jobs", "error", err.Error())
		}
		select {
		case <-ctx.Done():
		case <-q.woken:
		case <-ticker.C:
		}
	}
}

// writeSchedules writes the rows of the periodic jobs that have none. One that is due later than its interval allows becomes due sooner.
func (q *Queue) writeSchedules(ctx context.Context) error {
	for name, one := range q.kinds {
		if one.every == 0 {
			continue
		}
		key, now := id.Of(id.Job, name), q.Now()
		due := now.Add(one.every)
		exists, err := q.Store.Client.Job.Query().Where(job.ID(key)).Exist(ctx)
		switch {
		case err != nil:
		case exists:
			err = q.Store.Client.Job.Update().SetDueAt(due).Where(job.ID(key), job.DueAtGT(due)).Exec(ctx)
		default:
			err = q.Store.Client.Job.Create().SetID(key).SetKind(name).SetDueAt(due).SetCreatedAt(now).Exec(ctx)
			if store.IsTaken(err) { // another process was faster
				err = nil
			}
		}
		if err != nil {
			return fmt.Errorf("write the schedule of a periodic job: %w", err)
		}
		q.wakeIn(one.every)
	}
	return nil
}

// begin begins as many jobs as there are free workers of their kinds.
func (q *Queue) begin(working context.Context, tries *sync.WaitGroup) error {
	free := q.free()
	if len(free) == 0 {
		return nil
	}
	due, err := q.due(working, slices.Sorted(maps.Keys(free)), slices.Max(slices.Collect(maps.Values(free))))
	if err != nil {
		return err
	}
	for _, row := range due {
		if free[row.Kind] == 0 {
			continue
		}
		try, err := q.claim(working, row)
		if err != nil {
			return err
		}
		if try == nil {
			q.Wake() // another process was faster: there may be more
			continue
		}
		free[row.Kind]--
		q.occupy(row.Kind, 1)
		tries.Go(func() {
			defer q.Wake()
			defer q.occupy(row.Kind, -1)
			if err := q.work(working, try); err != nil {
				q.Log.ErrorContext(working, "the result of a job could not be written: it is tried again", "kind", row.Kind, "job", row.ID, "error", err.Error())
			}
		})
	}
	return nil
}

// free returns how many jobs of each kind can be begun, without those of which none can.
func (q *Queue) free() map[string]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	free := map[string]int{}
	for name, one := range q.kinds {
		if n := one.Workers - q.running[name]; n > 0 {
			free[name] = n
		}
	}
	return free
}

func (q *Queue) occupy(kind string, workers int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running[kind] += workers
}

// batch is how many jobs are looked for at once when a kind is drained.
const batch = 50

// Drain works on all jobs of a kind that are due, one after another, and returns when there are none. One that fails is tried again later;
// errors are those of the database.
func (q *Queue) Drain(ctx context.Context, kind string) error {
	for {
		due, err := q.due(ctx, []string{kind}, batch)
		if err != nil {
			return err
		}
		begun := 0
		for _, row := range due {
			try, err := q.claim(ctx, row)
			if err != nil {
				return err
			}
			if try == nil {
				continue
			}
			begun++
			if err := q.work(ctx, try); err != nil {
				return err
			}
		}
		if len(due) < batch || begun == 0 {
			return nil
		}
	}
}

// due returns the first jobs of each kind that are due and that nobody works on, at most most of each.
func (q *Queue) due(ctx context.Context, kinds []string, most int) ([]*ent.Job, error) {
	byDue := store.Keyset{Columns: []string{job.FieldDueAt, job.FieldID}, Limit: most}
	due, err := q.Store.Client.Job.Query().Where(store.PageOf(byDue, store.Children[store.Filter]{
		Column: job.FieldKind, Parents: kinds, Filters: []store.Filter{store.Filter(job.DueAtLTE(q.Now())), store.Lapsed(job.FieldLeasedUntil)},
	})).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for jobs: %w", err)
	}
	return due, nil
}

// claimTime is how long it may take to claim a job, and recordTime how long to record its result.
const (
	claimTime  = 5 * time.Second
	recordTime = 10 * time.Second
)

// claim makes this process the owner of a job, and begins a try; it returns nil if another one was faster.
func (q *Queue) claim(ctx context.Context, row *ent.Job) (*Try, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimTime) // once it is sent, it may succeed
	defer cancel()
	try := &Try{ID: row.ID, About: row.About, Number: row.Tries + 1, queue: q, kind: q.kinds[row.Kind], owner: q.newOwner()}
	update := q.Store.Client.Job.Update().SetOwner(try.owner).SetTries(try.Number)
	if row.Owner != "" {
		update.SetLastError(errDied.Error())
	}
	claimed, err := update.Modify(store.Lease(job.FieldLeasedUntil, q.Lease)).
		Where(job.ID(row.ID), job.Owner(row.Owner), job.Tries(row.Tries), job.DueAtLTE(q.Now()), store.Lapsed(job.FieldLeasedUntil)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("claim a job: %w", err)
	}
	if claimed == 0 {
		return nil, nil
	}
	return try, nil
}
