// Package account holds people's accounts: making one, proving that one is its owner, and changing it.
package account

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/limit"
	"minidock/internal/outbox"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// Accounts reads and writes the accounts of people.
type Accounts struct {
	Client *ent.Client
	// Now is the clock.
	Now       func() time.Time
	Limits    limit.Limits
	Passwords *Passwords
	Throttles *throttle.Throttles
	Outbox    *outbox.Outbox
	// AppURL is where the front end's pages are, which the links in mails lead to; without a slash at the end.
	AppURL string
}

// ByIDs returns those of the users that the actor may see, by id.
func (a *Accounts) ByIDs(ctx context.Context, actor access.Actor, ids []string) (map[string]*ent.User, error) {
	found, err := a.Client.User.Query().Where(store.In(user.FieldID, ids), access.Users(actor)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	users := make(map[string]*ent.User, len(found))
	for _, u := range found {
		users[u.ID] = u
	}
	return users, nil
}

// Staff returns the platform's own people, by their e-mail addresses.
func (a *Accounts) Staff(ctx context.Context) ([]*ent.User, error) {
	found, err := a.Client.User.Query().Where(user.StaffRoleNotNil()).Order(user.ByEmail()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the staff: %w", err)
	}
	return found, nil
}

// At returns the account that has this address, or nil when there is none.
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

// self returns the actor's own account.
func (a *Accounts) self(ctx context.Context, actor access.Actor) (*ent.User, error) {
	if err := access.RequireSignedIn(actor); err != nil {
		return nil, err
	}
	found, err := a.Client.User.Get(ctx, actor.UserID)
	if err != nil {
		return nil, fmt.Errorf("read the own account: %w", err)
	}
	return found, nil
}
