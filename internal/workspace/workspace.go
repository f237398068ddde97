// Package workspace holds workspaces and the people in them.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/quotause"
	"minidock/ent/session"
	"minidock/ent/workspace"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/apitoken"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/throttle"
)

const maxName = 60

// Workspaces reads and writes workspaces and their members.
type Workspaces struct {
	operation.DB
	Limits    limit.Limits
	Accounts  *account.Accounts
	Throttles *throttle.Throttles
	Outbox    *outbox.Outbox
	Tokens    *apitoken.Tokens
	Watches   *Watches
	// AppURL is where the front end's pages are, which the links in mails lead to; without a slash at the end.
	AppURL string
}

// CreateInput is what a new workspace needs.
type CreateInput struct{ Name string }

// Created is a new workspace and the membership of its owner.
type Created struct {
	Workspace *ent.Workspace
	Owner     *ent.Member
}

// Create creates a workspace whose owner is the viewer. User errors: BLANK, INVALID_CHARACTER, INVALID_FORMAT, TOO_LONG, QUOTA_EXCEEDED.
func (w *Workspaces) Create(ctx context.Context, viewer *access.Viewer, in CreateInput) (Created, error) {
	var errs fault.UserErrors
	name := cleanName("name", in.Name, &errs)
	return operation.Run(ctx, w.DB, viewer, access.CreateWorkspace, "", func(tx *operation.Tx) (created Created, err error) {
		tx.Errors = errs.Clone()
		if err := w.checkOwned(ctx, tx, tx.Principal.UserID, "", "viewer"); err != nil {
			return created, err
		}
		if err := tx.Errors.Err(); err != nil {
			return created, err
		}
		created.Workspace, err = tx.Workspace.Create().SetID(id.New(id.Workspace)).SetName(name).SetCreatedAt(tx.Now).Save(ctx)
		if err != nil {
			return created, err
		}
		tx.FoundWorkspace(created.Workspace.ID)
		tx.Changed(created.Workspace.ID, event.Text("name", "", name))
		created.Owner, err = tx.Member.Create().SetID(id.New(id.Member)).SetUserID(tx.Principal.UserID).SetWorkspaceID(created.Workspace.ID).
			SetRole(member.RoleOWNER).SetCreatedAt(tx.Now).SetJoinedAt(tx.Now).SetLastActiveAt(tx.Now).Save(ctx)
		return created, err
	})
}

// checkOwned records QUOTA_EXCEEDED in this field for a user, the viewer or a member, who owns as many workspaces as an account may.
func (w *Workspaces) checkOwned(ctx context.Context, tx *operation.Tx, userID, field string, of fault.Variant) error {
	owned, err := tx.Member.Query().Where(member.UserID(userID), member.RoleEQ(member.RoleOWNER), member.StatusEQ(member.StatusACTIVE)).Count(ctx)
	if err != nil || owned < w.Limits.OwnedWorkspaces {
		return err
	}
	tx.Errors.Add(field, fault.QuotaExceeded, "used", owned, "limit", w.Limits.OwnedWorkspaces, of)
	return nil
}

// RenameInput is another name for a workspace.
type RenameInput struct{ WorkspaceID, Name string }

// Rename renames a workspace. Owners and masters may. User errors: BLANK, INVALID_CHARACTER, INVALID_FORMAT, TOO_LONG.
func (w *Workspaces) Rename(ctx context.Context, viewer *access.Viewer, in RenameInput) (*ent.Workspace, error) {
	var errs fault.UserErrors
	name := cleanName("name", in.Name, &errs)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return operation.Run(ctx, w.DB, viewer, access.RenameWorkspace, in.WorkspaceID, func(tx *operation.Tx) (*ent.Workspace, error) {
		tx.Changed(in.WorkspaceID, event.Text("name", tx.At.Name, name))
		return tx.Workspace.UpdateOne(tx.At).SetName(name).Save(ctx)
	})
}

// Delete deletes a workspace that has no mini programs, and returns the viewer's membership, which has ended as all others have. No
// invitation can be accepted, and no token used. The owner may. Its events are kept. User errors: NOT_EMPTY.
func (w *Workspaces) Delete(ctx context.Context, viewer *access.Viewer, workspaceID string) (*ent.Member, error) {
	return operation.Run(ctx, w.DB, viewer, access.DeleteWorkspace, workspaceID, func(tx *operation.Tx) (*ent.Member, error) {
		if err := w.endWorkspace(ctx, tx, workspaceID); err != nil {
			return nil, err
		}
		// Last, when creations that had begun have finished, and no other can begin.
		left, err := tx.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspaceID)).Count(ctx)
		if err != nil {
			return nil, err
		}
		if left > 0 {
			return nil, tx.Refuse("workspaceId", fault.NotEmpty, "count", left)
		}
		tx.Changed(workspaceID, event.Text("name", tx.At.Name, ""))
		return tx.Own, nil
	})
}

// endWorkspace marks a workspace as deleted, and ends its memberships, tokens and invitations.
func (w *Workspaces) endWorkspace(ctx context.Context, tx *operation.Tx, workspaceID string) error {
	if err := tx.Workspace.UpdateOneID(workspaceID).SetDeletedAt(tx.Now).Exec(ctx); err != nil {
		return err
	}
	err := tx.Member.Update().SetStatus(member.StatusREMOVED).
		Where(member.WorkspaceID(workspaceID), member.StatusNEQ(member.StatusREMOVED)).Exec(ctx)
	if err != nil {
		return err
	}
	if err := w.Tokens.RevokeAll(ctx, tx, workspaceID); err != nil {
		return err
	}
	_, err = withdraw(ctx, tx, workspaceID)
	return err
}

// Choose makes a workspace the current one of the viewer's session. User errors: NOT_FOUND when the membership has ended
// meanwhile.
func (w *Workspaces) Choose(ctx context.Context, viewer *access.Viewer, workspaceID string) error {
	_, err := operation.Run(ctx, w.DB, viewer, access.ChooseWorkspace, workspaceID, func(tx *operation.Tx) (struct{}, error) {
		err := tx.Session.Update().SetWorkspaceID(workspaceID).Where(session.ID(tx.Principal.SessionID)).Exec(ctx)
		before := "" // a workspace that was chosen before is not named in the log of this one
		if chosen := tx.Principal.CurrentWorkspaceID; chosen != nil && *chosen == workspaceID {
			before = workspaceID
		}
		tx.Changed(workspaceID, event.Text("currentWorkspace", before, workspaceID))
		return struct{}{}, err
	})
	if errors.Is(err, fault.ErrNotFound) {
		return fault.Refuse("workspaceId", fault.NotFound, "value", workspaceID)
	}
	return err
}

// Current returns the workspace chosen last in the viewer's session, or nil if none was chosen or the membership has ended.
func (w *Workspaces) Current(ctx context.Context, viewer *access.Viewer) (*ent.Workspace, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil || principal.CurrentWorkspaceID == nil {
		return nil, err
	}
	found, err := w.ByIDs(ctx, viewer, []string{*principal.CurrentWorkspaceID})
	return found[*principal.CurrentWorkspaceID], err
}

// ByIDs returns the workspaces with these ids that the viewer sees, by id.
func (w *Workspaces) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Workspace, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Workspace, error) {
		return w.Client.Workspace.Query().Where(store.In(workspace.FieldID, ids), principal.Workspaces()).All(ctx)
	})
}

// Owners returns the owner of each of these workspaces, by workspace, as far as the viewer sees them. Refused with FORBIDDEN for a token.
func (w *Workspaces) Owners(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Member, error) {
	principal, err := viewer.Principal(ctx)
	if err == nil {
		err = principal.RequirePerson()
	}
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Member.Query().
		Where(store.In(member.FieldWorkspaceID, ids), store.Is(member.FieldRole, member.RoleOWNER), principal.Members()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read owners: %w", err)
	}
	owners := make(map[string]*ent.Member, len(found))
	for _, row := range found {
		owners[row.WorkspaceID] = row
	}
	return owners, nil
}

// ViewerMembers returns the viewer's memberships of these workspaces, by workspace; none for a token.
func (w *Workspaces) ViewerMembers(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Member, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Member.Query().Where(store.In(member.FieldWorkspaceID, ids), principal.Active(), principal.Members()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the viewer's memberships: %w", err)
	}
	memberships := make(map[string]*ent.Member, len(found))
	for _, row := range found {
		memberships[row.WorkspaceID] = row
	}
	return memberships, nil
}

// QuotaUses returns how much of each quota those of the workspaces have used that the viewer sees, by workspace and launch target.
func (w *Workspaces) QuotaUses(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]map[string]int, error) {
	roles, err := w.Roles(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.QuotaUse.Query().Where(store.In(quotause.FieldWorkspaceID, slices.Collect(maps.Keys(roles)))).All(ctx)
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
func cleanName(field, raw string, errs *fault.UserErrors) string {
	name := text.Clean(raw)
	found, illegal := text.Illegal(name, false)
	switch n := text.Length(name); {
	case name == "":
		errs.Add(field, fault.Blank)
	case illegal:
		errs.Add(field, fault.InvalidCharacter, "character", found)
	case text.HasWebAddress(name): // names are in mails to people who do not know the sender
		errs.Add(field, fault.InvalidFormat)
	case n > maxName:
		errs.Add(field, fault.TooLong, "weight", n, "min", 1, "max", maxName)
	}
	return name
}
