package api_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/apitoken"
	"minidock/ent/auditevent"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/token"
)

const day = 24 * time.Hour

// tokensQuery reads the tokens of a workspace.
const tokensQuery = `query($id: ID!, $first: Int, $after: String) { workspace(id: $id) { apiTokens(first: $first, after: $after) {
	totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id } } nodes { ` + apitest.APITokenFields + ` } } } }`

var secretForm = regexp.MustCompile(`^mdk_[0-9A-Za-z]{49}$`)

func TestATokenIsCreatedAndItsSecretIsShownOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		input := apitest.Vars{
			"workspaceId": c.ID, "name": "  The build\u2009server ", "scopes": []string{"CONFIGURE", "UPLOAD", "CONFIGURE"},
			"miniProgramIds": []string{c.Spare, c.Assigned, c.Spare}, "expiresAt": w.Now().Add(100 * day).Format("2006-01-02T15:04:05.000Z"),
		}
		answer := c.Master.Mutate(t, "createApiToken", input).Succeeded(t)
		secret, tokenID := answer.String(t, "createApiToken.secret"), answer.String(t, "createApiToken.apiToken.id")
		if !secretForm.MatchString(secret) || id.KindOf(tokenID) != id.ApiToken {
			t.Errorf("%q %q", secret, tokenID)
		}
		want := map[string]any{
			"name": "The build\u2009server", "scopes.0": "UPLOAD", "scopes.1": "CONFIGURE", "scopes.2": nil, "lastFour": secret[len(secret)-4:], "expiresAt": input["expiresAt"],
			"lastUsedAt": nil, "lastUsedFrom": nil, "revokedAt": nil, "createdBy.id": c.Master.ID, "createdBy.email": c.Master.Email, "miniPrograms.2": nil,
		}
		listed := c.Owner.Do(t, tokensQuery, apitest.Vars{"id": c.ID})
		node := c.OtherMaster.Do(t, `query($id: ID!) { node(id: $id) { ... on ApiToken { `+apitest.APITokenFields+` } } }`, apitest.Vars{"id": tokenID})
		for path, value := range want {
			for at, of := range map[string]*apitest.Answer{"createApiToken.apiToken.": answer, "workspace.apiTokens.nodes.0.": listed, "node.": node} {
				if got := of.Get(at + path); got != value {
					t.Errorf("%s%s is %v, want %v", at, path, got, value)
				}
			}
		}
		limited := []string{c.Assigned, c.Spare}
		if slices.Sort(limited); !slices.Equal(apitest.IDs(answer.Get("createApiToken.apiToken.miniPrograms")), limited) {
			t.Errorf("%s", answer.Body)
		}
		if cursor := answer.Get("createApiToken.apiTokenEdge.cursor"); cursor == nil || cursor != listed.Get("workspace.apiTokens.edges.0.cursor") ||
			answer.Get("createApiToken.apiTokenEdge.node.id") != tokenID {
			t.Errorf("the edge of %s\nin %s", answer.Body, listed.Body)
		}
		event := c.Event(t, "createApiToken", c.Master, tokenID)
		for _, part := range []string{`"name","after":"The build`, `"scopes","after":["UPLOAD","CONFIGURE"]`, c.Spare, "expiresAt"} {
			if !strings.Contains(event.Changes, part) {
				t.Errorf("the event has no %s: %s", part, event.Changes)
			}
		}
		for _, row := range w.Rows(t) {
			if strings.Contains(row, secret) {
				t.Errorf("the secret is stored in %s", row)
			}
		}
		for name, text := range map[string]string{"list": listed.Body, "node": node.Body, "event": event.Changes} {
			if strings.Contains(text, secret) || strings.Contains(text, token.Hash(secret)) {
				t.Errorf("the %s has the secret or its hash", name)
			}
		}
		if got := w.Bearer(t, secret).Do(t, apitest.APITokenQuery, nil).Get("apiToken.id"); got != tokenID {
			t.Errorf("the secret is that of %v", got)
		}
		w.Stop()
		if strings.Contains(w.Log.String(), secret) {
			t.Error("the secret is in the log")
		}
	})
}

func TestATokenIsForAllOfTheWorkspaceAndNinetyDaysUnlessAskedOtherwise(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		before := w.Now()
		answer := c.Owner.Mutate(t, "createApiToken", apitest.APIToken(c.ID, access.Read).With("miniProgramIds", nil).With("expiresAt", nil)).Succeeded(t)
		if lasts := answer.Time(t, "createApiToken.apiToken.expiresAt").Sub(before); lasts < 90*day || lasts > 90*day+time.Minute {
			t.Errorf("expires after %v", lasts)
		}
		if got := answer.Get("createApiToken.apiToken.miniPrograms"); got != nil {
			t.Errorf("limited to %v", got)
		}
	})
}

func TestEachFieldOfATokenIsJudged(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		good := apitest.APIToken(c.ID, access.Upload)
		missing, long := id.New(id.MiniProgram), strings.Repeat("名", 65)
		at := func(after time.Duration) string { return w.Now().Add(after).UTC().Format("2006-01-02T15:04:05.000Z") }
		for _, test := range []struct {
			field string
			value any
			want  []apitest.ExpectedError
		}{
			{"name", "", []apitest.ExpectedError{apitest.Expected("BLANK name")}},
			{"name", " \u3000", []apitest.ExpectedError{apitest.Expected("BLANK name")}},
			{"name", "a\nb", []apitest.ExpectedError{apitest.Expected("INVALID_CHARACTER name", "character", "U+000A")}},
			{"name", long, []apitest.ExpectedError{apitest.Expected("TOO_LONG name", "weight", "65", "min", "1", "max", "64")}},
			{"scopes", []string{}, []apitest.ExpectedError{apitest.Expected("BLANK scopes")}},
			{"miniProgramIds", []string{}, []apitest.ExpectedError{apitest.Expected("BLANK miniProgramIds")}},
			{"miniProgramIds", []string{missing, c.Assigned, c.Foreign, c.ID, "", "x"}, []apitest.ExpectedError{
				apitest.Expected("NOT_FOUND miniProgramIds.0"), apitest.Expected("NOT_FOUND miniProgramIds.2"), apitest.Expected("NOT_FOUND miniProgramIds.3"),
				apitest.Expected("NOT_FOUND miniProgramIds.4"), apitest.Expected("NOT_FOUND miniProgramIds.5"),
			}},
			{"expiresAt", at(0), []apitest.ExpectedError{apitest.Expected("IN_THE_PAST expiresAt")}},
			{"expiresAt", at(-time.Hour), []apitest.ExpectedError{apitest.Expected("IN_THE_PAST expiresAt")}},
		} {
			c.ExpectUserErrors(t, c.Owner, "createApiToken", good.With(test.field, test.value), test.want...)
		}
		late := c.Owner.Mutate(t, "createApiToken", good.With("expiresAt", at(365*day+time.Hour))).HasUserErrors(t, "TOO_LATE expiresAt")[0]
		if latest, err := time.Parse(time.RFC3339, late.Params["max"]); err != nil || latest.Sub(w.Now()) > 365*day || latest.Sub(w.Now()) < 364*day {
			t.Errorf("at the latest %q, %v", late.Params["max"], err)
		}
		c.Owner.Mutate(t, "createApiToken", good.With("expiresAt", at(365*day)).With("name", strings.Repeat("名", 64))).Succeeded(t)
		c.Owner.Mutate(t, "createApiToken", apitest.Vars{
			"workspaceId": c.ID, "name": "", "scopes": []string{}, "miniProgramIds": []string{missing}, "expiresAt": at(-time.Hour),
		}).HasUserErrors(t, "BLANK name", "BLANK scopes", "NOT_FOUND miniProgramIds.0", "IN_THE_PAST expiresAt")
		c.Owner.Mutate(t, "createApiToken", good.With("scopes", []string{"WRITE"})).Refused(t, "GRAPHQL_VALIDATION_FAILED")
	})
}

func TestAWorkspaceHasFiftyActiveTokensAtMost(t *testing.T) {
	limits := apitest.Limits(func(l *limit.Limits) { l.APITokens = 3 })
	apitest.RunWith(t, apitest.Options{Limits: limits}, func(t *testing.T, w *apitest.World) {
		if limit.Default.APITokens != 50 {
			t.Errorf("%d by default", limit.Default.APITokens)
		}
		c, there := w.NewTeam(t), w.Another(t)
		people := []*apitest.Person{c.Owner, c.Master, c.OtherMaster, c.Owner.At(there), c.Master.At(there), c.OtherMaster.At(there)}
		input := apitest.APIToken(c.ID, access.Upload)
		outcomes := apitest.AtOnce(12, func(i int) string { return people[i%len(people)].Mutate(t, "createApiToken", input).Outcome(t) })
		if done := len(slices.DeleteFunc(slices.Clone(outcomes), func(one string) bool { return one != "done" })); done != 3 ||
			w.Client.ApiToken.Query().CountX(t.Context()) != 3 {
			t.Errorf("%q", outcomes)
		}
		c.ExpectUserErrors(t, c.Owner, "createApiToken", input, apitest.Expected("QUOTA_EXCEEDED", "used", "3", "limit", "3"))
		c.Owner.Mutate(t, "createApiToken", input.With("name", "")).HasUserErrors(t, "BLANK name", "QUOTA_EXCEEDED")
		c.Stranger.CreateToken(t, apitest.APIToken(c.ForeignID, access.Upload)) // elsewhere there is room
		revoked := w.Client.ApiToken.Query().Where(apitoken.WorkspaceID(c.ID)).FirstIDX(t.Context())
		c.Owner.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": revoked}).Succeeded(t)
		c.Owner.CreateToken(t, input)
		c.Owner.Mutate(t, "createApiToken", input).HasUserErrors(t, "QUOTA_EXCEEDED")
		w.Advance(91 * day)
		c.Owner.SignIn(t)
		c.Owner.CreateToken(t, input) // the others have expired
		if total := c.Owner.Do(t, tokensQuery, apitest.Vars{"id": c.ID}).Get("workspace.apiTokens.totalCount"); total != 5.0 {
			t.Errorf("%v tokens are listed", total)
		}
	})
}

func TestSoManyTokensAreCreatedInADay(t *testing.T) {
	limits := apitest.Limits(func(l *limit.Limits) { l.NewAPITokens = 2 })
	apitest.RunWith(t, apitest.Options{Limits: limits}, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		input := apitest.APIToken(c.ID, access.Upload)
		c.Owner.CreateToken(t, input)
		c.Owner.Mutate(t, "createApiToken", input.With("name", "")).HasUserErrors(t, "BLANK name") // counts nothing
		c.Master.CreateToken(t, input)
		c.Owner.Mutate(t, "createApiToken", input).RateLimited(t, day)
		c.Stranger.CreateToken(t, apitest.APIToken(c.ForeignID, access.Upload))
		w.Advance(day)
		c.Owner.SignIn(t)
		c.Owner.CreateToken(t, input)
	})
}

func TestTokensAreListedForManagersTheLatestFirst(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		var want []string
		for i := range 3 {
			machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Upload).With("name", fmt.Sprint("Robot ", i)))
			want = slices.Insert(want, 0, machine.TokenID)
		}
		c.Owner.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": want[2]}).Succeeded(t)
		c.Stranger.CreateToken(t, apitest.APIToken(c.ForeignID, access.Upload))
		first := c.Owner.Do(t, tokensQuery, apitest.Vars{"id": c.ID, "first": 2})
		rest := c.Master.Do(t, tokensQuery, apitest.Vars{"id": c.ID, "first": 2, "after": first.String(t, "workspace.apiTokens.pageInfo.endCursor")})
		if got := append(apitest.IDs(first.Get("workspace.apiTokens")), apitest.IDs(rest.Get("workspace.apiTokens"))...); !slices.Equal(got, want) ||
			first.Get("workspace.apiTokens.totalCount") != 3.0 || rest.Get("workspace.apiTokens.pageInfo.hasNextPage") != false {
			t.Errorf("%q, want %q", got, want)
		}
		if got := c.Developer.Do(t, tokensQuery, apitest.Vars{"id": c.ID}); got.Code(t) != "FORBIDDEN" || got.Get("workspace.apiTokens") != nil {
			t.Errorf("%s", got.Body)
		}
		for _, p := range []*apitest.Person{c.Developer, c.Stranger, w.Visitor(t)} {
			if got := p.VisibleNodes(t, want); len(got) != 0 {
				t.Errorf("%s sees %q", p.DisplayName, got)
			}
		}
		if events := w.Client.AuditEvent.Query().Where(auditevent.Operation("revokeApiToken")).CountX(t.Context()); events != 1 {
			t.Errorf("%d events", events)
		}
	})
}
