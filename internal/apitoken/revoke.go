package apitoken

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/moment"
	"minidock/internal/operation"
	"minidock/internal/store"
)

// Revoke makes a token invalid for good, and ends its streams; a request that is under way with it changes nothing any more. Owners and
// masters may. A token that was revoked before stays as it is.
func (t *Tokens) Revoke(ctx context.Context, viewer *access.Viewer, tokenID string) (*ent.ApiToken, error) {
	return operation.Run(ctx, t.DB, viewer, access.RevokeAPIToken, tokenID, func(tx *operation.Tx) (*ent.ApiToken, error) {
		revoked, err := t.revoke(ctx, tx, apitoken.ID(tokenID))
		if err != nil || len(revoked) > 0 {
			return first(revoked), err
		}
		return tx.ApiToken.Get(ctx, tokenID)
	})
}

// RevokeOf revokes the tokens that a user created in a workspace, which must be locked, because the user may not create any more, and returns
// them.
func (t *Tokens) RevokeOf(ctx context.Context, tx *operation.Tx, workspaceID, userID string) ([]*ent.ApiToken, error) {
	return t.revoke(ctx, tx, apitoken.WorkspaceID(workspaceID), apitoken.CreatedByID(userID))
}

// RevokeAll revokes the tokens of a workspace, which must be locked.
func (t *Tokens) RevokeAll(ctx context.Context, tx *operation.Tx, workspaceID string) error {
	_, err := t.revoke(ctx, tx, apitoken.WorkspaceID(workspaceID))
	return err
}

// revoke revokes those of the tokens that were not revoked before, with an event for each, and returns them. Their streams end after the
// commit.
func (t *Tokens) revoke(ctx context.Context, tx *operation.Tx, which ...predicate.ApiToken) ([]*ent.ApiToken, error) {
	revoked, err := tx.HoldTokens(ctx, which...)
	if err != nil {
		return nil, fmt.Errorf("lock tokens: %w", err)
	}
	ids, now := make([]string, len(revoked)), tx.Now
	for i, row := range revoked {
		ids[i], row.RevokedAt = row.ID, &now
		tx.Changed(row.ID, event.Text("revokedAt", "", moment.Text(now)))
	}
	if err := tx.ApiToken.Update().SetRevokedAt(now).Where(store.In(apitoken.FieldID, ids)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("revoke tokens: %w", err)
	}
	tx.After(func() { t.Sessions.EndToken(ids...) })
	return revoked, nil
}

func first(rows []*ent.ApiToken) *ent.ApiToken {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}
