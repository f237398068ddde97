package workspace

import (
	"context"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/id"
)

// Can returns what the viewer may do with each of these workspaces, and in general with its members, invitations and tokens, by workspace: what the
// role allows, without what the workspace's state forbids.
func (w *Workspaces) Can(ctx context.Context, viewer *access.Viewer, ids []string) (map[string][]access.Operation, error) {
	roles, err := w.Roles(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	can := make(map[string][]access.Operation, len(roles))
	var owned []string
	for workspaceID, role := range roles {
		for _, kind := range []id.Kind{id.Workspace, id.Member, id.Invitation, id.ApiToken} {
			can[workspaceID] = append(can[workspaceID], principal.Allowed(role, kind)...)
		}
		if role == member.RoleOWNER {
			owned = append(owned, workspaceID)
		}
	}
	if len(owned) == 0 {
		return can, nil
	}
	used, err := w.QuotaUses(ctx, viewer, owned)
	for workspaceID, uses := range used {
		for _, n := range uses {
			if n > 0 {
				can[workspaceID] = except(can[workspaceID], access.DeleteWorkspace)
			}
		}
	}
	return can, err
}

func except(operations []access.Operation, one access.Operation) []access.Operation {
	return slices.DeleteFunc(operations, func(operation access.Operation) bool { return operation == one })
}

// CanWith returns what the viewer may do with each of these members, by member: what the viewer's role allows, and the member's role and
// status do not forbid.
func (w *Workspaces) CanWith(ctx context.Context, viewer *access.Viewer, members []*ent.Member) (map[string][]access.Operation, error) {
	roles, err := w.Roles(ctx, viewer, idsOf(members, func(m *ent.Member) string { return m.WorkspaceID }))
	if err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	can := make(map[string][]access.Operation, len(members))
	for _, target := range members {
		role := roles[target.WorkspaceID]
		can[target.ID] = nil // a member may be among them several times
		for _, operation := range principal.Allowed(role, id.Member) {
			need := needs[operation]
			if slices.Contains(need.statuses, target.Status) && slices.Contains(need.roles, target.Role) &&
				access.Matrix[operation].AllowOver(role, target.Role) == nil {
				can[target.ID] = append(can[target.ID], operation)
			}
		}
	}
	return can, nil
}

// CanWithInvitations returns what the viewer may do with each of these invitations, by invitation: what the viewer's role allows, and the
// invitation's status does not forbid.
func (w *Workspaces) CanWithInvitations(ctx context.Context, viewer *access.Viewer, invitations []*ent.Invitation) (map[string][]access.Operation, error) {
	roles, err := w.Roles(ctx, viewer, idsOf(invitations, func(i *ent.Invitation) string { return i.WorkspaceID }))
	if err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	can := make(map[string][]access.Operation, len(invitations))
	for _, one := range invitations {
		if slices.Contains(unanswered, w.InvitationStatus(one)) {
			can[one.ID] = principal.Allowed(roles[one.WorkspaceID], id.Invitation)
		}
	}
	return can, nil
}
