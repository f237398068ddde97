package api_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"minidock/internal/apitest"
)

func TestTheCookieIsForTheServerOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		visitor.Header.Set("X-Forwarded-Proto", "https") // the setting decides, and no request
		cookie := visitor.Mutate(t, "signUp", apitest.Account("ann@example.com", "eight b.", "Ann")).SetCookie(t)
		if cookie.Name != "minidock_session" || cookie.Secure {
			t.Errorf("over http: %s", cookie)
		}
		checkCookie(t, cookie)
		if cookie.MaxAge < int((12*time.Hour-time.Minute).Seconds()) || cookie.MaxAge > int(12*time.Hour.Seconds())+1 {
			t.Errorf("it lasts %d s", cookie.MaxAge)
		}
		gone := visitor.Mutate(t, "signOut", nil).SetCookie(t)
		if gone.Name != cookie.Name || gone.Value != "" || gone.MaxAge >= 0 {
			t.Errorf("signing out sets %s", gone)
		}
		checkCookie(t, gone)
	})
}

func TestTheCookieIsBoundToTheHostOverHTTPS(t *testing.T) {
	options := apitest.Options{PublicURL: "https://minidock.example"}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		cookie := visitor.Mutate(t, "signUp", apitest.Account("ann@example.com", "eight b.", "Ann")).SetCookie(t)
		if cookie.Name != "__Host-minidock_session" || !cookie.Secure {
			t.Errorf("over https: %s", cookie)
		}
		checkCookie(t, cookie)
		w.With(t, "minidock_session", cookie.Value).ExpectSignedOut(t)
		visitor.Header.Set("Cookie", cookie.Name+"="+cookie.Value)
		if got := visitor.Do(t, apitest.ViewerQuery, nil).Get("viewer.user.id"); got == nil {
			t.Error("the cookie does not sign in")
		}
	})
}

func checkCookie(t *testing.T, cookie *http.Cookie) {
	t.Helper()
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("cookie %s", cookie)
	}
}

func TestOnlySigningInAndOutSetACookie(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		answers := []*apitest.Answer{
			ann.Do(t, apitest.ViewerQuery, nil),
			ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": workspaceID}),
			w.Visitor(t).Do(t, apitest.ViewerQuery, nil),
			w.Visitor(t).Mutate(t, "signOut", nil),
		}
		for i, answer := range answers {
			if got := answer.Header.Get("Set-Cookie"); got != "" {
				t.Errorf("answer %d sets %s", i, got)
			}
			if got := answer.Header.Values("Vary"); !slices.Contains(got, "Cookie") {
				t.Errorf("answer %d varies by %q", i, got)
			}
		}
	})
}

func TestSigningInAppliesToTheRestOfTheRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		visitor := w.Visitor(t)
		answer := visitor.Do(t, `mutation($id: ID!, $password: String!) {
			signIn(input: {email: "ann@example.com", password: $password}) { viewer { user { id } } }
			createWorkspace(input: {name: "Second"}) { workspace { viewerRole } query { viewer { user { id } } } }
			chooseWorkspace(input: {workspaceId: $id}) { viewer { currentWorkspace { id } } userErrors { code } }
		}`, apitest.Vars{"id": workspaceID, "password": apitest.Password})
		if answer.Get("createWorkspace.workspace.viewerRole") != "OWNER" || answer.Get("createWorkspace.query.viewer.user.id") != ann.ID {
			t.Errorf("after signing in: %s", answer.Body)
		}
		if answer.Get("chooseWorkspace.viewer.currentWorkspace.id") != workspaceID {
			t.Errorf("after signing in: %s", answer.Body)
		}
		answer.SetCookie(t)
		again := visitor.Do(t, `{ viewer { user { id } currentWorkspace { id } memberships { totalCount } } }`, nil)
		if again.Get("viewer.currentWorkspace.id") != workspaceID || again.Get("viewer.memberships.totalCount") != 2.0 {
			t.Errorf("in the next request: %s", again.Body)
		}
	})
}

func TestSigningOutAppliesToTheRestOfTheRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answer := ann.Do(t, `mutation {
			signOut { viewer { user { id } } }
			createWorkspace(input: {name: "No"}) { workspace { id } }
		}`, nil)
		if code := answer.Code(t); code != "UNAUTHENTICATED" || answer.Get("createWorkspace") != nil {
			t.Errorf("after signing out: %s", answer.Body)
		}
		if n := w.Client.Workspace.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d workspaces were made", n)
		}
		ann.ExpectSignedOut(t)
	})
}

func TestSigningInAndOutInOneRequestLeavesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answer := ann.Do(t, `mutation($password: String!) {
			signIn(input: {email: "ann@example.com", password: $password}) { viewer { user { id } } }
			signOut { viewer { user { id } } }
		}`, apitest.Vars{"password": apitest.Password})
		if gone := answer.SetCookie(t); gone.Value != "" {
			t.Errorf("the cookie left is %s", gone)
		}
		ann.ExpectSignedOut(t)
		if n := w.Client.Session.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestSigningOutAndInInOneRequestStartsANewSession(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		old := ann.Cookie(t)
		answer := ann.Do(t, `mutation($password: String!) {
			signOut { viewer { user { id } } }
			signIn(input: {email: "bob@example.com", password: $password}) { viewer { user { id } } }
		}`, apitest.Vars{"password": apitest.Password})
		if cookie := answer.SetCookie(t); cookie.Value == "" || cookie.Value == old.Value {
			t.Errorf("the cookie is %s", cookie)
		}
		ann.ExpectSignedInAs(t, bob.ID)
		w.With(t, old.Name, old.Value).ExpectSignedOut(t)
		bob.ExpectSignedInAs(t, bob.ID)
	})
}
