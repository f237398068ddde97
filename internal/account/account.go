// Package account holds people's accounts: signing up, signing in, and changing an account.
package account

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/secret"
	"minidock/internal/session"
	"minidock/internal/throttle"
)

// Accounts reads and writes accounts.
type Accounts struct {
	operation.DB
	Limits    limit.Limits
	Sessions  *session.Sessions
	Passwords *Passwords
	Throttles *throttle.Throttles
	Outbox    *outbox.Outbox
	// SecretKey seals the secrets of authenticator apps.
	SecretKey *secret.Key
	// AppURL is where the front end's pages are, which the links in mails lead to; without a slash at the end.
	AppURL string
}

// ByIDs returns the users with these ids that the viewer sees, by id.
func (a *Accounts) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.User, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	return principal.Users(ctx, a.Client, ids)
}

// At returns the account with this address, or nil when there is none.
func (a *Accounts) At(ctx context.Context, address string) (*ent.User, error) {
	return a.find(ctx, user.Email(address))
}

func (a *Accounts) find(ctx context.Context, which predicate.User) (*ent.User, error) {
	found, err := a.Client.User.Query().Where(which).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read an account: %w", err)
	}
	return found, nil
}

// Self returns the viewer's own account. Refused with UNAUTHENTICATED when signed out, and with FORBIDDEN for a token.
func (a *Accounts) Self(ctx context.Context, viewer *access.Viewer) (*ent.User, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	if err := principal.RequirePerson(); err != nil {
		return nil, err
	}
	found, err := a.Client.User.Get(ctx, principal.UserID)
	if err != nil {
		return nil, fmt.Errorf("read the own account: %w", err)
	}
	return found, nil
}
