package api_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"entgo.io/ent/dialect/sql"

	"minidock/ent"
	"minidock/ent/auditevent"
	"minidock/ent/user"
	"minidock/internal/apitest"
)

func TestWhatChangesNothingIsNotRecorded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewCompany(t, "")
		input := apitest.CreateInput(c.WorkspaceID).With("idempotencyKey", "a key")
		miniProgramID := c.Owner.Create(t, input).CreatedMiniProgram(t)
		c.Owner.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID})
		before := w.Client.AuditEvent.Query().CountX(t.Context())
		for _, answer := range []*apitest.Answer{
			c.Owner.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID}),
			c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": " " + apitest.CompanyName + " "}),
			c.Owner.Mutate(t, "updateProfile", apitest.Vars{"displayName": c.Owner.DisplayName}),
			c.Owner.Mutate(t, "updateProfile", apitest.Vars{}),
			c.Owner.Mutate(t, "changeMemberRole", apitest.Vars{"memberId": c.MemberID, "role": "DEVELOPER"}),
			c.Owner.Mutate(t, "assignMiniPrograms", apitest.Vars{"memberId": c.MemberID, "miniProgramIds": []string{c.MiniProgramID, c.MiniProgramID}}),
			c.Owner.Create(t, input),
			c.Owner.UpdateMiniProgram(t, miniProgramID, apitest.Vars{}),
			c.Owner.UpdateMiniProgram(t, miniProgramID, input.Without("workspaceId").Without("launchTargetCode").Without("idempotencyKey")),
			w.Visitor(t).Mutate(t, "signOut", nil),
		} {
			if len(answer.Errors) != 0 || strings.Contains(answer.Body, `"userErrors":[{`) {
				t.Errorf("refused: %s", answer.Body)
			}
			if after := w.Client.AuditEvent.Query().CountX(t.Context()); after != before {
				t.Errorf("recorded: %s", answer.Body)
				before = after
			}
		}
	})
}

func TestEachMutationOfARequestIsRecordedWithTheRequestID(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewCompany(t, "")
		before := w.Client.AuditEvent.Query().CountX(t.Context())
		answer := c.Owner.Do(t, `mutation($id: ID!) {
			a: renameWorkspace(input: {workspaceId: $id, name: "A"}) { userErrors { code } }
			b: renameWorkspace(input: {workspaceId: $id, name: ""}) { userErrors { code } }
			c: renameWorkspace(input: {workspaceId: $id, name: "C"}) { userErrors { code } }
		}`, apitest.Vars{"id": c.WorkspaceID})
		events := w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(before).AllX(t.Context())
		if len(events) != 2 || events[0].Changes != `[{"field":"name","before":"`+apitest.CompanyName+`","after":"A"}]` ||
			events[1].Changes != `[{"field":"name","before":"A","after":"C"}]` {
			t.Fatalf("%s: recorded %v", answer.Body, events)
		}
		for _, e := range events {
			if e.RequestID != answer.Header.Get("X-Request-Id") {
				t.Errorf("%v is of another request than %v", e, answer.Header)
			}
		}
	})
}

func TestEventsAreNeverAlteredOrDeleted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c, ctx, events := w.NewCompany(t, ""), t.Context(), w.Client.AuditEvent
		before := events.Query().Order(auditevent.ByID()).AllX(ctx)
		if len(before) == 0 {
			t.Fatal("nothing is recorded")
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
			"its workspace's deletion": w.Client.Workspace.DeleteOneID(c.WorkspaceID).Exec,
			"its actor's deletion":     w.Client.User.DeleteOneID(c.Owner.ID).Exec,
		} {
			if err := do(ctx); err == nil {
				t.Errorf("%s succeeded", name)
			}
			after := events.Query().Order(auditevent.ByID()).AllX(ctx)
			if !slices.EqualFunc(before, after, func(a, b *ent.AuditEvent) bool { return a.String() == b.String() }) {
				t.Fatalf("%s: %v\nwere %v", name, after, before)
			}
		}
	})
}

func TestOnlyTheSuccessfulOneOfSeveralAtOnceIsRecorded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewCompany(t, "")
		c.Owner.CreateMiniPrograms(t, c.WorkspaceID, 9)
		token, reset := c.Owner.InvitationToken(t, c.WorkspaceID, apitest.MasterInvitation("new@example.com")), c.Owner.ResetToken(t)
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
				t.Errorf("%s: %d succeeded, the events are %v", name, done, events)
			}
		}
		once("the last place", "createMiniProgram", 2, func(i int) *apitest.Answer {
			return c.Owner.Create(t, apitest.CreateInput(c.WorkspaceID).With("name", []string{"最后的小店", "最好的小店"}[i]))
		})
		once("an address", "signUp", 6, func(int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signUp", apitest.Account("same@example.com", apitest.Password, "Same"))
		})
		once("an invitation", "acceptInvitation", 6, func(int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "acceptInvitation", apitest.Vars{"token": token, "password": apitest.Password, "displayName": "New"})
		})
		once("a token", "resetPassword", 6, func(int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": reset, "newPassword": apitest.NewPassword})
		})
	})
}

func TestAChangeAndItsEventAreWrittenBothOrNeither(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c, ann := w.NewCompany(t, ""), w.SignUp(t, "ann")
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
				return w.Visitor(t).Mutate(t, "signUp", apitest.Account("new@example.com", apitest.Password, "New"))
			},
			"signIn": func() *apitest.Answer {
				return w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.Password))
			},
			"signOut": func() *apitest.Answer { return ann.Mutate(t, "signOut", nil) },
			"changePassword": func() *apitest.Answer {
				return ann.Mutate(t, "changePassword", apitest.Passwords(apitest.Password, apitest.NewPassword))
			},
			"createWorkspace": func() *apitest.Answer { return ann.Mutate(t, "createWorkspace", apitest.Vars{"name": "New"}) },
			"renameWorkspace": func() *apitest.Answer {
				return c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": "Renamed"})
			},
			"removeMember": func() *apitest.Answer { return c.Owner.Mutate(t, "removeMember", apitest.Vars{"memberId": c.MemberID}) },
			"inviteMembers": func() *apitest.Answer {
				return c.Owner.RequestInvitations(t, c.WorkspaceID, apitest.MasterInvitation("new@example.com"))
			},
			"createMiniProgram": func() *apitest.Answer { return c.Owner.Create(t, apitest.CreateInput(c.WorkspaceID)) },
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
		if code := c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": "Renamed"}).Code(t); code != "INTERNAL_SERVER_ERROR" {
			t.Errorf("renamed: %q", code)
		}
		if after := auditedRows(t, w); after != before {
			t.Errorf("%s\nwas %s", after, before)
		}
		fails.Store(nil)
		c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": "Renamed"}).Succeeded(t)
		if auditedRows(t, w) == before {
			t.Error("nothing is seen of a change")
		}
	})
}

// auditedRows returns the audit events and the rows that they are about.
func auditedRows(t *testing.T, w *apitest.World) string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	return fmt.Sprint(c.AuditEvent.Query().AllX(ctx), c.User.Query().AllX(ctx), c.User.Query().Select(user.FieldPasswordHash).StringsX(ctx),
		c.Session.Query().IDsX(ctx), c.Workspace.Query().AllX(ctx), c.Member.Query().AllX(ctx), c.Invitation.Query().AllX(ctx),
		c.MiniProgram.Query().AllX(ctx), c.Assignment.Query().AllX(ctx), c.Mail.Query().AllX(ctx), c.QuotaUse.Query().AllX(ctx))
}
