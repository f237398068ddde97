package apitest

import (
	"testing"

	"minidock/internal/access"
)

// APITokenFields are those of a token for machines.
const APITokenFields = `id name scopes lastFour createdAt expiresAt lastUsedAt lastUsedFrom revokedAt createdBy { id displayName email }
	miniPrograms { id name }`

// APITokenQuery asks for the token that the request came with.
const APITokenQuery = `{ apiToken { ` + APITokenFields + ` } viewer { id } }`

// APIToken is an input of createApiToken, for all mini programs of a workspace.
func APIToken(workspaceID string, scopes ...access.TokenScope) Vars {
	return Vars{"workspaceId": workspaceID, "name": "Robot", "scopes": scopes}
}

// Machine sends requests with a token and without a cookie.
type Machine struct {
	*Person
	// TokenID is the id of the token, Secret the token.
	TokenID, Secret string
}

// CreateToken creates a token and returns the machine that has it; the test ends when it is refused.
func (p *Person) CreateToken(t *testing.T, input Vars) Machine {
	t.Helper()
	answer := p.Mutate(t, "createApiToken", input).Succeeded(t)
	secret := answer.String(t, "createApiToken.secret")
	return Machine{p.world.Bearer(t, secret), answer.String(t, "createApiToken.apiToken.id"), secret}
}

// Bearer returns somebody who sends this token, whether it is one or not.
func (w *World) Bearer(t *testing.T, secret string) *Person {
	t.Helper()
	machine := w.Visitor(t)
	machine.DisplayName = "machine"
	machine.Header.Set("Authorization", "Bearer "+secret)
	return machine
}

// ExpectBadToken makes sure that the whole answer refuses a token for this reason.
func (a *Answer) ExpectBadToken(t *testing.T, reason string) {
	t.Helper()
	a.Refused(t, "UNAUTHENTICATED")
	if a.Status != 401 || a.Header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` || a.Data != nil ||
		len(a.Errors) != 1 || a.Errors[0].Extensions["reason"] != reason {
		t.Errorf("status %d, challenge %q, want the reason %s: %s", a.Status, a.Header.Get("WWW-Authenticate"), reason, a.Body)
	}
}

// ExpectMissingScope makes sure that an answer refuses a token without this scope; "" if no scope would do.
func (a *Answer) ExpectMissingScope(t *testing.T, scope access.TokenScope) {
	t.Helper()
	a.Refused(t, "FORBIDDEN")
	if len(a.Errors) != 1 {
		return
	}
	got, hasScope := a.Errors[0].Extensions["scope"]
	if a.Errors[0].Extensions["reason"] != "TOKEN_SCOPE" || hasScope != (scope != "") || hasScope && got != string(scope) || a.Status != 200 {
		t.Errorf("status %d, want the scope %q: %s", a.Status, scope, a.Body)
	}
}
