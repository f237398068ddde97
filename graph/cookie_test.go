package graph_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"minidock/internal/apitest"
)

func answerURL(t *testing.T, w *apitest.World) *url.URL {
	t.Helper()
	server, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// setCookie returns the only cookie that an answer sets.
func setCookie(t *testing.T, answer *apitest.Answer) *http.Cookie {
	t.Helper()
	lines := answer.Header.Values("Set-Cookie")
	if len(lines) != 1 {
		t.Fatalf("%d cookies are set: %q", len(lines), lines)
	}
	cookie, err := http.ParseSetCookie(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	return cookie
}

func TestTheCookieIsForTheServerOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		visitor.Header.Set("X-Forwarded-Proto", "https") // the setting decides, and no request
		cookie := setCookie(t, visitor.Do(t, signUp, account("ann@example.com", "eight b.", "Ann")))
		if cookie.Name != "minidock_session" || cookie.Secure {
			t.Errorf("over http: %s", cookie)
		}
		checkCookie(t, cookie)
		if cookie.MaxAge < int((12*time.Hour-time.Minute).Seconds()) || cookie.MaxAge > int(12*time.Hour.Seconds())+1 {
			t.Errorf("it lasts %d s", cookie.MaxAge)
		}
		gone := setCookie(t, visitor.Do(t, signOut, nil))
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
		cookie := setCookie(t, visitor.Do(t, signUp, account("ann@example.com", "eight b.", "Ann")))
		if cookie.Name != "__Host-minidock_session" || !cookie.Secure {
			t.Errorf("over https: %s", cookie)
		}
		checkCookie(t, cookie)
		isSignedOut(t, w.With(t, "minidock_session", cookie.Value))
		visitor.Header.Set("Cookie", cookie.Name+"="+cookie.Value)
		if got := visitor.Do(t, whoAmI, nil).Get("viewer.user.id"); got == nil {
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
			ann.Do(t, whoAmI, nil),
			ann.Do(t, chooseWorkspace, apitest.Vars{"id": workspaceID}),
			w.Visitor(t).Do(t, whoAmI, nil),
			w.Visitor(t).Do(t, signOut, nil),
		}
		for i, answer := range answers {
			if got := answer.Header.Get("Set-Cookie"); got != "" {
				t.Errorf("answer %d sets %s", i, got)
			}
			if got := answer.Header.Values("Vary"); len(got) == 0 || got[0] != "Cookie" {
				t.Errorf("answer %d varies by %q", i, got)
			}
		}
	})
}

func TestSigningInCountsForTheRestOfTheRequest(t *testing.T) {
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
		setCookie(t, answer)
		again := visitor.Do(t, `{ viewer { user { id } currentWorkspace { id } memberships { totalCount } } }`, nil)
		if again.Get("viewer.currentWorkspace.id") != workspaceID || again.Get("viewer.memberships.totalCount") != 2.0 {
			t.Errorf("in the next request: %s", again.Body)
		}
	})
}

func TestSigningOutCountsForTheRestOfTheRequest(t *testing.T) {
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
		isSignedOut(t, ann)
	})
}

func TestSigningInAndOutInOneRequestLeavesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answer := ann.Do(t, `mutation($password: String!) {
			signIn(input: {email: "ann@example.com", password: $password}) { viewer { user { id } } }
			signOut { viewer { user { id } } }
		}`, apitest.Vars{"password": apitest.Password})
		if gone := setCookie(t, answer); gone.Value != "" {
			t.Errorf("the cookie left is %s", gone)
		}
		isSignedOut(t, ann)
		if n := w.Client.Session.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestSigningOutAndInInOneRequestBeginsAnew(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		old := ann.Cookie(t)
		answer := ann.Do(t, `mutation($password: String!) {
			signOut { viewer { user { id } } }
			signIn(input: {email: "bob@example.com", password: $password}) { viewer { user { id } } }
		}`, apitest.Vars{"password": apitest.Password})
		if cookie := setCookie(t, answer); cookie.Value == "" || cookie.Value == old.Value {
			t.Errorf("the cookie is %s", cookie)
		}
		isSignedInAs(t, ann, bob.ID)
		isSignedOut(t, w.With(t, old.Name, old.Value))
		isSignedInAs(t, bob, bob.ID)
	})
}
