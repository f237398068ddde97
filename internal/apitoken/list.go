package apitoken

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
)

// orderLatest sorts tokens by when they were created, which is the order of their ids, the latest first.
const orderLatest = "LATEST TOKEN"

// Current returns the token that the request came with, or nil if it came with none.
func (t *Tokens) Current(ctx context.Context, viewer *access.Viewer) (*ent.ApiToken, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil || principal.Token == nil {
		return nil, err
	}
	found, err := t.ByIDs(ctx, viewer, []string{principal.Token.ID})
	return store.OneOf(found, principal.Token.ID, err)
}

// ByIDs returns the tokens with these ids that the viewer sees, by id.
func (t *Tokens) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.ApiToken, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.ApiToken, error) {
		return t.Client.ApiToken.Query().Where(store.In(apitoken.FieldID, ids), principal.APITokens()).All(ctx)
	})
}

// children are the tokens of workspaces.
type children = store.Children[predicate.ApiToken]

// visible returns the tokens of those of these workspaces that the viewer manages. Refused with FORBIDDEN for a token.
func visible(ctx context.Context, viewer *access.Viewer, workspaceIDs []string) (children, error) {
	principal, err := viewer.Principal(ctx)
	if err == nil {
		err = principal.RequirePerson()
	}
	if err != nil {
		return children{}, err
	}
	managing, _, err := principal.Divide(ctx, workspaceIDs)
	return children{Column: apitoken.FieldWorkspaceID, Parents: access.WorkspaceIDs(managing...)}, err
}

// List returns the same page of each workspace's tokens that the viewer sees, by workspace, the latest first. Those that were revoked or have
// expired are among them.
func (t *Tokens) List(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, args page.Args) (map[string]page.Page[*ent.ApiToken], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return nil, err
	}
	of, err := visible(ctx, viewer, workspaceIDs)
	if err != nil {
		return nil, err
	}
	found, err := t.Client.ApiToken.Query().Where(store.PageOf(request.ByID(apitoken.FieldID, true), of)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return page.CutEach(request, workspaceIDs, found, func(row *ent.ApiToken) string { return row.WorkspaceID }, position), nil
}

// Count returns how many tokens of each workspace the viewer sees.
func (t *Tokens) Count(ctx context.Context, viewer *access.Viewer, workspaceIDs []string) (map[string]int, error) {
	of, err := visible(ctx, viewer, workspaceIDs)
	if err != nil {
		return nil, err
	}
	var counts store.Counts
	if err := t.Client.ApiToken.Query().Modify(store.CountOf(of)).Scan(ctx, &counts); err != nil {
		return nil, fmt.Errorf("count tokens: %w", err)
	}
	return counts.ByParent(), nil
}

func position(row *ent.ApiToken) page.Position { return page.Position{ID: row.ID} }

// Page returns tokens with their places in the list of a workspace's tokens.
func Page(tokens ...*ent.ApiToken) page.Page[*ent.ApiToken] {
	return page.Of(orderLatest, position, tokens...)
}

// MiniPrograms returns the mini programs that each of these tokens is limited to, ordered by id, for a viewer who sees the token.
func (t *Tokens) MiniPrograms(ctx context.Context, viewer *access.Viewer, tokens []*ent.ApiToken) (map[string][]*ent.MiniProgram, error) {
	ids, err := access.NamedBy(ctx, viewer, tokens, (*access.Principal).KeepAPITokens, func(row *ent.ApiToken) string { return row.ID })
	if err != nil {
		return nil, err
	}
	found, err := t.Client.ApiToken.Query().Where(store.In(apitoken.FieldID, ids)).
		WithMiniPrograms(func(q *ent.MiniProgramQuery) { q.Order(miniprogram.ByID()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mini programs of tokens: %w", err)
	}
	miniPrograms := make(map[string][]*ent.MiniProgram, len(found))
	for _, row := range found {
		miniPrograms[row.ID] = row.Edges.MiniPrograms
	}
	return miniPrograms, nil
}

// Creators returns who created each of these tokens, by user id, for a viewer who sees the token.
func (t *Tokens) Creators(ctx context.Context, viewer *access.Viewer, tokens []*ent.ApiToken) (map[string]*ent.User, error) {
	return access.UsersNamedBy(ctx, viewer, tokens, (*access.Principal).KeepAPITokens, func(row *ent.ApiToken) string { return row.CreatedByID })
}
