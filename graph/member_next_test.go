package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// nextWays are requests of each form by a member of the team, about a mini program, each with what became of it: "seen" or
// "hidden", "done", or the code of the refusal.
var nextWays = map[string]func(t *testing.T, c *changeTeam, p *apitest.Person) string{
	"query by POST": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		return nextOutcome(t, c, p.Do(t, nextQuery, apitest.Vars{"id": c.assigned}), "miniProgram", "seen")
	},
	"query by GET": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		variables, err := json.Marshal(apitest.Vars{"id": c.assigned})
		if err != nil {
			t.Fatal(err)
		}
		parameters := url.Values{"query": {nextQuery}, "variables": {string(variables)}}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?"+parameters.Encode(), nil)
		request.AddCookie(p.Cookie(t))
		recorder := httptest.NewRecorder()
		c.world.Server.ServeHTTP(recorder, request)
		answer := apitest.ReadRecorded(t, recorder)
		if code := answer.Code(t); code != "" {
			return code
		}
		if !strings.Contains(answer.Body, c.assigned) {
			t.Errorf("neither refused nor answered: %s", answer.Body)
		}
		return "seen"
	},
	"mutation by POST": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		name := fmt.Sprint("Renamed ", nextNumber(t, c))
		return nextOutcome(t, c, changes(t, p, "renameWorkspace", apitest.Vars{"workspaceId": c.id, "name": name}), "renameWorkspace.workspace", "done")
	},
	"mutation by multipart": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		side := 64 + nextNumber(t, c)
		input := apitest.Vars{"miniProgramId": c.assigned, "logo": apitest.Vars{"file": nil}}
		answer := p.Upload(t, apitest.UpdateMutation, apitest.Vars{"input": input},
			map[string]apitest.File{"variables.input.logo.file": {Name: "logo.png", ContentType: "image/png", Content: apitest.PNG(side, side)}})
		return nextOutcome(t, c, answer, "updateMiniProgram.miniProgram", "done")
	},
	"current workspace": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		return nextOutcome(t, c, p.Do(t, currentWorkspace, nil), "viewer.currentWorkspace", "seen")
	},
	"node": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		return nextOutcome(t, c, p.Do(t, `query($id: ID!) { node(id: $id) { id ... on MiniProgram { name } } }`, apitest.Vars{"id": c.assigned}), "node", "seen")
	},
	"list": func(t *testing.T, c *changeTeam, p *apitest.Person) string {
		answer := p.Do(t, `{ viewer { memberships { nodes { workspace { miniPrograms { totalCount nodes { id } } } } } } }`, nil)
		return nextOutcome(t, c, answer, "viewer.memberships.nodes.0.workspace.miniPrograms.nodes.0", "seen")
	},
}

const nextQuery = `query($id: ID!) { miniProgram(id: $id) { id name workspace { name } } }`

// nextNumber returns a number that was not used before, so that each request has something to change.
func nextNumber(t *testing.T, c *changeTeam) int {
	t.Helper()
	return c.world.Client.AuditEvent.Query().CountX(t.Context())
}

func nextOutcome(t *testing.T, c *changeTeam, answer *apitest.Answer, at, done string) string {
	t.Helper()
	code := answer.Code(t)
	if answer.Get(at) != nil {
		if code != "" {
			t.Errorf("refused, and yet answered: %s", answer.Body)
		}
		return done
	}
	if strings.Contains(answer.Body, c.assigned) || strings.Contains(answer.Body, "小程序") {
		t.Errorf("what is hidden is told: %s", answer.Body)
	}
	if code == "" {
		return "hidden"
	}
	return code
}

// nextLoss is a change by which somebody may do less, and its contrary.
type nextLoss struct {
	name   string
	person func(c *changeTeam) *apitest.Person
	do     func(t *testing.T, c *changeTeam)
	undo   func(t *testing.T, c *changeTeam)
	// after is what becomes of each form of request then, by its name.
	after map[string]string
}

var (
	nextOutside = map[string]string{
		"query by POST": "NOT_FOUND", "query by GET": "NOT_FOUND", "mutation by POST": "NOT_FOUND", "mutation by multipart": "NOT_FOUND",
		"current workspace": "hidden", "node": "hidden", "list": "hidden",
	}
	nextIdle = map[string]string{
		"query by POST": "NOT_FOUND", "query by GET": "NOT_FOUND", "mutation by POST": "FORBIDDEN", "mutation by multipart": "NOT_FOUND",
		"current workspace": "seen", "node": "hidden", "list": "hidden",
	}
)

func nextMaster(c *changeTeam) *apitest.Person    { return c.master }
func nextDeveloper(c *changeTeam) *apitest.Person { return c.developer }

// comesBack makes a removed member one again, past the API.
func comesBack(t *testing.T, c *changeTeam, memberID string) {
	t.Helper()
	c.world.Client.Member.UpdateOneID(memberID).SetStatus(member.StatusACTIVE).ExecX(t.Context())
}

var nextLosses = []nextLoss{
	{"a master is blocked", nextMaster,
		func(t *testing.T, c *changeTeam) { changed(t, c.owner, "blockMember", ofMember(c.masterID)) },
		func(t *testing.T, c *changeTeam) { changed(t, c.owner, "unblockMember", ofMember(c.masterID)) }, nextOutside},
	{"a developer is blocked", nextDeveloper,
		func(t *testing.T, c *changeTeam) { changed(t, c.other, "blockMember", ofMember(c.developerID)) },
		func(t *testing.T, c *changeTeam) { changed(t, c.other, "unblockMember", ofMember(c.developerID)) }, nextOutside},
	{"a master is removed", nextMaster,
		func(t *testing.T, c *changeTeam) { changed(t, c.owner, "removeMember", ofMember(c.masterID)) },
		func(t *testing.T, c *changeTeam) { comesBack(t, c, c.masterID) }, nextOutside},
	{"a developer is removed", nextDeveloper,
		func(t *testing.T, c *changeTeam) { changed(t, c.owner, "removeMember", ofMember(c.developerID)) },
		func(t *testing.T, c *changeTeam) {
			comesBack(t, c, c.developerID)
			c.world.Assign(t, c.developerID, c.assigned)
		}, nextOutside},
	{"a master is demoted", nextMaster,
		func(t *testing.T, c *changeTeam) {
			changed(t, c.owner, "changeMemberRole", apitest.Vars{"memberId": c.masterID, "role": "DEVELOPER"})
		},
		func(t *testing.T, c *changeTeam) {
			changed(t, c.owner, "changeMemberRole", apitest.Vars{"memberId": c.masterID, "role": "MASTER"})
		}, nextIdle},
	{"a developer is unassigned", nextDeveloper,
		func(t *testing.T, c *changeTeam) {
			changed(t, c.other, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": []string{c.spare}})
			changed(t, c.other, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": []string{}})
		},
		func(t *testing.T, c *changeTeam) {
			changed(t, c.other, "assignMiniPrograms", apitest.Vars{"memberId": c.developerID, "miniProgramIds": []string{c.assigned}})
		}, nextIdle},
}

func TestTheNextRequestIsJudgedByTheNewState(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		for _, p := range []*apitest.Person{c.master, c.developer} {
			done(t, p.Do(t, chooseWorkspace, apitest.Vars{"id": c.id}), "chooseWorkspace")
		}
		for _, loss := range nextLosses {
			if len(loss.after) != len(nextWays) {
				t.Fatalf("%s: %d of %d forms of request", loss.name, len(loss.after), len(nextWays))
			}
			for way, ask := range nextWays {
				p := loss.person(c)
				want := "seen"
				if strings.HasPrefix(way, "mutation") {
					want = map[string]string{"master": "done", "developer": "FORBIDDEN"}[p.DisplayName]
				}
				if got := ask(t, c, p); got != want {
					t.Errorf("before %s, %s: %s, not %s", loss.name, way, got, want)
				}
				loss.do(t, c)
				writesNothing(t, w, way, func() {
					if got := ask(t, c, p); got != loss.after[way] {
						t.Errorf("after %s, %s: %s, not %s", loss.name, way, got, loss.after[way])
					}
				})
				loss.undo(t, c)
				if got := ask(t, c, p); got != want {
					t.Errorf("when it is over that %s, %s: %s, not %s", loss.name, way, got, want)
				}
			}
		}
	})
}

func TestWhatWasDoneOnceIsNotDoneAgainForWhoIsBlocked(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		input := apitest.CreateInput(c.id).With("idempotencyKey", "the same key")
		first := apitest.CreatedMiniProgram(t, c.master.Create(t, input))
		changed(t, c.owner, "blockMember", ofMember(c.masterID))
		writesNothing(t, w, "the same key", func() { c.master.Create(t, input).Refused(t, "NOT_FOUND") })
		changed(t, c.owner, "unblockMember", ofMember(c.masterID))
		if got := apitest.CreatedMiniProgram(t, c.master.Create(t, input)); got != first {
			t.Errorf("created %s, not %s", got, first)
		}
	})
}

func TestABlockInOneWorkspaceLeavesOthersAndAllSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		own, elsewhere := c.master.CreateWorkspace(t, "The master's own"), c.master.Elsewhere(t)
		done(t, elsewhere.Do(t, chooseWorkspace, apitest.Vars{"id": own}), "chooseWorkspace")
		changed(t, c.owner, "blockMember", ofMember(c.masterID))
		for _, p := range []*apitest.Person{c.master, elsewhere} {
			isSignedInAs(t, p, c.master.ID)
			if got := sees(t, p, []string{c.id, c.assigned, own}); len(got) != 1 || got[0] != own {
				t.Errorf("who is blocked sees %q", got)
			}
		}
		if got := elsewhere.Do(t, currentWorkspace, nil).Get("viewer.currentWorkspace.id"); got != own {
			t.Errorf("the other session's workspace is %v", got)
		}
	})
}
