package graph_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"minidock/ent/session"
	"minidock/internal/apitest"
)

const (
	whoAmI  = `{ viewer { user { id } } }`
	signOut = `mutation { signOut { viewer { user { id } } query { viewer { user { id } } } } }`
)

// isSignedOut makes sure that the server knows nobody by what the person sends.
func isSignedOut(t *testing.T, p *apitest.Person) {
	t.Helper()
	answer := p.Do(t, whoAmI, nil)
	if answer.Get("viewer") != nil || len(answer.Errors) != 0 {
		t.Errorf("not signed out: %s", answer.Body)
	}
	p.Do(t, `mutation { createWorkspace(input: {name: "No"}) { workspace { id } } }`, nil).Refused(t, "UNAUTHENTICATED")
}

func isSignedInAs(t *testing.T, p *apitest.Person, userID string) {
	t.Helper()
	if answer := p.Do(t, whoAmI, nil); answer.Get("viewer.user.id") != userID {
		t.Errorf("not signed in as %s: %s", userID, answer.Body)
	}
}

func TestEachSignInHasANewTokenAndEndsTheOldSession(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		seen := map[string]bool{ann.Cookie(t).Value: true}
		for range 3 {
			old := ann.Cookie(t)
			ann.SignIn(t)
			if seen[ann.Cookie(t).Value] {
				t.Error("a token was given twice")
			}
			seen[ann.Cookie(t).Value] = true
			isSignedOut(t, w.With(t, old.Name, old.Value))
			isSignedInAs(t, ann, ann.ID)
		}
		if n := w.Client.Session.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d sessions are left, not 1", n)
		}
	})
}

func TestATokenIsNeverTakenFromTheClient(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		name := ann.Cookie(t).Name
		planted := w.With(t, name, "a-token-that-somebody-else-knows")
		planted.Email, planted.ID = ann.Email, ann.ID
		planted.SignIn(t)
		if got := planted.Cookie(t).Value; got == "a-token-that-somebody-else-knows" {
			t.Error("the planted token was taken over")
		}
		isSignedOut(t, w.With(t, name, "a-token-that-somebody-else-knows"))
		isSignedInAs(t, planted, ann.ID)
	})
}

func TestSignOutKillsTheTokenAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		elsewhere := ann.Elsewhere(t)
		token := ann.Cookie(t)
		answer := ann.Do(t, signOut, nil)
		if answer.Get("signOut") == nil || answer.Get("signOut.viewer") != nil || answer.Get("signOut.query.viewer") != nil {
			t.Errorf("the sign-out's own answer: %s", answer.Body)
		}
		isSignedOut(t, w.With(t, token.Name, token.Value))
		isSignedOut(t, ann)
		isSignedInAs(t, elsewhere, ann.ID)
		if n := len(ann.Jar.Cookies(answerURL(t, w))); n != 0 {
			t.Errorf("the browser keeps %d cookies", n)
		}
	})
}

func TestSignOutWhenSignedOutDoesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, nobody := range []*apitest.Person{w.Visitor(t), w.With(t, ann.Cookie(t).Name, "garbage")} {
			answer := nobody.Do(t, signOut, nil)
			if len(answer.Errors) != 0 || answer.Get("signOut") == nil || answer.Get("signOut.viewer") != nil {
				t.Errorf("answer %s", answer.Body)
			}
		}
		isSignedInAs(t, ann, ann.ID)
	})
}

func TestASessionOutlivesARestart(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		ann.Do(t, chooseWorkspace, apitest.Vars{"id": workspaceID})
		ended := bob.Cookie(t)
		bob.Do(t, signOut, nil)
		w.Restart(t)
		answer := ann.Do(t, `{ viewer { user { id } currentWorkspace { id } } }`, nil)
		if answer.Get("viewer.user.id") != ann.ID || answer.Get("viewer.currentWorkspace.id") != workspaceID {
			t.Errorf("after the restart: %s", answer.Body)
		}
		isSignedOut(t, w.With(t, ended.Name, ended.Value))
	})
}

func TestASessionEndsTwelveHoursAfterSigningIn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 35 { // using a session does not make it last longer
			w.Advance(20 * time.Minute)
			isSignedInAs(t, ann, ann.ID)
		}
		bob := w.SignUp(t, "bob")
		w.Advance(20*time.Minute - 10*time.Second)
		isSignedInAs(t, ann, ann.ID)
		w.Advance(10 * time.Second)
		isSignedOut(t, ann)
		isSignedInAs(t, bob, bob.ID)
		ann.SignIn(t)
		isSignedInAs(t, ann, ann.ID)
		sweeps(t, w, 2)
		isSignedInAs(t, bob, bob.ID)
	})
}

func TestASessionEndsThirtyMinutesAfterItsLastUse(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		other := ann.Elsewhere(t)
		for range 3 {
			w.Advance(29 * time.Minute)
			isSignedInAs(t, ann, ann.ID)
		}
		isSignedOut(t, other)
		w.Advance(30 * time.Minute)
		isSignedOut(t, ann)
		sweeps(t, w, 0)
	})
}

// sweeps makes sure that so many sessions are left when those that have outlived their time are deleted.
func sweeps(t *testing.T, w *apitest.World, want int) {
	t.Helper()
	if err := w.Server.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.Client.Session.Query().CountX(t.Context()); n != want {
		t.Errorf("%d sessions after sweeping, not %d", n, want)
	}
}

func TestTrapTheDatabaseKnowsATokenByItsHashOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		token := ann.Cookie(t)
		stored := w.Client.Session.Query().Where(session.UserID(ann.ID)).OnlyX(t.Context())
		if strings.Contains(stored.ID, token.Value) || len(token.Value) < 32 {
			t.Error("the id holds the token")
		}
		// Whoever reads the table cannot sign in with what stands in it.
		isSignedOut(t, w.With(t, token.Name, stored.ID))
	})
}

func TestGarbageForACookieIsSignedOut(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		token := w.SignUp(t, "ann").Cookie(t)
		for _, value := range []string{
			"", "x", token.Value[1:], token.Value + "x", "' OR '1'='1", "%00", "\xff\xfe", string(bytes.Repeat([]byte("y"), 8000)),
		} {
			visitor := w.Visitor(t)
			visitor.Header.Set("Cookie", token.Name+"="+value)
			isSignedOut(t, visitor)
		}
		isSignedOut(t, w.With(t, "session", token.Value))
	})
}
