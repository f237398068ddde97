package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/apitoken"
	"minidock/internal/page"
	"minidock/internal/siblings"
	"minidock/internal/store"
)

// APIToken returns the token that the request came with, or nil.
func (r *queryResolver) APIToken(ctx context.Context) (*ent.ApiToken, error) {
	return r.Tokens.Current(ctx, viewer(ctx))
}

// CreateAPIToken creates a token.
func (r *mutationResolver) CreateAPIToken(ctx context.Context, in apitoken.CreateInput) (*model.CreateAPITokenPayload, error) {
	created, err := r.Tokens.Create(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	payload := &model.CreateAPITokenPayload{APIToken: created.Token, Secret: unlessEmpty(created.Secret), UserErrors: errs, Query: &model.Query{}}
	if created.Token != nil {
		payload.APITokenEdge = model.EdgeOf(apitoken.Page(created.Token))
	}
	return payload, err
}

// RevokeAPIToken makes a token invalid.
func (r *mutationResolver) RevokeAPIToken(ctx context.Context, in model.RevokeAPITokenInput) (*model.RevokeAPITokenPayload, error) {
	revoked, err := r.Tokens.Revoke(ctx, viewer(ctx), in.APITokenID)
	errs, err := userErrors(ctx, err)
	return &model.RevokeAPITokenPayload{APIToken: revoked, UserErrors: errs, Query: &model.Query{}}, err
}

// APITokens returns a page of the workspace's tokens.
func (r *workspaceResolver) APITokens(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string) (*model.ApiTokenConnection, error) {
	args := page.Args{First: first, After: after, Last: last, Before: before}
	pages, err := siblings.Read(w.Siblings, w, readKey("apiTokens", args), func(ws []*ent.Workspace) (map[string]page.Page[*ent.ApiToken], error) {
		return r.Tokens.List(ctx, viewer(ctx), ids(ws, workspaceID), args)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[w.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(w.Siblings, w, "apiTokens.totalCount", func(ws []*ent.Workspace) (map[string]int, error) {
			return r.Tokens.Count(ctx, viewer(ctx), ids(ws, workspaceID))
		})
		return counts[w.ID], err
	}), nil
}

// Workspace returns the workspace that the token acts in.
func (r *apiTokenResolver) Workspace(ctx context.Context, t *ent.ApiToken) (*ent.Workspace, error) {
	workspaces, err := siblings.Read(t.Siblings, t, "workspace", func(ts []*ent.ApiToken) (map[string]*ent.Workspace, error) {
		return r.Workspaces.ByIDs(ctx, viewer(ctx), ids(ts, func(t *ent.ApiToken) string { return t.WorkspaceID }))
	})
	return store.OneOf(workspaces, t.WorkspaceID, err)
}

// Scopes returns what the token may be used for.
func (r *apiTokenResolver) Scopes(_ context.Context, t *ent.ApiToken) ([]access.TokenScope, error) {
	return access.ScopesOf(t.Scopes), nil
}

// MiniPrograms returns what the token is limited to, or nil if it is for all mini programs.
func (r *apiTokenResolver) MiniPrograms(ctx context.Context, t *ent.ApiToken) ([]*ent.MiniProgram, error) {
	if !t.IsLimited {
		return nil, nil
	}
	miniPrograms, err := siblings.Read(t.Siblings, t, "miniPrograms", func(ts []*ent.ApiToken) (map[string][]*ent.MiniProgram, error) {
		return r.Tokens.MiniPrograms(ctx, viewer(ctx), ts)
	})
	return append([]*ent.MiniProgram{}, miniPrograms[t.ID]...), err // never null, which stands for all
}

// CreatedBy returns who created the token, or nil if the viewer does not see them.
func (r *apiTokenResolver) CreatedBy(ctx context.Context, t *ent.ApiToken) (*ent.User, error) {
	users, err := siblings.Read(t.Siblings, t, "createdBy", func(ts []*ent.ApiToken) (map[string]*ent.User, error) {
		return r.Tokens.Creators(ctx, viewer(ctx), ts)
	})
	return users[t.CreatedByID], err
}

// LastUsedFrom returns the network address of the last use, or nil if it is not known.
func (r *apiTokenResolver) LastUsedFrom(_ context.Context, t *ent.ApiToken) (*string, error) {
	return unlessEmpty(t.LastUsedFrom), nil
}
