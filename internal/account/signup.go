package account

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
	"minidock/internal/text"
)

const maxName = 60

// SignUpInput is what a new account needs.
type SignUpInput struct{ Email, Password, DisplayName string }

// SignUp makes an account, or says what is wrong with the input.
func (a *Accounts) SignUp(ctx context.Context, in SignUpInput) (*ent.User, *fault.List, error) {
	wrong := fault.NewList("email", "password", "displayName")
	address := cleanEmail(in.Email, wrong)
	checkPassword(in.Password, wrong)
	name := cleanDisplayName(in.DisplayName, wrong)
	if err := a.checkEmailIsFree(ctx, address, wrong); err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	hash, err := hashPassword(ctx, in.Password)
	if err != nil {
		return nil, nil, fmt.Errorf("hash a password: %w", err)
	}
	created, err := a.Client.User.Create().SetID(id.New(id.User)).SetEmail(address).SetDisplayName(name).
		SetPasswordHash(hash).SetCreatedAt(a.Now()).Save(ctx)
	if store.IsTaken(err) {
		wrong.Add("email", fault.Taken)
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("create a user: %w", err)
	}
	return created, wrong, nil
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

func (a *Accounts) checkEmailIsFree(ctx context.Context, address string, wrong *fault.List) error {
	if wrong.Has("email") {
		return nil
	}
	taken, err := a.Client.User.Query().Where(user.Email(address)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up an e-mail address: %w", err)
	}
	if taken {
		wrong.Add("email", fault.Taken)
	}
	return nil
}
