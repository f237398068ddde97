package account

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/email"
	"minidock/internal/fault"
)

// SignInInput is what signing in needs.
type SignInInput struct{ Email, Password string }

// SignIn returns the user whose e-mail address and password these are. Every pair that fails gets the same answer at
// the same cost, whether or not there is such an account.
func (a *Accounts) SignIn(ctx context.Context, in SignInInput) (*ent.User, *fault.List, error) {
	found, hash, err := a.credentials(ctx, in.Email)
	if err != nil {
		return nil, nil, err
	}
	matches, err := matchesHash(ctx, in.Password, hash)
	if err != nil {
		return nil, nil, fmt.Errorf("compare a password: %w", err)
	}
	wrong := fault.NewList("email", "password")
	if found == nil || !matches {
		wrong.Add("", fault.InvalidCredentials)
		return nil, wrong, nil
	}
	return found, wrong, nil
}

// credentials returns the account with this address and its hash, or no account and a hash that nobody's password has.
// What is no address at all is looked up all the same, so that it takes as long.
func (a *Accounts) credentials(ctx context.Context, raw string) (*ent.User, string, error) {
	address, err := email.Parse(raw)
	canonical := address.Canonical()
	if err != nil {
		canonical = ""
	}
	found, err := a.Client.User.Query().Where(user.Email(canonical)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nobodysHash, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("look up an account: %w", err)
	}
	return found, found.PasswordHash, nil
}
