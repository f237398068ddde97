package apitest

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
	"minidock/internal/limit"
)

// RaceRounds is how often each race is run.
const RaceRounds = 20

// RaceOptions let a race sign up and in, and invite somebody, as often as it must.
var RaceOptions = Options{
	Limits: Limits(func(l *limit.Limits) {
		l.SignUps, l.SignInFailures, l.AddressFailures, l.MailRequests = 100_000, 100_000, 100_000, 100_000
		l.OwnedWorkspaces, l.InviterInvitations, l.AddressInvitations = 100_000, 100_000, 100_000
	}),
}

// Contest is one round of a race in a workspace.
type Contest struct {
	WorkspaceID string
	// One and Other are sent at the same time. No answer is the outcome "done".
	One, Other func() *Answer
	// May has the allowed outcomes, as "outcome of One / outcome of Other", each with the state of the workspace that must follow.
	May map[string]string
	// Tables are those whose writers are held back; "workspaces" and "members" when there are none.
	Tables []string
	// Meanwhile is called repeatedly while they run, and Then once with the outcome; either may be nil.
	Meanwhile func()
	Then      func(outcome string)
}

// Race runs a race in many rounds, on two servers of one database. The first two rounds are run one request after the other, so that
// the outcomes of both orders occur; in others the writes are held back until both requests have read what they depend on. There must be
// no deadlock.
func Race(t *testing.T, prepare func(t *testing.T, w, there *World) func(round int) Contest) {
	t.Helper()
	RunWith(t, RaceOptions, func(t *testing.T, w *World) {
		there, outcomes, slowest := w.Another(t), map[string]int{}, time.Duration(0)
		next, several := prepare(t, w, there), false
		for round := range RaceRounds {
			c := next(round)
			events := w.CountEvents(t, c.WorkspaceID)
			outcome := c.run(t, w, round, &slowest)
			outcomes[outcome]++
			several = len(c.May) > 1
			want, allowed := c.May[outcome]
			if got := w.DescribeWorkspace(t, c.WorkspaceID, events); !allowed || got != want {
				t.Errorf("round %d: outcome %q\ngot  %s\nwant %s", round, outcome, got, want)
			}
			if c.Then != nil {
				c.Then(outcome)
			}
		}
		t.Logf("outcomes %v; the slowest request took %v", outcomes, slowest.Round(time.Millisecond))
		if several && len(outcomes) < 2 {
			t.Errorf("only one outcome occurred: %v", outcomes)
		}
		ExpectNoDeadlocks(t, w, there)
	})
}

// ExpectNoDeadlocks stops these servers of one database and makes sure that there was no deadlock.
func ExpectNoDeadlocks(t *testing.T, servers ...*World) {
	t.Helper()
	if !servers[0].OnPostgres() {
		return
	}
	if n := Deadlocks(t, servers...); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func (c Contest) run(t *testing.T, w *World, round int, slowest *time.Duration) string {
	t.Helper()
	var over atomic.Bool
	var watch sync.WaitGroup
	if c.Meanwhile != nil {
		watch.Go(func() {
			for !over.Load() {
				c.Meanwhile()
			}
		})
	}
	requests := []func() *Answer{c.One, c.Other}
	answers := make([]*Answer, 2)
	switch first := round % 2; {
	case round < 2:
		answers[first] = requests[first]()
		answers[1-first] = requests[1-first]()
	case w.OnPostgres() && round < RaceRounds/2:
		tables := c.Tables
		if tables == nil {
			tables = []string{"workspaces", "members"}
		}
		answers = sendHeldBack(t, w, requests, first, tables)
	default:
		answers = sendWithHeadStart(t, w, requests, first, 3*(round/2%4), slowest)
	}
	over.Store(true)
	watch.Wait()
	return outcomeOf(t, answers[0]) + " / " + outcomeOf(t, answers[1])
}

func outcomeOf(t *testing.T, answer *Answer) string {
	t.Helper()
	if answer == nil {
		return "done"
	}
	return answer.Outcome(t)
}

// sendHeldBack sends both, lets neither write until both are about to, and has the first be the first in the queue.
func sendHeldBack(t *testing.T, w *World, requests []func() *Answer, first int, tables []string) []*Answer {
	t.Helper()
	waiting, release := w.HoldBack(t, tables...)
	answers := make([]*Answer, len(requests))
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

// sendWithHeadStart sends both at the same time, but for the head start that the first has: so many small requests.
func sendWithHeadStart(t *testing.T, w *World, requests []func() *Answer, first, steps int, slowest *time.Duration) []*Answer {
	t.Helper()
	visitor := w.Visitor(t)
	took := make([]time.Duration, len(requests))
	answers := AtOnce(len(requests), func(i int) *Answer {
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

// CountEvents returns how many audit events a workspace has.
func (w *World) CountEvents(t *testing.T, workspaceID string) int {
	t.Helper()
	return w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).CountX(t.Context())
}

// DescribeWorkspace describes the state of a workspace: its members with the number of their assignments, its invitations by name, its mini
// programs, and the operations of its audit events but for the oldest ones, in their order.
func (w *World) DescribeWorkspace(t *testing.T, workspaceID string, oldest int) string {
	t.Helper()
	ctx := t.Context()
	var parts, operations []string
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
	for _, e := range w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).Order(auditevent.ByID()).AllX(ctx)[oldest:] {
		operations = append(operations, e.Operation)
	}
	return strings.Join(parts, ", ") + ": " + strings.Join(operations, ", ")
}

// Sends returns what sends a mutation, to be called when a race begins.
func (p *Person) Sends(t *testing.T, mutation string, input Vars) func() *Answer {
	return func() *Answer { return p.MutateBriefly(t, mutation, input) }
}

// Mirrored adds to outcomes those in which the outcomes of the two requests are exchanged.
func Mirrored(may map[string]string) map[string]string {
	both := map[string]string{}
	for outcome, want := range may {
		one, other, _ := strings.Cut(outcome, " / ")
		both[outcome], both[other+" / "+one] = want, want
	}
	return both
}
