package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/session"
	"minidock/internal/siblings"
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// ChangeMemberRole makes a master a developer, or a developer a master.
func (r *mutationResolver) ChangeMemberRole(ctx context.Context, in workspace.ChangeMemberRoleInput) (*model.ChangeMemberRolePayload, error) {
	changed, err := r.Workspaces.ChangeRole(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	done := orNone(changed)
	return &model.ChangeMemberRolePayload{
		Member: done.Member, WithdrawnInvitations: done.Withdrawn, RevokedAPITokens: done.Revoked, MiniPrograms: done.MiniPrograms,
		UserErrors: errs, Query: &model.Query{},
	}, err
}

// AssignMiniPrograms assigns a developer to these mini programs and no others.
func (r *mutationResolver) AssignMiniPrograms(ctx context.Context, in workspace.AssignMiniProgramsInput) (*model.AssignMiniProgramsPayload, error) {
	changed, err := r.Workspaces.Assign(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	done := orNone(changed)
	return &model.AssignMiniProgramsPayload{Member: done.Member, MiniPrograms: done.MiniPrograms, UserErrors: errs, Query: &model.Query{}}, err
}

// BlockMember ends a member's access until they are unblocked.
func (r *mutationResolver) BlockMember(ctx context.Context, in model.BlockMemberInput) (*model.BlockMemberPayload, error) {
	changed, err := r.Workspaces.Block(ctx, viewer(ctx), in.MemberID)
	errs, err := userErrors(ctx, err)
	done := orNone(changed)
	return &model.BlockMemberPayload{
		Member: done.Member, WithdrawnInvitations: done.Withdrawn, RevokedAPITokens: done.Revoked, MiniPrograms: done.MiniPrograms,
		UserErrors: errs, Query: &model.Query{},
	}, err
}

// UnblockMember gives a blocked member access again.
func (r *mutationResolver) UnblockMember(ctx context.Context, in model.UnblockMemberInput) (*model.UnblockMemberPayload, error) {
	changed, err := r.Workspaces.Unblock(ctx, viewer(ctx), in.MemberID)
	errs, err := userErrors(ctx, err)
	done := orNone(changed)
	return &model.UnblockMemberPayload{Member: done.Member, MiniPrograms: done.MiniPrograms, UserErrors: errs, Query: &model.Query{}}, err
}

// RemoveMember ends a membership.
func (r *mutationResolver) RemoveMember(ctx context.Context, in model.RemoveMemberInput) (*model.RemoveMemberPayload, error) {
	changed, err := r.Workspaces.Remove(ctx, viewer(ctx), in.MemberID)
	errs, err := userErrors(ctx, err)
	done := orNone(changed)
	return &model.RemoveMemberPayload{
		Member: done.Member, WithdrawnInvitations: done.Withdrawn, RevokedAPITokens: done.Revoked, MiniPrograms: done.MiniPrograms,
		UserErrors: errs, Query: &model.Query{},
	}, err
}

// orNone returns the result of a change, or an empty one when it was refused.
func orNone[T any](done *T) (result T) {
	if done != nil {
		result = *done
	}
	return result
}

// TransferOwnership makes a master the owner.
func (r *mutationResolver) TransferOwnership(ctx context.Context, in workspace.TransferOwnershipInput) (*model.TransferOwnershipPayload, error) {
	transferred, err := r.Workspaces.TransferOwnership(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	done := orNone(transferred)
	return &model.TransferOwnershipPayload{Member: done.Owner, FormerOwner: done.Former, UserErrors: errs, Query: &model.Query{}}, err
}

// Membership sends the viewer's membership of a workspace and its changes.
func (r *subscriptionResolver) Membership(ctx context.Context, workspaceID string) (<-chan *workspace.MembershipEvent, error) {
	if _, ok := session.StreamOf(ctx); !ok {
		return nil, errNoStream
	}
	return r.Workspaces.Watches.Membership(ctx, viewer(ctx), workspaceID)
}

// Members returns a page of the workspace's members.
func (r *workspaceResolver) Members(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string, filter *workspace.MemberFilter) (*model.MemberConnection, error) {
	args, wanted := page.Args{First: first, After: after, Last: last, Before: before}, orNone(filter)
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

// MiniPrograms returns a page of what the member is assigned to.
func (r *memberResolver) MiniPrograms(ctx context.Context, m *ent.Member, first *int, after *string, last *int, before *string) (*model.MiniProgramConnection, error) {
	args := page.Args{First: first, After: after, Last: last, Before: before}
	pages, err := siblings.Read(m.Siblings, m, readKey("miniPrograms", args), func(ms []*ent.Member) (map[string]page.Page[*ent.MiniProgram], error) {
		return r.Workspaces.MiniProgramsOf(ctx, viewer(ctx), ms, args)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[m.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(m.Siblings, m, "miniPrograms.totalCount", func(ms []*ent.Member) (map[string]int, error) {
			return r.Workspaces.CountMiniProgramsOf(ctx, viewer(ctx), ms)
		})
		return counts[m.ID], err
	}), nil
}

// ViewerCan returns what the viewer may do with the member.
func (r *memberResolver) ViewerCan(ctx context.Context, m *ent.Member) ([]model.Permission, error) {
	can, err := siblings.Read(m.Siblings, m, "viewerCan", func(ms []*ent.Member) (map[string][]access.Operation, error) {
		return r.Workspaces.CanWith(ctx, viewer(ctx), ms)
	})
	return permissions(can[m.ID]), err
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
