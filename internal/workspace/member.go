package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/ent/workspace"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
	"minidock/internal/text"
)

// orderByJoining sorts members by when they joined, which is the order of their ids.
const orderByJoining = "JOINED"

// MembersByIDs returns the members with these ids that the viewer sees, by id.
func (w *Workspaces) MembersByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Member, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Member, error) {
		return w.Client.Member.Query().Where(store.Shown, store.In(member.FieldID, ids), principal.Members()).All(ctx)
	})
}

// MemberFilter says which members to list: those that match all fields that are set.
type MemberFilter struct {
	// Statuses and Roles are the wanted ones; without Statuses all but removed members, without Roles any.
	Statuses []member.Status
	Roles    []member.Role
	// Search is a part of the person's name or email address; "" for any.
	Search string
}

func (f MemberFilter) predicates(principal *access.Principal) []predicate.Member {
	predicates := []predicate.Member{principal.Members()}
	if f.Statuses != nil {
		predicates = append(predicates, member.StatusIn(f.Statuses...))
	} else {
		predicates = append(predicates, member.StatusNEQ(member.StatusREMOVED))
	}
	if f.Roles != nil {
		predicates = append(predicates, member.RoleIn(f.Roles...))
	}
	if wanted := text.Clean(f.Search); wanted != "" {
		predicates = append(predicates, member.HasUserWith(user.Or(
			store.Contains(user.FieldDisplayName, wanted), store.Contains(user.FieldEmail, wanted),
		)))
	}
	return predicates
}

// Roles returns the viewer's role in each of these workspaces.
func (w *Workspaces) Roles(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]member.Role, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	memberships, err := principal.Memberships(ctx, ids...)
	roles := make(map[string]member.Role, len(ids))
	for _, id := range ids {
		if own, ok := memberships[id]; ok {
			roles[id] = own.Role
		}
	}
	return roles, err
}

// Members returns the same page of each workspace's members, by workspace, in the order in which they joined.
func (w *Workspaces) Members(ctx context.Context, viewer *access.Viewer, ids []string, args page.Args, filter MemberFilter) (map[string]page.Page[*ent.Member], error) {
	if err := page.CheckSearch(filter.Search); err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	return w.memberPages(ctx, args, member.FieldWorkspaceID, ids, func(m *ent.Member) string { return m.WorkspaceID },
		filter.predicates(principal)...)
}

// MembershipFilter says which of the viewer's memberships to list.
type MembershipFilter struct {
	// Search is a part of the workspace's name; "" for any.
	Search string
}

func (f MembershipFilter) predicates(principal *access.Principal) ([]predicate.Member, error) {
	predicates := []predicate.Member{principal.Active()}
	if wanted := text.Clean(f.Search); wanted != "" {
		predicates = append(predicates, member.HasWorkspaceWith(store.Contains(workspace.FieldName, wanted)))
	}
	return predicates, page.CheckSearch(f.Search)
}

// Memberships returns a page of the viewer's active memberships, the oldest first.
func (w *Workspaces) Memberships(ctx context.Context, viewer *access.Viewer, args page.Args, filter MembershipFilter) (page.Page[*ent.Member], error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return page.Page[*ent.Member]{}, err
	}
	predicates, err := filter.predicates(principal)
	if err != nil {
		return page.Page[*ent.Member]{}, err
	}
	pages, err := w.memberPages(ctx, args, member.FieldUserID, []string{principal.UserID},
		func(m *ent.Member) string { return m.UserID }, predicates...)
	return pages[principal.UserID], err
}

// CountMembers returns how many members of each workspace match the filter.
func (w *Workspaces) CountMembers(ctx context.Context, viewer *access.Viewer, ids []string, filter MemberFilter) (map[string]int, error) {
	if err := page.CheckSearch(filter.Search); err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	var counts store.Counts
	err = w.Client.Member.Query().Where(store.In(member.FieldWorkspaceID, ids)).Where(filter.predicates(principal)...).
		GroupBy(member.FieldWorkspaceID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return counts.ByWorkspace(), nil
}

// CountMemberships returns how many of the viewer's active memberships match the filter.
func (w *Workspaces) CountMemberships(ctx context.Context, viewer *access.Viewer, filter MembershipFilter) (int, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return 0, err
	}
	predicates, err := filter.predicates(principal)
	if err != nil {
		return 0, err
	}
	n, err := w.Client.Member.Query().Where(predicates...).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count memberships: %w", err)
	}
	return n, nil
}

// Persons returns who each of these members is, by user id, for a viewer who sees the member.
func (w *Workspaces) Persons(ctx context.Context, viewer *access.Viewer, members []*ent.Member) (map[string]*ent.User, error) {
	return access.WithEmails(access.UsersNamedBy(ctx, viewer, members, (*access.Principal).KeepMembers, func(m *ent.Member) string { return m.UserID }))
}

// MemberPage returns members with their places in a list of members or of the viewer's memberships.
func MemberPage(members ...*ent.Member) page.Page[*ent.Member] {
	return page.Of(orderByJoining, memberPosition, members...)
}

func memberPosition(m *ent.Member) page.Position { return page.Position{ID: m.ID} }

func (w *Workspaces) memberPages(ctx context.Context, args page.Args, parentColumn string, parents []string,
	parent func(*ent.Member) string, filters ...predicate.Member) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Member.Query().
		Where(store.Shown, store.OfEach(request.ByID(member.FieldID, false), parentColumn, parents, filters...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return page.CutEach(request, parents, found, parent, memberPosition), nil
}
