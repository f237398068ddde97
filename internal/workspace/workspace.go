// Package workspace holds workspaces and the people in them.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/quotause"
	"minidock/ent/session"
	"minidock/ent/workspace"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/outbox"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/throttle"
)

const maxName = 60

// errRefused rolls a transaction back whose reason stands in the list of what is wrong.
var errRefused = errors.New("refused")

// Workspaces reads and writes workspaces and their members.
type Workspaces struct {
	Client *ent.Client
	// Now is the clock.
	Now       func() time.Time
	Limits    limit.Limits
	Accounts  *account.Accounts
	Throttles *throttle.Throttles
	Outbox    *outbox.Outbox
	Watches   *Watches
	// AppURL is where the front end's pages are, which the links in mails lead to; without a slash at the end.
	AppURL string
}

// CreateInput is what a new workspace needs.
type CreateInput struct{ Name string }

// Create makes a workspace whose owner is the actor, or says what is wrong with the input.
func (w *Workspaces) Create(ctx context.Context, actor access.Actor, in CreateInput) (*ent.Workspace, *fault.List, error) {
	if err := access.RequireSignedIn(actor); err != nil {
		return nil, nil, err
	}
	wrong := fault.NewList("name")
	name := cleanName("name", in.Name, wrong)
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	var created *ent.Workspace
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) (err error) {
		now := w.Now()
		created, err = tx.Workspace.Create().SetID(id.New(id.Workspace)).SetName(name).SetCreatedAt(now).Save(ctx)
		if err != nil {
			return err
		}
		err = tx.Member.Create().SetID(id.New(id.Member)).SetUserID(actor.UserID).SetWorkspaceID(created.ID).
			SetRole(member.RoleOWNER).SetCreatedAt(now).SetJoinedAt(now).Exec(ctx)
		if err != nil {
			return err
		}
		return w.note(ctx, tx, actor, "createWorkspace", created.ID, created.ID, audit.Change{Field: "name", After: name})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("create a workspace: %w", err)
	}
	return created.Unwrap(), wrong, nil
}

// RenameInput is another name for a workspace.
type RenameInput struct{ WorkspaceID, Name string }

// Rename gives a workspace another name. Owners and masters may. When it has that name already, no event is written.
func (w *Workspaces) Rename(ctx context.Context, actor access.Actor, in RenameInput) (*ent.Workspace, *fault.List, error) {
	wrong := fault.NewList("workspaceId", "name")
	name := cleanName("name", in.Name, wrong)
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	var renamed *ent.Workspace
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) error {
		before, err := hold(ctx, tx, in.WorkspaceID)
		if err != nil {
			return err
		}
		if _, err := access.Require(ctx, tx, actor, access.RenameWorkspace, in.WorkspaceID); err != nil {
			return err
		}
		if renamed, err = tx.Workspace.UpdateOne(before).SetName(name).Save(ctx); err != nil {
			return err
		}
		return w.note(ctx, tx, actor, access.RenameWorkspace, in.WorkspaceID, in.WorkspaceID,
			audit.Change{Field: "name", Before: before.Name, After: name})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("rename a workspace: %w", err)
	}
	return renamed.Unwrap(), wrong, nil
}

// Delete ends a workspace that has no mini programs: nobody is a member any more, and no invitation can be accepted. The owner
// may. What happened in it stays written.
func (w *Workspaces) Delete(ctx context.Context, actor access.Actor, workspaceID string) (*fault.List, error) {
	wrong := fault.NewList("workspaceId")
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) error {
		found, err := hold(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		if _, err := access.Require(ctx, tx, actor, access.DeleteWorkspace, workspaceID); err != nil {
			return err
		}
		if err := w.close(ctx, tx, workspaceID); err != nil {
			return err
		}
		// Last: whoever was creating one meanwhile has finished, and nobody begins to.
		left, err := tx.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspaceID)).Count(ctx)
		if err != nil {
			return err
		}
		if left > 0 {
			wrong.Add("workspaceId", fault.NotEmpty, "count", left)
			return errRefused
		}
		return w.note(ctx, tx, actor, access.DeleteWorkspace, workspaceID, workspaceID, audit.Change{Field: "name", Before: found.Name})
	})
	if errors.Is(err, errRefused) {
		return wrong, nil
	}
	if err != nil {
		return nil, fmt.Errorf("delete a workspace: %w", err)
	}
	return wrong, nil
}

// close ends all that people have in a workspace.
func (w *Workspaces) close(ctx context.Context, tx *ent.Tx, workspaceID string) error {
	if err := tx.Workspace.UpdateOneID(workspaceID).SetDeletedAt(w.Now()).Exec(ctx); err != nil {
		return err
	}
	err := tx.Member.Update().SetStatus(member.StatusREMOVED).
		Where(member.WorkspaceID(workspaceID), member.StatusNEQ(member.StatusREMOVED)).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = withdraw(ctx, tx, workspaceID)
	return err
}

// hold returns a workspace and keeps its members and invitations as they are until the transaction is over: whoever changes them
// holds it, too. NOT_FOUND when it is deleted.
func hold(ctx context.Context, tx *ent.Tx, workspaceID string) (*ent.Workspace, error) {
	found, err := tx.Workspace.Query().Where(workspace.ID(workspaceID), workspace.DeletedAtIsNil(), store.Held).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.ErrNotFound
	}
	return found, err
}

// note writes an event, unless it changes nothing.
func (w *Workspaces) note(ctx context.Context, tx *ent.Tx, actor access.Actor, operation access.Operation, workspaceID, subjectID string, changes ...audit.Change) error {
	changed := audit.Changed(changes...)
	if len(changes) > 0 && len(changed) == 0 {
		return nil
	}
	event := audit.Event{Operation: string(operation), WorkspaceID: workspaceID, SubjectID: subjectID, Changes: changed}
	return audit.Write(ctx, tx, actor, event, w.Now())
}

// Choose makes a workspace the current one of the actor's session. A membership that has ended meanwhile is NOT_FOUND.
func (w *Workspaces) Choose(ctx context.Context, actor access.Actor, workspaceID string) (*fault.List, error) {
	wrong := fault.NewList("workspaceId")
	err := store.Tx(ctx, w.Client, func(tx *ent.Tx) error {
		_, err := access.Require(ctx, tx, actor, access.ChooseWorkspace, workspaceID)
		if errors.Is(err, fault.ErrNotFound) {
			wrong.Add("workspaceId", fault.NotFound, "value", workspaceID)
			return errRefused
		}
		if err != nil {
			return err
		}
		before, err := tx.Session.Query().Where(session.ID(actor.SessionID), session.UserID(actor.UserID), store.Held).Only(ctx)
		if ent.IsNotFound(err) {
			return fault.ErrUnauthenticated
		}
		if err != nil {
			return err
		}
		if err := tx.Session.Update().SetWorkspaceID(workspaceID).Where(session.ID(before.ID)).Exec(ctx); err != nil {
			return err
		}
		chosen := audit.Change{Field: "currentWorkspace", After: workspaceID}
		if before.WorkspaceID != nil && *before.WorkspaceID == workspaceID {
			chosen.Before = workspaceID
		}
		return w.note(ctx, tx, actor, access.ChooseWorkspace, workspaceID, workspaceID, chosen)
	})
	if errors.Is(err, errRefused) {
		return wrong, nil
	}
	if err != nil {
		return nil, fmt.Errorf("choose a workspace: %w", err)
	}
	return wrong, nil
}

// Current returns the workspace chosen last in the actor's session, or nil before a choice and after the membership
// has ended.
func (w *Workspaces) Current(ctx context.Context, actor access.Actor) (*ent.Workspace, error) {
	found, err := w.Client.Workspace.Query().
		Where(workspace.HasSessionsWith(session.ID(actor.SessionID)), access.Workspaces(actor)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the current workspace: %w", err)
	}
	return found, nil
}

// ByIDs returns those of the workspaces that the actor may see, by id.
func (w *Workspaces) ByIDs(ctx context.Context, actor access.Actor, ids []string) (map[string]*ent.Workspace, error) {
	found, err := w.Client.Workspace.Query().Where(store.In(workspace.FieldID, ids), access.Workspaces(actor)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read workspaces: %w", err)
	}
	workspaces := make(map[string]*ent.Workspace, len(found))
	for _, row := range found {
		workspaces[row.ID] = row
	}
	return workspaces, nil
}

// QuotaUses returns what these workspaces, as far as the actor may see them, have used: by workspace, then by launch
// target.
func (w *Workspaces) QuotaUses(ctx context.Context, actor access.Actor, ids []string) (map[string]map[string]int, error) {
	found, err := w.Client.QuotaUse.Query().
		Where(store.In(quotause.FieldWorkspaceID, ids), quotause.HasWorkspaceWith(access.Workspaces(actor))).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read quotas: %w", err)
	}
	used := map[string]map[string]int{}
	for _, row := range found {
		if used[row.WorkspaceID] == nil {
			used[row.WorkspaceID] = map[string]int{}
		}
		used[row.WorkspaceID][row.LaunchTargetCode] = row.Used
	}
	return used, nil
}

// cleanName returns the name that was entered in this field.
func cleanName(field, raw string, wrong *fault.List) string {
	name := text.Clean(raw)
	found, illegal := text.Illegal(name, false)
	switch n := text.Length(name); {
	case name == "":
		wrong.Add(field, fault.Blank)
	case illegal:
		wrong.Add(field, fault.InvalidCharacter, "character", found)
	case n > maxName:
		wrong.Add(field, fault.TooLong, "weight", n, "min", 1, "max", maxName)
	}
	return name
}
