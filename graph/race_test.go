package graph_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// raceRounds is how often each race is run.
const raceRounds = 20

// raceOptions let the tests sign up and in, and invite somebody, as often as they must.
var raceOptions = apitest.Options{
	Limits: apitest.Limits(func(l *limit.Limits) {
		l.SignUps, l.SignInFailures, l.AddressFailures, l.MailRequests, l.RequestTime = 100_000, 100_000, 100_000, 100_000, time.Minute
	}),
}

// contest is one round of a race in a workspace.
type contest struct {
	workspaceID string
	// one and other are sent at the same time.
	one, other func() *apitest.Answer
	// may has the outcomes that are allowed, as "what one was told / what other was told", each with how the workspace then stands.
	may map[string]string
	// tables are those whose writers are held back; "workspaces" and "members" when there are none.
	tables []string
	// meanwhile is called again and again while they run, and then once with the outcome; either may be nil.
	meanwhile func()
	then      func(outcome string)
}

// race runs a race in many rounds, on two servers of one database. The first two rounds are run in turn, so that the outcomes of
// either order are met; in others the writes are held back until both have read what they go by. Nothing may be a deadlock.
func race(t *testing.T, prepare func(t *testing.T, w, there *apitest.World) func(round int) contest) {
	t.Helper()
	apitest.RunWith(t, raceOptions, func(t *testing.T, w *apitest.World) {
		there, met, slowest := w.Another(t), map[string]int{}, time.Duration(0)
		next, several := prepare(t, w, there), false
		for round := range raceRounds {
			c := next(round)
			noted := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(c.workspaceID)).CountX(t.Context())
			outcome := c.run(t, w, round, &slowest)
			met[outcome]++
			several = len(c.may) > 1
			want, allowed := c.may[outcome]
			if got := raceStanding(t, w, c.workspaceID, noted); !allowed || got != want {
				t.Errorf("round %d: told %q\ngot  %s\nwant %s", round, outcome, got, want)
			}
			if c.then != nil {
				c.then(outcome)
			}
		}
		t.Logf("outcomes %v; the slowest request took %v", met, slowest.Round(time.Millisecond))
		if several && len(met) < 2 {
			t.Errorf("only one outcome was met: %v", met)
		}
		raceNoDeadlocks(t, w, there)
	})
}

func raceNoDeadlocks(t *testing.T, servers ...*apitest.World) {
	t.Helper()
	if !servers[0].OnPostgres() {
		return
	}
	if n := apitest.Deadlocks(t, servers...); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func (c contest) run(t *testing.T, w *apitest.World, round int, slowest *time.Duration) string {
	t.Helper()
	var over atomic.Bool
	var watch sync.WaitGroup
	if c.meanwhile != nil {
		watch.Go(func() {
			for !over.Load() {
				c.meanwhile()
			}
		})
	}
	requests := []func() *apitest.Answer{c.one, c.other}
	answers := make([]*apitest.Answer, 2)
	switch first := round % 2; {
	case round < 2:
		answers[first] = requests[first]()
		answers[1-first] = requests[1-first]()
	case w.OnPostgres() && round < raceRounds/2:
		tables := c.tables
		if tables == nil {
			tables = []string{"workspaces", "members"}
		}
		answers = raceHeldBack(t, w, requests, first, tables)
	default:
		answers = raceHeadStart(t, w, requests, first, 3*(round/2%4), slowest)
	}
	over.Store(true)
	watch.Wait()
	return raceTold(t, answers[0]) + " / " + raceTold(t, answers[1])
}

// raceHeldBack sends both, lets neither write until both are about to, and has the first be the first in the queue.
func raceHeldBack(t *testing.T, w *apitest.World, requests []func() *apitest.Answer, first int, tables []string) []*apitest.Answer {
	t.Helper()
	waiting, release := w.HoldBack(t, tables...)
	answers := make([]*apitest.Answer, len(requests))
	var answered atomic.Int32
	var wg sync.WaitGroup
	for n, i := range []int{first, 1 - first} {
		wg.Go(func() {
			answers[i] = requests[i]()
			answered.Add(1)
		})
		for waiting()+int(answered.Load()) <= n {
			continue
		}
	}
	release()
	wg.Wait()
	return answers
}

// raceHeadStart sends both at the same time, but for the head start that the first has: so many small requests.
func raceHeadStart(t *testing.T, w *apitest.World, requests []func() *apitest.Answer, first, steps int, slowest *time.Duration) []*apitest.Answer {
	t.Helper()
	visitor := w.Visitor(t)
	took := make([]time.Duration, len(requests))
	answers := apitest.AtOnce(len(requests), func(i int) *apitest.Answer {
		for range steps {
			if i != first {
				visitor.Do(t, `{ viewer { user { id } } }`, nil)
			}
		}
		began := time.Now()
		defer func() { took[i] = time.Since(began) }()
		return requests[i]()
	})
	*slowest = max(*slowest, took[0], took[1])
	return answers
}

// raceTold returns what a mutation was told: "done", its mistakes, or the code that it was refused with.
func raceTold(t *testing.T, answer *apitest.Answer) string {
	t.Helper()
	if code := answer.Code(t); code != "" {
		answer.Refused(t, code)
		return code
	}
	told := ""
	for name, payload := range answer.Data {
		fields := payload.(map[string]any)
		if _, has := fields["userErrors"]; has {
			told += strings.Join(mistakes(t, answer, name), ", ")
		}
		for field, value := range fields {
			if field != "userErrors" && (value != nil) != (told == "") {
				t.Errorf("%s is %v beside mistakes: %s", field, value, answer.Body)
			}
		}
	}
	if told == "" {
		return "done"
	}
	return told
}

// raceStanding tells how a workspace stands: its members with what they are assigned to, its invitations by name, its mini programs, and
// the operations noted after the first ones, in their order.
func raceStanding(t *testing.T, w *apitest.World, workspaceID string, noted int) string {
	t.Helper()
	ctx := t.Context()
	var parts, done []string
	for _, m := range w.Client.Member.Query().Where(member.WorkspaceID(workspaceID)).WithUser().Order(member.ByID()).AllX(ctx) {
		part := fmt.Sprint(m.Edges.User.DisplayName, " ", m.Role)
		if m.Status != member.StatusACTIVE {
			part += " " + string(m.Status)
		}
		if n := w.Client.Assignment.Query().Where(assignment.MemberID(m.ID)).CountX(ctx); n > 0 {
			part += fmt.Sprint(" of ", n)
		}
		parts = append(parts, part)
	}
	for _, i := range w.Client.Invitation.Query().Where(invitation.WorkspaceID(workspaceID)).Order(invitation.ByID()).AllX(ctx) {
		part := fmt.Sprint(i.Name, " is ", i.Status)
		if i.TokenHash != nil && i.Status != invitation.StatusINVITED {
			part += " and has a token"
		}
		parts = append(parts, part)
	}
	for _, m := range w.Client.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspaceID)).Order(miniprogram.ByID()).AllX(ctx) {
		parts = append(parts, m.Name)
	}
	if w.Client.Workspace.GetX(ctx, workspaceID).DeletedAt != nil {
		parts = append(parts, "deleted")
	}
	for _, e := range w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).Order(auditevent.ByID()).AllX(ctx)[noted:] {
		done = append(done, e.Operation)
	}
	return strings.Join(parts, ", ") + ": " + strings.Join(done, ", ")
}

// raceFields are what each mutation of a race asks of its payload.
var raceFields = map[string]string{
	"inviteMembers": "invitations { id }", "resendInvitation": "invitation { id }", "withdrawInvitation": "invitation { id }",
	"acceptInvitation": "member { id }", "confirmEmail": "email", "changeMemberRole": "member { id }", "assignMiniPrograms": "member { id }",
	"blockMember": "member { id }", "unblockMember": "member { id }", "removeMember": "member { id }",
	"transferOwnership": "member { id }", "renameWorkspace": "workspace { id }", "deleteWorkspace": "deletedWorkspaceId",
	"createMiniProgram": "miniProgram { id }", "updateMiniProgram": "miniProgram { id }",
}

// raceSends returns what sends a mutation, to be called when the race begins.
func raceSends(t *testing.T, p *apitest.Person, mutation string, input apitest.Vars) func() *apitest.Answer {
	fields := raceFields[mutation] + " userErrors { code path }"
	if mutation == "leaveWorkspace" {
		fields = "leftWorkspaceId"
	}
	query := fmt.Sprintf("mutation($input: %s%sInput!) { %s(input: $input) { %s } }",
		strings.ToUpper(mutation[:1]), mutation[1:], mutation, fields)
	return func() *apitest.Answer { return p.Do(t, query, apitest.Vars{"input": input}) }
}

// raceDoes sends a mutation that must be done.
func raceDoes(t *testing.T, p *apitest.Person, mutation string, input apitest.Vars) *apitest.Answer {
	t.Helper()
	answer := raceSends(t, p, mutation, input)()
	if told := raceTold(t, answer); told != "done" {
		t.Fatalf("%s: %s", mutation, answer.Body)
	}
	return answer
}

// raceMirrored adds to outcomes those in which the other request was told what the one was.
func raceMirrored(may map[string]string) map[string]string {
	both := map[string]string{}
	for outcome, want := range may {
		one, other, _ := strings.Cut(outcome, " / ")
		both[outcome], both[other+" / "+one] = want, want
	}
	return both
}

// raceInvites is an input that invites a person by this name to be a master.
func raceInvites(workspaceID, name, email string) apitest.Vars {
	return apitest.Vars{"workspaceId": workspaceID, "invitations": []apitest.Vars{{"name": name, "email": email, "role": "MASTER"}}}
}

func raceMember(memberID string) apitest.Vars { return apitest.Vars{"memberId": memberID} }

func raceWorkspace(workspaceID string) apitest.Vars { return apitest.Vars{"workspaceId": workspaceID} }

func raceTransfer(memberID string) apitest.Vars {
	return apitest.Vars{"memberId": memberID, "password": apitest.Password}
}
