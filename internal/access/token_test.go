package access

import (
	"context"
	"errors"
	"slices"
	"testing"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// The column of the scopes, written down a second time: a change must be meant. No token may do what is not here.
var scoped = map[TokenScope][]Operation{
	Read: {
		"apiToken", "compareVersions", "industries", "launchTargets", "miniProgram", "node", "nodes", "taskUpdated", "version", "viewer", "workspace",
		"workspaceChanged",
	},
	Upload:    {"deleteVersion", "uploadVersion"},
	Configure: {"updateMiniProgram"},
}

func TestTheScopesOfTheMatrix(t *testing.T) {
	t.Parallel()
	got := map[TokenScope][]Operation{}
	for operation, rule := range Matrix {
		if rule.Scope != "" {
			got[rule.Scope] = append(got[rule.Scope], operation)
		}
		if rule.Scope != "" && !slices.Contains(TokenScopes, rule.Scope) {
			t.Errorf("%s has the scope %q, which no token has", operation, rule.Scope)
		}
		if rule.Scope != "" && rule.For != Everyone && rule.For != Members {
			t.Errorf("%s is for %s, and no token is one", operation, rule.For)
		}
	}
	for scope, operations := range got {
		if slices.Sort(operations); !slices.Equal(operations, scoped[scope]) {
			t.Errorf("%s: %q, want %q", scope, operations, scoped[scope])
		}
	}
	if len(got) != len(scoped) {
		t.Errorf("%d scopes, want %d", len(got), len(scoped))
	}
}

// machine is the credential of a token of an owner's.
type machine struct{ scopes []TokenScope }

func (m machine) Principal(context.Context, *ent.Client) (*Principal, error) {
	return &Principal{
		UserID: "usr_1", Token: &Token{ID: "tok_1", WorkspaceID: "wsp_1", Scopes: m.scopes}, isListed: true,
		memberships: map[string]Membership{"wsp_1": {ID: "mem_1", WorkspaceID: "wsp_1", Role: member.RoleOWNER, isByToken: true}},
	}, nil
}

func (machine) Use(context.Context, *Principal) error { return nil }

// sets are all sets of scopes that a token can have.
func sets() [][]TokenScope {
	var all [][]TokenScope
	for bits := 1; bits < 1<<len(TokenScopes); bits++ {
		var set []TokenScope
		for i, scope := range TokenScopes {
			if bits>>i&1 == 1 {
				set = append(set, scope)
			}
		}
		all = append(all, set)
	}
	return all
}

func TestATokenMayWhatItsScopesInclude(t *testing.T) {
	t.Parallel()
	for _, scopes := range sets() {
		principal, err := machine{scopes}.Principal(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for operation, rule := range Matrix {
			want := slices.Contains(scoped[Read], operation)
			for _, scope := range scopes {
				want = want || slices.Contains(scoped[scope], operation)
			}
			_, err := principal.Admit(operation)
			if got := err == nil; got != want {
				t.Errorf("%q may %s: %v", scopes, operation, err)
			}
			if offered := slices.Contains(principal.Allowed(member.RoleOWNER, rule.At), operation); offered != (want && rule.For == Members) {
				t.Errorf("%q are offered %s: %t", scopes, operation, offered)
			}
			// There is no database to read from: asking it would panic.
			if rule.At == id.Workspace || rule.For != Members {
				err = NewViewer(nil, Request{}, machine{scopes}, nil).Require(t.Context(), operation, "wsp_1")
			}
			if (err == nil) != want {
				t.Errorf("%q: %s: %v", scopes, operation, err)
			}
			refusal, isRefusal := errors.AsType[*fault.Refusal](err)
			if !want && (!isRefusal || refusal.Code != "FORBIDDEN" || refusal.Reason != "TOKEN_SCOPE" || refusal.Scope != string(rule.Scope)) {
				t.Errorf("%q: %s is refused with %+v", scopes, operation, refusal)
			}
		}
	}
}

func TestATokenWithoutScopesMayNothing(t *testing.T) {
	t.Parallel()
	for _, scope := range append(TokenScopes, "") {
		if (&Token{}).Has(scope) || (&Token{Scopes: TokenScopes}).Has("") {
			t.Errorf("has %q", scope)
		}
	}
}

func TestATokenIsNobodyInPerson(t *testing.T) {
	t.Parallel()
	token, _ := machine{TokenScopes}.Principal(t.Context(), nil)
	if err := token.RequirePerson(); !token.SignedIn() || token.PersonID() != "" || token.TokenID() != "tok_1" || token.Require() != nil || err == nil {
		t.Errorf("%+v, %v", token, err)
	}
	person := &Principal{UserID: "usr_1"}
	if person.PersonID() != "usr_1" || person.TokenID() != "" || person.RequirePerson() != nil {
		t.Errorf("%+v", person)
	}
	if err := new(Principal).RequirePerson(); !errors.Is(err, fault.ErrUnauthenticated) {
		t.Errorf("nobody: %v", err)
	}
}
