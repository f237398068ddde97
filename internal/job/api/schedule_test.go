package api_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/job"
)

func TestAPeriodicJobRunsOnOneNodeAtATime(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var running, runs atomic.Int32
		ran := make(chan struct{}, 100)
		sweep := job.Kind{Name: "sweep", Timeout: apitest.Patience}
		for i := range 3 {
			q, ready := newQueue(w, nil), make(chan struct{}, 1)
			q.Schedule(sweep, 10*time.Minute, func(context.Context, *job.Try) error {
				if running.Add(1) > 1 {
					t.Error("it runs twice at once")
				}
				defer running.Add(-1)
				runs.Add(1)
				ran <- struct{}{}
				return errors.New("broken") // which ends no schedule
			})
			first := check
			first.Name = fmt.Sprint("first ", i)
			q.Handle(first, func(context.Context, *job.Try) error { ready <- struct{}{}; return nil })
			writeKind(t, w, q, first.Name)
			run(t, q)
			await(t, "the first job", ready)
		}
		until(t, "scheduled only", func() bool { return w.Client.Job.Query().CountX(t.Context()) == 1 })
		for round := range int32(3) {
			if runs.Load() != round {
				t.Errorf("%d runs after %d intervals", runs.Load(), round)
			}
			w.Advance(10 * time.Minute)
			await(t, "a run", ran)
			until(t, "scheduled again", func() bool {
				row := w.Client.Job.Query().OnlyX(t.Context())
				return row.Owner == "" && row.DueAt.After(w.Now().Add(9*time.Minute))
			})
		}
	})
}

func TestAPeriodicJobIsDueSoonerOnceItsIntervalIsShorter(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var soonest time.Time
		for _, every := range []time.Duration{time.Hour, time.Minute, time.Hour} {
			q := newQueue(w, nil)
			q.Schedule(job.Kind{Name: "sweep", Timeout: apitest.Patience}, every, func(context.Context, *job.Try) error { return nil })
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { q.Run(ctx, apitest.Patience); close(ended) }()
			limit := w.Now().Add(every)
			if every == time.Hour && !soonest.IsZero() {
				limit = soonest
			}
			until(t, "scheduled", func() bool {
				rows := w.Client.Job.Query().AllX(t.Context())
				if len(rows) != 1 {
					return false
				}
				soonest = rows[0].DueAt
				return !rows[0].DueAt.After(limit.Add(time.Minute))
			})
			stop()
			await(t, "the end", ended)
		}
	})
}
