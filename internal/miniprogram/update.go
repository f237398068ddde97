package miniprogram

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/picture"
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

// change is what an update does to the fields that are given, each judged.
type change struct {
	form  form
	edits []func(*ent.MiniProgramUpdateOne)
	name  *string
	logo  *picture.Picture
}

func (c *change) add(edit func(*ent.MiniProgramUpdateOne)) { c.edits = append(c.edits, edit) }

// Update changes the information of a mini program under the rules of its launch target. Owners and masters may. When
// nothing is given, nothing is written.
func (m *MiniPrograms) Update(ctx context.Context, actor access.Actor, in UpdateInput) (Outcome, error) {
	current, err := m.byID(ctx, actor, in.MiniProgramID)
	if err != nil {
		return Outcome{}, err
	}
	f, err := m.formFor(ctx, actor, current)
	if err != nil {
		return Outcome{}, err
	}
	c := change{form: f}
	if err := c.judge(in); err != nil {
		return Outcome{}, err
	}
	if err := m.lookUpName(ctx, actor, current, c); err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Wrong: f.wrong, Warnings: f.warnings}
	if !f.wrong.Empty() {
		return outcome, nil
	}
	if err := m.keepNewLogo(ctx, &c); err != nil {
		return Outcome{}, err
	}
	outcome.MiniProgram, err = m.apply(ctx, actor, current, c.edits)
	if c.name != nil && store.IsTaken(err) {
		f.wrong.Add("name", fault.Taken, "value", *c.name)
		return outcome, nil
	}
	return outcome, err
}

// formFor returns the form of a mini program's launch target. NOT_FOUND when the actor may not see it any more.
func (m *MiniPrograms) formFor(ctx context.Context, actor access.Actor, current *ent.MiniProgram) (form, error) {
	targets, err := m.LaunchTargets(ctx, actor, []string{current.ID})
	if err != nil {
		return form{}, err
	}
	if len(targets[current.ID]) == 0 {
		return form{}, fault.ErrNotFound
	}
	return form{
		target: targets[current.ID][0],
		wrong: fault.NewList("miniProgramId", "name", "tagline", "description", "logo", "industryCode", "servicePhone",
			"serviceEmail"),
		warnings: fault.NewList("name", "tagline", "description"),
	}, nil
}

// judge judges what is given.
func (c *change) judge(in UpdateInput) error {
	if in.Name != nil {
		name := c.form.text("name", *in.Name, false)
		c.name = &name
		c.add(func(u *ent.MiniProgramUpdateOne) { u.SetName(name).SetNameKey(text.Fold(name)) })
	}
	if in.Tagline != nil {
		tagline := c.form.text("tagline", *in.Tagline, false)
		c.add(func(u *ent.MiniProgramUpdateOne) { u.SetTagline(tagline) })
	}
	if in.Description != nil {
		description := c.form.text("description", *in.Description, true)
		c.add(func(u *ent.MiniProgramUpdateOne) { u.SetDescription(description) })
	}
	if in.Logo != nil {
		source, isBase64, err := readLogo(in.Logo)
		if err != nil {
			return err
		}
		logo := c.form.logo(source, isBase64)
		c.logo = &logo
	}
	if in.IndustryCode != nil {
		code := c.form.industry(*in.IndustryCode)
		c.add(func(u *ent.MiniProgramUpdateOne) { u.SetIndustryCode(code) })
	}
	if in.ServicePhone != nil {
		phone := c.form.phone(*in.ServicePhone)
		c.add(func(u *ent.MiniProgramUpdateOne) { u.SetServicePhone(phone) })
	}
	if in.ServiceEmail != nil {
		address := c.form.email(*in.ServiceEmail)
		c.add(func(u *ent.MiniProgramUpdateOne) { u.SetServiceEmail(address) })
	}
	return nil
}

func (m *MiniPrograms) lookUpName(ctx context.Context, actor access.Actor, current *ent.MiniProgram, c change) error {
	if c.name == nil {
		return nil
	}
	return m.checkNameIsFree(ctx, actor, current.WorkspaceID, text.Fold(*c.name), current.ID, c.form.wrong)
}

func (m *MiniPrograms) keepNewLogo(ctx context.Context, c *change) error {
	if c.logo == nil {
		return nil
	}
	name, err := m.keepLogo(ctx, *c.logo)
	if err != nil {
		return err
	}
	c.add(func(u *ent.MiniProgramUpdateOne) {
		u.SetLogoName(name).SetLogoWidth(c.logo.Width).SetLogoHeight(c.logo.Height).SetLogoContentType(c.logo.ContentType)
	})
	return nil
}

// apply writes the edits in one transaction, in which the role is read again. When they leave all as it was, nothing is written.
func (m *MiniPrograms) apply(ctx context.Context, actor access.Actor, current *ent.MiniProgram, edits []func(*ent.MiniProgramUpdateOne)) (*ent.MiniProgram, error) {
	if len(edits) == 0 {
		return current, nil
	}
	var updated *ent.MiniProgram
	err := store.Tx(ctx, m.Client, func(tx *ent.Tx) error {
		_, err := access.Require(ctx, tx, actor, access.UpdateMiniProgram, current.ID)
		if err != nil {
			return err
		}
		before, err := tx.MiniProgram.Query().Where(miniprogram.ID(current.ID), store.Held).Only(ctx)
		if err != nil {
			return err
		}
		update := tx.MiniProgram.UpdateOneID(current.ID).SetUpdatedAt(m.Now())
		for _, edit := range edits {
			edit(update)
		}
		if updated, err = update.Save(ctx); err != nil {
			return err
		}
		changes := changesOf(before, updated)
		if len(changes) == 0 {
			current = before.Unwrap()
			return errUnchanged
		}
		return audit.Write(ctx, tx, actor, audit.Event{
			Operation: string(access.UpdateMiniProgram), WorkspaceID: current.WorkspaceID, SubjectID: current.ID, Changes: changes,
		}, m.Now())
	})
	if errors.Is(err, errUnchanged) {
		return current, nil
	}
	if err != nil {
		return nil, fmt.Errorf("update a mini program: %w", err)
	}
	return updated.Unwrap(), nil
}

// errUnchanged rolls an update back that changes nothing.
var errUnchanged = errors.New("unchanged")

func changesOf(before, after *ent.MiniProgram) []audit.Change {
	return audit.Changed(
		audit.Change{Field: "name", Before: before.Name, After: after.Name},
		audit.Change{Field: "tagline", Before: before.Tagline, After: after.Tagline},
		audit.Change{Field: "description", Before: before.Description, After: after.Description},
		audit.Change{Field: "logo", Before: before.LogoName, After: after.LogoName},
		audit.Change{Field: "industryCode", Before: before.IndustryCode, After: after.IndustryCode},
		audit.Change{Field: "servicePhone", Before: before.ServicePhone, After: after.ServicePhone},
		audit.Change{Field: "serviceEmail", Before: before.ServiceEmail, After: after.ServiceEmail},
	)
}

// checkNameIsFree records that another mini program of the workspace than the one with the id except has this name.
func (m *MiniPrograms) checkNameIsFree(ctx context.Context, actor access.Actor, workspaceID, key, except string, wrong *fault.List) error {
	if wrong.Has("name") {
		return nil
	}
	other, err := m.Client.MiniProgram.Query().Where(
		miniprogram.WorkspaceID(workspaceID), miniprogram.HasWorkspaceWith(access.Workspaces(actor)),
		miniprogram.NameKey(key), miniprogram.IDNEQ(except),
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
