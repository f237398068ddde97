package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"minidock/ent"
)

// Result is what has become of a try.
type Result string

// The results. Failed is a try after which there is another; Lost one whose job another process has taken meanwhile. A try that ends because
// the process stops has none.
const (
	Succeeded Result = "succeeded"
	Failed    Result = "failed"
	GivenUp   Result = "given_up"
	Lost      Result = "lost"
)

// Results are all of them.
var Results = []Result{Succeeded, Failed, GivenUp, Lost}

// record records what has become of a try, whose cause is nil if its result is written.
func (t *Try) record(ctx context.Context, cause error) (Result, error) {
	result, err := Failed, error(nil)
	switch {
	case cause == nil:
		result = Succeeded
	case errors.Is(cause, ErrLost):
		err = ErrLost
	case errors.Is(cause, errStopped):
		result, err = "", t.giveBack(ctx)
	case t.kind.every == 0 && (isPermanent(cause) || t.Number >= t.kind.MaxTries):
		result, err = GivenUp, t.giveUp(ctx, cause)
	default:
		err = t.postpone(ctx, cause)
	}
	if errors.Is(err, ErrLost) {
		result, cause, err = Lost, ErrLost, nil
	}
	if err != nil {
		return Failed, fmt.Errorf("%w, after: %w", err, cause)
	}
	t.log(ctx, result, cause)
	return result, nil
}

// giveBack makes the job as it was before the try.
func (t *Try) giveBack(ctx context.Context) error {
	return lostIfNone(free(t.queue.Store.Client.Job.Update()).SetTries(t.Number - 1).Where(t.isOwn()).Save(ctx))
}

// giveUp deletes the job for good.
func (t *Try) giveUp(ctx context.Context, cause error) error {
	return t.Finish(ctx, func(tx *ent.Tx) error {
		if t.kind.GiveUp == nil {
			return nil
		}
		return t.kind.GiveUp(ctx, tx, t.About, cause)
	})
}

// postpone makes the job due later.
func (t *Try) postpone(ctx context.Context, cause error) error {
	wait := t.kind.every
	if wait == 0 {
		wait = t.kind.wait(t.Number)
	}
	t.queue.wakeIn(wait)
	return lostIfNone(free(t.queue.Store.Client.Job.Update()).SetDueAt(t.queue.Now().Add(wait)).SetLastError(brief(cause)).Where(t.isOwn()).Save(ctx))
}

func (t *Try) log(ctx context.Context, result Result, cause error) {
	level, message := slog.LevelWarn, ""
	switch result {
	case Failed:
		message = "a job failed and is tried again"
	case GivenUp:
		level, message = slog.LevelError, "a job failed and is given up"
	case Lost:
		message = "a job was lost to another process"
	default:
		return
	}
	t.queue.Log.Log(ctx, level, message, "kind", t.kind.Name, "job", t.ID, "about", t.About, "try", t.Number, "error", cause.Error())
}
