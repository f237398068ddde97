package version

import (
	"context"
	"time"

	"minidock/ent"
	"minidock/ent/task"
	"minidock/ent/version"
	"minidock/internal/job"
)

// checks are the jobs that check packages. A try that kills the process is not repeated for ever.
var checks = job.Kind{
	Name: "check", Workers: 2, Timeout: time.Minute, MaxTries: 4, FirstWait: time.Second, LongestWait: time.Minute,
}

// Handle has the queue check packages.
func (v *Versions) Handle() {
	kind := checks
	kind.GiveUp = v.giveUp
	v.Jobs.Handle(kind, v.check)
}

// CheckDue checks the packages that wait for it.
func (v *Versions) CheckDue(ctx context.Context) error { return v.Jobs.Drain(ctx, checks.Name) }

// giveUp makes a version FAILED whose checks could not be completed.
func (v *Versions) giveUp(ctx context.Context, tx *ent.Tx, versionID string, _ error) error {
	row, err := tx.Version.Query().Where(version.ID(versionID), version.StatusEQ(version.StatusCHECKING)).WithTask().Only(ctx)
	if ent.IsNotFound(err) {
		return nil // it was deleted
	}
	if err != nil {
		return err
	}
	if _, err := hold(ctx, tx, row.MiniProgramID); err != nil {
		return err
	}
	if err := tx.Version.UpdateOneID(versionID).SetStatus(version.StatusFAILED).Exec(ctx); err != nil {
		return err
	}
	now := v.Now()
	if err := record(ctx, tx, row, version.StatusFAILED, now); err != nil {
		return err
	}
	log, err := appendLog(row.Edges.Task, &TaskLogEntry{At: now, Level: LogLevelError, Note: notFinished, Count: checks.MaxTries})
	if err != nil {
		return err
	}
	if err := tx.Task.UpdateOne(row.Edges.Task).SetStatus(task.StatusFAILED).SetLog(log).SetFinishedAt(now).Exec(ctx); err != nil {
		return err
	}
	return v.Store.Notify(ctx, tx, channel, row.Edges.Task.ID)
}
