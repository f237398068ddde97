// Package workspace holds workspaces and the people in them.
package workspace

import (
	"context"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/quotause"
	"minidock/ent/session"
	"minidock/ent/user"
	"minidock/ent/workspace"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
	"minidock/internal/text"
)

const maxName = 60

// Workspaces reads and writes workspaces and their members.
type Workspaces struct {
	Client *ent.Client
	// Now is the clock.
	Now func() time.Time
}

// CreateInput is what a new workspace needs.
type CreateInput struct{ Name string }

// Create makes a workspace whose owner is the actor, or says what is wrong with the input.
func (w *Workspaces) Create(ctx context.Context, actor access.Actor, in CreateInput) (*ent.Workspace, *fault.List, error) {
	if err := access.RequireSignedIn(actor); err != nil {
		return nil, nil, err
	}
	wrong := fault.NewList("name")
	name := cleanName(in.Name, wrong)
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
		return tx.Member.Create().SetID(id.New(id.Member)).SetUserID(actor.UserID).SetWorkspaceID(created.ID).
			SetRole(member.RoleOWNER).SetCreatedAt(now).Exec(ctx)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("create a workspace: %w", err)
	}
	return created.Unwrap(), wrong, nil
}

// Choose makes a workspace the current one of the actor's session. A membership that has ended meanwhile is NOT_FOUND.
func (w *Workspaces) Choose(ctx context.Context, actor access.Actor, workspaceID string) (*fault.List, error) {
	wrong := fault.NewList("workspaceId")
	chosen, err := w.Client.Session.Update().SetWorkspaceID(workspaceID).Where(
		session.ID(actor.SessionID), session.UserID(actor.UserID), session.HasUserWith(user.HasMembershipsWith(member.WorkspaceID(workspaceID))),
	).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("choose a workspace: %w", err)
	}
	if chosen == 0 {
		wrong.Add("workspaceId", fault.NotFound, "value", workspaceID)
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

func cleanName(raw string, wrong *fault.List) string {
	name := text.Clean(raw)
	found, illegal := text.Illegal(name, false)
	switch n := text.Length(name); {
	case name == "":
		wrong.Add("name", fault.Blank)
	case illegal:
		wrong.Add("name", fault.InvalidCharacter, "character", found)
	case n > maxName:
		wrong.Add("name", fault.TooLong, "weight", n, "min", 1, "max", maxName)
	}
	return name
}
