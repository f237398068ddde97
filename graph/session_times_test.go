package graph_test

import (
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestTheTimesOfSessionsAreSettings(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SessionTime, l.SessionIdle = 20*time.Minute, 3*time.Minute })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		cookie := setCookie(t, visitor.Do(t, signUp, account("ann@example.com", apitest.Password, "Ann")))
		if cookie.MaxAge < int((19*time.Minute).Seconds()) || cookie.MaxAge > int((20*time.Minute).Seconds())+1 {
			t.Errorf("the cookie lasts %d s", cookie.MaxAge)
		}
		visitor.ID, visitor.Email = visitor.Do(t, whoAmI, nil).String(t, "viewer.user.id"), "ann@example.com"
		idle := visitor.Elsewhere(t)
		for range 7 { // often enough, and yet not for ever
			w.Advance(2*time.Minute + 45*time.Second)
			isSignedInAs(t, visitor, visitor.ID)
		}
		isSignedOut(t, idle)
		w.Advance(45 * time.Second)
		isSignedOut(t, visitor)
		visitor.SignIn(t)
		w.Advance(3 * time.Minute)
		isSignedOut(t, visitor)
	})
}

func TestASessionThatIsUsedLessThanAMinuteApartDoesNotIdle(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SessionIdle = 30 * time.Second })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 5 {
			w.Advance(20 * time.Second)
			isSignedInAs(t, ann, ann.ID)
		}
		w.Advance(30 * time.Second)
		isSignedOut(t, ann)
	})
}

func TestStreamsEndWhenTheirSessionIdlesOut(t *testing.T) {
	for name, passes := range map[string]func(t *testing.T, w *apitest.World){
		"unnoticed": func(*testing.T, *apitest.World) {},
		"swept":     func(t *testing.T, w *apitest.World) { sweeps(t, w, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			apitest.Run(t, func(t *testing.T, w *apitest.World) {
				ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
				socket, stream, bobs := w.OpenSocket(t, ann), w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded), w.OpenSocket(t, bob)
				socket.Subscribe("a", apitest.SessionEnded)
				socket.Send(`{"type":"ping"}`)
				socket.Expect("pong", "")
				w.Advance(20 * time.Minute)
				isSignedInAs(t, bob, bob.ID) // an open stream is no use, and a request is
				w.Advance(10 * time.Minute)
				passes(t, w)
				socket.Expect("next", "a", `"EXPIRED"`)
				socket.Expect("complete", "a")
				socket.ExpectClosed(4401)
				if body := apitest.Rest(t, stream); !strings.Contains(body, `"EXPIRED"`) || strings.Contains(body, "SIGNED_OUT") {
					t.Errorf("the stream tells %q", body)
				}
				isSignedOut(t, ann)
				bobs.Send(`{"type":"ping"}`)
				bobs.Expect("pong", "")
			})
		})
	}
}
