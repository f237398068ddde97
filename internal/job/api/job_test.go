// Package api_test has queues work on jobs in a real database, beside each other as the queues of several servers.
package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/apitest"
	"minidock/internal/job"
)

func TestAJobIsDoneOnceByManyQueues(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		const jobs = 40
		var mu sync.Mutex
		done := map[string]int{}
		for range jobs {
			write(t, w, newQueue(w, nil), "mpr_1")
		}
		finished := make(chan struct{}, jobs*2)
		for range 3 {
			q := newQueue(w, nil)
			q.Handle(check, func(ctx context.Context, try *job.Try) error {
				err := try.Finish(ctx, func(*ent.Tx) error { return nil })
				mu.Lock()
				defer mu.Unlock()
				done[try.ID]++
				finished <- struct{}{}
				return err
			})
			run(t, q)
		}
		for range jobs {
			await(t, "a job", finished)
		}
		awaitNone(t, w)
		mu.Lock()
		defer mu.Unlock()
		for key, times := range done {
			if times != 1 || len(done) != jobs {
				t.Errorf("%s was done %d times, of %d", key, times, len(done))
			}
		}
	})
}

func TestTheResultIsWrittenInTheTransactionThatDeletesTheJob(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := signUp(t, w)
		var results results
		q := newQueue(w, &results)
		failure := errors.New("the result is refused")
		q.Handle(check, func(ctx context.Context, try *job.Try) error {
			return try.Finish(ctx, func(tx *ent.Tx) error {
				rename(t, tx, ann, fmt.Sprint("try ", try.Number))
				if try.Number == 1 {
					return failure
				}
				return nil
			})
		})
		write(t, w, q, ann.ID)
		drain(t, q)
		if row := w.Client.Job.Query().OnlyX(t.Context()); name(t, w, ann) != "ann" || row.Tries != 1 || !strings.Contains(row.LastError, failure.Error()) || row.Owner != "" {
			t.Errorf("a refused result is written: %q, %+v", name(t, w, ann), row)
		}
		w.Advance(time.Hour)
		drain(t, q)
		if n := w.Client.Job.Query().CountX(t.Context()); n != 0 || name(t, w, ann) != "try 2" {
			t.Errorf("%d jobs are left, the result is %q", n, name(t, w, ann))
		}
		results.are(t, job.Failed, job.Succeeded)
	})
}

func TestAJobOfATransactionThatIsRolledBackIsNone(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		q := newQueue(w, nil)
		q.Handle(check, func(context.Context, *job.Try) error { t.Error("it is done"); return nil })
		tx, err := w.Client.Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(q.Write(t.Context(), tx, check.Name, "", w.Now()), q.Write(t.Context(), tx, check.Name, "", w.Now()), tx.Rollback()); err != nil {
			t.Fatal(err)
		}
		drain(t, q)
		if n := w.Client.Job.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d jobs", n)
		}
	})
}

func TestAJobIsNotDoneBeforeItIsDue(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var results results
		q := newQueue(w, &results)
		q.Handle(check, func(context.Context, *job.Try) error { return nil })
		tx, err := w.Client.Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(q.Write(t.Context(), tx, check.Name, "", w.Now().Add(time.Hour)), tx.Commit()); err != nil {
			t.Fatal(err)
		}
		w.Advance(50 * time.Minute)
		drain(t, q)
		results.are(t)
		w.Advance(10 * time.Minute)
		drain(t, q)
		results.are(t, job.Succeeded)
	})
}

func TestASlowKindHoldsUpNoOther(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		q, quick := newQueue(w, nil), check
		quick.Name = "quick"
		release, done := make(chan struct{}), make(chan struct{}, 1)
		var atOnce, most atomic.Int32
		q.Handle(check, func(context.Context, *job.Try) error {
			most.Store(max(most.Load(), atOnce.Add(1)))
			defer atOnce.Add(-1)
			await(t, "the release", release)
			return nil
		})
		q.Handle(quick, func(context.Context, *job.Try) error { done <- struct{}{}; return nil })
		for range 100 {
			write(t, w, q, "mpr_1")
		}
		run(t, q)
		until(t, "busy", func() bool { return atOnce.Load() == 2 })
		writeKind(t, w, q, quick.Name)
		await(t, "the quick one", done)
		close(release)
		awaitNone(t, w)
		if most.Load() != int32(check.Workers) {
			t.Errorf("%d at once", most.Load())
		}
	})
}

// A server is woken by what another one writes; its own polling would come too late.
func TestOtherServersAreWoken(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{DatabaseURL: apitest.NewDatabase(t)})
	there := w.Another(t)
	never := 10 * apitest.Patience
	q := job.New(job.Config{Store: there.Store, Now: w.Now, Log: logOf(w), Poll: never})
	done := make(chan struct{}, 1)
	q.Handle(check, func(context.Context, *job.Try) error { done <- struct{}{}; return nil })
	listening := make(chan struct{}, 100)
	there.Store.OnNotice("jobs", func(string) { listening <- struct{}{} })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go there.Store.Listen(ctx)
	await(t, "the connection", listening)
	run(t, q)
	for range 3 {
		write(t, w, newQueue(w, nil), "mpr_1")
		await(t, "the job", done)
	}
}

func TestWhatWaitsIsCounted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		q, quick := newQueue(w, nil), check
		quick.Name = "quick"
		q.Handle(check, func(context.Context, *job.Try) error { return nil })
		q.Handle(quick, func(context.Context, *job.Try) error { return nil })
		write(t, w, q, "mpr_1")
		w.Advance(time.Hour)
		write(t, w, q, "mpr_2")
		writeKind(t, w, q, "another program's")
		waiting, err := q.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := waiting[check.Name]; got.Queued != 2 || got.Oldest < time.Hour || got.Oldest > time.Hour+time.Minute {
			t.Errorf("%+v", got)
		}
		if got, known := waiting[quick.Name]; got != (job.Waiting{}) || !known || len(waiting) != 2 {
			t.Errorf("%+v", waiting)
		}
	})
}
