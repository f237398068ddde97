package operation_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"minidock/ent"
	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/ent/session"
	"minidock/ent/workspace"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/limit"
	"minidock/internal/operation"
	sessions "minidock/internal/session"
)

// scene is a workspace, its owner and the owner's viewer.
type scene struct {
	*apitest.World
	db          operation.DB
	owner       *apitest.Person
	workspaceID string
}

func newScene(t *testing.T, w *apitest.World) scene {
	t.Helper()
	owner := w.SignUp(t, "ann")
	return scene{w, operation.DB{Client: w.Client, Now: w.Now}, owner, owner.CreateWorkspace(t, "Coffee")}
}

// viewer returns the viewer of a request that the person sends now.
func (s scene) viewer(t *testing.T, p *apitest.Person) *access.Viewer {
	t.Helper()
	viewer := access.NewViewer(s.Client, access.Request{ID: "a request"}, sessions.New(s.db, limit.Default).Credential(p.Cookie(t).Value), nil)
	if principal, err := viewer.Principal(t.Context()); err != nil || principal.UserID != p.ID {
		t.Fatalf("the viewer is %v, %v", principal, err)
	}
	return viewer
}

// rename renames the workspace, and notes it unless silent.
func (s scene) rename(ctx context.Context, tx *operation.Tx, name string, silent bool) (*ent.Workspace, error) {
	if !silent {
		tx.Changed(s.workspaceID, event.Text("name", tx.At.Name, name))
	}
	return tx.Workspace.UpdateOneID(s.workspaceID).SetName(name).Save(ctx)
}

func (s scene) name(t *testing.T) string {
	t.Helper()
	return s.Client.Workspace.Query().Where(workspace.ID(s.workspaceID)).OnlyX(t.Context()).Name
}

func (s scene) events(t *testing.T) []*ent.AuditEvent {
	t.Helper()
	return s.Client.AuditEvent.Query().Where(auditevent.OperationEQ("renameWorkspace")).Order(auditevent.ByID()).AllX(t.Context())
}

func TestARerunBeginsWithFreshUserErrors(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s, runs, done := newScene(t, w), 0, 0
		renamed, err := operation.Run(t.Context(), s.db, s.viewer(t, s.owner), access.RenameWorkspace, s.workspaceID, func(tx *operation.Tx) (*ent.Workspace, error) {
			tx.After(func() { done++ })
			if runs++; runs == 1 {
				tx.Errors.Add("name", fault.Taken)
				if _, err := s.rename(t.Context(), tx, "lost", false); err != nil {
					return nil, err
				}
				return nil, &pgconn.PgError{Code: "40001"} // as PostgreSQL refuses who loses against another transaction
			}
			return s.rename(t.Context(), tx, "won", false)
		})
		if err != nil || renamed.Name != "won" || s.name(t) != "won" || runs != 2 || done != 1 {
			t.Errorf("%v, %v, the name is %q after %d runs, %d done after it", renamed, err, s.name(t), runs, done)
		}
		if events := s.events(t); len(events) != 1 || events[0].Changes != `[{"field":"name","before":"Coffee","after":"won"}]` {
			t.Errorf("events %v", events)
		}
	})
}

func TestNothingIsWrittenWithoutAnEvent(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s, done := newScene(t, w), false
		result, err := operation.Run(t.Context(), s.db, s.viewer(t, s.owner), access.RenameWorkspace, s.workspaceID, func(tx *operation.Tx) (string, error) {
			tx.After(func() { done = true })
			_, err := s.rename(t.Context(), tx, "silent", true)
			tx.Changed(s.workspaceID, event.Text("name", "Coffee", "Coffee"))
			return "as it was", err
		})
		if err != nil || result != "as it was" || s.name(t) != "Coffee" || len(s.events(t)) != 0 || done {
			t.Errorf("%q, %v; the name is %q, %d events, done %t", result, err, s.name(t), len(s.events(t)), done)
		}
	})
}

func TestNothingIsWrittenWithAUserError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s, done := newScene(t, w), false
		for name, refuse := range map[string]func(*operation.Tx) error{
			"returned": func(tx *operation.Tx) error { return tx.Refuse("name", fault.Taken) },
			"left":     func(tx *operation.Tx) error { tx.Errors.Add("name", fault.Taken); return nil },
		} {
			result, err := operation.Run(t.Context(), s.db, s.viewer(t, s.owner), access.RenameWorkspace, s.workspaceID, func(tx *operation.Tx) (string, error) {
				tx.After(func() { done = true })
				if _, err := s.rename(t.Context(), tx, "refused", false); err != nil {
					return "", err
				}
				return "a result", refuse(tx)
			})
			var errs *fault.UserErrors
			if !errors.As(err, &errs) || !errs.Has("name") || result != "" {
				t.Errorf("%s: %q, %v", name, result, err)
			}
		}
		if s.name(t) != "Coffee" || len(s.events(t)) != 0 || done {
			t.Errorf("the name is %q, %d events, done %t", s.name(t), len(s.events(t)), done)
		}
	})
}

func TestTheRoleIsThatOfTheTransaction(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newScene(t, w)
		max := w.SignUp(t, "max")
		memberID := w.Join(t, s.workspaceID, max, member.RoleMASTER)
		for want, change := range map[string]func(*ent.MemberUpdateOne) *ent.MemberUpdateOne{
			"FORBIDDEN": func(m *ent.MemberUpdateOne) *ent.MemberUpdateOne { return m.SetRole(member.RoleDEVELOPER) },
			"NOT_FOUND": func(m *ent.MemberUpdateOne) *ent.MemberUpdateOne { return m.SetStatus(member.StatusBLOCKED) },
		} {
			w.Client.Member.UpdateOneID(memberID).SetRole(member.RoleMASTER).SetStatus(member.StatusACTIVE).ExecX(t.Context())
			viewer := s.viewer(t, max)
			change(w.Client.Member.UpdateOneID(memberID)).ExecX(t.Context())
			refused(t, s, viewer, want)
		}
	})
}

func TestASessionThatHasEndedChangesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newScene(t, w)
		viewer := s.viewer(t, s.owner)
		w.Client.Session.Delete().Where(session.UserID(s.owner.ID)).ExecX(t.Context())
		refused(t, s, viewer, "UNAUTHENTICATED")
		if principal, err := viewer.Principal(t.Context()); err != nil || principal.SignedIn() {
			t.Errorf("the rest of the request is still sent by %v, %v", principal, err)
		}
		// What is for everyone goes on for nobody.
		again := s.viewer(t, s.owner.Elsewhere(t))
		w.Client.Session.Delete().Where(session.UserID(s.owner.ID)).ExecX(t.Context())
		actor, err := operation.Run(t.Context(), s.db, again, access.RequestPasswordReset, "", func(tx *operation.Tx) (string, error) {
			return tx.ActorID(), nil
		})
		if err != nil || actor != "" {
			t.Errorf("the actor is %q, %v", actor, err)
		}
	})
}

// refused makes sure that a change of the workspace is refused before it begins.
func refused(t *testing.T, s scene, viewer *access.Viewer, want string) {
	t.Helper()
	_, err := operation.Run(t.Context(), s.db, viewer, access.RenameWorkspace, s.workspaceID, func(tx *operation.Tx) (*ent.Workspace, error) {
		t.Errorf("%s: it was begun", want)
		return s.rename(t.Context(), tx, "written", false)
	})
	if refusal, ok := errors.AsType[*fault.Refusal](err); !ok || refusal.Code != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// Who ends the sessions of an account waits for what is under way in them, and what comes after finds its session ended.
func TestWhatIsUnderWayIsFinishedBeforeItsSessionEnds(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		if !w.OnPostgres() {
			t.Skip("SQLite writes one transaction at a time")
		}
		s := newScene(t, w)
		there, waiting, ended := s.owner.Elsewhere(t), w.Waiting(t), make(chan *apitest.Answer, 1)
		viewer := s.viewer(t, s.owner)
		_, err := operation.Run(t.Context(), s.db, viewer, access.RenameWorkspace, s.workspaceID, func(tx *operation.Tx) (*ent.Workspace, error) {
			go func() {
				ended <- there.Do(t, `mutation { signOutEverywhere { viewer { user { id } } userErrors { code } } }`, nil)
			}()
			for waiting() == 0 {
				runtime.Gosched()
			}
			return s.rename(t.Context(), tx, "finished", false)
		})
		if answer := <-ended; err != nil || len(answer.Errors) != 0 {
			t.Fatalf("%v, %s", err, answer.Body)
		}
		operations := []string{}
		for _, event := range w.Client.AuditEvent.Query().Order(auditevent.ByCreatedAt(), auditevent.ByID()).AllX(t.Context()) {
			operations = append(operations, event.Operation)
		}
		if !slices.Equal(operations[len(operations)-2:], []string{"renameWorkspace", "signOutEverywhere"}) {
			t.Errorf("events %q", operations)
		}
		refused(t, s, viewer, "UNAUTHENTICATED")
	})
}

func TestEachSubjectHasItsEvent(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newScene(t, w)
		w.Advance(time.Minute)
		_, err := operation.Run(t.Context(), s.db, s.viewer(t, s.owner), access.RenameWorkspace, s.workspaceID, func(tx *operation.Tx) (string, error) {
			tx.Changed("one")
			tx.Changed("two", event.Text("a", "", "b"), event.Text("same", "c", "c"))
			return "", nil
		})
		events := s.events(t)
		if err != nil || len(events) != 2 {
			t.Fatalf("%v, events %v", err, events)
		}
		for i, want := range []struct{ subject, changes string }{{"one", "[]"}, {"two", `[{"field":"a","after":"b"}]`}} {
			e := events[i]
			if e.SubjectID != want.subject || e.Changes != want.changes || *e.ActorID != s.owner.ID || *e.WorkspaceID != s.workspaceID || e.RequestID != "a request" {
				t.Errorf("event %v, want %v", e, want)
			}
		}
		own := w.Client.Member.Query().Where(member.UserID(s.owner.ID)).OnlyX(t.Context())
		if own.LastActiveAt == nil || !own.LastActiveAt.Equal(events[0].CreatedAt) {
			t.Errorf("last active at %v, and not at %v", own.LastActiveAt, events[0].CreatedAt)
		}
	})
}

func TestWhatIsNotInTheMatrixIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newScene(t, w)
		_, err := operation.Run(t.Context(), s.db, s.viewer(t, s.owner), "unheardOf", s.workspaceID, func(*operation.Tx) (string, error) {
			t.Error("it was begun")
			return "", nil
		})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}
