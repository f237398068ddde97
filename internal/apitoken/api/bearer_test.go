package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"minidock/ent/apitoken"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/token"
)

// everyReason returns a bad token for each reason.
func everyReason(t *testing.T, w *apitest.World, c *apitest.Team) map[string]string {
	t.Helper()
	expired := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Upload).With("expiresAt", w.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")))
	revoked := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Upload))
	c.Owner.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": revoked.TokenID}).Succeeded(t)
	w.Advance(time.Hour)
	c.Owner.SignIn(t)
	return map[string]string{
		"TOKEN_MALFORMED": expired.Secret[:len(expired.Secret)-1], "TOKEN_UNKNOWN": token.NewForMachine(), "TOKEN_EXPIRED": expired.Secret,
		"TOKEN_REVOKED": revoked.Secret,
	}
}

func TestABadTokenIsUnauthorizedForItsReason(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for reason, secret := range everyReason(t, w, c) {
			machine := w.Bearer(t, secret)
			w.WritesNothing(t, reason, func() {
				machine.Do(t, `{ launchTargets { code } }`, nil).ExpectBadToken(t, reason)
				machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, reason)
				machine.Do(t, `mutation { signOut { userErrors { code } } }`, nil).ExpectBadToken(t, reason)
				machine.Do(t, `{ viewer { id } }`, apitest.Vars{"long": strings.Repeat("x", 100_000)}).ExpectBadToken(t, reason)
				machine.MutateWithFiles(t, "updateMiniProgram", apitest.Vars{"miniProgramId": c.Spare, "logo": apitest.Vars{"file": nil}},
					map[string]apitest.File{"logo.file": {Name: "logo.png", Content: apitest.PNG(64, 64)}}).ExpectBadToken(t, reason)
			})
			for _, accept := range []string{"application/graphql-response+json", "text/event-stream", "application/json, text/event-stream"} {
				response := w.Listen(t, machine, accept, `subscription { sessionEnded { reason } }`)
				body := apitest.Rest(t, response)
				if response.StatusCode != http.StatusUnauthorized || response.Header.Get("WWW-Authenticate") == "" || !strings.Contains(body, reason) {
					t.Errorf("%s, %s: %d %s", reason, accept, response.StatusCode, body)
				}
			}
			_, response, err := websocket.Dial(t.Context(), w.URL+"/graphql", &websocket.DialOptions{HTTPHeader: machine.Header, Subprotocols: []string{"graphql-transport-ws"}})
			if err == nil || response == nil || response.StatusCode != http.StatusUnauthorized || response.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: a socket: %v", reason, err)
			}
			// The cookie is not read, though it is good.
			both := *c.Owner
			both.Header = machine.Header
			both.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, reason)
		}
	})
}

func TestAMalformedTokenIsRefusedWithoutAQuery(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		good := token.NewForMachine()
		for _, secret := range []string{"", "x", good[:52], good + "0", "MDK" + good[3:], strings.Replace(good, "mdk_", "mdk-", 1), "eyJhbGciOiJub25lIn0.e30.", good + " " + good} {
			machine := w.Bearer(t, secret)
			if n := w.Statements(func() { machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_MALFORMED") }); n != 0 {
				t.Errorf("%q takes %d statements", secret, n)
			}
		}
		twice := w.Visitor(t)
		twice.Header["Authorization"] = []string{"Bearer " + good, "Bearer " + good}
		twice.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_MALFORMED")
	})
}

func TestATokenIsReadInOneStatement(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Upload))
		machine.Do(t, `{ viewer { id } }`, nil) // its use is recorded
		if _, n := machine.CountStatements(t, `{ viewer { id } launchTargets { code } }`, nil); n != 1 {
			t.Errorf("%d statements", n)
		}
		if _, n := machine.CountStatements(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": c.ID}); n != 2 {
			t.Errorf("%d statements for a workspace", n)
		}
	})
}

func TestOtherSchemesLeaveTheCookieItsMeaning(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, header := range []string{"Basic YTpi", "Basic", "Digest username=\"a\"", "", "Bearerx", "mdk_x"} {
			ann.Header.Set("Authorization", header)
			ann.ExpectSignedInAs(t, ann.ID)
		}
		ann.Header["Authorization"] = []string{"Basic YTpi", "bearer x"}
		ann.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_MALFORMED")
	})
}

func TestTheHeaderIsStrongerThanTheCookie(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Configure))
		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER   "} {
			both := *c.Stranger
			both.Header = http.Header{"Authorization": {scheme + machine.Secret}}
			answer := both.Do(t, apitest.APITokenQuery, nil)
			if answer.Get("viewer") != nil || answer.Get("apiToken.id") != machine.TokenID || answer.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s", answer.Body)
			}
			both.Do(t, `query($id: ID!) { workspace(id: $id) { id } }`, apitest.Vars{"id": c.ForeignID}).Refused(t, "NOT_FOUND")
		}
		if answer := c.Stranger.Do(t, apitest.APITokenQuery, nil); answer.Get("viewer") == nil || answer.Get("apiToken") != nil {
			t.Errorf("in person: %s", answer.Body)
		}
		if answer := w.Visitor(t).Do(t, apitest.APITokenQuery, nil); answer.Get("viewer") != nil || answer.Get("apiToken") != nil || len(answer.Errors) != 0 {
			t.Errorf("signed out: %s", answer.Body)
		}
	})
}

// No browser sends a token by itself, but it sends passwords of the scheme Basic.
func TestATokenNeedsNoProtectionFromOtherOrigins(t *testing.T) {
	apitest.RunWith(t, apitest.Options{PublicURL: "https://minidock.example"}, func(t *testing.T, w *apitest.World) {
		c := w.NewCoffeeHouse(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Configure))
		body, contentType := apitest.Multipart(t, apitest.Mutation("updateMiniProgram"),
			apitest.Vars{"input": apitest.Vars{"miniProgramId": c.Tea, "logo": apitest.Vars{"file": nil}}},
			map[string]apitest.File{"variables.input.logo.file": {Name: "logo.png", Content: apitest.PNG(64, 64)}})
		query, err := json.Marshal(map[string]string{"query": apitest.APITokenQuery})
		if err != nil {
			t.Fatal(err)
		}
		foreign := http.Header{"Origin": {"http://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}
		for _, test := range []struct {
			name, authorization string
			want                int
		}{{"token", "Bearer " + machine.Secret, http.StatusOK}, {"basic", "Basic YTpi", http.StatusForbidden}, {"none", "", http.StatusForbidden}} {
			header := foreign.Clone()
			if test.authorization != "" {
				header.Set("Authorization", test.authorization)
			}
			for kind, request := range map[string]apitest.Request{
				"json": {Body: bytes.NewReader(query), Header: header}, "form": {Body: bytes.NewReader(body), ContentType: contentType, Header: header},
			} {
				if got := w.Handle(t, request); got.Status != test.want || test.want == http.StatusOK && strings.Contains(got.Body, "errors\"") {
					t.Errorf("%s, %s: %d %s", test.name, kind, got.Status, got.Body)
				}
			}
			got := w.Handle(t, apitest.Request{Body: bytes.NewReader(body), ContentType: contentType, Header: http.Header{"Authorization": header["Authorization"]}})
			if want := map[bool]int{true: http.StatusOK, false: http.StatusBadRequest}[test.name == "token"]; got.Status != want {
				t.Errorf("%s, without the preflight header: %d %s", test.name, got.Status, got.Body)
			}
		}
	})
}

func TestTheUseOfATokenIsRecordedOnceAMinute(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		lastUsed := func() time.Time {
			answer := c.Owner.Do(t, tokensQuery, apitest.Vars{"id": c.ID})
			if got := answer.Get("workspace.apiTokens.nodes.0.lastUsedFrom"); got != "127.0.0.1" {
				t.Errorf("used from %v", got)
			}
			return answer.Time(t, "workspace.apiTokens.nodes.0.lastUsedAt")
		}
		began := w.Now()
		machine.Do(t, `{ launchTargets { code } }`, nil)
		first := lastUsed()
		if first.Before(began) || first.After(w.Now()) {
			t.Errorf("used at %v, after %v", first, began)
		}
		w.Advance(30 * time.Second)
		machine.Do(t, `{ launchTargets { code } }`, nil)
		if again := lastUsed(); !again.Equal(first) {
			t.Errorf("recorded again within a minute: %v", again)
		}
		w.Advance(31 * time.Second)
		apitest.AtOnce(5, func(int) *apitest.Answer { return machine.Do(t, `{ launchTargets { code } }`, nil) })
		if again := lastUsed(); again.Sub(first) < time.Minute {
			t.Errorf("not recorded after a minute: %v", again)
		}
		if n := w.Client.ApiToken.Query().Where(apitoken.LastUsedAtNotNil()).CountX(t.Context()); n != 1 {
			t.Errorf("%d tokens were used", n)
		}
	})
}

func TestAMachineMayBeSignedInAsLongAsItsTokenIsValid(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		c.Owner.Mutate(t, "signOutEverywhere", nil).Succeeded(t)
		for range 3 {
			w.Advance(29 * day)
			w.Sweep(t)
			machine.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": c.ID}).String(t, "workspace.name")
		}
		w.Advance(4 * day)
		machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_EXPIRED")
		if got := fmt.Sprint(w.Client.ApiToken.GetX(t.Context(), machine.TokenID).RevokedAt); got != "<nil>" {
			t.Errorf("revoked at %s", got)
		}
	})
}
