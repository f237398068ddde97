package account

import (
	"context"
	"fmt"

	"golang.org/x/text/language"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/locale"
	"minidock/internal/store"
	"minidock/internal/text"
)

// UpdateProfileInput is what to change in one's profile; nil stays as it is.
type UpdateProfileInput struct{ DisplayName, Locale *string }

// UpdateProfile changes what the actor is called and in which language mails to the actor are written. When all stays as it
// was, no event is written.
func (a *Accounts) UpdateProfile(ctx context.Context, actor access.Actor, in UpdateProfileInput) (*fault.List, error) {
	if err := access.RequireSignedIn(actor); err != nil {
		return nil, err
	}
	wrong := fault.NewList("displayName", "locale")
	if in.DisplayName != nil {
		in.DisplayName = new(cleanDisplayName(*in.DisplayName, wrong))
	}
	if in.Locale != nil {
		in.Locale = new(cleanLocale(*in.Locale, wrong))
	}
	if !wrong.Empty() {
		return wrong, nil
	}
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) error { return a.updateProfile(ctx, tx, actor, in) })
	if err != nil {
		return nil, fmt.Errorf("update a profile: %w", err)
	}
	return wrong, nil
}

func (a *Accounts) updateProfile(ctx context.Context, tx *ent.Tx, actor access.Actor, in UpdateProfileInput) error {
	before, err := tx.User.Query().Where(user.ID(actor.UserID), store.Held).Only(ctx)
	if err != nil {
		return err
	}
	after, err := tx.User.UpdateOneID(before.ID).SetNillableDisplayName(in.DisplayName).SetNillableLocale(in.Locale).Save(ctx)
	if err != nil {
		return err
	}
	changes := audit.Changed(
		audit.Change{Field: "displayName", Before: before.DisplayName, After: after.DisplayName},
		audit.Change{Field: "locale", Before: deref(before.Locale), After: deref(after.Locale)},
	)
	if len(changes) == 0 {
		return nil
	}
	return audit.Write(ctx, tx, actor, audit.Event{Operation: "updateProfile", SubjectID: before.ID, Changes: changes}, a.Now())
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// cleanLocale returns the tag of a language that texts exist in.
func cleanLocale(raw string, wrong *fault.List) string {
	name := text.Clean(raw)
	tag, err := language.Parse(name)
	switch {
	case name == "":
		wrong.Add("locale", fault.Blank)
	case err != nil:
		wrong.Add("locale", fault.InvalidFormat, "format", "zh-Hans")
	case !locale.Speaks(tag):
		wrong.Add("locale", fault.Unsupported, "found", tag, "allowed", locale.Names())
	}
	return locale.Match(tag).String()
}
