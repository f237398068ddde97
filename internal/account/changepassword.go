package account

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/session"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// ChangePasswordInput is what changing one's password needs.
type ChangePasswordInput struct{ Current, New string }

// PasswordChange is the account after a change of its password, and the workspace that was the current one of the session.
type PasswordChange struct {
	User        *ent.User
	WorkspaceID *string
}

// ChangePassword gives the actor's account another password, ends all its sessions, makes its other tokens good for nothing, and
// tells the owner by mail. What it returns is for a new session to begin in place of the actor's. Refused with UNAUTHENTICATED when
// that has ended meanwhile.
func (a *Accounts) ChangePassword(ctx context.Context, actor access.Actor, in ChangePasswordInput) (*PasswordChange, *fault.List, error) {
	wrong := fault.NewList("current", "new")
	checkPassword("new", in.New, wrong)
	self, err := a.Prove(ctx, actor, "current", in.Current, wrong)
	if err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	rule := throttle.Rule{Name: "change the password", Most: a.Limits.AddressMailRequests, Within: a.Limits.MailRequestTime}
	if err := a.Throttles.Count(ctx, rule, self.ID); err != nil {
		return nil, nil, err
	}
	hash, err := a.Passwords.hash(ctx, in.New)
	if err != nil {
		return nil, nil, fmt.Errorf("hash a password: %w", err)
	}
	change := &PasswordChange{}
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		changed, err := tx.User.Update().SetPasswordHash(hash).Where(user.ID(self.ID), user.PasswordHash(self.PasswordHash)).Save(ctx)
		switch {
		case err != nil:
			return err
		case changed == 0:
			wrong.Add("current", fault.InvalidCredentials)
			return errRefused
		}
		if change.WorkspaceID, err = endOwn(ctx, tx, actor); err != nil {
			return err
		}
		if err := a.lockOut(ctx, tx, self); err != nil {
			return err
		}
		return audit.Write(ctx, tx, actor, audit.Event{Operation: "changePassword", SubjectID: self.ID}, a.Now())
	})
	if errors.Is(err, errRefused) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("change a password: %w", err)
	}
	a.Outbox.Wake()
	changed := *self
	changed.PasswordHash = hash
	change.User = &changed
	return change, wrong, nil
}

// endOwn ends the actor's session and returns its current workspace. Refused with UNAUTHENTICATED when it has ended already: what
// was under way then must not begin another.
func endOwn(ctx context.Context, tx *ent.Tx, actor access.Actor) (*string, error) {
	own, err := tx.Session.Query().Where(session.ID(actor.SessionID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.ErrUnauthenticated
	}
	if err != nil {
		return nil, err
	}
	ended, err := tx.Session.Delete().Where(session.ID(own.ID)).Exec(ctx)
	if err == nil && ended == 0 {
		err = fault.ErrUnauthenticated
	}
	return own.WorkspaceID, err
}

// Prove returns the actor's account, and records in this field that the password is not its own. It counts as a try to sign
// in.
func (a *Accounts) Prove(ctx context.Context, actor access.Actor, field, password string, wrong *fault.List) (*ent.User, error) {
	self, err := a.self(ctx, actor)
	if err != nil {
		return nil, err
	}
	if password == "" {
		wrong.Add(field, fault.Blank)
		return self, nil
	}
	t, err := a.try(ctx, actor.From, self.Email)
	if err != nil {
		return nil, err
	}
	proven, err := t.prove(ctx, password, self.PasswordHash)
	if err == nil && !proven {
		wrong.Add(field, fault.InvalidCredentials)
	}
	return self, err
}
