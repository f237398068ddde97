package graph_test

import (
	"testing"

	"minidock/internal/apitest"
)

const signUp = `mutation($input: SignUpInput!) {
	signUp(input: $input) {
		viewer { user { id email displayName } memberships { totalCount } currentWorkspace { id } }
		userErrors { code path message messageParams { name value } }
		query { viewer { user { email } } }
	}
}`

func TestSignUpSignsInAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		answer := visitor.Do(t, signUp, apitest.Vars{"input": apitest.Vars{
			"email": "  Ann@Example.COM ", "password": "eight b.", "displayName": " Ann ",
		}})
		if got := answer.String(t, "signUp.viewer.user.email"); got != "ann@example.com" {
			t.Errorf("email %q", got)
		}
		if got := answer.String(t, "signUp.query.viewer.user.email"); got != "ann@example.com" {
			t.Errorf("the payload's query sees %q", got)
		}
		after := visitor.Do(t, `{ viewer { user { displayName } currentWorkspace { id } } }`, nil)
		if got := after.String(t, "viewer.user.displayName"); got != "Ann" {
			t.Errorf("name %q", got)
		}
	})
}
