package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/apitest"
	"minidock/internal/job"
)

// A worker that was stopped, and goes on beside its replacement, changes nothing.
func TestAWorkerThatLostItsJobWritesNothing(t *testing.T) {
	for when, replaced := range map[string]bool{"before its replacement has finished": false, "after it": true} {
		t.Run(when, func(t *testing.T) {
			apitest.Run(t, func(t *testing.T, w *apitest.World) {
				ann := signUp(t, w)
				var late, early results
				stopped, other := newQueue(w, &late), newQueue(w, &early)
				write(t, w, stopped, ann.ID)
				finish := func(ctx context.Context, try *job.Try, text string) error {
					return try.Finish(ctx, func(tx *ent.Tx) error { rename(t, tx, ann, text); return nil })
				}
				stopped.Handle(check, func(ctx context.Context, first *job.Try) error {
					lapse(t, w)
					var lost error
					other.Handle(check, func(ctx context.Context, second *job.Try) error {
						if second.ID != first.ID || second.Number != 2 {
							t.Errorf("the replacement is %+v", second)
						}
						if !replaced {
							lost = finish(ctx, first, "the first")
						}
						return finish(ctx, second, "the second")
					})
					drain(t, other)
					if replaced {
						lost = finish(ctx, first, "the first")
					}
					if !errors.Is(lost, job.ErrLost) {
						t.Errorf("the first finishes: %v", lost)
					}
					return lost
				})
				drain(t, stopped)
				if got := name(t, w, ann); got != "the second" || w.Client.Job.Query().CountX(t.Context()) != 0 {
					t.Errorf("the result is %q", got)
				}
				late.are(t, job.Lost)
				early.are(t, job.Succeeded)
			})
		})
	}
}

func TestProgressIsReportedByTheOwnerOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := signUp(t, w)
		var late results
		stopped := newQueue(w, &late)
		write(t, w, stopped, ann.ID)
		stopped.Handle(check, func(ctx context.Context, try *job.Try) error {
			report := func(text string) error {
				return try.Report(ctx, func(tx *ent.Tx) error { rename(t, tx, ann, text); return nil })
			}
			lapse(t, w)
			if err := report("half done"); err != nil || name(t, w, ann) != "half done" || !leasedUntil(t, w).After(time.Now()) {
				t.Errorf("%v, %q, leased until %s", err, name(t, w, ann), leasedUntil(t, w))
			}
			take(t, w, "another")
			err := report("nearly done")
			if !errors.Is(err, job.ErrLost) || name(t, w, ann) != "half done" {
				t.Errorf("%v, %q", err, name(t, w, ann))
			}
			return err
		})
		drain(t, stopped)
		late.are(t, job.Lost)
	})
}

func TestAFailureOfAWorkerThatLostItsJobChangesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for _, failure := range []error{errors.New("broken"), job.Permanent(errors.New("broken"))} {
			var late results
			stopped := newQueue(w, &late)
			write(t, w, stopped, "mpr_1")
			stopped.Handle(check, func(context.Context, *job.Try) error {
				take(t, w, "another")
				return failure
			})
			drain(t, stopped)
			late.are(t, job.Lost)
			if row := w.Client.Job.Query().OnlyX(t.Context()); row.Owner != "another" || row.LastError != "" {
				t.Errorf("%+v", row)
			}
			w.Client.Job.Delete().ExecX(t.Context())
		}
	})
}

func TestALostLeaseEndsTheWork(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var late results
		q := job.New(job.Config{Store: w.Store, Now: w.Now, Log: logOf(w), Observe: late.add, Lease: 300 * time.Millisecond})
		q.Handle(check, func(ctx context.Context, _ *job.Try) error {
			take(t, w, "another")
			await(t, "the end of the work", ctx.Done())
			return ctx.Err()
		})
		write(t, w, q, "mpr_1")
		drain(t, q)
		late.are(t, job.Lost)
	})
}

// A worker renews its lease: nobody else takes the job, however long it takes.
func TestAJobThatIsWorkedOnStaysWithItsWorker(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		const lease = 300 * time.Millisecond
		other := newQueue(w, nil)
		other.Handle(check, func(context.Context, *job.Try) error { t.Error("another takes it"); return nil })
		q := job.New(job.Config{Store: w.Store, Now: w.Now, Log: logOf(w), Lease: lease})
		q.Handle(check, func(ctx context.Context, _ *job.Try) error {
			drain(t, other)
			before := leasedUntil(t, w)
			until(t, "renewed", func() bool { return leasedUntil(t, w).After(before) })
			return nil
		})
		write(t, w, q, "mpr_1")
		drain(t, q)
	})
}

// A job that kills its process is not tried for ever.
func TestAJobWhoseProcessDiesIsTriedAgainAndThenGivenUp(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := signUp(t, w)
		var results results
		q := newQueue(w, &results)
		begun := 0
		q.Handle(givingUp(t, ann), func(context.Context, *job.Try) error { begun++; return nil })
		write(t, w, q, ann.ID)
		for try := range check.MaxTries {
			w.Client.Job.Update().SetOwner(fmt.Sprint("dead ", try)).AddTries(1).SetLeasedUntil(time.Now().UTC().Add(time.Hour)).ExecX(t.Context())
			drain(t, q)
			if begun != 0 {
				t.Fatal("it is taken before its lease is over")
			}
		}
		lapse(t, w)
		drain(t, q)
		if n := w.Client.Job.Query().CountX(t.Context()); n != 0 || !strings.HasPrefix(name(t, w, ann), "given up: the process") || begun != 0 {
			t.Errorf("%d jobs are left, %q, begun %d times", n, name(t, w, ann), begun)
		}
		results.are(t, job.GivenUp)
	})
}

func TestAJobWhoseProcessDiedIsDoneByAnother(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var results results
		q := newQueue(w, &results)
		q.Handle(check, func(_ context.Context, try *job.Try) error {
			if row := w.Client.Job.Query().OnlyX(t.Context()); try.Number != 2 || !strings.Contains(row.LastError, "died") {
				t.Errorf("try %d, %+v", try.Number, row)
			}
			return nil
		})
		write(t, w, q, "mpr_1")
		w.Client.Job.Update().SetOwner("dead").AddTries(1).ExecX(t.Context())
		lapse(t, w)
		drain(t, q)
		results.are(t, job.Succeeded)
	})
}
