package account

import (
	"context"

	"golang.org/x/text/language"

	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/locale"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/text"
)

// UpdateProfileInput changes the viewer's profile; nil fields stay as they are.
type UpdateProfileInput struct{ DisplayName, Locale *string }

// UpdateProfile changes the viewer's name and the language of mails to the viewer. User errors: BLANK,
// INVALID_CHARACTER, INVALID_FORMAT, TOO_LONG, UNSUPPORTED.
func (a *Accounts) UpdateProfile(ctx context.Context, viewer *access.Viewer, in UpdateProfileInput) error {
	var errs fault.UserErrors
	if in.DisplayName != nil {
		in.DisplayName = new(cleanDisplayName(*in.DisplayName, &errs))
	}
	if in.Locale != nil {
		in.Locale = new(cleanLocale(*in.Locale, &errs))
	}
	if err := errs.Err(); err != nil {
		return err
	}
	_, err := operation.Run(ctx, a.DB, viewer, access.UpdateProfile, "", func(tx *operation.Tx) (struct{}, error) {
		before, err := tx.User.Query().Where(user.ID(tx.Principal.UserID), store.Held).Only(ctx)
		if err != nil {
			return struct{}{}, err
		}
		after, err := tx.User.UpdateOneID(before.ID).SetNillableDisplayName(in.DisplayName).SetNillableLocale(in.Locale).Save(ctx)
		if err != nil {
			return struct{}{}, err
		}
		tx.Changed(before.ID, event.Text("displayName", before.DisplayName, after.DisplayName),
			event.Text("locale", deref(before.Locale), deref(after.Locale)))
		return struct{}{}, nil
	})
	return err
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// cleanLocale returns the tag of a language that texts exist in.
func cleanLocale(raw string, errs *fault.UserErrors) string {
	name := text.Clean(raw)
	tag, err := language.Parse(name)
	switch {
	case name == "":
		errs.Add("locale", fault.Blank)
	case err != nil:
		errs.Add("locale", fault.InvalidFormat, "format", "zh-Hans")
	case !locale.Speaks(tag):
		errs.Add("locale", fault.Unsupported, "found", tag, "allowed", locale.Names())
	}
	return locale.Match(tag).String()
}
