package version

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/task"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/bundle"
	"minidock/internal/event"
	"minidock/internal/job"
	"minidock/internal/store"
)

// check checks the package of a version, and leaves the version READY or FAILED.
func (v *Versions) check(ctx context.Context, try *job.Try) error {
	row, err := v.Client.Version.Query().Where(version.ID(try.About), version.StatusEQ(version.StatusCHECKING)).WithMiniProgram().WithTask().Only(ctx)
	if ent.IsNotFound(err) {
		return nil // it was deleted
	}
	if err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	c := &checking{Versions: v, try: try, version: row, task: row.Edges.Task}
	if err := c.run(ctx); !ent.IsNotFound(err) {
		return err
	}
	return nil // it was deleted meanwhile
}

// checking is a check under way.
type checking struct {
	*Versions
	try     *job.Try
	version *ent.Version
	// task is as it was written last.
	task *ent.Task
}

func (c *checking) run(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	report, problems, err := c.read(ctx)
	if err != nil {
		return err
	}
	return c.finish(ctx, report, problems)
}

// begin says that the task is worked on.
func (c *checking) begin(ctx context.Context) error {
	return c.update(ctx, func(update *ent.TaskUpdateOne, now time.Time) error {
		line := &TaskLogEntry{At: now, Level: LogLevelInfo, Note: started}
		if c.task.StartedAt != nil {
			line.Note = resumed
		} else {
			update.SetStartedAt(now)
		}
		log, err := appendLog(c.task, line)
		update.SetStatus(task.StatusRUNNING).SetLog(log)
		return err
	})
}

// update changes the task while it is worked on, unless another worker has taken the job over.
func (c *checking) update(ctx context.Context, change func(*ent.TaskUpdateOne, time.Time) error) error {
	var changed *ent.Task
	err := c.try.Report(ctx, func(tx *ent.Tx) error {
		update := tx.Task.UpdateOneID(c.task.ID)
		if err := change(update, c.Now()); err != nil {
			return err
		}
		var err error
		if changed, err = update.Save(ctx); err != nil {
			return err
		}
		return c.Store.Notify(ctx, tx, channel, c.task.ID)
	})
	if err == nil {
		c.report(changed)
	}
	return err
}

// report shows the task to those who wait for it.
func (c *checking) report(changed *ent.Task) {
	c.task = changed
	c.Watches.Report(changed)
}

// read reads the package.
func (c *checking) read(ctx context.Context) (*bundle.Report, []bundle.Problem, error) {
	content, err := c.Blobs.Open(ctx, c.version.Sha256+packageExt)
	if err != nil {
		return nil, nil, fmt.Errorf("open the package: %w", err)
	}
	defer content.Close()
	inspected, problems, err := bundle.Inspect(content, content.Size(), c.Limits.Package)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	var failed error
	report, problems, err := inspected.Check(ctx, c.version.Edges.MiniProgram.AppID, func(percent int) {
		if err := c.progress(ctx, percent); err != nil {
			failed = err
		}
	})
	return report, problems, errors.Join(err, failed)
}

// progressStep is by how many percent a task's progress changes at least.
const progressStep = 10

// progress records how much is done.
func (c *checking) progress(ctx context.Context, percent int) error {
	if percent < c.task.Progress+progressStep || percent >= 100 {
		return nil
	}
	return c.update(ctx, func(update *ent.TaskUpdateOne, _ time.Time) error {
		update.SetProgress(percent)
		return nil
	})
}

// finish writes what the check found, once.
func (c *checking) finish(ctx context.Context, report *bundle.Report, problems []bundle.Problem) error {
	var found description
	if len(problems) == 0 {
		var err error
		if found, err = c.describe(ctx, report); err != nil {
			return err
		}
	}
	var ended *ent.Task
	err := c.try.Finish(ctx, func(tx *ent.Tx) (err error) {
		ended, err = c.end(ctx, tx, found, problems)
		return err
	})
	if err == nil && ended != nil {
		c.report(ended)
	}
	return err
}

// end writes the result in the transaction that ends the job. It returns nil if the version was deleted meanwhile.
func (c *checking) end(ctx context.Context, tx *ent.Tx, found description, problems []bundle.Problem) (*ent.Task, error) {
	if _, err := hold(ctx, tx, c.version.MiniProgramID); err != nil {
		return nil, err
	}
	update, result := tx.Version.Update().Where(version.ID(c.version.ID), version.StatusEQ(version.StatusCHECKING)), version.StatusFAILED
	if len(problems) == 0 {
		found.write(update)
		result = version.StatusREADY
	}
	changed, err := update.SetStatus(result).Save(ctx)
	if err != nil || changed == 0 {
		return nil, err
	}
	now := c.Now()
	if err := record(ctx, tx, c.version, result, now); err != nil {
		return nil, err
	}
	return c.endTask(ctx, tx, found, problems, now)
}

// record records that the version has another status, and what follows: that of the mini program, and that older versions which failed are
// deleted.
func record(ctx context.Context, tx *ent.Tx, of *ent.Version, result version.Status, now time.Time) error {
	if _, err := settle(ctx, tx, of.MiniProgramID); err != nil {
		return err
	}
	err := event.Write(ctx, tx, event.Actor{}, now, event.Event{
		Operation: string(access.CheckVersion), WorkspaceID: of.WorkspaceID, SubjectID: of.ID, Changes: []event.Change{
			event.Text("status", string(version.StatusCHECKING), string(result)), event.Text("miniProgram", "", of.MiniProgramID),
		},
	})
	if err != nil || result != version.StatusFAILED {
		return err
	}
	// The one that has failed now stays, with its log, also when others with higher numbers have failed before.
	failed, err := tx.Version.Query().Where(version.MiniProgramID(of.MiniProgramID), version.StatusEQ(version.StatusFAILED), version.IDNEQ(of.ID)).
		Order(ent.Desc(version.FieldNumberKey)).Offset(kept - 1).IDs(ctx)
	if err == nil && len(failed) > 0 {
		_, err = tx.Version.Delete().Where(store.In(version.FieldID, failed)).Exec(ctx)
	}
	return err
}

// endTask writes the problems, or that there are none, into the log.
func (c *checking) endTask(ctx context.Context, tx *ent.Tx, found description, problems []bundle.Problem, now time.Time) (*ent.Task, error) {
	listed, status, last := problems, task.StatusFAILED, &TaskLogEntry{At: now, Level: LogLevelInfo, Note: failed, Count: len(problems)}
	if len(problems) == 0 {
		listed, status, last = Warnings(found.Report), task.StatusSUCCEEDED, &TaskLogEntry{At: now, Level: LogLevelInfo, Note: passed, Count: found.FileCount}
	}
	var lines []*TaskLogEntry
	for i, one := range listed {
		lines = append(lines, &TaskLogEntry{At: now, Level: LogLevel(one.Severity()), Problem: &listed[i]})
	}
	log, err := appendLog(c.task, append(lines, last)...)
	if err != nil {
		return nil, err
	}
	ended, err := tx.Task.UpdateOneID(c.task.ID).SetStatus(status).SetProgress(100).SetLog(log).SetFinishedAt(now).Save(ctx)
	if err != nil {
		return nil, err
	}
	return ended, c.Store.Notify(ctx, tx, channel, ended.ID)
}
