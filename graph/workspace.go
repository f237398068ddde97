package graph

import (
	"context"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/graph/model"
	"minidock/internal/launchtarget"
	"minidock/internal/page"
	"minidock/internal/siblings"
	"minidock/internal/workspace"
)

// Workspace returns a workspace that the viewer is a member of.
func (r *queryResolver) Workspace(ctx context.Context, id string) (*ent.Workspace, error) {
	workspaces, err := r.Workspaces.ByIDs(ctx, actor(ctx), []string{id})
	return present(workspaces, id, err)
}

// CreateWorkspace makes a workspace whose owner is the viewer.
func (r *mutationResolver) CreateWorkspace(ctx context.Context, in workspace.CreateInput) (*model.CreateWorkspacePayload, error) {
	created, wrong, err := r.Workspaces.Create(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.CreateWorkspacePayload{
		Workspace: created, Query: &model.Query{}, UserErrors: userErrors[model.CreateWorkspaceUserError](ctx, wrong),
	}, nil
}

// ChooseWorkspace makes a workspace the current one.
func (r *mutationResolver) ChooseWorkspace(ctx context.Context, in model.ChooseWorkspaceInput) (*model.ChooseWorkspacePayload, error) {
	wrong, err := r.Workspaces.Choose(ctx, actor(ctx), in.WorkspaceID)
	if err != nil {
		return nil, err
	}
	return &model.ChooseWorkspacePayload{
		Viewer: viewerUnless(ctx, wrong), Query: &model.Query{}, UserErrors: userErrors[model.ChooseWorkspaceUserError](ctx, wrong),
	}, nil
}

// ViewerRole returns the viewer's role in the workspace.
func (r *workspaceResolver) ViewerRole(ctx context.Context, w *ent.Workspace) (member.Role, error) {
	roles, err := siblings.Read(w.Siblings, w, "viewerRole", func(ws []*ent.Workspace) (map[string]member.Role, error) {
		return r.Workspaces.Roles(ctx, actor(ctx), ids(ws, workspaceID))
	})
	return present(roles, w.ID, err)
}

// Members returns a page of the workspace's members.
func (r *workspaceResolver) Members(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string) (*model.MemberConnection, error) {
	args := page.Args{First: first, After: after, Last: last, Before: before}
	pages, err := siblings.Read(w.Siblings, w, readKey("members", args), func(ws []*ent.Workspace) (map[string]page.Page[*ent.Member], error) {
		return r.Workspaces.Members(ctx, actor(ctx), ids(ws, workspaceID), args)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[w.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(w.Siblings, w, "members.totalCount", func(ws []*ent.Workspace) (map[string]int, error) {
			return r.Workspaces.CountMembers(ctx, actor(ctx), ids(ws, workspaceID))
		})
		return counts[w.ID], err
	}), nil
}

// Quotas returns what the workspace has used of each launch target's quota.
func (r *workspaceResolver) Quotas(ctx context.Context, w *ent.Workspace) ([]*model.Quota, error) {
	used, err := siblings.Read(w.Siblings, w, "quotas", func(ws []*ent.Workspace) (map[string]map[string]int, error) {
		return r.Workspaces.QuotaUses(ctx, actor(ctx), ids(ws, workspaceID))
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

// User returns who the member is.
func (r *memberResolver) User(ctx context.Context, m *ent.Member) (*ent.User, error) {
	users, err := siblings.Read(m.Siblings, m, "user", func(ms []*ent.Member) (map[string]*ent.User, error) {
		return r.Accounts.ByIDs(ctx, actor(ctx), ids(ms, func(m *ent.Member) string { return m.UserID }))
	})
	return present(users, m.UserID, err)
}

// Workspace returns where the member is one.
func (r *memberResolver) Workspace(ctx context.Context, m *ent.Member) (*ent.Workspace, error) {
	workspaces, err := siblings.Read(m.Siblings, m, "workspace", func(ms []*ent.Member) (map[string]*ent.Workspace, error) {
		return r.Workspaces.ByIDs(ctx, actor(ctx), ids(ms, func(m *ent.Member) string { return m.WorkspaceID }))
	})
	return present(workspaces, m.WorkspaceID, err)
}

func workspaceID(w *ent.Workspace) string { return w.ID }
