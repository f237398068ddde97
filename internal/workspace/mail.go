package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/internal/account"
	"minidock/internal/mail"
	"minidock/internal/outbox"
	"minidock/internal/store"
	"minidock/internal/token"
)

// errOutdated is the error of a mail that is no longer needed.
var errOutdated = errors.New("the invitation is not open any more")

// Compose returns the mail of an invitation, or nil when it can no longer be accepted. The token is made here, when the mail is sent, since
// the database has its hash only.
func (w *Workspaces) Compose(ctx context.Context, entry *ent.Mail) (*mail.Message, error) {
	var made string
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) (err error) {
		made, err = w.issue(ctx, tx, entry)
		return err
	})
	if errors.Is(err, errOutdated) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("issue the token of an invitation: %w", err)
	}
	found, err := w.Client.Invitation.Query().Where(invitation.ID(entry.About)).WithWorkspace().WithInvitedBy().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read an invitation: %w", err)
	}
	receiver, err := w.Accounts.At(ctx, entry.To)
	if err != nil {
		return nil, err
	}
	composed, err := mail.Compose(mail.Invitation, account.LanguageOf(receiver, entry), entry.To, mail.Facts{
		Name: found.Name, Inviter: found.Edges.InvitedBy.DisplayName, Workspace: found.Edges.Workspace.Name, Role: string(found.Role),
		Token: made, Link: w.AppURL + "/invitation#token=" + made, ValidFor: max(time.Minute, found.ExpiresAt.Sub(w.Now()).Round(time.Minute)),
	})
	return &composed, err
}

// issue creates the token of an invitation that can be accepted, unless its mail was canceled.
func (w *Workspaces) issue(ctx context.Context, tx *ent.Tx, entry *ent.Mail) (string, error) {
	held, err := outbox.Hold(ctx, tx, entry)
	if err != nil {
		return "", err
	}
	made := token.New()
	issued, err := tx.Invitation.Update().SetTokenHash(token.Hash(made)).Where(invitation.ID(entry.About), w.open()).Save(ctx)
	if err == nil && (!held || issued == 0) {
		err = errOutdated
	}
	return made, err
}
