package apitoken

import (
	"context"
	"time"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/request"
	"minidock/internal/store"
	"minidock/internal/token"
)

// useInterval is how often the use of a token is recorded.
const useInterval = time.Minute

// Credential returns the credential of a token as a client sent it. One that is not a token at all is refused without a query.
func (t *Tokens) Credential(sent string) access.Credential {
	if !token.IsForMachine(sent) {
		return malformed{}
	}
	return credential{t, token.Hash(sent)}
}

// credential is the token with this hash.
type credential struct {
	tokens *Tokens
	hash   string
}

// Principal reads whose token it is, or refuses one that is not valid.
func (c credential) Principal(ctx context.Context, client *ent.Client) (*access.Principal, error) {
	return access.OfToken(ctx, client, c.hash, c.tokens.Now())
}

// Use records, from time to time, when and from where a token is used. It ignores a database that cannot be written to.
func (c credential) Use(ctx context.Context, principal *access.Principal) error {
	now := c.tokens.Now()
	if now.Sub(principal.LastUsedAt) < useInterval {
		return nil
	}
	err := c.tokens.Client.ApiToken.Update().SetLastUsedAt(now).SetLastUsedFrom(request.CallerOf(ctx).Host()).
		Where(apitoken.ID(principal.Token.ID), apitoken.RevokedAtIsNil(),
			apitoken.Or(apitoken.LastUsedAtIsNil(), apitoken.LastUsedAtLTE(now.Add(-useInterval)))).Exec(ctx)
	if store.IsUnavailable(err) {
		return nil
	}
	return err
}

// malformed is the credential of what is not a token.
type malformed struct{}

// Principal refuses.
func (malformed) Principal(context.Context, *ent.Client) (*access.Principal, error) {
	return nil, fault.ErrTokenMalformed
}

// Use is never called.
func (malformed) Use(context.Context, *access.Principal) error { return nil }
