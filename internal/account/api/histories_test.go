package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// A signed-out, ended or outlived token is dead in the very next request, whatever was in flight. Random histories of one
// user's sessions are played by several browsers at once, and judged by when each operation began and ended.
func TestTrapNoHistoryBringsASessionBack(t *testing.T) {
	t.Parallel()
	for part := range historyParts {
		t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
			apitest.Run(t, func(t *testing.T, w *apitest.World) {
				histories := 4_000 / historyParts / apitest.Slowness
				if strings.HasSuffix(t.Name(), "postgres") {
					histories /= 10 // the guards are the same, and each statement goes to another program
				}
				playHistories(t, w, histories)
			})
		})
	}
}

// historyParts is what the histories are divided into: a single user's leave the cores idle while the disk is written to.
const historyParts = 4

func playHistories(t *testing.T, w *apitest.World, n int) {
	t.Helper()
	ann := w.SignUp(t, "ann")
	player := &player{w: w, cookie: ann.Cookie(t).Name, userID: ann.ID, workspaceID: ann.CreateWorkspace(t, "Ann's")}
	seed, seen := rand.Uint64(), map[string]int{}
	for i := range n {
		h := player.play(t, rand.New(rand.NewPCG(seed, uint64(i))))
		if violation := h.judge(); violation != "" {
			t.Fatalf("seed %d, history %d: %s\n%s", seed, i, violation, h)
		}
		h.count(seen)
	}
	for _, what := range []string{"signed in", "signed out", "held", "chooseWorkspace", "signIn", "signOut", "endSession", "signOutEverywhere", "outlive"} {
		if seen[what] < n/50 {
			t.Errorf("%q is in %d of %d histories: %v", what, seen[what], n, seen)
		}
	}
}

// player plays histories of one user at one server.
type player struct {
	w                           *apitest.World
	cookie, userID, workspaceID string
	// living are tokens that the last history has left alive.
	living []*token
}

// history is what happened to the tokens of one user. Clock orders the beginnings and ends of operations.
type history struct {
	*player
	clock atomic.Int64
	// moved lets an operation that is held go on: another one has ended. Over is closed when none is left.
	moved chan struct{}
	over  chan struct{}

	mu     sync.Mutex
	tokens []*token
	events []*step
}

// token is one that was given, and the operation that gave it.
type token struct {
	value, publicID string
	born            *step
}

// step is an operation that a browser did with a token; nil for none.
type step struct {
	what       string
	with       *token
	held       bool
	begin, end int64
	// signedIn says that the server knew the user by the token.
	signedIn bool
	// ends are the tokens that the operation must have ended, and everything that it must have ended all that were there.
	ends       []*token
	everything bool
	// missed is the token that the server said was not there.
	missed *token
}

// browsers is how many are busy at once.
const browsers = 3

// play has several browsers do random operations at once, and then looks at what became of every token.
func (p *player) play(t *testing.T, random *rand.Rand) *history {
	t.Helper()
	h := &history{player: p, moved: make(chan struct{}), over: make(chan struct{})}
	for _, one := range p.living[:min(len(p.living), browsers)] {
		h.tokens = append(h.tokens, &token{value: one.value, publicID: one.publicID, born: &step{}})
	}
	for len(h.tokens) < 2 {
		h.signIn(t, nil, false)
	}
	var others, all sync.WaitGroup
	for browser := range browsers {
		own := rand.New(rand.NewPCG(random.Uint64(), uint64(browser)))
		do := func() {
			for range 1 + own.IntN(3) {
				h.step(t, own, browser == 0 && own.IntN(2) == 0)
				select {
				case h.moved <- struct{}{}:
				default:
				}
			}
		}
		if browser == 0 {
			all.Go(do)
		} else {
			others.Go(do)
		}
	}
	others.Wait()
	close(h.over)
	all.Wait()
	p.living = nil
	for _, one := range h.tokens {
		if e := h.look(t, one, false); e.signedIn {
			p.living = append(p.living, one)
		}
	}
	return h
}

// step does one operation with a token that there is or was. When it is held, the server has found its session and waits for
// the rest of it while other browsers go on.
func (h *history) step(t *testing.T, random *rand.Rand, held bool) {
	t.Helper()
	with, other := h.any(random), h.any(random)
	switch n := random.IntN(20); {
	case n < 6:
		h.look(t, with, held)
	case n < 9:
		e, _ := h.ask(t, "chooseWorkspace", with, held, apitest.BriefMutation("chooseWorkspace"), apitest.Vars{"input": apitest.Vars{"workspaceId": h.workspaceID}})
		h.record(e)
	case n < 12:
		h.signIn(t, with, held)
	case n < 15:
		e, _ := h.ask(t, "signOut", with, held, apitest.BriefMutation("signOut"), nil)
		e.ends = []*token{with}
		h.record(e)
	case n < 18:
		h.endSession(t, with, other, held)
	case n < 19:
		e, _ := h.ask(t, "signOutEverywhere", with, held, apitest.BriefMutation("signOutEverywhere"), nil)
		e.everything = e.signedIn
		h.record(e)
	default:
		e := &step{what: "outlive", begin: h.clock.Add(1), everything: true}
		h.w.Advance(limit.Default.SessionIdle + time.Second)
		e.end = h.clock.Add(1)
		h.record(e)
	}
}

func (h *history) any(random *rand.Rand) *token {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tokens[random.IntN(len(h.tokens))]
}

func (h *history) look(t *testing.T, with *token, held bool) *step {
	t.Helper()
	e, _ := h.ask(t, "viewer", with, held, apitest.ViewerQuery, nil)
	h.record(e)
	return e
}

// signIn ends the session of the token that it is sent with.
func (h *history) signIn(t *testing.T, with *token, held bool) {
	t.Helper()
	e, answer := h.ask(t, "signIn", with, held, `mutation($email: String!, $password: String!) {
		signIn(input: {email: $email, password: $password}) { viewer { sessions(first: 100) { nodes { id current } } } }
	}`, apitest.Vars{"email": "ann@example.com", "password": apitest.Password})
	given := &token{born: e}
	for _, line := range answer.header.Values("Set-Cookie") {
		if cookie, err := http.ParseSetCookie(line); err == nil {
			given.value = cookie.Value
		}
	}
	for _, one := range answer.Data.SignIn.Viewer.Sessions.Nodes {
		if one.Current {
			given.publicID = one.ID
		}
	}
	if given.value == "" {
		t.Errorf("signing in: %s", answer.body)
	}
	if with != nil {
		e.ends = []*token{with}
	}
	h.mu.Lock()
	h.tokens = append(h.tokens, given)
	h.mu.Unlock()
	h.record(e)
}

func (h *history) endSession(t *testing.T, with, other *token, held bool) {
	t.Helper()
	e, answer := h.ask(t, "endSession", with, held, `mutation($id: ID!) { endSession(input: {sessionId: $id}) { deletedSessionId } }`,
		apitest.Vars{"id": other.publicID})
	switch {
	case answer.Data.EndSession != nil:
		e.ends = []*token{other}
	case e.signedIn:
		e.missed = other
	}
	h.record(e)
}

func (h *history) record(e *step) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

// outcome is as much of an answer as these tests read.
type outcome struct {
	header http.Header
	body   string
	Data   struct {
		Viewer *struct{ User struct{ ID string } }
		SignIn struct {
			Viewer struct {
				Sessions struct {
					Nodes []struct {
						ID      string
						Current bool
					}
				}
			}
		}
		EndSession *struct{ DeletedSessionID string }
	}
	Errors []struct{ Extensions struct{ Code string } }
}

// ask sends a query with a token, and notes when it began, when it ended, and whether the token was known.
func (h *history) ask(t *testing.T, what string, with *token, held bool, text string, variables apitest.Vars) (*step, *outcome) {
	t.Helper()
	body := apitest.QueryBody(t, text, variables)
	if held {
		body = io.MultiReader(io.LimitReader(body, 1), &pause{h: h}, body)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", body)
	r.Header.Set("Content-Type", "application/json")
	if with != nil {
		r.Header.Set("Cookie", h.cookie+"="+with.value)
	}
	recorder := httptest.NewRecorder()
	e := &step{what: what, with: with, held: held, begin: h.clock.Add(1)}
	h.w.Server.ServeHTTP(recorder, r)
	e.end = h.clock.Add(1)
	answer := &outcome{header: recorder.Header(), body: recorder.Body.String()}
	if err := json.Unmarshal(recorder.Body.Bytes(), answer); err != nil {
		t.Errorf("status %d, not JSON: %s", recorder.Code, answer.body)
	}
	switch {
	case len(answer.Errors) == 0 && what == "viewer":
		e.signedIn = answer.Data.Viewer != nil && answer.Data.Viewer.User.ID == h.userID
	case len(answer.Errors) == 0:
		e.signedIn = true
	case answer.Errors[0].Extensions.Code == "NOT_FOUND":
		e.signedIn = true
	case answer.Errors[0].Extensions.Code != "UNAUTHENTICATED":
		t.Errorf("%s: %s", what, answer.body)
	}
	return e, answer
}

// pause is a part of a body that is empty, and ends when another operation has ended.
type pause struct{ h *history }

func (p *pause) Read([]byte) (int, error) {
	select {
	case <-p.h.moved:
	case <-p.h.over:
	}
	return 0, io.EOF
}

// shows reports whether the answer shows if the token was known. Signing in and out are for everyone.
func (e *step) shows() bool {
	return e.with != nil && e.what != "signIn" && e.what != "signOut"
}

// hasEnded reports whether a token is invalid once the operation has ended.
func (e *step) hasEnded(one *token) bool {
	return e.everything && one.born.end < e.begin || slices.Contains(e.ends, one)
}

// mayEnd reports whether the operation can be the reason why a token is invalid.
func (e *step) mayEnd(one *token) bool {
	return e.everything && one.born.begin < e.end || slices.Contains(e.ends, one)
}

// judge says what must not be in the history; nothing when all is well.
func (h *history) judge() string {
	for _, one := range h.tokens {
		for _, looked := range h.events {
			if looked.missed == one && !h.mayBeDead(one, looked) {
				return fmt.Sprintf("%s is reported missing though nothing has ended it: %s", h.name(one), h.line(looked))
			}
			if looked.with != one || !looked.shows() {
				continue
			}
			if !looked.signedIn && !h.mayBeDead(one, looked) {
				return fmt.Sprintf("%s is dead though nothing has ended it: %s", h.name(one), h.line(looked))
			}
			if looked.signedIn {
				if killer := h.isDead(one, looked); killer != nil {
					return fmt.Sprintf("%s lives after %s: %s", h.name(one), h.line(killer), h.line(looked))
				}
			}
		}
	}
	return ""
}

// mayBeDead reports whether something can have ended a token before an operation was over.
func (h *history) mayBeDead(one *token, looked *step) bool {
	for _, e := range h.events {
		if e != looked && e.begin < looked.end && e.mayEnd(one) {
			return true
		}
	}
	return false
}

// isDead returns the operation because of which a token must be dead when another one began: it has ended it, or has already
// seen it dead.
func (h *history) isDead(one *token, looked *step) *step {
	for _, e := range h.events {
		sawDead := e.missed == one || e.with == one && e.shows() && !e.signedIn
		if e.end < looked.begin && (sawDead || e.hasEnded(one)) {
			return e
		}
	}
	return nil
}

func (h *history) name(one *token) string {
	for i, other := range h.tokens {
		if one == other {
			return fmt.Sprint("token ", i)
		}
	}
	return "no token"
}

func (h *history) line(e *step) string {
	var ends []string
	for _, one := range e.ends {
		ends = append(ends, h.name(one))
	}
	return fmt.Sprintf("%d to %d: %s with %s, held %t, signed in %t, ends %q, everything %t, missed %s",
		e.begin, e.end, e.what, h.name(e.with), e.held, e.signedIn, ends, e.everything, h.name(e.missed))
}

// String returns the history, an operation a line.
func (h *history) String() string {
	var lines []string
	for _, e := range h.events {
		lines = append(lines, h.line(e))
	}
	return strings.Join(lines, "\n")
}

// count adds to seen what is in the history.
func (h *history) count(seen map[string]int) {
	own := map[string]bool{}
	for _, e := range h.events {
		own[e.what] = true
		switch {
		case !e.shows():
		case e.signedIn && e.held:
			own["held"] = true
		case e.signedIn:
			own["signed in"] = true
		default:
			own["signed out"] = true
		}
	}
	for what := range own {
		seen[what]++
	}
}
