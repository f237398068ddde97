package api_test

import (
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
		ann.Mutate(t, "signOut", nil)
		began := w.Now()
		desk := by(t, w, ann, "Desk/1.0")
		w.Advance(5 * time.Minute)
		phone := by(t, w, ann, "Phone/2.0")
		w.Advance(5 * time.Minute)
		desk.ExpectSignedInAs(t, ann.ID)
		w.Advance(5 * time.Minute)
		tablet := by(t, w, ann, "Tablet/3.0")
		for _, p := range []*apitest.Person{tablet, tablet} { // what is used already is first
			var order []string
			for _, one := range p.Sessions(t) {
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
		if got := desk.CurrentSession(t); got.Client != "Desk/1.0" || got.CreatedAt.Before(began.Truncate(time.Microsecond)) || got.CreatedAt.Sub(began) > time.Minute {
			t.Errorf("signed in at %v: %+v", began, got)
		}
		if got := bob.Sessions(t); len(got) != 1 || !got[0].Current || got[0].Client == "Desk/1.0" {
			t.Errorf("bob sees %+v", got)
		}
		phone.ExpectSignedInAs(t, ann.ID)
	})
}

func TestTheLastUseOfASessionIsAccurateToAMinute(t *testing.T) {
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
			away.ExpectSignedInAs(t, ann.ID)
			used := w.Now()
			ann.SignIn(t) // hers would idle out, and looking changes nothing
			for _, one := range ann.Sessions(t) {
				if one.Client != "Away/1.0" {
					continue
				}
				if off := used.Sub(one.LastUsedAt); off < 0 || off > time.Minute || !one.LastUsedAt.After(one.CreatedAt) {
					t.Errorf("used at %v, shown %v", used, one.LastUsedAt)
				}
				if pause > time.Minute && one.Address != addresses[i] {
					t.Errorf("used from %s, shown %s", addresses[i], one.Address)
				}
			}
		}
		if got := len(ann.Sessions(t)); got != 2 {
			t.Errorf("%d sessions", got)
		}
	})
}

func TestAUserAgentIsStoredShortAndPlain(t *testing.T) {
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
			if got := by(t, w, ann, agent).CurrentSession(t).Client; got != want {
				t.Errorf("%q is shown as %q", agent, got)
			}
		}
	})
}

func TestSessionsAreSeenByTheirOwnerOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		other := ann.Elsewhere(t)
		ids := []string{ann.CurrentSession(t).ID, bob.CurrentSession(t).ID, other.CurrentSession(t).ID}
		for p, want := range map[*apitest.Person][]string{
			ann: {ids[0], ids[2]}, other: {ids[0], ids[2]}, bob: {ids[1]}, w.Visitor(t): nil,
		} {
			if got := p.VisibleNodes(t, ids); !slices.Equal(got, want) {
				t.Errorf("%s sees %q, want %q", p.Email, got, want)
			}
		}
		answer := other.Do(t, `query($id: ID!) { node(id: $id) { ... on Session { id current address client } } }`, apitest.Vars{"id": ids[0]})
		if answer.Get("node.current") != false || answer.Get("node.address") != "127.0.0.1" {
			t.Errorf("the other one of her own: %s", answer.Body)
		}
		if got := w.Visitor(t).Do(t, apitest.SessionsQuery, nil); got.Get("viewer") != nil {
			t.Errorf("a visitor sees %s", got.Body)
		}
	})
}

func TestExpiredSessionsAreNotListed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		left, idle := ann.Elsewhere(t), ann.Elsewhere(t)
		over := []string{left.CurrentSession(t).ID, idle.CurrentSession(t).ID}
		left.Mutate(t, "signOut", nil)
		w.Advance(20 * time.Minute)
		ann.ExpectSignedInAs(t, ann.ID)
		w.Advance(10 * time.Minute)
		if got := ann.Sessions(t); len(got) != 1 || !got[0].Current {
			t.Errorf("listed %+v", got)
		}
		if got := ann.VisibleNodes(t, over); len(got) != 0 {
			t.Errorf("seen %q", got)
		}
		for _, one := range over {
			ann.Mutate(t, "endSession", apitest.Vars{"sessionId": one}).Refused(t, "NOT_FOUND")
		}
		if n := w.Client.Session.Query().CountX(t.Context()); n != 2 { // the idle one is not swept yet
			t.Errorf("%d sessions are kept", n)
		}
	})
}

func TestTrapNoFieldOfASessionGivesItsToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answers := ann.Do(t, apitest.SessionsQuery, nil).Body + ann.Do(t, apitest.NodesQuery, apitest.Vars{"ids": []string{ann.CurrentSession(t).ID}}).Body
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
		w.With(t, ann.Cookie(t).Name, ann.CurrentSession(t).ID).ExpectSignedOut(t)
	})
}

func TestEndingASessionKillsItAtOnceAndNoOther(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		lost, kept := ann.Elsewhere(t), ann.Elsewhere(t)
		socket, stream := w.OpenSocket(t, lost), w.Listen(t, lost, apitest.EventStream, apitest.SessionEnded)
		socket.AwaitEnd("a")
		socket.Send(`{"type":"ping"}`)
		socket.Expect("pong", "")
		staying := w.OpenSocket(t, kept)
		staying.AwaitEnd("a")
		lostID := lost.CurrentSession(t).ID
		answer := ann.Mutate(t, "endSession", apitest.Vars{"sessionId": lostID})
		if got := answer.Get("endSession.deletedSessionId"); got != lostID || len(answer.List(t, "endSession.query.viewer.sessions.nodes")) != 2 {
			t.Errorf("ended %s: %s", lostID, answer.Body)
		}
		if cookie := answer.Header.Get("Set-Cookie"); cookie != "" || strings.Count(answer.Body, lostID) != 1 {
			t.Errorf("cookie %q: %s", cookie, answer.Body)
		}
		lost.ExpectSignedOut(t)
		socket.Expect("next", "a", `"SIGNED_OUT"`)
		socket.Expect("complete", "a")
		socket.ExpectClosed(4401)
		if body := apitest.Rest(t, stream); !strings.Contains(body, `"SIGNED_OUT"`) || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
			t.Errorf("the stream sent %q", body)
		}
		staying.Send(`{"type":"ping"}`)
		staying.Expect("pong", "")
		for p, userID := range map[*apitest.Person]string{ann: ann.ID, kept: ann.ID, bob: bob.ID} {
			p.ExpectSignedInAs(t, userID)
		}
		ann.Mutate(t, "endSession", apitest.Vars{"sessionId": lostID}).Refused(t, "NOT_FOUND")
	})
}

func TestEndingTheOwnSessionSignsOut(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		other, token := ann.Elsewhere(t), ann.Cookie(t)
		stream := w.Listen(t, ann, apitest.EventStream, apitest.SessionEnded)
		own := ann.CurrentSession(t).ID
		answer := ann.Do(t, `mutation($id: ID!) {
			endSession(input: {sessionId: $id}) { deletedSessionId query { viewer { user { id } } } }
			createWorkspace(input: {name: "No"}) { workspace { id } }
		}`, apitest.Vars{"id": own})
		if answer.Code(t) != "UNAUTHENTICATED" || answer.Get("endSession.deletedSessionId") != own || answer.Get("endSession.query.viewer") != nil {
			t.Errorf("the rest of the request: %s", answer.Body)
		}
		if gone := answer.SetCookie(t); gone.Value != "" || gone.MaxAge >= 0 {
			t.Errorf("it sets %s", gone)
		}
		if body := apitest.Rest(t, stream); !strings.Contains(body, `"SIGNED_OUT"`) {
			t.Errorf("the stream sent %q", body)
		}
		w.With(t, token.Name, token.Value).ExpectSignedOut(t)
		other.ExpectSignedInAs(t, ann.ID)
		if n := w.Client.Workspace.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d workspaces were made", n)
		}
	})
}

func TestOnlyOnesOwnSessionsCanBeEnded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		bobs := bob.CurrentSession(t).ID
		stored := w.Client.Session.Query().Where(session.UserID(ann.ID)).OnlyIDX(t.Context())
		first := ""
		for _, one := range []string{
			bobs, id.New(id.Session), "", "x", strings.ToUpper(ann.CurrentSession(t).ID), ann.CurrentSession(t).ID + " ", stored, ann.ID, bobs[4:],
			ann.Cookie(t).Value, "' OR ''='", "\x00", strings.Repeat("x", 5000),
		} {
			answer := ann.Mutate(t, "endSession", apitest.Vars{"sessionId": one})
			answer.Refused(t, "NOT_FOUND")
			if first == "" {
				first = answer.Anonymous()
			}
			if answer.Anonymous() != first {
				t.Errorf("%.40q: %s\na foreign one: %s", one, answer.Body, first)
			}
		}
		w.Visitor(t).Mutate(t, "endSession", apitest.Vars{"sessionId": bobs}).Refused(t, "UNAUTHENTICATED")
		ann.ExpectSignedInAs(t, ann.ID)
		bob.ExpectSignedInAs(t, bob.ID)
	})
}

func TestManyCanEndASessionAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		lost := ann.Elsewhere(t)
		lostID, ended := lost.CurrentSession(t).ID, 0
		for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer { return ann.Mutate(t, "endSession", apitest.Vars{"sessionId": lostID}) }) {
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
		lost.ExpectSignedOut(t)

		one, two := ann.Elsewhere(t), ann.Elsewhere(t) // each ends the other
		pair, ids := []*apitest.Person{one, two}, []string{two.CurrentSession(t).ID, one.CurrentSession(t).ID}
		ended = 0
		for i, answer := range apitest.AtOnce(2, func(i int) *apitest.Answer { return pair[i].Mutate(t, "endSession", apitest.Vars{"sessionId": ids[i]}) }) {
			switch answer.Code(t) {
			case "":
				ended++
				pair[1-i].ExpectSignedOut(t)
			case "NOT_FOUND", "UNAUTHENTICATED":
			default:
				t.Errorf("answer %s", answer.Body)
			}
		}
		if ended == 0 {
			t.Error("neither has ended the other")
		}
		ann.ExpectSignedInAs(t, ann.ID)
	})
}

func TestSigningOutEverywhereEndsAllSessionsOfTheUser(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		everywhere := []*apitest.Person{ann, ann.Elsewhere(t), ann.Elsewhere(t)}
		var streams []*http.Response
		var tokens []*http.Cookie
		for _, p := range everywhere {
			streams, tokens = append(streams, w.Listen(t, p, apitest.EventStream, apitest.SessionEnded)), append(tokens, p.Cookie(t))
		}
		bobs := w.OpenSocket(t, bob)
		bobs.AwaitEnd("a")
		answer := ann.Mutate(t, "signOutEverywhere", nil)
		if answer.Get("signOutEverywhere") == nil || answer.Get("signOutEverywhere.viewer") != nil || answer.Get("signOutEverywhere.query.viewer") != nil {
			t.Errorf("answer %s", answer.Body)
		}
		if gone := answer.SetCookie(t); gone.Value != "" || gone.MaxAge >= 0 {
			t.Errorf("it sets %s", gone)
		}
		for i, token := range tokens {
			w.With(t, token.Name, token.Value).ExpectSignedOut(t)
			if body, err := io.ReadAll(streams[i].Body); err != nil || !strings.Contains(string(body), `"SIGNED_OUT"`) {
				t.Errorf("stream %d sent %q, %v", i, body, err)
			}
		}
		bob.ExpectSignedInAs(t, bob.ID)
		bobs.Send(`{"type":"ping"}`)
		bobs.Expect("pong", "")
		if n := w.Client.Session.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d sessions are left; only bob's is right", n)
		}
		ann.Mutate(t, "signOutEverywhere", nil).Refused(t, "UNAUTHENTICATED")
		w.Visitor(t).Mutate(t, "signOutEverywhere", nil).Refused(t, "UNAUTHENTICATED")
		ann.SignIn(t)
		ann.ExpectSignedInAs(t, ann.ID)
		everywhere[1].ExpectSignedOut(t)
	})
}
