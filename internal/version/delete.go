package version

import (
	"context"

	"minidock/ent"
	"minidock/ent/miniprogram"
	entpredicate "minidock/ent/predicate"
	"minidock/ent/task"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/operation"
	"minidock/internal/store"
)

type predicate = entpredicate.Version

// DeleteInput names the version to delete.
type DeleteInput struct{ VersionID string }

// Deleted is a version that was deleted, and its mini program.
type Deleted struct {
	ID          string
	MiniProgram *ent.MiniProgram
}

// Delete deletes a version. Everyone who sees it may. A check that is under way then ends without a result.
func (v *Versions) Delete(ctx context.Context, viewer *access.Viewer, in DeleteInput) (Deleted, error) {
	return operation.Run(ctx, v.DB, viewer, access.DeleteVersion, in.VersionID, func(tx *operation.Tx) (Deleted, error) {
		found, err := store.One(tx.Version.Query().Where(version.ID(in.VersionID)).Only(ctx))
		if err != nil {
			return Deleted{}, err
		}
		if _, err := hold(ctx, tx.Tx, found.MiniProgramID); err != nil {
			return Deleted{}, err
		}
		if err := v.remove(ctx, tx, found); err != nil {
			return Deleted{}, err
		}
		miniProgram, err := settle(ctx, tx.Tx, found.MiniProgramID)
		return Deleted{ID: found.ID, MiniProgram: miniProgram}, err
	})
}

// remove deletes a version of a mini program that is locked. NOT_FOUND when another request has deleted it.
func (v *Versions) remove(ctx context.Context, tx *operation.Tx, gone *ent.Version) error {
	taskID, err := tx.Task.Query().Where(task.VersionID(gone.ID)).OnlyID(ctx)
	if err == nil {
		err = tx.Version.DeleteOneID(gone.ID).Exec(ctx)
	}
	if err != nil {
		_, err = store.One(gone, err)
		return err
	}
	tx.Changed(gone.ID, event.Text("number", gone.Number, ""), event.Text("miniProgram", gone.MiniProgramID, ""))
	tx.After(func() { go v.Watches.noticed(taskID) })
	return v.Store.Notify(ctx, tx.Tx, channel, taskID)
}

// settle sets the status of a mini program that is locked to what its versions say, and returns it. Source of the rule: until there are
// releases, a mini program has a new version as long as one of its versions is READY.
func settle(ctx context.Context, tx *ent.Tx, miniProgramID string) (*ent.MiniProgram, error) {
	hasReady, err := tx.Version.Query().Where(version.MiniProgramID(miniProgramID), version.StatusEQ(version.StatusREADY)).Exist(ctx)
	if err != nil {
		return nil, err
	}
	status := miniprogram.StatusCREATED
	if hasReady {
		status = miniprogram.StatusNEW_VERSION_CREATED
	}
	return tx.MiniProgram.UpdateOneID(miniProgramID).SetStatus(status).Save(ctx)
}
