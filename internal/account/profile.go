package account

import (
	"context"
	"fmt"

	"golang.org/x/text/language"

	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/locale"
	"minidock/internal/text"
)

// UpdateProfileInput is what to change in one's profile; nil stays as it is.
type UpdateProfileInput struct{ DisplayName, Locale *string }

// UpdateProfile changes what the actor is called and in which language mails to the actor are written.
func (a *Accounts) UpdateProfile(ctx context.Context, actor access.Actor, in UpdateProfileInput) (*fault.List, error) {
	self, err := a.self(ctx, actor)
	if err != nil {
		return nil, err
	}
	wrong := fault.NewList("displayName", "locale")
	update := a.Client.User.UpdateOne(self)
	if in.DisplayName != nil {
		update.SetDisplayName(cleanDisplayName(*in.DisplayName, wrong))
	}
	if in.Locale != nil {
		update.SetLocale(cleanLocale(*in.Locale, wrong))
	}
	if !wrong.Empty() {
		return wrong, nil
	}
	if err := update.Exec(ctx); err != nil {
		return nil, fmt.Errorf("update a profile: %w", err)
	}
	return wrong, nil
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
