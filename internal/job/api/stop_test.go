package api_test

import (
	"context"
	"testing"

	"minidock/internal/apitest"
	"minidock/internal/job"
)

func TestStoppingLetsWorkFinishAndBeginsNoOther(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var results results
		q := newQueue(w, &results)
		single := check
		single.Workers = 1
		ctx, stop := context.WithCancel(t.Context())
		begun, release := make(chan struct{}, 9), make(chan struct{})
		q.Handle(single, func(ctx context.Context, _ *job.Try) error {
			begun <- struct{}{}
			await(t, "the release", release)
			return ctx.Err()
		})
		write(t, w, q, "mpr_1")
		write(t, w, q, "mpr_2")
		ended := make(chan struct{})
		go func() { q.Run(ctx, apitest.Patience); close(ended) }()
		await(t, "the beginning", begun)
		stop()
		close(release)
		await(t, "the end", ended)
		results.are(t, job.Succeeded)
		if row := w.Client.Job.Query().OnlyX(t.Context()); row.Tries != 0 || row.Owner != "" {
			t.Errorf("%+v", row)
		}
	})
}

func TestStoppingGivesBackWhatTakesTooLong(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var here, there results
		q, other := newQueue(w, &here), newQueue(w, &there)
		ctx, stop := context.WithCancel(t.Context())
		begun := make(chan struct{}, 1)
		q.Handle(check, func(ctx context.Context, _ *job.Try) error {
			begun <- struct{}{}
			await(t, "the end of the work", ctx.Done())
			return ctx.Err()
		})
		other.Handle(check, func(_ context.Context, try *job.Try) error {
			if try.Number != 1 {
				t.Errorf("it is try %d", try.Number)
			}
			return nil
		})
		write(t, w, q, "mpr_1")
		ended := make(chan struct{})
		go func() { q.Run(ctx, 0); close(ended) }()
		await(t, "the beginning", begun)
		stop()
		await(t, "the end", ended)
		here.are(t)
		drain(t, other)
		there.are(t, job.Succeeded)
	})
}
