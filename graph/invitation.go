package graph

import (
	"context"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/siblings"
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// Invitation returns what a token offers.
func (r *queryResolver) Invitation(ctx context.Context, token string) (*model.InvitationOffer, error) {
	offer, err := r.Workspaces.Offer(ctx, token)
	if offer == nil || err != nil {
		return nil, err
	}
	return &model.InvitationOffer{
		WorkspaceName: offer.WorkspaceName, InviterName: offer.InviterName, Name: offer.Invitation.Name, Email: offer.Invitation.Email,
		Role: member.Role(offer.Invitation.Role), MiniProgramNames: offer.MiniProgramNames, ExpiresAt: offer.Invitation.ExpiresAt,
		HasAccount: offer.HasAccount,
	}, nil
}

// InviteMembers invites people to a workspace.
func (r *mutationResolver) InviteMembers(ctx context.Context, in workspace.InviteMembersInput) (*model.InviteMembersPayload, error) {
	invitations, err := r.Workspaces.Invite(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	payload := &model.InviteMembersPayload{Invitations: invitations, UserErrors: errs, Query: &model.Query{}}
	if invitations != nil {
		payload.InvitationEdges = model.EdgesOf(workspace.InvitationPage(invitations...))
	}
	return payload, err
}

// ResendInvitation sends an invitation again.
func (r *mutationResolver) ResendInvitation(ctx context.Context, in model.ResendInvitationInput) (*model.ResendInvitationPayload, error) {
	invitation, err := r.Workspaces.Resend(ctx, viewer(ctx), in.InvitationID)
	errs, err := userErrors(ctx, err)
	return &model.ResendInvitationPayload{Invitation: invitation, UserErrors: errs, Query: &model.Query{}}, err
}

// WithdrawInvitation withdraws an invitation.
func (r *mutationResolver) WithdrawInvitation(ctx context.Context, in model.WithdrawInvitationInput) (*model.WithdrawInvitationPayload, error) {
	invitation, err := r.Workspaces.Withdraw(ctx, viewer(ctx), in.InvitationID)
	errs, err := userErrors(ctx, err)
	return &model.WithdrawInvitationPayload{Invitation: invitation, UserErrors: errs, Query: &model.Query{}}, err
}

// AcceptInvitation makes the viewer a member as an invitation says.
func (r *mutationResolver) AcceptInvitation(ctx context.Context, in workspace.AcceptInvitationInput) (*model.AcceptInvitationPayload, error) {
	member, err := r.Workspaces.Accept(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.AcceptInvitationPayload{
		Member: member, MembershipEdge: membershipEdge(member), Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{},
	}, err
}

// Invitations returns a page of the workspace's invitations.
func (r *workspaceResolver) Invitations(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string, filter *workspace.InvitationFilter) (*model.InvitationConnection, error) {
	args, wanted := page.Args{First: first, After: after, Last: last, Before: before}, orNone(filter)
	pages, err := siblings.Read(w.Siblings, w, readKey("invitations", args, wanted), func(ws []*ent.Workspace) (map[string]page.Page[*ent.Invitation], error) {
		return r.Workspaces.Invitations(ctx, viewer(ctx), ids(ws, workspaceID), args, wanted)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[w.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(w.Siblings, w, readKey("invitations.totalCount", wanted), func(ws []*ent.Workspace) (map[string]int, error) {
			return r.Workspaces.CountInvitations(ctx, viewer(ctx), ids(ws, workspaceID), wanted)
		})
		return counts[w.ID], err
	}), nil
}

// Workspace returns where the invitation is to.
func (r *invitationResolver) Workspace(ctx context.Context, i *ent.Invitation) (*ent.Workspace, error) {
	workspaces, err := siblings.Read(i.Siblings, i, "workspace", func(is []*ent.Invitation) (map[string]*ent.Workspace, error) {
		return r.Workspaces.ByIDs(ctx, viewer(ctx), ids(is, func(i *ent.Invitation) string { return i.WorkspaceID }))
	})
	return store.OneOf(workspaces, i.WorkspaceID, err)
}

// Role returns what the person is to be.
func (r *invitationResolver) Role(_ context.Context, i *ent.Invitation) (member.Role, error) {
	return member.Role(i.Role), nil
}

// Status returns what has become of the invitation.
func (r *invitationResolver) Status(_ context.Context, i *ent.Invitation) (invitation.Status, error) {
	return r.Workspaces.InvitationStatus(i), nil
}

// ViewerCan returns what the viewer may do with the invitation.
func (r *invitationResolver) ViewerCan(ctx context.Context, i *ent.Invitation) ([]model.Permission, error) {
	can, err := siblings.Read(i.Siblings, i, "viewerCan", func(is []*ent.Invitation) (map[string][]access.Operation, error) {
		return r.Workspaces.CanWithInvitations(ctx, viewer(ctx), is)
	})
	return permissions(can[i.ID]), err
}

// MiniPrograms returns what a developer is invited to work on.
func (r *invitationResolver) MiniPrograms(ctx context.Context, i *ent.Invitation) ([]*ent.MiniProgram, error) {
	miniPrograms, err := siblings.Read(i.Siblings, i, "miniPrograms", func(is []*ent.Invitation) (map[string][]*ent.MiniProgram, error) {
		return r.Workspaces.MiniProgramsInvitedTo(ctx, viewer(ctx), is)
	})
	return miniPrograms[i.ID], err
}

// InvitedBy returns who invited, or nil if the viewer does not see them.
func (r *invitationResolver) InvitedBy(ctx context.Context, i *ent.Invitation) (*ent.User, error) {
	users, err := siblings.Read(i.Siblings, i, "invitedBy", func(is []*ent.Invitation) (map[string]*ent.User, error) {
		return r.Workspaces.Inviters(ctx, viewer(ctx), is)
	})
	return users[i.InvitedByID], err
}
