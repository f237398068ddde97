package workspace

import (
	"context"
	"fmt"
	"slices"

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
		return w.Client.Member.Query().Select(store.Shown(ctx, member.Table)...).Where(store.In(member.FieldID, ids), principal.Members()).All(ctx)
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

// members are members of workspaces, or memberships of users.
type members = store.Children[predicate.Member]

// visible returns the members of these workspaces that match the filter and are visible to the viewer: without the removed ones where the
// viewer is a developer. Refused with FORBIDDEN for a token.
func (w *Workspaces) visible(ctx context.Context, viewer *access.Viewer, ids []string, filter MemberFilter) ([]members, error) {
	if err := page.CheckSearch(filter.Search); err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err == nil {
		err = principal.RequirePerson()
	}
	if err != nil {
		return nil, err
	}
	managing, developing, err := principal.Divide(ctx, ids)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(filter.Statuses, member.StatusREMOVED) {
		managing, developing = slices.Concat(managing, developing), nil
	}
	sets := []members{w.fittingMembers(filter, access.WorkspaceIDs(managing...))}
	if len(developing) > 0 {
		filter.Statuses = slices.DeleteFunc(slices.Clone(filter.Statuses), func(s member.Status) bool { return s == member.StatusREMOVED })
		sets = append(sets, w.fittingMembers(filter, access.WorkspaceIDs(developing...)))
	}
	return sets, nil
}

// fittingMembers returns the members of these workspaces that match the filter.
func (w *Workspaces) fittingMembers(filter MemberFilter, workspaceIDs []string) members {
	of := members{Column: member.FieldWorkspaceID, Parents: workspaceIDs}
	if filter.Statuses != nil {
		of.Filters = append(of.Filters, store.Compared(member.FieldStatus, filter.Statuses...))
	} else {
		of.Filters = append(of.Filters, member.StatusNEQ(member.StatusREMOVED))
	}
	if filter.Roles != nil {
		of.Filters = append(of.Filters, store.Compared(member.FieldRole, filter.Roles...))
	}
	if wanted := text.Clean(filter.Search); wanted != "" {
		of.Search = w.search(store.Refers(member.FieldUserID, user.Table, user.Or(
			store.Contains(user.FieldDisplayName, wanted), store.Contains(user.FieldEmail, wanted),
		)))
	}
	return of
}

// search is a search among members, of whom the latest joined last.
func (w *Workspaces) search(wanted store.Filter) *store.Search {
	return &store.Search{
		For: wanted, By: []string{member.FieldID}, Limit: w.Limits.SearchRows,
		Columns: []string{member.FieldID, member.FieldStatus, member.FieldRole, member.FieldUserID, member.FieldWorkspaceID},
	}
}

// ViewerRoles returns the viewer's role in each of these workspaces; none for a token.
func (w *Workspaces) ViewerRoles(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]member.Role, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil || principal.Token != nil {
		return nil, err
	}
	return w.Roles(ctx, viewer, ids)
}

// Roles returns the role in each of these workspaces by which the viewer acts: the viewer's own, or that of a token's creator.
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
	sets, err := w.visible(ctx, viewer, ids, filter)
	if err != nil {
		return nil, err
	}
	return w.memberPages(ctx, args, ids, func(m *ent.Member) string { return m.WorkspaceID }, sets...)
}

// MembershipFilter says which of the viewer's memberships to list.
type MembershipFilter struct {
	// Search is a part of the workspace's name; "" for any.
	Search string
}

// memberships returns the viewer's active memberships that match the filter.
func (w *Workspaces) memberships(ctx context.Context, viewer *access.Viewer, filter MembershipFilter) (members, error) {
	if err := page.CheckSearch(filter.Search); err != nil {
		return members{}, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return members{}, err
	}
	own := members{
		Column: member.FieldUserID, Parents: []string{principal.UserID}, Filters: []predicate.Member{member.StatusEQ(member.StatusACTIVE)},
	}
	if wanted := text.Clean(filter.Search); wanted != "" {
		own.Search = w.search(store.Refers(member.FieldWorkspaceID, workspace.Table, predicate.Workspace(store.Contains(workspace.FieldName, wanted))))
	}
	return own, nil
}

// Memberships returns a page of the viewer's active memberships, the oldest first.
func (w *Workspaces) Memberships(ctx context.Context, viewer *access.Viewer, args page.Args, filter MembershipFilter) (page.Page[*ent.Member], error) {
	own, err := w.memberships(ctx, viewer, filter)
	if err != nil {
		return page.Page[*ent.Member]{}, err
	}
	pages, err := w.memberPages(ctx, args, own.Parents, func(m *ent.Member) string { return m.UserID }, own)
	return pages[own.Parents[0]], err
}

// CountMembers returns how many members of each workspace match the filter.
func (w *Workspaces) CountMembers(ctx context.Context, viewer *access.Viewer, ids []string, filter MemberFilter) (map[string]int, error) {
	sets, err := w.visible(ctx, viewer, ids, filter)
	if err != nil {
		return nil, err
	}
	return w.countMembers(ctx, sets...)
}

func (w *Workspaces) countMembers(ctx context.Context, sets ...members) (map[string]int, error) {
	var counts store.Counts
	if err := w.Client.Member.Query().Modify(store.CountOf(sets...)).Scan(ctx, &counts); err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return counts.ByParent(), nil
}

// CountMemberships returns how many of the viewer's active memberships match the filter.
func (w *Workspaces) CountMemberships(ctx context.Context, viewer *access.Viewer, filter MembershipFilter) (int, error) {
	own, err := w.memberships(ctx, viewer, filter)
	if err != nil {
		return 0, err
	}
	counts, err := w.countMembers(ctx, own)
	return counts[own.Parents[0]], err
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

func (w *Workspaces) memberPages(ctx context.Context, args page.Args, parents []string, parent func(*ent.Member) string,
	sets ...members) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Member.Query().Select(store.Shown(ctx, member.Table)...).Where(store.PageOf(request.ByID(member.FieldID, false), sets...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return page.CutEach(request, parents, found, parent, memberPosition), nil
}
