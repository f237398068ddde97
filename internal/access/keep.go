package access

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/store"
)

// keep returns the rows that the principal may see by the membership in their workspace. Rows that were read through a visible row are
// not narrowed again in SQL: they are checked here.
func keep[T any](ctx context.Context, p *Principal, rows []T, workspaceOf func(T) string, sees func(Membership, T) bool) ([]T, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = workspaceOf(row)
	}
	memberships, err := p.Memberships(ctx, ids...)
	if err != nil {
		return nil, err
	}
	kept := make([]T, 0, len(rows))
	for i, row := range rows {
		if m, ok := memberships[ids[i]]; ok && sees(m, row) {
			kept = append(kept, row)
		}
	}
	return kept, nil
}

// KeepMiniPrograms returns those of the mini programs that the principal sees.
func (p *Principal) KeepMiniPrograms(ctx context.Context, rows []*ent.MiniProgram) ([]*ent.MiniProgram, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	assigned, err := p.isAssigned(ctx, ids...)
	if err != nil {
		return nil, err
	}
	return keep(ctx, p, rows, func(row *ent.MiniProgram) string { return row.WorkspaceID },
		func(m Membership, row *ent.MiniProgram) bool { return m.Manages() || assigned[row.ID] })
}

// KeepVersions returns those of the versions that the principal sees.
func (p *Principal) KeepVersions(ctx context.Context, rows []*ent.Version) ([]*ent.Version, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.MiniProgramID
	}
	assigned, err := p.isAssigned(ctx, ids...)
	if err != nil {
		return nil, err
	}
	return keep(ctx, p, rows, func(row *ent.Version) string { return row.WorkspaceID },
		func(m Membership, row *ent.Version) bool { return m.Manages() || assigned[row.MiniProgramID] })
}

// KeepMembers returns those of the members that the principal sees.
func (p *Principal) KeepMembers(ctx context.Context, rows []*ent.Member) ([]*ent.Member, error) {
	return keep(ctx, p, rows, func(row *ent.Member) string { return row.WorkspaceID },
		func(m Membership, row *ent.Member) bool {
			return m.ManagesPeople() || m.SeesPeople() && row.Status != member.StatusREMOVED
		})
}

// KeepInvitations returns those of the invitations that the principal sees.
func (p *Principal) KeepInvitations(ctx context.Context, rows []*ent.Invitation) ([]*ent.Invitation, error) {
	return keep(ctx, p, rows, func(row *ent.Invitation) string { return row.WorkspaceID },
		func(m Membership, _ *ent.Invitation) bool { return m.ManagesPeople() })
}

// KeepAPITokens returns those of the tokens that the principal sees.
func (p *Principal) KeepAPITokens(ctx context.Context, rows []*ent.ApiToken) ([]*ent.ApiToken, error) {
	return keep(ctx, p, rows, func(row *ent.ApiToken) string { return row.WorkspaceID },
		func(m Membership, row *ent.ApiToken) bool { return m.ManagesPeople() || row.ID == p.TokenID() })
}

// KeepAuditEvents returns those of the events that the principal sees.
func (p *Principal) KeepAuditEvents(ctx context.Context, rows []*ent.AuditEvent) ([]*ent.AuditEvent, error) {
	kept, err := keep(ctx, p, rows, func(row *ent.AuditEvent) string { return deref(row.WorkspaceID) },
		func(m Membership, _ *ent.AuditEvent) bool { return m.ManagesPeople() })
	if err != nil || p.StaffRole != user.StaffRoleADMIN {
		return kept, err
	}
	for _, row := range rows {
		if row.WorkspaceID == nil {
			kept = append(kept, row)
		}
	}
	return kept, nil
}

// NamedBy returns the names in the rows that keep shows to the viewer, without "".
func NamedBy[T any](ctx context.Context, v *Viewer, rows []T, keep func(*Principal, context.Context, []T) ([]T, error), name func(T) string) ([]string, error) {
	principal, err := v.Principal(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := keep(principal, ctx, rows)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(kept))
	for _, row := range kept {
		if named := name(row); named != "" {
			names = append(names, named)
		}
	}
	return names, nil
}

// UsersNamedBy returns, by id, the users who are named in the rows that keep shows to the viewer.
func UsersNamedBy[T any](ctx context.Context, v *Viewer, rows []T, keep func(*Principal, context.Context, []T) ([]T, error), name func(T) string) (map[string]*ent.User, error) {
	ids, err := NamedBy(ctx, v, rows, keep, name)
	if err != nil {
		return nil, err
	}
	return usersByID(ctx, v.client, ids)
}

// ByIDs returns rows that the principal sees, by their ids. Read reads those that are asked for and narrows them to what is visible.
func ByIDs[T store.Row](ctx context.Context, v *Viewer, read func(*Principal) ([]T, error)) (map[string]T, error) {
	principal, err := v.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := read(principal)
	if err != nil {
		return nil, fmt.Errorf("read %T by id: %w", found, err)
	}
	return store.ByID(found), nil
}

func usersByID(ctx context.Context, client *ent.Client, ids []string) (map[string]*ent.User, error) {
	found, err := client.User.Query().Select(store.Shown(ctx, user.Table)...).Where(store.In(user.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	return store.ByID(found), nil
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
