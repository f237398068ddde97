package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
)

// orderByJoining sorts members by when they joined, which is the order of their ids.
const orderByJoining = "JOINED"

// MembersByIDs returns those of the members that the actor may see, by id.
func (w *Workspaces) MembersByIDs(ctx context.Context, actor access.Actor, ids []string) (map[string]*ent.Member, error) {
	found, err := w.Client.Member.Query().Where(store.In(member.FieldID, ids), access.Members(actor)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	members := make(map[string]*ent.Member, len(found))
	for _, row := range found {
		members[row.ID] = row
	}
	return members, nil
}

// Roles returns the actor's own role in each of these workspaces.
func (w *Workspaces) Roles(ctx context.Context, actor access.Actor, ids []string) (map[string]member.Role, error) {
	found, err := w.Client.Member.Query().Where(member.UserID(actor.UserID), store.In(member.FieldWorkspaceID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	roles := make(map[string]member.Role, len(found))
	for _, row := range found {
		roles[row.WorkspaceID] = row.Role
	}
	return roles, nil
}

// Members returns the same page of each workspace's members, by workspace, the earliest member first.
func (w *Workspaces) Members(ctx context.Context, actor access.Actor, ids []string, args page.Args) (map[string]page.Page[*ent.Member], error) {
	return w.memberPages(ctx, actor, args, member.FieldWorkspaceID, ids, func(m *ent.Member) string { return m.WorkspaceID })
}

// Memberships returns a page of the actor's own memberships, the oldest first.
func (w *Workspaces) Memberships(ctx context.Context, actor access.Actor, args page.Args) (page.Page[*ent.Member], error) {
	pages, err := w.memberPages(ctx, actor, args, member.FieldUserID, []string{actor.UserID},
		func(m *ent.Member) string { return m.UserID })
	return pages[actor.UserID], err
}

// CountMembers returns how many members each workspace has.
func (w *Workspaces) CountMembers(ctx context.Context, actor access.Actor, ids []string) (map[string]int, error) {
	var counts []struct {
		WorkspaceID string `json:"workspace_id"`
		Count       int    `json:"count"`
	}
	err := w.Client.Member.Query().Where(store.In(member.FieldWorkspaceID, ids), access.Members(actor)).
		GroupBy(member.FieldWorkspaceID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	byWorkspace := map[string]int{}
	for _, c := range counts {
		byWorkspace[c.WorkspaceID] = c.Count
	}
	return byWorkspace, nil
}

// CountMemberships returns how many memberships the actor has.
func (w *Workspaces) CountMemberships(ctx context.Context, actor access.Actor) (int, error) {
	n, err := w.Client.Member.Query().Where(member.UserID(actor.UserID)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count memberships: %w", err)
	}
	return n, nil
}

func (w *Workspaces) memberPages(ctx context.Context, actor access.Actor, args page.Args, parentColumn string, parents []string,
	parent func(*ent.Member) string) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	keyset := store.Keyset{Columns: []string{member.FieldID}, Backward: request.Backward, Limit: request.Limit + 1}
	if request.After != nil {
		keyset.After = []any{request.After.ID}
	}
	if request.Before != nil {
		keyset.Before = []any{request.Before.ID}
	}
	found, err := w.Client.Member.Query().
		Where(store.OfEach(keyset, parentColumn, parents, access.Members(actor))).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return page.CutEach(request, parents, found, parent, func(m *ent.Member) page.Position {
		return page.Position{ID: m.ID}
	}), nil
}
