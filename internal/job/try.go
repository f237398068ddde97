package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"minidock/ent"
	"minidock/ent/job"
	"minidock/ent/predicate"
	"minidock/internal/store"
)

// Try is one try to do a job.
type Try struct {
	// ID is the job's, and About the id of what it is about.
	ID, About string
	// Number counts the tries from 1.
	Number int

	queue *Queue
	kind  *kind
	owner string
	// isFinished says that the result is written.
	isFinished bool
}

// Finish writes the result of a job and deletes it, in one transaction. If another process has taken the job, nothing is written and the error
// is ErrLost. The function may be called several times: it must have no effect that a rollback does not undo. Of what it locks, the job is the
// last. A handler that does not call Finish has no result but that the job is done.
func (t *Try) Finish(ctx context.Context, result func(tx *ent.Tx) error) error {
	if err := t.write(ctx, result, t.end); err != nil {
		return fmt.Errorf("finish a job: %w", err)
	}
	t.isFinished = true
	return nil
}

func nothing(*ent.Tx) error { return nil }

// Report writes what a try has come to so far, such as its progress, and renews its lease, in one transaction. If another process has taken the
// job, nothing is written and the error is ErrLost. What holds for the function of Finish holds for this one.
func (t *Try) Report(ctx context.Context, progress func(tx *ent.Tx) error) error {
	err := t.write(ctx, progress, func(ctx context.Context, tx *ent.Tx) error { return t.renew(ctx, tx.Job.Update()) })
	if err != nil {
		return fmt.Errorf("report the progress of a job: %w", err)
	}
	return nil
}

// write calls two functions in a transaction, the second of which fails if another process has taken the job.
func (t *Try) write(ctx context.Context, do func(*ent.Tx) error, ifOwn func(context.Context, *ent.Tx) error) error {
	return store.Tx(ctx, t.queue.Store.Client, func(tx *ent.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return ifOwn(ctx, tx)
	})
}

// end deletes the job, or makes one that is periodic due again.
func (t *Try) end(ctx context.Context, tx *ent.Tx) error {
	if t.kind.every == 0 {
		return lostIfNone(tx.Job.Delete().Where(t.isOwn()).Exec(ctx))
	}
	again := t.queue.Now().Add(t.kind.every)
	t.queue.wakeIn(t.kind.every)
	return lostIfNone(free(tx.Job.Update()).SetDueAt(again).SetTries(0).SetLastError("").Where(t.isOwn()).Save(ctx))
}

// isOwn holds for the job as long as no other try has begun.
func (t *Try) isOwn() predicate.Job {
	return job.And(job.ID(t.ID), job.Owner(t.owner), job.Tries(t.Number))
}

func free(update *ent.JobUpdate) *ent.JobUpdate { return update.SetOwner("").ClearLeasedUntil() }

func lostIfNone(rows int, err error) error {
	if err == nil && rows == 0 {
		err = ErrLost
	}
	return err
}

// work does a try, and records its result. The error is that of the database.
func (q *Queue) work(ctx context.Context, t *Try) error {
	cause := t.run(ctx)
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	result, err := t.record(recording, cause)
	if q.Observe != nil && result != "" {
		q.Observe(t.kind.Name, result)
	}
	return err
}

// run calls the handler while it keeps the lease. It returns nil if the result is written, and otherwise the reason why not.
func (t *Try) run(ctx context.Context) error {
	if t.kind.every == 0 && t.Number > t.kind.MaxTries {
		return errDied
	}
	trying, stop := context.WithTimeoutCause(ctx, t.kind.Timeout, errTimeout)
	defer stop()
	trying, lose := context.WithCancelCause(trying)
	defer lose(nil)
	go t.keepLease(trying, lose)
	err := t.call(trying)
	if err == nil && !t.isFinished {
		err = t.Finish(trying, nothing)
	}
	switch {
	case t.isFinished:
		return nil
	case ctx.Err() != nil:
		return errStopped
	case trying.Err() != nil && !isPermanent(err):
		return context.Cause(trying)
	}
	return err
}

// call calls the handler; a panic is its error.
func (t *Try) call(ctx context.Context) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			t.queue.Log.ErrorContext(ctx, "a job panicked", "kind", t.kind.Name, "job", t.ID, "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
			err = errors.New("the handler panicked")
		}
	}()
	return t.kind.handle(ctx, t)
}

// keepLease renews the lease until the context ends. If it is lost, or could not be renewed before it was over, it loses the try.
func (t *Try) keepLease(ctx context.Context, lose context.CancelCauseFunc) {
	ticker := time.NewTicker(t.queue.Lease / 3)
	defer ticker.Stop()
	renewed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		began := time.Now()
		err := t.renewSoon(ctx)
		switch {
		case err == nil:
			renewed = began
		case errors.Is(err, ErrLost) || time.Since(renewed) >= t.queue.Lease:
			lose(ErrLost)
			return
		}
	}
}

// renewSoon renews the lease before it has to be renewed again.
func (t *Try) renewSoon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.queue.Lease/3)
	defer cancel()
	return t.renew(ctx, t.queue.Store.Client.Job.Update())
}

func (t *Try) renew(ctx context.Context, update *ent.JobUpdate) error {
	return lostIfNone(update.Modify(store.Lease(job.FieldLeasedUntil, t.queue.Lease)).Where(t.isOwn()).Save(ctx))
}
