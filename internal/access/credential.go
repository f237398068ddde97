package access

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/internal/store"
)

// Nobody is the credential of a request without one.
var Nobody Credential = nobody{}

type nobody struct{}

func (nobody) Principal(_ context.Context, client *ent.Client) (*Principal, error) {
	return principalOf(client, nil), nil
}

func (nobody) Use(context.Context, *Principal) error { return nil }

// Operator is the credential of commands that somebody gives who runs the program, and may do what the staff may.
var Operator Credential = operator{}

type operator struct{ nobody }

func (operator) Principal(_ context.Context, client *ent.Client) (*Principal, error) {
	return &Principal{client: client, isListed: true, isOperator: true}, nil
}

// Account is the credential of the program's own commands, which act as the account with this id.
type Account string

// Principal reads the account.
func (a Account) Principal(ctx context.Context, client *ent.Client) (*Principal, error) {
	var rows []standing
	query := client.User.Query().Where(user.ID(string(a)))
	err := query.Select(user.FieldID).Modify(store.Standing(user.FieldID, maxListed+1)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the account: %w", err)
	}
	for i := range rows {
		rows[i].ID, rows[i].UserID = "", rows[i].ID
	}
	return principalOf(client, rows), nil
}

// Use records nothing.
func (Account) Use(context.Context, *Principal) error { return nil }
