package account

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/text/language"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/ent/user"
	"minidock/internal/mail"
	"minidock/internal/outbox"
	"minidock/internal/store"
)

// errTakenBack tells that a mail is not to be sent any more.
var errTakenBack = errors.New("the mail was taken back")

// Compose writes a mail about an account, or none when there is nothing to tell any more. Tokens are made here, at the moment of
// sending: the database knows them by their hashes only.
func (a *Accounts) Compose(ctx context.Context, entry *ent.Mail) (*mail.Message, error) {
	owner, err := a.receiver(ctx, entry)
	if owner == nil || err != nil {
		return nil, err
	}
	facts, err := a.facts(ctx, entry, owner)
	if errors.Is(err, errTakenBack) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	composed, err := mail.Compose(mail.Kind(entry.Kind), languageOf(owner, entry), entry.To, facts)
	return &composed, err
}

// receiver returns whose account a mail is about, or nil when there is none.
func (a *Accounts) receiver(ctx context.Context, entry *ent.Mail) (*ent.User, error) {
	about := user.ID(entry.About)
	if mail.Kind(entry.Kind) == mail.PasswordReset {
		about = user.Email(entry.To)
	}
	owner, err := a.Client.User.Query().Where(about).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read an account: %w", err)
	}
	return owner, nil
}

func (a *Accounts) facts(ctx context.Context, entry *ent.Mail, owner *ent.User) (mail.Facts, error) {
	switch mail.Kind(entry.Kind) {
	case mail.PasswordReset:
		return a.withToken(ctx, entry, owner, onetimetoken.PurposePASSWORD_RESET, "/reset-password")
	case mail.EmailConfirmation:
		facts, err := a.withToken(ctx, entry, owner, onetimetoken.PurposeEMAIL_CHANGE, "/confirm-email")
		facts.Name = "" // whoever reads there may be somebody else, to whom nobody writes through us
		return facts, err
	default:
		return mail.Facts{Name: owner.DisplayName, NewEmail: owner.Email}, nil
	}
}

// withToken issues the token that a mail tells, and names the page that takes it. It fails with errTakenBack when the mail is not
// to be sent any more: whoever takes mails back and then revokes tokens leaves none.
func (a *Accounts) withToken(ctx context.Context, entry *ent.Mail, owner *ent.User, purpose onetimetoken.Purpose, page string) (mail.Facts, error) {
	var token string
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		held, err := outbox.Hold(ctx, tx, entry)
		if err != nil {
			return err
		}
		if !held {
			return errTakenBack
		}
		token, err = issue(ctx, tx, purpose, owner.ID, entry.To, a.Now(), a.Limits.TokenTime)
		return err
	})
	return mail.Facts{
		Name: owner.DisplayName, Token: token, Link: a.AppURL + page + "#token=" + token, ValidFor: a.Limits.TokenTime,
	}, err
}

// languageOf returns the language that the receiver has chosen, or else that of the request that the mail comes of.
func languageOf(owner *ent.User, entry *ent.Mail) language.Tag {
	if owner.Locale != nil {
		return language.Make(*owner.Locale)
	}
	return language.Make(entry.Language)
}
