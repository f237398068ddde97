package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/session"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/web"
)

const (
	allOfSessions     = `{ viewer { sessions { id current createdAt lastUsedAt address client } } }`
	endSession        = `mutation($id: ID!) { endSession(input: {sessionId: $id}) { deletedSessionId query { viewer { sessions { id } } } } }`
	signOutEverywhere = `mutation { signOutEverywhere { viewer { user { id } } query { viewer { user { id } } } } }`
)

// toldSession is a session as it is told.
type toldSession struct {
	ID                    string
	Current               bool
	CreatedAt, LastUsedAt time.Time
	Address, Client       string
}

func sessionsOf(t *testing.T, p *apitest.Person) []toldSession {
	t.Helper()
	var told struct {
		Viewer struct{ Sessions []toldSession }
	}
	answer := p.Do(t, allOfSessions, nil)
	text, err := json.Marshal(answer.Data)
	if err == nil {
		err = json.Unmarshal(text, &told)
	}
	if err != nil || len(answer.Errors) != 0 {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return told.Viewer.Sessions
}

// currentOf returns the session that a person's requests are sent in.
func currentOf(t *testing.T, p *apitest.Person) toldSession {
	t.Helper()
	var current []toldSession
	for _, one := range sessionsOf(t, p) {
		if one.Current {
			current = append(current, one)
		}
	}
	if len(current) != 1 {
		t.Fatalf("%d sessions are the current one", len(current))
	}
	return current[0]
}

// by returns the person in another client that calls itself so.
func by(t *testing.T, w *apitest.World, p *apitest.Person, client string) *apitest.Person {
	t.Helper()
	other := w.Visitor(t)
	other.ID, other.Email, other.DisplayName = p.ID, p.Email, p.DisplayName
	other.Header.Set("User-Agent", client)
	other.SignIn(t)
	return other
}

func TestSessionsAreListedByTheirLastUse(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		ann.Do(t, signOut, nil)
		began := w.Now()
		desk := by(t, w, ann, "Desk/1.0")
		w.Advance(5 * time.Minute)
		phone := by(t, w, ann, "Phone/2.0")
		w.Advance(5 * time.Minute)
		isSignedInAs(t, desk, ann.ID)
		w.Advance(5 * time.Minute)
		tablet := by(t, w, ann, "Tablet/3.0")
		for _, p := range []*apitest.Person{tablet, tablet} { // what is used already is first
			var order []string
			for _, one := range sessionsOf(t, p) {
				order = append(order, one.Client)
				if one.Current != (one.Client == "Tablet/3.0") {
					t.Errorf("%s is current: %t", one.Client, one.Current)
				}
				if one.Address != "127.0.0.1" {
					t.Errorf("%s is used from %q", one.Client, one.Address)
				}
			}
			if want := []string{"Tablet/3.0", "Desk/1.0", "Phone/2.0"}; !slices.Equal(order, want) {
				t.Errorf("listed %q, want %q", order, want)
			}
		}
		if got := currentOf(t, desk); got.Client != "Desk/1.0" || got.CreatedAt.Before(began.Truncate(time.Microsecond)) || got.CreatedAt.Sub(began) > time.Minute {
			t.Errorf("signed in at %v: %+v", began, got)
		}
		if got := sessionsOf(t, bob); len(got) != 1 || !got[0].Current || got[0].Client == "Desk/1.0" {
			t.Errorf("bob is told %+v", got)
		}
		isSignedInAs(t, phone, ann.ID)
	})
}

func TestTheLastUseOfASessionIsToldToWithinAMinute(t *testing.T) {
	proxies, err := web.ParseProxies([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	apitest.RunWith(t, apitest.Options{Proxies: proxies}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		away := by(t, w, ann, "Away/1.0")
		addresses := []string{"192.0.2.1", "192.0.2.2", "2001:db8::1", "198.51.100.7", "192.0.2.5", "192.0.2.6"}
		for i, pause := range []time.Duration{61 * time.Second, 20 * time.Second, 30 * time.Second, 15 * time.Second, 5 * time.Minute, 29 * time.Minute} {
			w.Advance(pause)
			away.Header.Set("X-Forwarded-For", addresses[i])
			isSignedInAs(t, away, ann.ID)
			used := w.Now()
			ann.SignIn(t) // hers would idle out, and looking changes nothing
			for _, one := range sessionsOf(t, ann) {
				if one.Client != "Away/1.0" {
					continue
				}
				if off := used.Sub(one.LastUsedAt); off < 0 || off > time.Minute || !one.LastUsedAt.After(one.CreatedAt) {
					t.Errorf("used at %v, told %v", used, one.LastUsedAt)
				}
				if pause > time.Minute && one.Address != addresses[i] {
					t.Errorf("used from %s, told %s", addresses[i], one.Address)
				}
			}
		}
		if got := len(sessionsOf(t, ann)); got != 2 {
			t.Errorf("%d sessions", got)
		}
	})
}

func TestWhatAClientCallsItselfIsKeptShortAndPlain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for agent, want := range map[string]string{
			"":                                  "",
			" Robot/1.0 ":                       "Robot/1.0",
			"Ro\u202Eb\u200Bo\xfft\ufeff/1.0":   "Robot/1.0",
			"浏览器 <script>\"'":                   "浏览器 <script>\"'",
			strings.Repeat("界", 500):            strings.Repeat("界", 200),
			strings.Repeat("\u2066", 900) + "x": "x",
		} {
			if got := currentOf(t, by(t, w, ann, agent)).Client; got != want {
				t.Errorf("%q is told as %q", agent, got)
			}
		}
	})
}

func TestSessionsAreSeenByTheirOwnerOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		other := ann.Elsewhere(t)
		ids := []string{currentOf(t, ann).ID, currentOf(t, bob).ID, currentOf(t, other).ID}
		for p, want := range map[*apitest.Person][]string{
			ann: {ids[0], ids[2]}, other: {ids[0], ids[2]}, bob: {ids[1]}, w.Visitor(t): nil,
		} {
			if got := sees(t, p, ids); !slices.Equal(got, want) {
				t.Errorf("%s sees %q, want %q", p.Email, got, want)
			}
		}
		answer := other.Do(t, `query($id: ID!) { node(id: $id) { ... on Session { id current address client } } }`, apitest.Vars{"id": ids[0]})
		if answer.Get("node.current") != false || answer.Get("node.address") != "127.0.0.1" {
			t.Errorf("the other one of her own: %s", answer.Body)
		}
		if got := w.Visitor(t).Do(t, allOfSessions, nil); got.Get("viewer") != nil {
			t.Errorf("a stranger is told %s", got.Body)
		}
	})
}

func TestSessionsThatAreOverAreNotListed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		left, idle := ann.Elsewhere(t), ann.Elsewhere(t)
		over := []string{currentOf(t, left).ID, currentOf(t, idle).ID}
		left.Do(t, signOut, nil)
		w.Advance(20 * time.Minute)
		isSignedInAs(t, ann, ann.ID)
		w.Advance(10 * time.Minute)
		if got := sessionsOf(t, ann); len(got) != 1 || !got[0].Current {
			t.Errorf("listed %+v", got)
		}
		if got := sees(t, ann, over); len(got) != 0 {
			t.Errorf("seen %q", got)
		}
		for _, one := range over {
			ann.Do(t, endSession, apitest.Vars{"id": one}).Refused(t, "NOT_FOUND")
		}
		if n := w.Client.Session.Query().CountX(t.Context()); n != 2 { // the idle one is not swept yet
			t.Errorf("%d sessions are kept", n)
		}
	})
}

func TestTrapNoFieldOfASessionGivesItsToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answers := ann.Do(t, allOfSessions, nil).Body + ann.Do(t, nodesQuery, apitest.Vars{"ids": []string{currentOf(t, ann).ID}}).Body
		stored := w.Client.Session.Query().OnlyX(t.Context())
		for name, secret := range map[string]string{"token": ann.Cookie(t).Value, "hash": stored.ID, "part of the hash": stored.ID[:16]} {
			if strings.Contains(answers, secret) {
				t.Errorf("the %s stands in %s", name, answers)
			}
		}
		var fields []string
		for _, field := range ann.Do(t, `{ __type(name: "Session") { fields { name } } }`, nil).List(t, "__type.fields") {
			fields = append(fields, field.(map[string]any)["name"].(string))
		}
		if want := []string{"id", "current", "createdAt", "lastUsedAt", "address", "client"}; !slices.Equal(fields, want) {
			t.Errorf("a session has %q: is any of it secret?", fields)
		}
		isSignedOut(t, w.With(t, ann.Cookie(t).Name, currentOf(t, ann).ID))
	})
}

func TestEndingASessionKillsItAtOnceAndNoOther(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		lost, kept := ann.Elsewhere(t), ann.Elsewhere(t)
		socket, stream := w.OpenSocket(t, lost), w.Listen(t, lost, apitest.EventStream, apitest.SessionEnded)
		socket.Subscribe("a", apitest.SessionEnded)
		socket.Send(`{"type":"ping"}`)
		socket.Expect("pong", "")
		staying := w.OpenSocket(t, kept)
		staying.Subscribe("a", apitest.SessionEnded)
		lostID := currentOf(t, lost).ID
		answer := ann.Do(t, endSession, apitest.Vars{"id": lostID})
		if got := answer.Get("endSession.deletedSessionId"); got != lostID || len(answer.List(t, "endSession.query.viewer.sessions")) != 2 {
			t.Errorf("ended %s: %s", lostID, answer.Body)
		}
		if cookie := answer.Header.Get("Set-Cookie"); cookie != "" || strings.Count(answer.Body, lostID) != 1 {
			t.Errorf("cookie %q: %s", cookie, answer.Body)
		}
		isSignedOut(t, lost)
		socket.Expect("next", "a", `"SIGNED_OUT"`)
		socket.Expect("complete", "a")
		socket.ExpectClosed(4401)
		if body := apitest.Rest(t, stream); !strings.Contains(body, `"SIGNED_OUT"`) || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
			t.Errorf("the stream tells %q", body)
		}
		staying.Send(`{"type":"ping"}`)
		staying.Expect("pong", "")
		for p, userID := range map[*apitest.Person]string{ann: ann.ID, kept: ann.ID, bob: bob.ID} {
			isSignedInAs(t, p, userID)
		}
		ann.Do(t, endSession, apitest.Vars{"id": lostID}).Refused(t, "NOT_FOUND")
	})
}

func TestEndingTheOwnSessionSignsOut(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		other, token := ann.Elsewhere(t), ann.Cookie(t)
		stream := w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded)
		own := currentOf(t, ann).ID
		answer := ann.Do(t, `mutation($id: ID!) {
			endSession(input: {sessionId: $id}) { deletedSessionId query { viewer { user { id } } } }
			createWorkspace(input: {name: "No"}) { workspace { id } }
		}`, apitest.Vars{"id": own})
		if answer.Code(t) != "UNAUTHENTICATED" || answer.Get("endSession.deletedSessionId") != own || answer.Get("endSession.query.viewer") != nil {
			t.Errorf("the rest of the request: %s", answer.Body)
		}
		if gone := setCookie(t, answer); gone.Value != "" || gone.MaxAge >= 0 {
			t.Errorf("it sets %s", gone)
		}
		if body := apitest.Rest(t, stream); !strings.Contains(body, `"SIGNED_OUT"`) {
			t.Errorf("the stream tells %q", body)
		}
		isSignedOut(t, w.With(t, token.Name, token.Value))
		isSignedInAs(t, other, ann.ID)
		if n := w.Client.Workspace.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d workspaces were made", n)
		}
	})
}

func TestNoSessionButAnOwnOneCanBeEnded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		bobs := currentOf(t, bob).ID
		stored := w.Client.Session.Query().Where(session.UserID(ann.ID)).OnlyIDX(t.Context())
		first := ""
		for _, one := range []string{
			bobs, id.New(id.Session), "", "x", strings.ToUpper(currentOf(t, ann).ID), currentOf(t, ann).ID + " ", stored, ann.ID, bobs[4:],
			ann.Cookie(t).Value, "' OR ''='", "\x00", strings.Repeat("x", 5000),
		} {
			answer := ann.Do(t, endSession, apitest.Vars{"id": one})
			answer.Refused(t, "NOT_FOUND")
			if first == "" {
				first = answer.Anonymous()
			}
			if answer.Anonymous() != first {
				t.Errorf("%.40q: %s\na foreign one: %s", one, answer.Body, first)
			}
		}
		w.Visitor(t).Do(t, endSession, apitest.Vars{"id": bobs}).Refused(t, "UNAUTHENTICATED")
		isSignedInAs(t, ann, ann.ID)
		isSignedInAs(t, bob, bob.ID)
	})
}

func TestASessionIsEndedHoweverManyTryAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		lost := ann.Elsewhere(t)
		lostID, ended := currentOf(t, lost).ID, 0
		for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer { return ann.Do(t, endSession, apitest.Vars{"id": lostID}) }) {
			switch answer.Code(t) {
			case "":
				ended++
			case "NOT_FOUND":
			default:
				t.Errorf("answer %s", answer.Body)
			}
		}
		if ended == 0 {
			t.Error("nobody has ended it")
		}
		isSignedOut(t, lost)

		one, two := ann.Elsewhere(t), ann.Elsewhere(t) // each ends the other
		pair, ids := []*apitest.Person{one, two}, []string{currentOf(t, two).ID, currentOf(t, one).ID}
		ended = 0
		for i, answer := range apitest.AtOnce(2, func(i int) *apitest.Answer { return pair[i].Do(t, endSession, apitest.Vars{"id": ids[i]}) }) {
			switch answer.Code(t) {
			case "":
				ended++
				isSignedOut(t, pair[1-i])
			case "NOT_FOUND", "UNAUTHENTICATED":
			default:
				t.Errorf("answer %s", answer.Body)
			}
		}
		if ended == 0 {
			t.Error("neither has ended the other")
		}
		isSignedInAs(t, ann, ann.ID)
	})
}

func TestASessionIsEndedAmongMoreThanAreListed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		lost := ann.Elsewhere(t)
		lostID := currentOf(t, lost).ID
		w.Advance(2 * time.Minute)
		for range 101 {
			ann.Elsewhere(t)
		}
		all := sessionsOf(t, ann)
		if len(all) != 100 || slices.ContainsFunc(all, func(one toldSession) bool { return one.ID == lostID }) {
			t.Errorf("%d sessions are listed", len(all))
		}
		if got := sees(t, ann, []string{lostID}); len(got) != 1 {
			t.Error("an own session is not seen")
		}
		if answer := ann.Do(t, endSession, apitest.Vars{"id": lostID}); answer.Get("endSession.deletedSessionId") != lostID {
			t.Errorf("answer %s", answer.Body)
		}
		isSignedOut(t, lost)
	})
}

func TestSigningOutEverywhereEndsAllOfOnesSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		everywhere := []*apitest.Person{ann, ann.Elsewhere(t), ann.Elsewhere(t)}
		var streams []*http.Response
		var tokens []*http.Cookie
		for _, p := range everywhere {
			streams, tokens = append(streams, w.Listen(t, p, apitest.EventStream, apitest.SessionEnded)), append(tokens, p.Cookie(t))
		}
		bobs := w.OpenSocket(t, bob)
		bobs.Subscribe("a", apitest.SessionEnded)
		answer := ann.Do(t, signOutEverywhere, nil)
		if answer.Get("signOutEverywhere") == nil || answer.Get("signOutEverywhere.viewer") != nil || answer.Get("signOutEverywhere.query.viewer") != nil {
			t.Errorf("answer %s", answer.Body)
		}
		if gone := setCookie(t, answer); gone.Value != "" || gone.MaxAge >= 0 {
			t.Errorf("it sets %s", gone)
		}
		for i, token := range tokens {
			isSignedOut(t, w.With(t, token.Name, token.Value))
			if body, err := io.ReadAll(streams[i].Body); err != nil || !strings.Contains(string(body), `"SIGNED_OUT"`) {
				t.Errorf("stream %d tells %q, %v", i, body, err)
			}
		}
		isSignedInAs(t, bob, bob.ID)
		bobs.Send(`{"type":"ping"}`)
		bobs.Expect("pong", "")
		if n := w.Client.Session.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d sessions are left; only bob's is right", n)
		}
		ann.Do(t, signOutEverywhere, nil).Refused(t, "UNAUTHENTICATED")
		w.Visitor(t).Do(t, signOutEverywhere, nil).Refused(t, "UNAUTHENTICATED")
		ann.SignIn(t)
		isSignedInAs(t, ann, ann.ID)
		isSignedOut(t, everywhere[1])
	})
}
