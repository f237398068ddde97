package apitest

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"minidock/ent/session"
)

// ViewerQuery asks who is signed in.
const ViewerQuery = `{ viewer { user { id } } }`

// ExpectSignedInAs makes sure that the person's requests are those of this user.
func (p *Person) ExpectSignedInAs(t *testing.T, userID string) {
	t.Helper()
	if answer := p.Do(t, ViewerQuery, nil); answer.Get("viewer.user.id") != userID {
		t.Errorf("not signed in as %s: %s", userID, answer.Body)
	}
}

// ExpectSignedOut makes sure that the person's requests are nobody's.
func (p *Person) ExpectSignedOut(t *testing.T) {
	t.Helper()
	answer := p.Do(t, ViewerQuery, nil)
	if answer.Get("viewer") != nil || len(answer.Errors) != 0 {
		t.Errorf("not signed out: %s", answer.Body)
	}
	p.Mutate(t, "createWorkspace", Vars{"name": "No"}).Refused(t, "UNAUTHENTICATED")
}

// SetCookie returns the only cookie that an answer sets; the test ends when there is another number of them.
func (a *Answer) SetCookie(t *testing.T) *http.Cookie {
	t.Helper()
	lines := a.Header.Values("Set-Cookie")
	if len(lines) != 1 {
		t.Fatalf("%d cookies are set: %q", len(lines), lines)
	}
	cookie, err := http.ParseSetCookie(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	return cookie
}

// SessionsQuery asks for all of the viewer's sessions.
const SessionsQuery = `{ viewer { sessions(first: 100) { nodes { id current createdAt lastUsedAt address client } } } }`

// Session is a session as the API shows it.
type Session struct {
	ID                    string
	Current               bool
	CreatedAt, LastUsedAt time.Time
	Address, Client       string
}

// Sessions returns the person's sessions.
func (p *Person) Sessions(t *testing.T) []Session {
	t.Helper()
	var read struct {
		Viewer struct{ Sessions struct{ Nodes []Session } }
	}
	answer := p.Do(t, SessionsQuery, nil)
	text, err := json.Marshal(answer.Data)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil || len(answer.Errors) != 0 {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return read.Viewer.Sessions.Nodes
}

// CurrentSession returns the session that the person's requests are sent in.
func (p *Person) CurrentSession(t *testing.T) Session {
	t.Helper()
	var current []Session
	for _, one := range p.Sessions(t) {
		if one.Current {
			current = append(current, one)
		}
	}
	if len(current) != 1 {
		t.Fatalf("%d sessions are the current one", len(current))
	}
	return current[0]
}

// CountSessions returns how many sessions of the person are stored.
func (p *Person) CountSessions(t *testing.T) int {
	t.Helper()
	return p.world.Client.Session.Query().Where(session.UserID(p.ID)).CountX(t.Context())
}

// Sweep deletes what has expired, as the server does from time to time.
func (w *World) Sweep(t *testing.T) {
	t.Helper()
	if err := w.Server.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// CurrentWorkspace returns the id of the session's current workspace, nil when there is none.
func (p *Person) CurrentWorkspace(t *testing.T) any {
	t.Helper()
	return p.Do(t, `{ viewer { currentWorkspace { id } } }`, nil).Get("viewer.currentWorkspace.id")
}
