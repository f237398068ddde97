package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/operation"
)

// SignInInput is what signing in needs.
type SignInInput struct{ Email, Password string }

// SignIn signs the viewer in with an email address and a password. Every failure gets the same answer at the same cost, whether or not
// there is such an account. A user with a second factor gets a challenge and no session. After too many failures it is refused with
// RATE_LIMITED. User errors: INVALID_CREDENTIALS.
func (a *Accounts) SignIn(ctx context.Context, viewer *access.Viewer, in SignInInput) (*SignInChallenge, error) {
	t, err := a.try(ctx, viewer.From, in.Email)
	if err != nil {
		return nil, err
	}
	found, hash, err := a.credentials(ctx, in.Email)
	if err != nil {
		return nil, err
	}
	proven, err := t.prove(ctx, in.Password, hash)
	if err != nil {
		return nil, err
	}
	if found == nil || !proven {
		return nil, fault.Refuse("", fault.InvalidCredentials)
	}
	challenge, err := a.signIn(ctx, viewer, found, in.Password)
	if errors.Is(err, fault.ErrUnauthenticated) { // the hash was replaced, perhaps by one of the same password
		if found, err = a.proveAgain(ctx, found, in.Password); err != nil {
			return nil, err
		}
		challenge, err = a.signIn(ctx, viewer, found, in.Password)
	}
	return challenge, err
}

// signIn begins a session for a user whose password was right, or asks for a code of the second factor. A hash that costs too little is
// replaced, now that the password is known.
func (a *Accounts) signIn(ctx context.Context, viewer *access.Viewer, of *ent.User, password string) (*SignInChallenge, error) {
	hash, err := a.dearer(ctx, of.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	has, err := hasSecondFactor(ctx, a.Client, of.ID)
	if err != nil {
		return nil, err
	}
	if has {
		return a.challenge(ctx, of, hash)
	}
	_, err = operation.Run(ctx, a.DB, viewer, access.SignIn, "", func(tx *operation.Tx) (struct{}, error) {
		renewed := *of
		if hash != of.PasswordHash {
			if err := rehash(ctx, tx.Tx, of, hash); err != nil {
				return struct{}{}, err
			}
			renewed.PasswordHash = hash
		}
		begun, err := a.Sessions.Begin(ctx, tx, &renewed, nil)
		if err != nil {
			return struct{}{}, err
		}
		if has, err := hasSecondFactor(ctx, tx.Client(), of.ID); has || err != nil {
			return struct{}{}, cmp.Or(err, errSecondFactor)
		}
		tx.Changed(begun)
		return struct{}{}, a.remember(ctx, tx.Client(), of.Email, viewer.From)
	})
	if errors.Is(err, errSecondFactor) {
		return a.challenge(ctx, of, hash)
	}
	return nil, err
}

// errSecondFactor rolls back a sign-in whose user has enabled a second factor meanwhile.
var errSecondFactor = errors.New("a second factor was turned on")

// credentials returns the account with this address and its hash, or no account and a hash that no password has. What is not an address is
// looked up as well, so that it takes as long.
func (a *Accounts) credentials(ctx context.Context, raw string) (*ent.User, string, error) {
	address, err := email.Parse(raw)
	canonical := address.Canonical()
	if err != nil {
		canonical = ""
	}
	found, err := a.At(ctx, canonical)
	if err != nil {
		return nil, "", err
	}
	if found == nil {
		return nil, nobodysHash, nil
	}
	return found, found.PasswordHash, nil
}

// dearer returns a password's hash, or a new one if it costs too little.
func (a *Accounts) dearer(ctx context.Context, hash, password string) (string, error) {
	if !a.Passwords.isTooCheap(hash) {
		return hash, nil
	}
	renewed, err := a.Passwords.hash(ctx, password)
	if err != nil {
		return "", fmt.Errorf("hash a password again: %w", err)
	}
	return renewed, nil
}

// proveAgain returns an account with the hash that replaced its own meanwhile. Refused with UNAUTHENTICATED when that is the hash of another
// password.
func (a *Accounts) proveAgain(ctx context.Context, of *ent.User, password string) (*ent.User, error) {
	now, err := a.Client.User.Get(ctx, of.ID)
	if err != nil {
		return nil, fmt.Errorf("read an account again: %w", err)
	}
	same, err := a.Passwords.matches(ctx, password, now.PasswordHash)
	if err != nil {
		return nil, fmt.Errorf("compare a password again: %w", err)
	}
	if !same {
		return nil, fault.ErrUnauthenticated
	}
	return now, nil
}
