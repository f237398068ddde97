package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/job"
)

func TestAFailedJobIsTriedAgainAfterGrowingWaits(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var results results
		q := newQueue(w, &results)
		many := check
		many.MaxTries, many.LongestWait = 6, 5*time.Minute
		q.Handle(many, func(context.Context, *job.Try) error { return errors.New("not yet") })
		write(t, w, q, "mpr_1")
		for i, minutes := range []time.Duration{1, 2, 4, 5} {
			before := w.Now()
			drain(t, q)
			row := w.Client.Job.Query().OnlyX(t.Context())
			wait := row.DueAt.Sub(before)
			if row.Tries != i+1 || wait < minutes*time.Minute*9/10 || wait > minutes*time.Minute+time.Second || row.LastError != "not yet" {
				t.Errorf("after try %d it waits %s: %+v", i+1, wait, row)
			}
			drain(t, q)
			w.Advance(minutes*time.Minute + time.Second)
		}
		results.are(t, job.Failed, job.Failed, job.Failed, job.Failed)
	})
}

func TestAJobIsGivenUpAfterItsLastTry(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := signUp(t, w)
		var results results
		q := newQueue(w, &results)
		q.Handle(givingUp(t, ann), func(context.Context, *job.Try) error { return errors.New("broken") })
		write(t, w, q, ann.ID)
		for range 5 {
			drain(t, q)
			w.Advance(2 * time.Hour)
		}
		if n := w.Client.Job.Query().CountX(t.Context()); n != 0 || name(t, w, ann) != "given up: broken" {
			t.Errorf("%d jobs are left, %q", n, name(t, w, ann))
		}
		results.are(t, job.Failed, job.Failed, job.GivenUp)
	})
}

func TestAPermanentFailureGivesAJobUpAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := signUp(t, w)
		var results results
		q := newQueue(w, &results)
		q.Handle(givingUp(t, ann), func(context.Context, *job.Try) error {
			return fmt.Errorf("in vain: %w", job.Permanent(errors.New("broken")))
		})
		write(t, w, q, ann.ID)
		drain(t, q)
		if n := w.Client.Job.Query().CountX(t.Context()); n != 0 || name(t, w, ann) != "given up: in vain: broken" {
			t.Errorf("%d jobs are left, %q", n, name(t, w, ann))
		}
		results.are(t, job.GivenUp)
	})
}

func TestATryThatTakesTooLongIsEnded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var results results
		q := newQueue(w, &results)
		short := check
		short.Timeout = time.Millisecond
		q.Handle(short, func(ctx context.Context, _ *job.Try) error {
			await(t, "the time-out", ctx.Done())
			return ctx.Err()
		})
		write(t, w, q, "mpr_1")
		drain(t, q)
		results.are(t, job.Failed)
		if row := w.Client.Job.Query().OnlyX(t.Context()); row.LastError != "the try has taken too long" {
			t.Errorf("%+v", row)
		}
	})
}

func TestAPanicFailsATryOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var results results
		q := newQueue(w, &results)
		q.Handle(check, func(_ context.Context, try *job.Try) error {
			if try.Number == 1 {
				panic("a secret")
			}
			return nil
		})
		write(t, w, q, "mpr_1")
		drain(t, q)
		if row := w.Client.Job.Query().OnlyX(t.Context()); row.LastError != "the handler panicked" {
			t.Errorf("%+v", row)
		}
		w.Advance(time.Hour)
		drain(t, q)
		results.are(t, job.Failed, job.Succeeded)
	})
}

func TestAnErrorIsStoredBrieflyAndAsText(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		q := newQueue(w, nil)
		q.Handle(check, func(context.Context, *job.Try) error {
			return errors.New("nul \x00, bad \xff, " + strings.Repeat("很", 1000))
		})
		write(t, w, q, "mpr_1")
		drain(t, q)
		if text := w.Client.Job.Query().OnlyX(t.Context()).LastError; !strings.HasPrefix(text, "nul , bad , 很") || len(text) > 500 {
			t.Errorf("%q", text)
		}
	})
}
