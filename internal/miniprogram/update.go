package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/store"
	"minidock/internal/text"
)

// UpdateInput is what to change in a mini program; nil stays as it is, and a LogoInput with nothing in it is blank.
type UpdateInput struct {
	MiniProgramID string
	Name          *string
	Tagline       *string
	Description   *string
	Logo          *LogoInput
	IndustryCode  *string
	ServicePhone  *string
	ServiceEmail  *string
}

// edit puts one judged field into an update.
type edit func(*ent.MiniProgramUpdateOne)

// Update changes the information of a mini program under the rules of its launch target. Owners and masters may. When
// nothing is given, nothing is written.
func (m *MiniPrograms) Update(ctx context.Context, actor access.Actor, in UpdateInput) (Outcome, error) {
	if _, err := access.Require(ctx, m.Client, actor, access.UpdateMiniProgram, in.MiniProgramID); err != nil {
		return Outcome{}, err
	}
	current, err := m.byID(ctx, actor, in.MiniProgramID)
	if err != nil {
		return Outcome{}, err
	}
	f, err := m.formFor(ctx, actor, current)
	if err != nil {
		return Outcome{}, err
	}
	edits, err := m.judgeUpdate(ctx, f, current, in)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Wrong: f.wrong, Warnings: f.warnings}
	if !f.wrong.Empty() {
		return outcome, nil
	}
	outcome.MiniProgram, err = m.apply(ctx, actor, current, edits)
	if store.IsTaken(err) {
		f.wrong.Add("name", fault.Taken, "value", text.Clean(*in.Name))
		return outcome, nil
	}
	return outcome, err
}

// formFor returns the form of a mini program's launch target.
func (m *MiniPrograms) formFor(ctx context.Context, actor access.Actor, current *ent.MiniProgram) (form, error) {
	targets, err := m.LaunchTargets(ctx, actor, []string{current.ID})
	if err != nil {
		return form{}, err
	}
	return form{
		target: targets[current.ID][0],
		wrong: fault.NewList("miniProgramId", "name", "tagline", "description", "logo", "industryCode", "servicePhone",
			"serviceEmail"),
		warnings: fault.NewList("name", "tagline", "description"),
	}, nil
}

// judgeUpdate judges what is given, in the order of the input's fields. The logo is kept only if nothing is wrong.
func (m *MiniPrograms) judgeUpdate(ctx context.Context, f form, current *ent.MiniProgram, in UpdateInput) ([]edit, error) {
	var edits []edit
	if in.Name != nil {
		name := f.text("name", *in.Name, false)
		key := text.Fold(name)
		if err := m.checkNameIsFree(ctx, current.WorkspaceID, key, current.ID, f.wrong); err != nil {
			return nil, err
		}
		edits = append(edits, func(u *ent.MiniProgramUpdateOne) { u.SetName(name).SetNameKey(key) })
	}
	if in.Tagline != nil {
		tagline := f.text("tagline", *in.Tagline, false)
		edits = append(edits, func(u *ent.MiniProgramUpdateOne) { u.SetTagline(tagline) })
	}
	if in.Description != nil {
		description := f.text("description", *in.Description, true)
		edits = append(edits, func(u *ent.MiniProgramUpdateOne) { u.SetDescription(description) })
	}
	if in.IndustryCode != nil {
		code := f.industry(*in.IndustryCode)
		edits = append(edits, func(u *ent.MiniProgramUpdateOne) { u.SetIndustryCode(code) })
	}
	if in.ServicePhone != nil {
		phone := f.phone(*in.ServicePhone)
		edits = append(edits, func(u *ent.MiniProgramUpdateOne) { u.SetServicePhone(phone) })
	}
	if in.ServiceEmail != nil {
		address := f.email(*in.ServiceEmail)
		edits = append(edits, func(u *ent.MiniProgramUpdateOne) { u.SetServiceEmail(address) })
	}
	if in.Logo == nil {
		return edits, nil
	}
	logo, err := m.judgeLogo(ctx, f, in.Logo)
	return append(edits, logo), err
}

func (m *MiniPrograms) judgeLogo(ctx context.Context, f form, in *LogoInput) (edit, error) {
	source, isBase64, err := readLogo(in)
	if err != nil {
		return nil, err
	}
	logo := f.logo(source, isBase64)
	if !f.wrong.Empty() {
		return nil, nil
	}
	name, err := m.keepLogo(ctx, logo)
	return func(u *ent.MiniProgramUpdateOne) {
		u.SetLogoName(name).SetLogoWidth(logo.Width).SetLogoHeight(logo.Height).SetLogoContentType(logo.ContentType)
	}, err
}

// apply writes the edits in one transaction, in which the role is read again.
func (m *MiniPrograms) apply(ctx context.Context, actor access.Actor, current *ent.MiniProgram, edits []edit) (*ent.MiniProgram, error) {
	if len(edits) == 0 {
		return current, nil
	}
	var updated *ent.MiniProgram
	err := store.Tx(ctx, m.Client, func(tx *ent.Tx) error {
		_, err := access.Require(ctx, tx.Client(), actor, access.UpdateMiniProgram, current.ID)
		if err != nil {
			return err
		}
		update := tx.MiniProgram.UpdateOneID(current.ID).SetUpdatedAt(m.Now())
		for _, edit := range edits {
			edit(update)
		}
		updated, err = update.Save(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update a mini program: %w", err)
	}
	return updated.Unwrap(), nil
}

// checkNameIsFree records that another mini program of the workspace than the one with the id except has this name.
func (m *MiniPrograms) checkNameIsFree(ctx context.Context, workspaceID, key, except string, wrong *fault.List) error {
	if wrong.Has("name") {
		return nil
	}
	other, err := m.Client.MiniProgram.Query().Where(
		miniprogram.WorkspaceID(workspaceID), miniprogram.NameKey(key), miniprogram.IDNEQ(except),
	).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("look up a name: %w", err)
	}
	wrong.Add("name", fault.Taken, "value", other.Name)
	return nil
}
