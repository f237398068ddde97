package operation

import (
	"context"
	"slices"
	"time"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/ent/workspace"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
)

// Tx is the transaction of a change.
type Tx struct {
	*ent.Tx
	// Now is the moment of the change.
	Now time.Time
	// Errors are the user errors that only the transaction can see.
	Errors fault.UserErrors

	// Principal is who the viewer is, as the transaction sees it.
	Principal *access.Principal
	// At is the workspace where the change is made, once it is held; nil otherwise.
	At *ent.Workspace
	// Own is the viewer's membership by whose role the change is allowed; nil where no role is asked for.
	Own *ent.Member
	// Target is the member at the id that the operation names; nil where it names something else.
	Target *ent.Member

	operation   access.Operation
	rule        access.Rule
	viewer      *access.Viewer
	workspaceID string
	// proven is who the actor has proven to be inside; "" for the viewer.
	proven string
	events []event.Event
	after  []func()
}

// admit judges the viewer and takes the locks.
func (tx *Tx) admit(ctx context.Context, before *access.Principal, at string) error {
	if err := tx.judge(ctx, before); err != nil || tx.rule.For != access.Members {
		return err
	}
	if tx.rule.HoldsWorkspace {
		if err := tx.HoldWorkspace(ctx, tx.workspaceID); err != nil {
			return err
		}
	}
	if err := tx.holdMembers(ctx, at); err != nil {
		return err
	}
	if tx.rule.At == id.MiniProgram && tx.Own.Role == member.RoleDEVELOPER {
		assigned, err := tx.Assignment.Query().Where(assignment.MemberID(tx.Own.ID), assignment.MiniProgramID(at)).Exist(ctx)
		if err != nil {
			return err
		}
		if !assigned {
			return fault.ErrNotFound
		}
	}
	if err := tx.rule.Allow(tx.Own.Role); err != nil {
		return err
	}
	if tx.Target != nil {
		return tx.rule.AllowOver(tx.Own.Role, tx.Target.Role)
	}
	return nil
}

// judge reads again who the viewer is. Who ends sessions of an account holds the account: a change that has begun is finished
// before, and one that begins later sees that its session has ended.
func (tx *Tx) judge(ctx context.Context, before *access.Principal) (err error) {
	if before.SignedIn() {
		how := store.Shared
		if tx.rule.HoldsAccount {
			how = store.Held
		}
		if _, err := tx.account(ctx, before.UserID, how); err != nil {
			return err
		}
	}
	if tx.Principal, err = tx.viewer.Reread(ctx, tx.Tx); err != nil {
		return err
	}
	_, err = tx.Principal.Admit(tx.operation)
	return err
}

// HoldAccount returns an account and keeps it to the change: whoever has something under way with one of its sessions finishes it
// before, and what begins meanwhile waits. It comes before anything else that is written or held.
func (tx *Tx) HoldAccount(ctx context.Context, userID string) (*ent.User, error) {
	return tx.account(ctx, userID, store.Held)
}

func (tx *Tx) account(ctx context.Context, userID string, how store.Filter) (*ent.User, error) {
	found, err := tx.User.Query().Where(user.ID(userID), how).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.ErrUnauthenticated
	}
	return found, err
}

// HoldWorkspace makes a workspace the one where the change is made, and keeps its members and invitations as they are for
// all others. NOT_FOUND when it is deleted.
func (tx *Tx) HoldWorkspace(ctx context.Context, workspaceID string) error {
	held, err := store.One(tx.Workspace.Query().Where(workspace.ID(workspaceID), workspace.DeletedAtIsNil(), store.Held).Only(ctx))
	if err != nil {
		return err
	}
	tx.At, tx.workspaceID = held, workspaceID
	return nil
}

// holdMembers holds the viewer's own membership and the one at the id, in the order of their ids. NOT_FOUND when there is
// none of the viewer's that is active, or none at the id.
func (tx *Tx) holdMembers(ctx context.Context, at string) error {
	rows, err := tx.Member.Query().Where(member.WorkspaceID(tx.workspaceID),
		member.Or(member.UserID(tx.Principal.UserID), member.ID(at)), store.Held).Order(member.ByID()).All(ctx)
	if err != nil {
		return err
	}
	isOwn := func(row *ent.Member) bool {
		return row.UserID == tx.Principal.UserID && row.Status == member.StatusACTIVE
	}
	own := slices.IndexFunc(rows, isOwn)
	if own < 0 {
		return fault.ErrNotFound
	}
	tx.Own = rows[own]
	if id.KindOf(at) == id.Member {
		target := slices.IndexFunc(rows, func(row *ent.Member) bool { return row.ID == at })
		if target < 0 {
			return fault.ErrNotFound
		}
		tx.Target = rows[target]
	}
	return nil
}

// FoundWorkspace says that the change makes this workspace.
func (tx *Tx) FoundWorkspace(workspaceID string) { tx.workspaceID = workspaceID }

// As names the person who has proven inside to be the one who asks.
func (tx *Tx) As(userID string) { tx.proven = userID }

// ActorID is who makes the change; "" for nobody.
func (tx *Tx) ActorID() string {
	if tx.proven != "" {
		return tx.proven
	}
	return tx.Principal.UserID
}

// Viewer is who sends the request.
func (tx *Tx) Viewer() *access.Viewer { return tx.viewer }

// Changed records the event of a subject; it is called once for each. Changes that leave a field as it was are left out; when none is left of
// those that were given, nothing happened and there is no event.
func (tx *Tx) Changed(subjectID string, changes ...event.Change) {
	changed := event.Differing(changes...)
	if len(changes) > 0 && len(changed) == 0 {
		return
	}
	tx.events = append(tx.events, event.Event{
		Operation: string(tx.operation), WorkspaceID: tx.workspaceID, SubjectID: subjectID, Changes: changed,
	})
}

// Refuse records a user error and returns all that were recorded.
func (tx *Tx) Refuse(field string, code fault.Code, params ...any) error {
	tx.Errors.Add(field, code, params...)
	return tx.Errors.Err()
}

// After registers what is done when the change is committed: waking who waits for it, telling the client its new session.
func (tx *Tx) After(do func()) { tx.after = append(tx.after, do) }

func (tx *Tx) writeEvents(ctx context.Context) error {
	actor := event.Actor{UserID: tx.ActorID(), Address: tx.viewer.From.Host(), RequestID: tx.viewer.RequestID}
	return event.Write(ctx, tx.Tx, actor, tx.Now, tx.events...)
}
