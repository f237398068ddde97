package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/member"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// TokenScope is what a token for machines is for: a column of the access matrix.
type TokenScope string

// The scopes, each of which includes Read.
const (
	Read      TokenScope = "READ"
	Upload    TokenScope = "UPLOAD"
	Configure TokenScope = "CONFIGURE"
	Release   TokenScope = "RELEASE"
)

// TokenScopes are all scopes, in the schema's order.
var TokenScopes = []TokenScope{Read, Upload, Configure, Release}

// Token is a token for machines, by which a principal acts in one workspace for the user who created it.
type Token struct {
	ID, WorkspaceID string
	Scopes          []TokenScope
}

// Has says whether the token is for operations with this scope; none is for those without one.
func (t *Token) Has(scope TokenScope) bool {
	return slices.Contains(t.Scopes, scope) || scope == Read && len(t.Scopes) > 0
}

// tokenRow is a row of a query with store.TokenStanding.
type tokenRow struct {
	ID           string     `sql:"id"`
	WorkspaceID  string     `sql:"workspace_id"`
	CreatedByID  string     `sql:"created_by_id"`
	Scopes       string     `sql:"scopes"`
	IsLimited    bool       `sql:"is_limited"`
	ExpiresAt    time.Time  `sql:"expires_at"`
	LastUsedAt   *time.Time `sql:"last_used_at"`
	RevokedAt    *time.Time `sql:"revoked_at"`
	Membership   *string    `sql:"membership"`
	MiniPrograms *string    `sql:"mini_programs"`
}

// OfToken reads the principal of the token with this hash, in one statement. Refused with UNAUTHENTICATED and the reason when there is none,
// and when it is revoked or has expired by now.
func OfToken(ctx context.Context, client *ent.Client, hash string, now time.Time) (*Principal, error) {
	var rows []tokenRow
	err := client.ApiToken.Query().Where(apitoken.SecretHash(hash)).
		Select(apitoken.FieldID, apitoken.FieldWorkspaceID, apitoken.FieldCreatedByID, apitoken.FieldScopes, apitoken.FieldIsLimited,
			apitoken.FieldExpiresAt, apitoken.FieldLastUsedAt, apitoken.FieldRevokedAt).
		Modify(store.TokenStanding).Scan(ctx, &rows)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the token: %w", err)
	case len(rows) == 0:
		return nil, fault.ErrTokenUnknown
	case rows[0].RevokedAt != nil:
		return nil, fault.ErrTokenRevoked
	case !rows[0].ExpiresAt.After(now):
		return nil, fault.ErrTokenExpired
	}
	return principalOfToken(client, rows[0])
}

// principalOfToken acts with the role that the token's creator has now. A creator who may not create tokens any more has none: they were
// revoked with the right.
func principalOfToken(client *ent.Client, row tokenRow) (*Principal, error) {
	words := split(row.Membership)
	if len(words) != 2 || !slices.Contains(managers, member.Role(words[1])) {
		return nil, fault.ErrTokenRevoked
	}
	p := &Principal{
		UserID: row.CreatedByID, Token: &Token{ID: row.ID, WorkspaceID: row.WorkspaceID, Scopes: ScopesOf(row.Scopes)},
		ExpiresAt: row.ExpiresAt, client: client, isListed: true, assigned: map[string]bool{},
		memberships: map[string]Membership{row.WorkspaceID: {
			ID: words[0], WorkspaceID: row.WorkspaceID, Role: member.Role(words[1]), isByToken: true, isLimited: row.IsLimited,
		}},
	}
	if row.LastUsedAt != nil {
		p.LastUsedAt = *row.LastUsedAt
	}
	for _, miniProgramID := range split(row.MiniPrograms) {
		p.assigned[miniProgramID] = true
	}
	return p, nil
}

// ScopesOf returns the scopes of a token as they are stored.
func ScopesOf(stored string) []TokenScope {
	scopes := []TokenScope{}
	for _, word := range strings.Fields(stored) {
		scopes = append(scopes, TokenScope(word))
	}
	return scopes
}
