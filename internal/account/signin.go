package account

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/fault"
)

// SignInInput is what signing in needs.
type SignInInput struct{ Email, Password string }

// SignedIn is what became of a sign-in. User is nil when something was Wrong; Challenge is what the code of an authenticator app
// is still asked for with.
type SignedIn struct {
	User      *ent.User
	Challenge *Challenge
	Wrong     *fault.List
}

// SignIn returns the user whose e-mail address and password these are. Every pair that fails gets the same answer at
// the same cost, whether or not there is such an account. Whoever has a second factor gets TOTP_REQUIRED and a challenge. After
// too many failures it is refused with RATE_LIMITED.
func (a *Accounts) SignIn(ctx context.Context, actor access.Actor, in SignInInput) (SignedIn, error) {
	t, err := a.try(ctx, actor.From, in.Email)
	if err != nil {
		return SignedIn{}, err
	}
	outcome := SignedIn{Wrong: fault.NewList("email", "password")}
	found, hash, err := a.credentials(ctx, in.Email)
	if err != nil {
		return SignedIn{}, err
	}
	proven, err := t.prove(ctx, in.Password, hash)
	if err != nil {
		return SignedIn{}, err
	}
	if found == nil || !proven {
		outcome.Wrong.Add("", fault.InvalidCredentials)
		return outcome, nil
	}
	if found, err = a.rehash(ctx, found, in.Password); err != nil {
		return SignedIn{}, err
	}
	has, err := a.hasSecondFactor(ctx, found.ID)
	if err != nil {
		return SignedIn{}, err
	}
	if has {
		outcome.Wrong.Add("", fault.TotpRequired)
		outcome.Challenge, err = a.challenge(ctx, found)
		return outcome, err
	}
	outcome.User = found
	return outcome, a.remember(ctx, a.Client, found.Email, actor.From)
}

// credentials returns the account with this address and its hash, or no account and a hash that nobody's password has.
// What is no address at all is looked up all the same, so that it takes as long.
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

// rehash hashes a password anew whose hash costs less than it should, now that the password is known.
func (a *Accounts) rehash(ctx context.Context, of *ent.User, password string) (*ent.User, error) {
	if !a.Passwords.isTooCheap(of.PasswordHash) {
		return of, nil
	}
	hash, err := a.Passwords.hash(ctx, password)
	if err != nil {
		return nil, fmt.Errorf("hash a password anew: %w", err)
	}
	replaced, err := a.Client.User.Update().SetPasswordHash(hash).
		Where(user.ID(of.ID), user.PasswordHash(of.PasswordHash)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep a password's new hash: %w", err)
	}
	if replaced == 0 {
		return a.proveAnew(ctx, of, password)
	}
	renewed := *of
	renewed.PasswordHash = hash
	return &renewed, nil
}

// proveAnew returns an account with the hash that it got meanwhile, if that is one of the same password. If it is not, what was
// proven counts no more: no session begins with the old hash.
func (a *Accounts) proveAnew(ctx context.Context, of *ent.User, password string) (*ent.User, error) {
	now, err := a.Client.User.Get(ctx, of.ID)
	if err != nil {
		return nil, fmt.Errorf("read an account again: %w", err)
	}
	same, err := a.Passwords.matches(ctx, password, now.PasswordHash)
	if err != nil {
		return nil, fmt.Errorf("compare a password again: %w", err)
	}
	if !same {
		return of, nil
	}
	return now, nil
}
