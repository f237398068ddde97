package api_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"minidock/ent/session"
	"minidock/internal/apitest"
)

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
			w.With(t, old.Name, old.Value).ExpectSignedOut(t)
			ann.ExpectSignedInAs(t, ann.ID)
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
		w.With(t, name, "a-token-that-somebody-else-knows").ExpectSignedOut(t)
		planted.ExpectSignedInAs(t, ann.ID)
	})
}

func TestSignOutKillsTheTokenAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		elsewhere := ann.Elsewhere(t)
		token := ann.Cookie(t)
		answer := ann.Mutate(t, "signOut", nil)
		if answer.Get("signOut") == nil || answer.Get("signOut.viewer") != nil || answer.Get("signOut.query.viewer") != nil {
			t.Errorf("the sign-out's own answer: %s", answer.Body)
		}
		w.With(t, token.Name, token.Value).ExpectSignedOut(t)
		ann.ExpectSignedOut(t)
		elsewhere.ExpectSignedInAs(t, ann.ID)
		if n := len(ann.Cookies(t)); n != 0 {
			t.Errorf("the browser keeps %d cookies", n)
		}
	})
}

func TestSignOutWhenSignedOutDoesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, nobody := range []*apitest.Person{w.Visitor(t), w.With(t, ann.Cookie(t).Name, "garbage")} {
			answer := nobody.Mutate(t, "signOut", nil)
			if len(answer.Errors) != 0 || answer.Get("signOut") == nil || answer.Get("signOut.viewer") != nil {
				t.Errorf("answer %s", answer.Body)
			}
		}
		ann.ExpectSignedInAs(t, ann.ID)
	})
}

func TestASessionOutlivesARestart(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": workspaceID})
		ended := bob.Cookie(t)
		bob.Mutate(t, "signOut", nil)
		w.Restart(t)
		answer := ann.Do(t, `{ viewer { user { id } currentWorkspace { id } } }`, nil)
		if answer.Get("viewer.user.id") != ann.ID || answer.Get("viewer.currentWorkspace.id") != workspaceID {
			t.Errorf("after the restart: %s", answer.Body)
		}
		w.With(t, ended.Name, ended.Value).ExpectSignedOut(t)
	})
}

func TestASessionEndsTwelveHoursAfterSigningIn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 35 { // using a session does not make it last longer
			w.Advance(20 * time.Minute)
			ann.ExpectSignedInAs(t, ann.ID)
		}
		bob := w.SignUp(t, "bob")
		w.Advance(20*time.Minute - 10*time.Second)
		ann.ExpectSignedInAs(t, ann.ID)
		w.Advance(10 * time.Second)
		ann.ExpectSignedOut(t)
		bob.ExpectSignedInAs(t, bob.ID)
		ann.SignIn(t)
		ann.ExpectSignedInAs(t, ann.ID)
		w.Sweep(t)
		if n := w.Client.Session.Query().CountX(t.Context()); n != 2 {
			t.Errorf("%d sessions after sweeping, not 2", n)
		}
		bob.ExpectSignedInAs(t, bob.ID)
	})
}

func TestASessionEndsThirtyMinutesAfterItsLastUse(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		other := ann.Elsewhere(t)
		for range 3 {
			w.Advance(29 * time.Minute)
			ann.ExpectSignedInAs(t, ann.ID)
		}
		other.ExpectSignedOut(t)
		w.Advance(30 * time.Minute)
		ann.ExpectSignedOut(t)
		w.Sweep(t)
		if n := w.Client.Session.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d sessions after sweeping, not 0", n)
		}
	})
}

func TestTrapTheDatabaseKnowsATokenByItsHashOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		token := ann.Cookie(t)
		stored := w.Client.Session.Query().Where(session.UserID(ann.ID)).OnlyX(t.Context())
		if strings.Contains(stored.ID, token.Value) || len(token.Value) < 32 {
			t.Error("the id holds the token")
		}
		// The contents of the table do not sign anybody in.
		w.With(t, token.Name, stored.ID).ExpectSignedOut(t)
	})
}

func TestAnInvalidCookieMeansSignedOut(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		token := w.SignUp(t, "ann").Cookie(t)
		for _, value := range []string{
			"", "x", token.Value[1:], token.Value + "x", "' OR '1'='1", "%00", "\xff\xfe", string(bytes.Repeat([]byte("y"), 8000)),
		} {
			visitor := w.Visitor(t)
			visitor.Header.Set("Cookie", token.Name+"="+value)
			visitor.ExpectSignedOut(t)
		}
		w.With(t, "session", token.Value).ExpectSignedOut(t)
	})
}
