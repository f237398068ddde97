package account

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/caller"
	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/throttle"
)

const maxName = 60

// SignUpInput is what a new account needs.
type SignUpInput struct{ Email, Password, DisplayName string }

func signUpRule(l limit.Limits) throttle.Rule {
	return throttle.Rule{Name: "sign up from", Most: l.SignUps, Within: l.SignUpTime}
}

// SignUp makes an account, or says what is wrong with the input. After too many accounts from an address it is refused with
// RATE_LIMITED.
func (a *Accounts) SignUp(ctx context.Context, actor access.Actor, in SignUpInput) (*ent.User, *fault.List, error) {
	wrong := fault.NewList("email", "password", "displayName")
	address := email.Clean("email", in.Email, wrong)
	draft := NewDraft(in.Password, in.DisplayName, wrong)
	if err := a.checkEmailIsFree(ctx, actor.From, address, wrong); err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	if err := a.Ready(ctx, actor, &draft); err != nil {
		return nil, nil, err
	}
	var created *ent.User
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) (err error) {
		created, err = a.Create(ctx, tx, actor, address, draft)
		if err != nil {
			return err
		}
		event := audit.Event{Operation: "signUp", SubjectID: created.ID, Changes: []audit.Change{{Field: "email", After: address}}}
		return audit.Write(ctx, tx, actor.As(created.ID), event, a.Now())
	})
	if store.IsTaken(err) {
		wrong.Add("email", fault.Taken)
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("create a user: %w", err)
	}
	return created.Unwrap(), wrong, nil
}

// Draft is an account that is not made yet.
type Draft struct{ password, displayName, hash string }

// NewDraft judges what an account is to be made of, in the fields password and displayName.
func NewDraft(password, displayName string, wrong *fault.List) Draft {
	checkPassword("password", password, wrong)
	return Draft{password: password, displayName: cleanDisplayName(displayName, wrong)}
}

// Ready counts an account against the actor's address and hashes its password, before the transaction that makes it. After too
// many from an address it is refused with RATE_LIMITED.
func (a *Accounts) Ready(ctx context.Context, actor access.Actor, draft *Draft) (err error) {
	if err := a.Throttles.Count(ctx, signUpRule(a.Limits), actor.From.Network()); err != nil {
		return err
	}
	if draft.hash, err = a.Passwords.hash(ctx, draft.password); err != nil {
		return fmt.Errorf("hash a password: %w", err)
	}
	return nil
}

// Create makes the account of a draft that is ready. It fails with a taken value when another account has the address.
func (a *Accounts) Create(ctx context.Context, tx *ent.Tx, actor access.Actor, address string, draft Draft) (*ent.User, error) {
	created, err := tx.User.Create().SetID(id.New(id.User)).SetEmail(address).SetDisplayName(draft.displayName).
		SetPasswordHash(draft.hash).SetCreatedAt(a.Now()).Save(ctx)
	if err != nil {
		return nil, err
	}
	return created, a.remember(ctx, tx.Client(), address, actor.From)
}

func cleanDisplayName(raw string, wrong *fault.List) string {
	name := text.Clean(raw)
	_, illegal := text.Illegal(name, false)
	switch n := text.Length(name); {
	case name == "":
		wrong.Add("displayName", fault.Blank)
	case illegal:
		wrong.Add("displayName", fault.InvalidFormat)
	case n > maxName:
		wrong.Add("displayName", fault.TooLong, "weight", n, "min", 1, "max", maxName)
	}
	return name
}

// checkEmailIsFree records that another account has the address. How often that is told is counted, so that nobody can ask for
// many: after too many it is refused with RATE_LIMITED, whether or not there is such an account.
func (a *Accounts) checkEmailIsFree(ctx context.Context, from caller.Caller, address string, wrong *fault.List) error {
	if wrong.Has("email") {
		return nil
	}
	rule := throttle.Rule{Name: "told of accounts", Most: a.Limits.SignUps, Within: a.Limits.SignUpTime}
	if err := a.Throttles.Check(ctx, rule, from.Network()); err != nil {
		return err
	}
	other, err := a.At(ctx, address)
	if err != nil || other == nil {
		return err
	}
	wrong.Add("email", fault.Taken)
	return a.Throttles.Count(ctx, rule, from.Network())
}
