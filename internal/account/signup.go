package account

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/access"
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
	address := cleanEmail(in.Email, wrong)
	checkPassword("password", in.Password, wrong)
	name := cleanDisplayName(in.DisplayName, wrong)
	if err := a.checkEmailIsFree(ctx, actor.From, address, wrong); err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	if err := a.Throttles.Count(ctx, signUpRule(a.Limits), actor.From.Network()); err != nil {
		return nil, nil, err
	}
	hash, err := a.Passwords.hash(ctx, in.Password)
	if err != nil {
		return nil, nil, fmt.Errorf("hash a password: %w", err)
	}
	var created *ent.User
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		created, err = tx.User.Create().SetID(id.New(id.User)).SetEmail(address).SetDisplayName(name).
			SetPasswordHash(hash).SetCreatedAt(a.Now()).Save(ctx)
		if err != nil {
			return err
		}
		return a.remember(ctx, tx.Client(), address, actor.From)
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

// cleanEmail returns the form by which accounts are compared.
func cleanEmail(raw string, wrong *fault.List) string {
	address, err := email.Parse(raw)
	switch {
	case errors.Is(err, email.ErrBlank):
		wrong.Add("email", fault.Blank)
	case errors.Is(err, email.ErrTooLong):
		wrong.Add("email", fault.TooLong, "weight", len(text.Clean(raw)), "min", 1, "max", email.MaxBytes)
	case err != nil:
		wrong.Add("email", fault.InvalidFormat, "format", "name@example.com")
	}
	return address.Canonical()
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
	taken, err := a.Client.User.Query().Where(user.Email(address)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up an e-mail address: %w", err)
	}
	if !taken {
		return nil
	}
	wrong.Add("email", fault.Taken)
	return a.Throttles.Count(ctx, rule, from.Network())
}
