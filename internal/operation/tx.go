package operation

import (
	"context"
	"slices"
	"time"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/ent/predicate"
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
	// Now is the moment of the change, when it had its locks.
	Now time.Time
	// Errors are the user errors that are found in the transaction.
	Errors fault.UserErrors

	// Principal is who the viewer is, as the transaction sees it.
	Principal *access.Principal
	// At is the workspace of the change, if it is locked; nil otherwise.
	At *ent.Workspace
	// Own is the viewer's membership whose role allows the change; nil if it needs no role.
	Own *ent.Member
	// Target is the member with the id that the operation names; nil if it names something else.
	Target *ent.Member

	clock     func() time.Time
	operation access.Operation
	rule      access.Rule
	viewer    *access.Viewer
	place     access.Place
	// proven is the person who has proven their identity in the change; "" for the viewer.
	proven string
	events []event.Event
	after  []func()
}

// admit checks the viewer's rights and takes the locks.
func (tx *Tx) admit(ctx context.Context, before *access.Principal, at string) error {
	if err := tx.judge(ctx, before); err != nil || tx.rule.For != access.Members {
		return err
	}
	if tx.rule.HoldsWorkspace {
		if err := tx.HoldWorkspace(ctx, tx.place.WorkspaceID); err != nil {
			return err
		}
	}
	if err := tx.holdMembers(ctx, at); err != nil {
		return err
	}
	if err := tx.holdToken(ctx); err != nil {
		return err
	}
	if tx.place.MiniProgramID != "" && tx.Own.Role == member.RoleDEVELOPER {
		assigned, err := tx.Assignment.Query().Where(assignment.MemberID(tx.Own.ID), assignment.MiniProgramID(tx.place.MiniProgramID)).Exist(ctx)
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

// judge reads the viewer again. An operation that ends sessions of an account locks it exclusively: changes that have begun finish
// before, and later ones see that their session has ended.
func (tx *Tx) judge(ctx context.Context, before *access.Principal) (err error) {
	switch {
	case tx.rule.HoldsAdmins:
		if err := tx.holdAdmins(ctx, before.UserID); err != nil {
			return err
		}
	case before.SignedIn():
		how := store.Shared
		if tx.rule.HoldsAccount {
			how = store.Held
		}
		if err := tx.lockAccount(ctx, before.UserID, how); err != nil {
			return err
		}
	}
	if tx.Principal, err = tx.viewer.Reread(ctx, tx.Tx); err != nil {
		return err
	}
	_, err = tx.Principal.Admit(tx.operation)
	return err
}

// holdAdmins locks the accounts of all administrators and that of the user, if there is one, in one order for all changes.
func (tx *Tx) holdAdmins(ctx context.Context, userID string) error {
	_, err := tx.User.Query().Where(user.Or(user.StaffRoleEQ(user.StaffRoleADMIN), user.ID(userID)), store.Held).Order(user.ByID()).IDs(ctx)
	return err
}

// HoldAccount returns an account, locked: changes that have begun in one of its sessions finish before, and later ones wait. It must be
// called before anything is written or locked.
func (tx *Tx) HoldAccount(ctx context.Context, userID string) (*ent.User, error) {
	defer tx.advance()
	return found(tx.User.Query().Where(user.ID(userID), store.Held).Only(ctx))
}

// advance makes the present moment that of the change, after a wait for locks: events under one lock are in the order of their moments.
func (tx *Tx) advance() { tx.Now = tx.clock() }

// lockAccount locks an account without reading it.
func (tx *Tx) lockAccount(ctx context.Context, userID string, how store.Filter) error {
	_, err := found(tx.User.Query().Where(user.ID(userID), how).OnlyID(ctx))
	return err
}

// found returns the account that was read, or UNAUTHENTICATED when there is none.
func found[T any](account T, err error) (T, error) {
	if ent.IsNotFound(err) {
		err = fault.ErrUnauthenticated
	}
	return account, err
}

// HoldWorkspace makes a workspace the one of the change, and locks it: nobody else changes its members and invitations. NOT_FOUND when
// it is deleted.
func (tx *Tx) HoldWorkspace(ctx context.Context, workspaceID string) error {
	held, err := store.One(tx.Workspace.Query().Where(workspace.ID(workspaceID), workspace.DeletedAtIsNil(), store.Held).Only(ctx))
	if err != nil {
		return err
	}
	tx.At, tx.place.WorkspaceID = held, workspaceID
	tx.advance()
	return nil
}

// holdMembers locks the viewer's membership and the one with the id, ordered by id. NOT_FOUND when the viewer has no active one, or there
// is none with the id.
func (tx *Tx) holdMembers(ctx context.Context, at string) error {
	rows, err := tx.Member.Query().Where(member.WorkspaceID(tx.place.WorkspaceID),
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

// holdToken locks the token that the request came with, if there is one: who revokes it waits. Refused with UNAUTHENTICATED when it was
// revoked since it was read.
func (tx *Tx) holdToken(ctx context.Context) error {
	if tx.Principal.Token == nil {
		return nil
	}
	held, err := tx.ApiToken.Query().Where(apitoken.ID(tx.Principal.Token.ID), store.Shared).Only(ctx)
	if err == nil && held.RevokedAt != nil {
		err = fault.ErrTokenRevoked
	}
	return err
}

// HoldTokens returns those of the tokens that are not revoked, ordered by id and locked: changes that have begun with them finish before, and
// later ones see what becomes of them.
func (tx *Tx) HoldTokens(ctx context.Context, which ...predicate.ApiToken) ([]*ent.ApiToken, error) {
	defer tx.advance()
	return tx.ApiToken.Query().Where(apitoken.RevokedAtIsNil(), store.Held).Where(which...).Order(apitoken.ByID()).All(ctx)
}

// FoundWorkspace makes a new workspace the one of the change.
func (tx *Tx) FoundWorkspace(workspaceID string) { tx.place.WorkspaceID = workspaceID }

// As makes a person who has proven their identity in the change its actor.
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

// Changed records the event of a subject; call it once for each. Changes that leave a field as it was are left out, and if none of
// several is left, nothing happened and there is no event.
func (tx *Tx) Changed(subjectID string, changes ...event.Change) {
	changed := event.Differing(changes...)
	if len(changes) > 0 && len(changed) == 0 {
		return
	}
	tx.events = append(tx.events, event.Event{
		Operation: string(tx.operation), WorkspaceID: tx.place.WorkspaceID, SubjectID: subjectID, Changes: changed,
	})
}

// Refuse records a user error and returns all that were recorded.
func (tx *Tx) Refuse(field string, code fault.Code, params ...any) error {
	tx.Errors.Add(field, code, params...)
	return tx.Errors.Err()
}

// After registers a function that is called when the change is committed, to wake jobs or to set the cookie.
func (tx *Tx) After(do func()) { tx.after = append(tx.after, do) }

func (tx *Tx) writeEvents(ctx context.Context) error {
	actor := event.Actor{UserID: tx.ActorID(), TokenID: tx.Principal.TokenID(), Address: tx.viewer.From.Host(), RequestID: tx.viewer.RequestID}
	return event.Write(ctx, tx.Tx, actor, tx.Now, tx.events...)
}
