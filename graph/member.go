package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/page"
	"minidock/internal/session"
	"minidock/internal/siblings"
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// ChangeMemberRole makes a master a developer, or a developer a master.
func (r *mutationResolver) ChangeMemberRole(ctx context.Context, in workspace.ChangeMemberRoleInput) (*model.ChangeMemberRolePayload, error) {
	member, err := r.Workspaces.ChangeRole(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.ChangeMemberRolePayload{Member: member, UserErrors: errs, Query: &model.Query{}}, err
}

// AssignMiniPrograms assigns a developer to these mini programs and no others.
func (r *mutationResolver) AssignMiniPrograms(ctx context.Context, in workspace.AssignMiniProgramsInput) (*model.AssignMiniProgramsPayload, error) {
	member, err := r.Workspaces.Assign(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.AssignMiniProgramsPayload{Member: member, UserErrors: errs, Query: &model.Query{}}, err
}

// BlockMember ends a member's access until they are unblocked.
func (r *mutationResolver) BlockMember(ctx context.Context, in model.BlockMemberInput) (*model.BlockMemberPayload, error) {
	member, err := r.Workspaces.Block(ctx, viewer(ctx), in.MemberID)
	errs, err := userErrors(ctx, err)
	return &model.BlockMemberPayload{Member: member, UserErrors: errs, Query: &model.Query{}}, err
}

// UnblockMember gives a blocked member access again.
func (r *mutationResolver) UnblockMember(ctx context.Context, in model.UnblockMemberInput) (*model.UnblockMemberPayload, error) {
	member, err := r.Workspaces.Unblock(ctx, viewer(ctx), in.MemberID)
	errs, err := userErrors(ctx, err)
	return &model.UnblockMemberPayload{Member: member, UserErrors: errs, Query: &model.Query{}}, err
}

// RemoveMember ends a membership.
func (r *mutationResolver) RemoveMember(ctx context.Context, in model.RemoveMemberInput) (*model.RemoveMemberPayload, error) {
	member, err := r.Workspaces.Remove(ctx, viewer(ctx), in.MemberID)
	errs, err := userErrors(ctx, err)
	return &model.RemoveMemberPayload{Member: member, UserErrors: errs, Query: &model.Query{}}, err
}

// TransferOwnership makes a master the owner.
func (r *mutationResolver) TransferOwnership(ctx context.Context, in workspace.TransferOwnershipInput) (*model.TransferOwnershipPayload, error) {
	member, err := r.Workspaces.TransferOwnership(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.TransferOwnershipPayload{Member: member, UserErrors: errs, Query: &model.Query{}}, err
}

// Membership sends the viewer's membership of a workspace and its changes.
func (r *subscriptionResolver) Membership(ctx context.Context, workspaceID string) (<-chan *ent.Member, error) {
	if _, ok := session.StreamOf(ctx); !ok {
		return nil, errNoStream
	}
	return r.Workspaces.Watches.Membership(ctx, viewer(ctx), workspaceID)
}

// Members returns a page of the workspace's members.
func (r *workspaceResolver) Members(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string, filter *workspace.MemberFilter) (*model.MemberConnection, error) {
	args, wanted := page.Args{First: first, After: after, Last: last, Before: before}, orAll(filter)
	pages, err := siblings.Read(w.Siblings, w, readKey("members", args, wanted), func(ws []*ent.Workspace) (map[string]page.Page[*ent.Member], error) {
		return r.Workspaces.Members(ctx, viewer(ctx), ids(ws, workspaceID), args, wanted)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[w.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(w.Siblings, w, readKey("members.totalCount", wanted), func(ws []*ent.Workspace) (map[string]int, error) {
			return r.Workspaces.CountMembers(ctx, viewer(ctx), ids(ws, workspaceID), wanted)
		})
		return counts[w.ID], err
	}), nil
}

// User returns who the member is.
func (r *memberResolver) User(ctx context.Context, m *ent.Member) (*ent.User, error) {
	users, err := siblings.Read(m.Siblings, m, "user", func(ms []*ent.Member) (map[string]*ent.User, error) {
		return r.Workspaces.Persons(ctx, viewer(ctx), ms)
	})
	return store.OneOf(users, m.UserID, err)
}

// Workspace returns where the member is one.
func (r *memberResolver) Workspace(ctx context.Context, m *ent.Member) (*ent.Workspace, error) {
	workspaces, err := siblings.Read(m.Siblings, m, "workspace", func(ms []*ent.Member) (map[string]*ent.Workspace, error) {
		return r.Workspaces.ByIDs(ctx, viewer(ctx), ids(ms, func(m *ent.Member) string { return m.WorkspaceID }))
	})
	return store.OneOf(workspaces, m.WorkspaceID, err)
}

// MiniPrograms returns what the member is assigned to.
func (r *memberResolver) MiniPrograms(ctx context.Context, m *ent.Member) ([]*ent.MiniProgram, error) {
	assigned, err := siblings.Read(m.Siblings, m, "miniPrograms", func(ms []*ent.Member) (map[string][]*ent.MiniProgram, error) {
		return r.Workspaces.MiniProgramsOf(ctx, viewer(ctx), ids(ms, func(m *ent.Member) string { return m.ID }))
	})
	return assigned[m.ID], err
}

// InvitedBy returns who invited the member, or nil for the workspace's creator.
func (r *memberResolver) InvitedBy(ctx context.Context, m *ent.Member) (*ent.User, error) {
	if m.InvitedByID == nil {
		return nil, nil
	}
	users, err := siblings.Read(m.Siblings, m, "invitedBy", func(ms []*ent.Member) (map[string]*ent.User, error) {
		return r.Accounts.ByIDs(ctx, viewer(ctx), known(ms, func(m *ent.Member) *string { return m.InvitedByID }))
	})
	return users[*m.InvitedByID], err
}

// known returns the ids that rows refer to, without nil.
func known[T any](rows []T, id func(T) *string) []string {
	all := []string{}
	for _, row := range rows {
		if one := id(row); one != nil {
			all = append(all, *one)
		}
	}
	return all
}

// orAll returns a filter, or one that matches everything when it was left out.
func orAll[F any](filter *F) (wanted F) {
	if filter != nil {
		wanted = *filter
	}
	return wanted
}
