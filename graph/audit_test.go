package graph_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql"

	"minidock/ent"
	"minidock/ent/auditevent"
	"minidock/ent/user"
	"minidock/graph"
	"minidock/internal/apitest"
)

// scene is where a mutation is done and refused, by people of its own.
type scene struct {
	w        *apitest.World
	mutation string
	// secrets are what no event may hold.
	secrets []string
	// events is how many there were before the mutation; since and until are when it was done.
	events         int
	since, until   time.Time
	isDone, isLeft bool
}

func TestEveryMutationIsNotedOnceWhenItIsDoneAndNeverWhenItIsRefused(t *testing.T) {
	mutations := graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields
	for mutation := range auditScenes {
		if mutations.ForName(mutation) == nil {
			t.Errorf("%s is no mutation", mutation)
		}
	}
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		secrets := []string{apitest.Password, newPassword}
		for _, mutation := range mutations {
			play := auditScenes[mutation.Name]
			if play == nil {
				t.Errorf("%s has no scene", mutation.Name)
				continue
			}
			s := &scene{w: w, mutation: mutation.Name}
			t.Run(mutation.Name, func(t *testing.T) {
				play(t, s)
				if !s.isDone || !s.isLeft {
					t.Errorf("done %t, refused %t: a scene needs both", s.isDone, s.isLeft)
				}
			})
			secrets = append(secrets, s.secrets...)
		}
		if len(secrets) < 50 {
			t.Errorf("only %d secrets are looked for", len(secrets))
		}
		holdNoSecret(t, w, append(secrets, storedSecrets(t, w)...))
	})
}

// signUp makes an account of the scene's own.
func (s *scene) signUp(t *testing.T, role string) *apitest.Person {
	t.Helper()
	p := s.w.SignUp(t, strings.ToLower(role+s.mutation))
	s.keep(p.Cookie(t).Value)
	return p
}

func (s *scene) keep(secrets ...string) { s.secrets = append(s.secrets, secrets...) }

// does sends the mutation, which is then to be noted or refused.
func (s *scene) does(t *testing.T, p *apitest.Person, query string, variables apitest.Vars) *apitest.Answer {
	t.Helper()
	if !strings.Contains(query, s.mutation) {
		t.Fatalf("the scene of %s plays %s", s.mutation, query)
	}
	s.events, s.since = s.w.Client.AuditEvent.Query().CountX(t.Context()), s.w.Now()
	answer := p.Do(t, query, variables)
	s.until = s.w.Now()
	return answer
}

// noted makes sure that one event for each subject was written, and nothing else: the answer's request by this actor, or nobody.
func (s *scene) noted(t *testing.T, answer *apitest.Answer, actorID, workspaceID string, subjectIDs ...string) {
	t.Helper()
	s.isDone = true
	wrong, _ := answer.Get(s.mutation + ".userErrors").([]any)
	if len(answer.Errors) != 0 || len(wrong) != 0 || answer.Get(s.mutation) == nil {
		t.Fatalf("not done: %s", answer.Body)
	}
	requestID := answer.Header.Get("X-Request-Id")
	events := s.w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(s.events).AllX(t.Context())
	if len(events) != len(subjectIDs) || requestID == "" {
		t.Fatalf("%d events of the request %q, want %d: %v", len(events), requestID, len(subjectIDs), events)
	}
	for i, e := range events {
		if e.Operation != s.mutation || value(e.ActorID) != actorID || value(e.WorkspaceID) != workspaceID || e.SubjectID != subjectIDs[i] {
			t.Errorf("noted %v; want actor %q, workspace %q and subject %q", e, actorID, workspaceID, subjectIDs[i])
		}
		if e.Address != "127.0.0.1" || e.RequestID != requestID || e.CreatedAt.Before(s.since) || e.CreatedAt.After(s.until) {
			t.Errorf("noted %v, in the request %s from %v to %v", e, requestID, s.since, s.until)
		}
	}
}

// refused makes sure that the answer says no, by its code or its mistakes in short, and that no event was written. What has nothing
// to do is neither done nor refused: "".
func (s *scene) refused(t *testing.T, answer *apitest.Answer, want string) {
	t.Helper()
	s.isLeft = true
	got := answer.Code(t)
	if wrong, _ := answer.Get(s.mutation + ".userErrors").([]any); got == "" && wrong != nil {
		got = strings.Join(apitest.Codes(answer.UserErrors(t, s.mutation+".userErrors")), ", ")
	}
	if got != want {
		t.Errorf("refused with %q, want %q: %s", got, want, answer.Body)
	}
	if events := s.w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(s.events).AllX(t.Context()); len(events) != 0 {
		t.Errorf("refused with %q, and noted: %v", got, events)
	}
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// storedSecrets are the hashes and secrets that the database keeps elsewhere.
func storedSecrets(t *testing.T, w *apitest.World) []string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	all := c.User.Query().Where(user.PasswordHashNEQ("none")).Select(user.FieldPasswordHash).StringsX(ctx)
	all = slices.Concat(all, c.Session.Query().IDsX(ctx), c.OneTimeToken.Query().IDsX(ctx), c.RecoveryCode.Query().IDsX(ctx))
	for _, factor := range c.SecondFactor.Query().AllX(ctx) {
		all = append(all, factor.Secret)
	}
	for _, one := range c.Invitation.Query().AllX(ctx) {
		if one.TokenHash != nil {
			all = append(all, *one.TokenHash)
		}
	}
	return all
}

func holdNoSecret(t *testing.T, w *apitest.World, secrets []string) {
	t.Helper()
	for _, e := range w.Client.AuditEvent.Query().AllX(t.Context()) {
		held := strings.Join([]string{e.SubjectID, e.Operation, e.Changes, e.Address, e.RequestID}, "\n")
		for _, secret := range secrets {
			if secret == "" || strings.Contains(held, secret) {
				t.Errorf("%v holds %q", e, secret)
			}
		}
	}
}

func TestWhatChangesNothingIsNotNoted(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := &scene{w: w, mutation: "nothing"}
		c := s.company(t)
		input := apitest.CreateInput(c.workspaceID).With("idempotencyKey", "a key")
		miniProgramID := apitest.CreatedMiniProgram(t, c.owner.Create(t, input))
		c.owner.Do(t, chooseWorkspace, apitest.Vars{"id": c.workspaceID})
		before := w.Client.AuditEvent.Query().CountX(t.Context())
		for _, answer := range []*apitest.Answer{
			c.owner.Do(t, chooseWorkspace, apitest.Vars{"id": c.workspaceID}),
			c.owner.Do(t, auditRename, apitest.Vars{"id": c.workspaceID, "name": " " + companyName + " "}),
			c.owner.Do(t, updateProfile, apitest.Vars{"input": apitest.Vars{"displayName": c.owner.DisplayName}}),
			c.owner.Do(t, updateProfile, apitest.Vars{"input": apitest.Vars{}}),
			c.owner.Do(t, auditChangeRole, apitest.Vars{"id": c.memberID, "role": "DEVELOPER"}),
			c.owner.Do(t, auditAssign, apitest.Vars{"id": c.memberID, "ids": []string{c.miniProgramID, c.miniProgramID}}),
			c.owner.Create(t, input),
			c.owner.UpdateMiniProgram(t, miniProgramID, apitest.Vars{}),
			c.owner.UpdateMiniProgram(t, miniProgramID, input.Without("workspaceId").Without("launchTargetCode").Without("idempotencyKey")),
			w.Visitor(t).Do(t, signOut, nil),
		} {
			if len(answer.Errors) != 0 || strings.Contains(answer.Body, `"userErrors":[{`) {
				t.Errorf("refused: %s", answer.Body)
			}
			if after := w.Client.AuditEvent.Query().CountX(t.Context()); after != before {
				t.Errorf("noted: %s", answer.Body)
				before = after
			}
		}
	})
}

func TestSeveralMutationsOfARequestAreNotedEachWithItsId(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := &scene{w: w, mutation: "several"}
		c := s.company(t)
		before := w.Client.AuditEvent.Query().CountX(t.Context())
		answer := c.owner.Do(t, `mutation($id: ID!) {
			a: renameWorkspace(input: {workspaceId: $id, name: "A"}) { userErrors { code } }
			b: renameWorkspace(input: {workspaceId: $id, name: ""}) { userErrors { code } }
			c: renameWorkspace(input: {workspaceId: $id, name: "C"}) { userErrors { code } }
		}`, apitest.Vars{"id": c.workspaceID})
		events := w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(before).AllX(t.Context())
		if len(events) != 2 || events[0].Changes != `[{"field":"name","before":"`+companyName+`","after":"A"}]` ||
			events[1].Changes != `[{"field":"name","before":"A","after":"C"}]` {
			t.Fatalf("%s: noted %v", answer.Body, events)
		}
		for _, e := range events {
			if e.RequestID != answer.Header.Get("X-Request-Id") {
				t.Errorf("%v is of another request than %v", e, answer.Header)
			}
		}
	})
}

func TestEventsAreNeverAlteredOrDeleted(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := &scene{w: w, mutation: "kept"}
		c, ctx, events := s.company(t), t.Context(), w.Client.AuditEvent
		before := events.Query().Order(auditevent.ByID()).AllX(ctx)
		if len(before) == 0 {
			t.Fatal("nothing is noted")
		}
		first := before[0]
		forge := func(u *sql.UpdateBuilder) { u.Set(auditevent.FieldOperation, "forged") }
		again := func() *ent.AuditEventCreate {
			return events.Create().SetID(first.ID).SetOperation("forged").SetCreatedAt(w.Now())
		}
		for name, do := range map[string]func(context.Context) error{
			"an update of one":  events.UpdateOneID(first.ID).Modify(forge).Exec,
			"an update of all":  events.Update().Modify(forge).Exec,
			"a deletion of one": events.DeleteOneID(first.ID).Exec,
			"a deletion of some": func(ctx context.Context) error {
				_, err := events.Delete().Where(auditevent.IDNEQ(first.ID)).Exec(ctx)
				return err
			},
			"a deletion of all":    func(ctx context.Context) error { _, err := events.Delete().Exec(ctx); return err },
			"a second with its id": again().Exec,
			"an upsert": again().OnConflictColumns(auditevent.FieldID).
				Update(func(u *ent.AuditEventUpsert) { u.Set(auditevent.FieldOperation, "forged") }).Exec,
			"its workspace's deletion": w.Client.Workspace.DeleteOneID(c.workspaceID).Exec,
			"its actor's deletion":     w.Client.User.DeleteOneID(c.owner.ID).Exec,
		} {
			if err := do(ctx); err == nil {
				t.Errorf("%s is let through", name)
			}
			after := events.Query().Order(auditevent.ByID()).AllX(ctx)
			if !slices.EqualFunc(before, after, func(a, b *ent.AuditEvent) bool { return a.String() == b.String() }) {
				t.Fatalf("%s: %v\nwere %v", name, after, before)
			}
		}
	})
}

func TestOfSeveralAtOnceOnlyTheOneThatIsDoneIsNoted(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := &scene{w: w, mutation: "once"}
		c := s.company(t)
		c.owner.CreateMiniPrograms(t, c.workspaceID, 9)
		token, reset := s.invite(t, c, "new@example.com"), requestsReset(t, w, c.owner)
		once := func(name, operation string, n int, do func(i int) *apitest.Answer) {
			t.Helper()
			before, done := w.Client.AuditEvent.Query().CountX(t.Context()), 0
			for _, answer := range apitest.AtOnce(n, do) {
				if code := answer.Code(t); code != "" {
					t.Errorf("%s: %s", name, answer.Body)
				}
				if strings.Contains(answer.Body, `"userErrors":[]`) {
					done++
				}
			}
			events := w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(before).AllX(t.Context())
			if done != 1 || len(events) != 1 || events[0].Operation != operation {
				t.Errorf("%s: %d are done, and noted is %v", name, done, events)
			}
		}
		once("the last place", "createMiniProgram", 2, func(i int) *apitest.Answer {
			return c.owner.Create(t, apitest.CreateInput(c.workspaceID).With("name", []string{"最后的小店", "最好的小店"}[i]))
		})
		once("an address", "signUp", 6, func(int) *apitest.Answer {
			return w.Visitor(t).Do(t, signUp, account("same@example.com", apitest.Password, "Same"))
		})
		once("an invitation", "acceptInvitation", 6, func(int) *apitest.Answer {
			return w.Visitor(t).Do(t, auditAccept, apitest.Vars{"token": token, "password": apitest.Password, "name": "New"})
		})
		once("a token", "resetPassword", 6, func(int) *apitest.Answer {
			return w.Visitor(t).Do(t, resetPassword, tokenAnd(reset, newPassword))
		})
	})
}

func TestAChangeAndItsEventAreWrittenBothOrNeither(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := &scene{w: w, mutation: "both"}
		c, ann := s.company(t), s.signUp(t, "ann")
		var fails atomic.Pointer[string]
		failing := func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				if at := fails.Load(); at != nil && m.Type() == *at {
					return nil, errors.New("cannot be written")
				}
				return next.Mutate(ctx, m)
			})
		}
		w.Client.Use(failing)
		before := auditedRows(t, w)
		fails.Store(new("AuditEvent"))
		for name, do := range map[string]func() *apitest.Answer{
			"signUp": func() *apitest.Answer {
				return w.Visitor(t).Do(t, signUp, account("new@example.com", apitest.Password, "New"))
			},
			"signIn":          func() *apitest.Answer { return w.Visitor(t).Do(t, signIn, credentials(ann.Email, apitest.Password)) },
			"signOut":         func() *apitest.Answer { return ann.Do(t, signOut, nil) },
			"changePassword":  func() *apitest.Answer { return ann.Do(t, changePassword, passwords(apitest.Password, newPassword)) },
			"createWorkspace": func() *apitest.Answer { return ann.Do(t, createWorkspace, apitest.Vars{"name": "New"}) },
			"renameWorkspace": func() *apitest.Answer {
				return c.owner.Do(t, auditRename, apitest.Vars{"id": c.workspaceID, "name": "Renamed"})
			},
			"removeMember":      func() *apitest.Answer { return c.owner.Do(t, auditRemove, apitest.Vars{"id": c.memberID}) },
			"inviteMembers":     func() *apitest.Answer { return operations["inviteMembers"].by(t, c.owner, stage{}, c.workspaceID) },
			"createMiniProgram": func() *apitest.Answer { return c.owner.Create(t, apitest.CreateInput(c.workspaceID)) },
		} {
			if code := do().Code(t); code != "INTERNAL_SERVER_ERROR" {
				t.Errorf("%s: %q", name, code)
			}
			if after := auditedRows(t, w); after != before {
				t.Fatalf("%s: %s\nwas %s", name, after, before)
			}
		}
		// The event is written by then: what fails after it takes it back.
		fails.Store(new("Member"))
		if code := c.owner.Do(t, auditRename, apitest.Vars{"id": c.workspaceID, "name": "Renamed"}).Code(t); code != "INTERNAL_SERVER_ERROR" {
			t.Errorf("renamed: %q", code)
		}
		if after := auditedRows(t, w); after != before {
			t.Errorf("%s\nwas %s", after, before)
		}
		fails.Store(nil)
		done(t, c.owner.Do(t, auditRename, apitest.Vars{"id": c.workspaceID, "name": "Renamed"}), "renameWorkspace")
		if auditedRows(t, w) == before {
			t.Error("nothing is seen of a change")
		}
	})
}

// auditedRows returns all that is noted and what it is noted of.
func auditedRows(t *testing.T, w *apitest.World) string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	return fmt.Sprint(c.AuditEvent.Query().AllX(ctx), c.User.Query().AllX(ctx), c.User.Query().Select(user.FieldPasswordHash).StringsX(ctx),
		c.Session.Query().IDsX(ctx), c.Workspace.Query().AllX(ctx), c.Member.Query().AllX(ctx), c.Invitation.Query().AllX(ctx),
		c.MiniProgram.Query().AllX(ctx), c.Assignment.Query().AllX(ctx), c.Mail.Query().AllX(ctx), c.QuotaUse.Query().AllX(ctx))
}
