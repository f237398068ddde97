package graph

import (
	"context"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/launchtarget"
	"minidock/internal/siblings"
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// Workspace returns a workspace that the viewer is a member of.
func (r *queryResolver) Workspace(ctx context.Context, id string) (*ent.Workspace, error) {
	workspaces, err := r.Workspaces.ByIDs(ctx, viewer(ctx), []string{id})
	return store.OneOf(workspaces, id, err)
}

// CreateWorkspace creates a workspace whose owner is the viewer.
func (r *mutationResolver) CreateWorkspace(ctx context.Context, in workspace.CreateInput) (*model.CreateWorkspacePayload, error) {
	created, err := r.Workspaces.Create(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.CreateWorkspacePayload{
		Workspace: created.Workspace, Member: created.Owner, MembershipEdge: membershipEdge(created.Owner), UserErrors: errs, Query: &model.Query{},
	}, err
}

// ChooseWorkspace makes a workspace the session's current one.
func (r *mutationResolver) ChooseWorkspace(ctx context.Context, in model.ChooseWorkspaceInput) (*model.ChooseWorkspacePayload, error) {
	errs, err := userErrors(ctx, r.Workspaces.Choose(ctx, viewer(ctx), in.WorkspaceID))
	return &model.ChooseWorkspacePayload{Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{}}, err
}

// membershipEdge returns a membership's place among the viewer's; nil for none.
func membershipEdge(of *ent.Member) *model.MemberEdge {
	if of == nil {
		return nil
	}
	return model.EdgeOf(workspace.MemberPage(of))
}

// Owner returns the member who owns the workspace.
func (r *workspaceResolver) Owner(ctx context.Context, w *ent.Workspace) (*ent.Member, error) {
	owners, err := siblings.Read(w.Siblings, w, "owner", func(ws []*ent.Workspace) (map[string]*ent.Member, error) {
		return r.Workspaces.Owners(ctx, viewer(ctx), ids(ws, workspaceID))
	})
	return store.OneOf(owners, w.ID, err)
}

// ViewerMember returns the viewer's membership, or nil if the viewer is not a member.
func (r *workspaceResolver) ViewerMember(ctx context.Context, w *ent.Workspace) (*ent.Member, error) {
	members, err := siblings.Read(w.Siblings, w, "viewerMember", func(ws []*ent.Workspace) (map[string]*ent.Member, error) {
		return r.Workspaces.ViewerMembers(ctx, viewer(ctx), ids(ws, workspaceID))
	})
	return members[w.ID], err
}

// ViewerRole returns the viewer's role in the workspace, or nil if the viewer is not a member.
func (r *workspaceResolver) ViewerRole(ctx context.Context, w *ent.Workspace) (*member.Role, error) {
	roles, err := siblings.Read(w.Siblings, w, "viewerRole", func(ws []*ent.Workspace) (map[string]member.Role, error) {
		return r.Workspaces.ViewerRoles(ctx, viewer(ctx), ids(ws, workspaceID))
	})
	role, isMember := roles[w.ID]
	if err != nil || !isMember {
		return nil, err
	}
	return &role, nil
}

// Quotas returns what the workspace has used of each launch target's quota.
func (r *workspaceResolver) Quotas(ctx context.Context, w *ent.Workspace) ([]*model.Quota, error) {
	used, err := siblings.Read(w.Siblings, w, "quotas", func(ws []*ent.Workspace) (map[string]map[string]int, error) {
		return r.Workspaces.QuotaUses(ctx, viewer(ctx), ids(ws, workspaceID))
	})
	if err != nil {
		return nil, err
	}
	quotas := []*model.Quota{}
	for _, target := range launchtarget.All() {
		quotas = append(quotas, &model.Quota{LaunchTarget: target, Used: used[w.ID][target.Code], Limit: target.Quota})
	}
	return quotas, nil
}

// RenameWorkspace renames a workspace.
func (r *mutationResolver) RenameWorkspace(ctx context.Context, in workspace.RenameInput) (*model.RenameWorkspacePayload, error) {
	workspace, err := r.Workspaces.Rename(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.RenameWorkspacePayload{Workspace: workspace, UserErrors: errs, Query: &model.Query{}}, err
}

// DeleteWorkspace deletes a workspace that has no mini programs.
func (r *mutationResolver) DeleteWorkspace(ctx context.Context, in model.DeleteWorkspaceInput) (*model.DeleteWorkspacePayload, error) {
	deleted, err := r.Workspaces.Delete(ctx, viewer(ctx), in.WorkspaceID)
	errs, err := userErrors(ctx, err)
	ended := orNone(deleted)
	return &model.DeleteWorkspacePayload{
		DeletedWorkspaceID: unlessEmpty(ended.WorkspaceID), DeletedMemberID: unlessEmpty(ended.ID), Viewer: viewerUnless(errs),
		UserErrors: errs, Query: &model.Query{},
	}, err
}

// LeaveWorkspace ends the viewer's membership.
func (r *mutationResolver) LeaveWorkspace(ctx context.Context, in model.LeaveWorkspaceInput) (*model.LeaveWorkspacePayload, error) {
	left, err := r.Workspaces.Leave(ctx, viewer(ctx), in.WorkspaceID)
	errs, err := userErrors(ctx, err)
	ended := orNone(left)
	return &model.LeaveWorkspacePayload{
		LeftWorkspaceID: unlessEmpty(ended.WorkspaceID), DeletedMemberID: unlessEmpty(ended.ID), Viewer: viewerUnless(errs),
		UserErrors: errs, Query: &model.Query{},
	}, err
}

// ViewerCan returns what the viewer may do with the workspace.
func (r *workspaceResolver) ViewerCan(ctx context.Context, w *ent.Workspace) ([]model.Permission, error) {
	can, err := siblings.Read(w.Siblings, w, "viewerCan", func(ws []*ent.Workspace) (map[string][]access.Operation, error) {
		return r.Workspaces.Can(ctx, viewer(ctx), ids(ws, workspaceID))
	})
	return permissions(can[w.ID]), err
}

// permissions returns operations in the schema's words, in their order.
func permissions(operations []access.Operation) []model.Permission {
	can := make([]model.Permission, len(operations))
	for i, operation := range operations {
		can[i] = model.PermissionOf(operation)
	}
	slices.Sort(can)
	return can
}

func workspaceID(w *ent.Workspace) string { return w.ID }
