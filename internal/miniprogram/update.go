package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/launchtarget"
	"minidock/internal/operation"
	"minidock/internal/store"
)

// UpdateInput changes a mini program.
type UpdateInput struct {
	MiniProgramID string
	Profile
}

// Update changes the profile of a mini program by the rules of its launch target. Owners and masters may. Fields that do not differ are not
// written. After too many changes of the logo in a day, it is refused with RATE_LIMITED, before it looks at the picture; those that were
// refused for user errors count too.
func (m *MiniPrograms) Update(ctx context.Context, viewer *access.Viewer, in UpdateInput) (Saved, error) {
	if err := viewer.Require(ctx, access.UpdateMiniProgram, in.MiniProgramID); err != nil {
		return Saved{}, err
	}
	current, err := m.byID(ctx, viewer, in.MiniProgramID)
	if err != nil {
		return Saved{}, err
	}
	target, err := m.targetOf(ctx, viewer, current)
	if err != nil {
		return Saved{}, err
	}
	if in.Logo != nil {
		if err := m.countLogoChange(ctx, current.ID); err != nil {
			return Saved{}, err
		}
	}
	f, err := newForm(target, &in.Profile)
	if err != nil {
		return Saved{}, err
	}
	draft, sent := *current, sentFields(&in.Profile)
	if err := f.judge(ctx, viewer, &in.Profile, &draft, sent); err != nil {
		return Saved{}, err
	}
	if in.Name != nil {
		if err := m.checkNameIsFree(ctx, current.WorkspaceID, draft.Name, current.ID, f.errs); err != nil {
			return Saved{}, err
		}
	}
	saved := Saved{Warnings: f.warnings}
	if err := f.errs.Err(); err != nil {
		return saved, err
	}
	if in.Logo != nil {
		if draft.LogoName, err = m.keepLogo(ctx, f.logo); err != nil {
			return Saved{}, err
		}
	}
	saved.MiniProgram, err = m.save(ctx, viewer, &draft, sent)
	if in.Name != nil && store.IsTaken(err) {
		err = fault.Refuse("name", fault.Taken, "value", draft.Name)
	}
	return saved, err
}

// targetOf returns the launch target whose rules hold for a mini program. NOT_FOUND when the viewer does not see it any more.
func (m *MiniPrograms) targetOf(ctx context.Context, viewer *access.Viewer, current *ent.MiniProgram) (*launchtarget.Target, error) {
	targets, err := m.LaunchTargets(ctx, viewer, []*ent.MiniProgram{current})
	if err != nil {
		return nil, err
	}
	if len(targets[current.ID]) == 0 {
		return nil, fault.ErrNotFound
	}
	return targets[current.ID][0], nil
}

// save writes the fields that were sent and differ from what is there by then.
func (m *MiniPrograms) save(ctx context.Context, viewer *access.Viewer, draft *ent.MiniProgram, sent []field) (*ent.MiniProgram, error) {
	return operation.Run(ctx, m.DB, viewer, access.UpdateMiniProgram, draft.ID, func(tx *operation.Tx) (*ent.MiniProgram, error) {
		before, err := tx.MiniProgram.Query().Where(miniprogram.ID(draft.ID), store.Held).Only(ctx)
		if err != nil {
			return nil, err
		}
		update := tx.MiniProgram.UpdateOneID(draft.ID).SetUpdatedAt(tx.Now)
		changes := apply(update.Mutation(), before, draft, sent)
		if len(changes) == 0 {
			return before, nil
		}
		tx.Changed(draft.ID, changes...)
		return update.Save(ctx)
	})
}

// checkNameIsFree records that another mini program of the workspace than the one with the id except has this name.
func (m *MiniPrograms) checkNameIsFree(ctx context.Context, workspaceID, name, except string, errs *fault.UserErrors) error {
	if errs.Has("name") {
		return nil
	}
	other, err := m.Client.MiniProgram.Query().Where(isNamed(workspaceID, name), miniprogram.IDNEQ(except)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("look up a name: %w", err)
	}
	errs.Add("name", fault.Taken, "value", other.Name)
	return nil
}
