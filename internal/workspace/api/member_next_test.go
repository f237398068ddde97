package api_test

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
var nextWays = map[string]func(t *testing.T, c *apitest.Team, p *apitest.Person) string{
	"query by POST": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		return nextOutcome(t, c, p.Do(t, nextQuery, apitest.Vars{"id": c.Assigned}), "miniProgram", "seen")
	},
	"query by GET": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		variables, err := json.Marshal(apitest.Vars{"id": c.Assigned})
		if err != nil {
			t.Fatal(err)
		}
		parameters := url.Values{"query": {nextQuery}, "variables": {string(variables)}}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?"+parameters.Encode(), nil)
		request.AddCookie(p.Cookie(t))
		recorder := httptest.NewRecorder()
		c.World.Server.ServeHTTP(recorder, request)
		answer := apitest.ReadRecorded(t, recorder)
		if code := answer.Code(t); code != "" {
			return code
		}
		if !strings.Contains(answer.Body, c.Assigned) {
			t.Errorf("neither refused nor answered: %s", answer.Body)
		}
		return "seen"
	},
	"mutation by POST": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		name := fmt.Sprint("Renamed ", nextNumber(t, c))
		return nextOutcome(t, c, p.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": name}), "renameWorkspace.workspace", "done")
	},
	"mutation by multipart": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		side := 64 + nextNumber(t, c)
		input := apitest.Vars{"miniProgramId": c.Assigned, "logo": apitest.Vars{"file": nil}}
		answer := p.Upload(t, apitest.Mutation("updateMiniProgram"), apitest.Vars{"input": input},
			map[string]apitest.File{"variables.input.logo.file": {Name: "logo.png", ContentType: "image/png", Content: apitest.PNG(side, side)}})
		return nextOutcome(t, c, answer, "updateMiniProgram.miniProgram", "done")
	},
	"current workspace": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		return nextOutcome(t, c, p.Do(t, `{ viewer { currentWorkspace { id } } }`, nil), "viewer.currentWorkspace", "seen")
	},
	"node": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		return nextOutcome(t, c, p.Do(t, `query($id: ID!) { node(id: $id) { id ... on MiniProgram { name } } }`, apitest.Vars{"id": c.Assigned}), "node", "seen")
	},
	"list": func(t *testing.T, c *apitest.Team, p *apitest.Person) string {
		answer := p.Do(t, `{ viewer { memberships { nodes { workspace { miniPrograms { totalCount nodes { id } } } } } } }`, nil)
		return nextOutcome(t, c, answer, "viewer.memberships.nodes.0.workspace.miniPrograms.nodes.0", "seen")
	},
}

const nextQuery = `query($id: ID!) { miniProgram(id: $id) { id name workspace { name } } }`

// nextNumber returns a number that was not used before, so that each request has something to change.
func nextNumber(t *testing.T, c *apitest.Team) int {
	t.Helper()
	return c.World.Client.AuditEvent.Query().CountX(t.Context())
}

func nextOutcome(t *testing.T, c *apitest.Team, answer *apitest.Answer, at, done string) string {
	t.Helper()
	code := answer.Code(t)
	if answer.Get(at) != nil {
		if code != "" {
			t.Errorf("refused, but answered: %s", answer.Body)
		}
		return done
	}
	if strings.Contains(answer.Body, c.Assigned) || strings.Contains(answer.Body, "小程序") {
		t.Errorf("what is hidden is shown: %s", answer.Body)
	}
	if code == "" {
		return "hidden"
	}
	return code
}

// nextLoss is a change by which somebody may do less, and its contrary.
type nextLoss struct {
	name   string
	person func(c *apitest.Team) *apitest.Person
	do     func(t *testing.T, c *apitest.Team)
	undo   func(t *testing.T, c *apitest.Team)
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

func nextMaster(c *apitest.Team) *apitest.Person    { return c.Master }
func nextDeveloper(c *apitest.Team) *apitest.Person { return c.Developer }

// comesBack makes a removed member one again, past the API.
func comesBack(t *testing.T, c *apitest.Team, memberID string) {
	t.Helper()
	c.World.Client.Member.UpdateOneID(memberID).SetStatus(member.StatusACTIVE).ExecX(t.Context())
}

var nextLosses = []nextLoss{
	{"a master is blocked", nextMaster,
		func(t *testing.T, c *apitest.Team) {
			c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.MasterID))
		},
		func(t *testing.T, c *apitest.Team) {
			c.Owner.ChangeMember(t, "unblockMember", apitest.MemberInput(c.MasterID))
		}, nextOutside},
	{"a developer is blocked", nextDeveloper,
		func(t *testing.T, c *apitest.Team) {
			c.OtherMaster.ChangeMember(t, "blockMember", apitest.MemberInput(c.DeveloperID))
		},
		func(t *testing.T, c *apitest.Team) {
			c.OtherMaster.ChangeMember(t, "unblockMember", apitest.MemberInput(c.DeveloperID))
		}, nextOutside},
	{"a master is removed", nextMaster,
		func(t *testing.T, c *apitest.Team) {
			c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.MasterID))
		},
		func(t *testing.T, c *apitest.Team) { comesBack(t, c, c.MasterID) }, nextOutside},
	{"a developer is removed", nextDeveloper,
		func(t *testing.T, c *apitest.Team) {
			c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.DeveloperID))
		},
		func(t *testing.T, c *apitest.Team) {
			comesBack(t, c, c.DeveloperID)
			c.World.Assign(t, c.DeveloperID, c.Assigned)
		}, nextOutside},
	{"a master is demoted", nextMaster,
		func(t *testing.T, c *apitest.Team) {
			c.Owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": c.MasterID, "role": "DEVELOPER"})
		},
		func(t *testing.T, c *apitest.Team) {
			c.Owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": c.MasterID, "role": "MASTER"})
		}, nextIdle},
	{"a developer is unassigned", nextDeveloper,
		func(t *testing.T, c *apitest.Team) {
			c.OtherMaster.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{c.Spare}})
			c.OtherMaster.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{}})
		},
		func(t *testing.T, c *apitest.Team) {
			c.OtherMaster.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{c.Assigned}})
		}, nextIdle},
}

func TestTheNextRequestIsJudgedByTheNewState(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for _, p := range []*apitest.Person{c.Master, c.Developer} {
			p.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": c.ID}).Succeeded(t)
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
				w.WritesNothing(t, way, func() {
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

func TestABlockedMemberGetsNoAnswerByAnIdempotencyKey(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		input := apitest.CreateInput(c.ID).With("idempotencyKey", "the same key")
		first := c.Master.Create(t, input).CreatedMiniProgram(t)
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.MasterID))
		w.WritesNothing(t, "the same key", func() { c.Master.Create(t, input).Refused(t, "NOT_FOUND") })
		c.Owner.ChangeMember(t, "unblockMember", apitest.MemberInput(c.MasterID))
		if got := c.Master.Create(t, input).CreatedMiniProgram(t); got != first {
			t.Errorf("created %s, not %s", got, first)
		}
	})
}

func TestABlockLeavesOtherWorkspacesAndAllSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		own, elsewhere := c.Master.CreateWorkspace(t, "The master's own"), c.Master.Elsewhere(t)
		elsewhere.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": own}).Succeeded(t)
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.MasterID))
		for _, p := range []*apitest.Person{c.Master, elsewhere} {
			p.ExpectSignedInAs(t, c.Master.ID)
			if got := p.VisibleNodes(t, []string{c.ID, c.Assigned, own}); len(got) != 1 || got[0] != own {
				t.Errorf("who is blocked sees %q", got)
			}
		}
		if got := elsewhere.CurrentWorkspace(t); got != own {
			t.Errorf("the other session's workspace is %v", got)
		}
	})
}
