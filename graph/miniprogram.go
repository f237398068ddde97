package graph

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/graph/model"
	"minidock/internal/id"
	"minidock/internal/industry"
	"minidock/internal/launchtarget"
	"minidock/internal/miniprogram"
	"minidock/internal/page"
	"minidock/internal/siblings"
	"minidock/internal/store"
)

// MiniProgram returns a mini program that the viewer may see.
func (r *queryResolver) MiniProgram(ctx context.Context, id string) (*ent.MiniProgram, error) {
	miniPrograms, err := r.MiniPrograms.ByIDs(ctx, viewer(ctx), []string{id})
	return store.OneOf(miniPrograms, id, err)
}

// CreateMiniProgram creates a mini program in a workspace.
func (r *mutationResolver) CreateMiniProgram(ctx context.Context, in miniprogram.CreateInput) (*model.CreateMiniProgramPayload, error) {
	saved, err := r.MiniPrograms.Create(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.CreateMiniProgramPayload{
		MiniProgram: saved.MiniProgram, MiniProgramEdge: model.EdgeOf(miniprogram.InDefaultOrder(saved.MiniProgram)),
		Warnings: translate(ctx, saved.Warnings), UserErrors: errs, Query: &model.Query{},
	}, err
}

// UpdateMiniProgram changes the profile of a mini program.
func (r *mutationResolver) UpdateMiniProgram(ctx context.Context, in miniprogram.UpdateInput) (*model.UpdateMiniProgramPayload, error) {
	saved, err := r.MiniPrograms.Update(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.UpdateMiniProgramPayload{MiniProgram: saved.MiniProgram, Warnings: translate(ctx, saved.Warnings), UserErrors: errs, Query: &model.Query{}}, err
}

// MiniPrograms returns a page of the workspace's mini programs.
func (r *workspaceResolver) MiniPrograms(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string, orderBy model.MiniProgramOrder, filter *miniprogram.Filter) (*model.MiniProgramConnection, error) {
	args := page.Args{First: first, After: after, Last: last, Before: before}
	order := miniprogram.Sort{
		Field: miniprogram.SortField(orderBy.Field), Descending: orderBy.Direction == model.OrderDirectionDesc,
	}
	wanted := orNone(filter)
	pages, err := siblings.Read(w.Siblings, w, readKey("miniPrograms", args, order, wanted),
		func(ws []*ent.Workspace) (map[string]page.Page[*ent.MiniProgram], error) {
			return r.Resolver.MiniPrograms.List(ctx, viewer(ctx), ids(ws, workspaceID), args, order, wanted)
		})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[w.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(w.Siblings, w, readKey("miniPrograms.totalCount", wanted),
			func(ws []*ent.Workspace) (map[string]int, error) {
				return r.Resolver.MiniPrograms.Count(ctx, viewer(ctx), ids(ws, workspaceID), wanted)
			})
		return counts[w.ID], err
	}), nil
}

// Workspace returns the workspace that the mini program belongs to.
func (r *miniProgramResolver) Workspace(ctx context.Context, m *ent.MiniProgram) (*ent.Workspace, error) {
	workspaces, err := siblings.Read(m.Siblings, m, "workspace", func(ms []*ent.MiniProgram) (map[string]*ent.Workspace, error) {
		return r.Workspaces.ByIDs(ctx, viewer(ctx), ids(ms, func(m *ent.MiniProgram) string { return m.WorkspaceID }))
	})
	return store.OneOf(workspaces, m.WorkspaceID, err)
}

// CreatedBy returns who created the mini program, or nil if the viewer does not see them.
func (r *miniProgramResolver) CreatedBy(ctx context.Context, m *ent.MiniProgram) (*ent.User, error) {
	users, err := siblings.Read(m.Siblings, m, "createdBy", func(ms []*ent.MiniProgram) (map[string]*ent.User, error) {
		return r.MiniPrograms.Creators(ctx, viewer(ctx), ms)
	})
	return users[m.CreatedByID], err
}

// LaunchTargets returns the mini program's launch targets.
func (r *miniProgramResolver) LaunchTargets(ctx context.Context, m *ent.MiniProgram) ([]*launchtarget.Target, error) {
	targets, err := siblings.Read(m.Siblings, m, "launchTargets", func(ms []*ent.MiniProgram) (map[string][]*launchtarget.Target, error) {
		return r.MiniPrograms.LaunchTargets(ctx, viewer(ctx), ms)
	})
	return store.OneOf(targets, m.ID, err)
}

// Developers returns a page of the active developers who are assigned to the mini program.
func (r *miniProgramResolver) Developers(ctx context.Context, m *ent.MiniProgram, first *int, after *string, last *int, before *string) (*model.MemberConnection, error) {
	args := page.Args{First: first, After: after, Last: last, Before: before}
	pages, err := siblings.Read(m.Siblings, m, readKey("developers", args), func(ms []*ent.MiniProgram) (map[string]page.Page[*ent.Member], error) {
		return r.Workspaces.Developers(ctx, viewer(ctx), ms, args)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[m.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(m.Siblings, m, "developers.totalCount", func(ms []*ent.MiniProgram) (map[string]int, error) {
			return r.Workspaces.CountDevelopers(ctx, viewer(ctx), ms)
		})
		return counts[m.ID], err
	}), nil
}

// ViewerCan returns what the viewer may do with the mini program.
func (r *miniProgramResolver) ViewerCan(ctx context.Context, m *ent.MiniProgram) ([]model.Permission, error) {
	roles, err := siblings.Read(m.Siblings, m, "viewerCan", func(ms []*ent.MiniProgram) (map[string]member.Role, error) {
		return r.Workspaces.Roles(ctx, viewer(ctx), ids(ms, func(m *ent.MiniProgram) string { return m.WorkspaceID }))
	})
	role, err := store.OneOf(roles, m.WorkspaceID, err)
	if err != nil {
		return nil, err
	}
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil {
		return nil, err
	}
	return permissions(principal.Allowed(role, id.MiniProgram)), nil
}

// Industry returns the merchant's line of business.
func (r *miniProgramResolver) Industry(_ context.Context, m *ent.MiniProgram) (*industry.Industry, error) {
	found, ok := industry.ByCode(m.IndustryCode)
	if !ok {
		return nil, fmt.Errorf("mini program %s has industry %s, which is not in the catalogue", m.ID, m.IndustryCode)
	}
	return found, nil
}

// Logo returns the mini program's picture.
func (r *miniProgramResolver) Logo(_ context.Context, m *ent.MiniProgram) (*model.Logo, error) {
	return &model.Logo{
		URL: r.LogoURL(m.LogoName), Width: m.LogoWidth, Height: m.LogoHeight, ContentType: m.LogoContentType,
	}, nil
}
