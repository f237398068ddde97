package api_test

import (
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestSessionTimesAreConfigurable(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SessionTime, l.SessionIdle = 20*time.Minute, 3*time.Minute })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		cookie := visitor.Mutate(t, "signUp", apitest.Account("ann@example.com", apitest.Password, "Ann")).SetCookie(t)
		if cookie.MaxAge < int((19*time.Minute).Seconds()) || cookie.MaxAge > int((20*time.Minute).Seconds())+1 {
			t.Errorf("the cookie lasts %d s", cookie.MaxAge)
		}
		visitor.ID, visitor.Email = visitor.Do(t, apitest.ViewerQuery, nil).String(t, "viewer.user.id"), "ann@example.com"
		idle := visitor.Elsewhere(t)
		for range 7 { // often enough, but not for ever
			w.Advance(2*time.Minute + 45*time.Second)
			visitor.ExpectSignedInAs(t, visitor.ID)
		}
		idle.ExpectSignedOut(t)
		w.Advance(45 * time.Second)
		visitor.ExpectSignedOut(t)
		visitor.SignIn(t)
		w.Advance(3 * time.Minute)
		visitor.ExpectSignedOut(t)
	})
}

func TestASessionThatIsUsedLessThanAMinuteApartDoesNotIdle(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SessionIdle = 30 * time.Second })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 5 {
			w.Advance(20 * time.Second)
			ann.ExpectSignedInAs(t, ann.ID)
		}
		w.Advance(30 * time.Second)
		ann.ExpectSignedOut(t)
	})
}

func TestStreamsEndWhenTheirSessionIdlesOut(t *testing.T) {
	for name, passes := range map[string]func(t *testing.T, w *apitest.World){
		"unnoticed": func(*testing.T, *apitest.World) {},
		"swept":     func(t *testing.T, w *apitest.World) { w.Sweep(t) },
	} {
		t.Run(name, func(t *testing.T) {
			apitest.Run(t, func(t *testing.T, w *apitest.World) {
				ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
				socket, stream, bobs := w.OpenSocket(t, ann), w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded), w.OpenSocket(t, bob)
				socket.AwaitEnd("a")
				socket.Send(`{"type":"ping"}`)
				socket.Expect("pong", "")
				w.Advance(20 * time.Minute)
				bob.ExpectSignedInAs(t, bob.ID) // an open stream is no use, and a request is
				w.Advance(10 * time.Minute)
				passes(t, w)
				socket.Expect("next", "a", `"EXPIRED"`)
				socket.Expect("complete", "a")
				socket.ExpectClosed(4401)
				if body := apitest.Rest(t, stream); !strings.Contains(body, `"EXPIRED"`) || strings.Contains(body, "SIGNED_OUT") {
					t.Errorf("the stream sent %q", body)
				}
				ann.ExpectSignedOut(t)
				bobs.Send(`{"type":"ping"}`)
				bobs.Expect("pong", "")
			})
		})
	}
}
