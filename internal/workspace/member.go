package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
	"minidock/internal/text"
)

// orderByJoining sorts members by when they first joined, which is the order of their ids.
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

// Filter says which members to list: those that fit all that is given.
type Filter struct {
	// Status and Role list what is wanted; without a Status all but those who were removed, without a Role any.
	Status []member.Status
	Role   []member.Role
	// Search is a part of the person's name or e-mail address; "" for any.
	Search string
}

func (f Filter) predicates(actor access.Actor) []predicate.Member {
	predicates := []predicate.Member{access.Members(actor)}
	if f.Status != nil {
		predicates = append(predicates, member.StatusIn(f.Status...))
	} else {
		predicates = append(predicates, member.StatusNEQ(member.StatusREMOVED))
	}
	if f.Role != nil {
		predicates = append(predicates, member.RoleIn(f.Role...))
	}
	if wanted := text.Clean(f.Search); wanted != "" {
		predicates = append(predicates, member.HasUserWith(user.Or(
			store.Contains(user.FieldDisplayName, wanted), store.Contains(user.FieldEmail, wanted),
		)))
	}
	return predicates
}

// Roles returns the actor's own role in each of these workspaces.
func (w *Workspaces) Roles(ctx context.Context, actor access.Actor, ids []string) (map[string]member.Role, error) {
	found, err := w.Client.Member.Query().Where(access.Active(actor), store.In(member.FieldWorkspaceID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	roles := make(map[string]member.Role, len(found))
	for _, row := range found {
		roles[row.WorkspaceID] = row.Role
	}
	return roles, nil
}

// Members returns the same page of each workspace's members, by workspace, in the order in which they first joined.
func (w *Workspaces) Members(ctx context.Context, actor access.Actor, ids []string, args page.Args, filter Filter) (map[string]page.Page[*ent.Member], error) {
	return w.memberPages(ctx, args, member.FieldWorkspaceID, ids, func(m *ent.Member) string { return m.WorkspaceID },
		filter.predicates(actor)...)
}

// Memberships returns a page of the actor's own memberships that are active, the oldest first.
func (w *Workspaces) Memberships(ctx context.Context, actor access.Actor, args page.Args) (page.Page[*ent.Member], error) {
	pages, err := w.memberPages(ctx, args, member.FieldUserID, []string{actor.UserID},
		func(m *ent.Member) string { return m.UserID }, access.Active(actor))
	return pages[actor.UserID], err
}

// CountMembers returns how many members of each workspace fit the filter.
func (w *Workspaces) CountMembers(ctx context.Context, actor access.Actor, ids []string, filter Filter) (map[string]int, error) {
	var counts page.Counts
	err := w.Client.Member.Query().Where(store.In(member.FieldWorkspaceID, ids)).Where(filter.predicates(actor)...).
		GroupBy(member.FieldWorkspaceID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return counts.ByWorkspace(), nil
}

// CountMemberships returns how many active memberships the actor has.
func (w *Workspaces) CountMemberships(ctx context.Context, actor access.Actor) (int, error) {
	n, err := w.Client.Member.Query().Where(access.Active(actor)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count memberships: %w", err)
	}
	return n, nil
}

// MiniProgramsOf returns the mini programs that each member is assigned to, as far as the actor may see them, in the order of their
// ids.
func (w *Workspaces) MiniProgramsOf(ctx context.Context, actor access.Actor, memberIDs []string) (map[string][]*ent.MiniProgram, error) {
	found, err := w.Client.Assignment.Query().
		Where(store.In(assignment.FieldMemberID, memberIDs), assignment.HasMiniProgramWith(access.MiniPrograms(actor))).
		WithMiniProgram().Order(assignment.ByMiniProgramID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	miniPrograms := map[string][]*ent.MiniProgram{}
	for _, row := range found {
		miniPrograms[row.MemberID] = append(miniPrograms[row.MemberID], row.Edges.MiniProgram)
	}
	return miniPrograms, nil
}

// Developers returns the same page of each mini program's active developers that are assigned to it, as far as the actor may see
// them, by mini program, in the order in which they first joined.
func (w *Workspaces) Developers(ctx context.Context, actor access.Actor, miniProgramIDs []string, args page.Args) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	assigned, err := w.developers(ctx, actor, miniProgramIDs)
	if err != nil {
		return nil, err
	}
	var onPages []string
	for miniProgramID, memberIDs := range assigned {
		assigned[miniProgramID] = page.Between(request, memberIDs)
		onPages = append(onPages, assigned[miniProgramID]...)
	}
	members, err := w.MembersByIDs(ctx, actor, onPages)
	if err != nil {
		return nil, err
	}
	pages := map[string]page.Page[*ent.Member]{}
	for _, miniProgramID := range miniProgramIDs {
		rows := []*ent.Member{}
		for _, memberID := range assigned[miniProgramID] {
			if found := members[memberID]; found != nil {
				rows = append(rows, found)
			}
		}
		pages[miniProgramID] = page.Cut(request, rows, func(m *ent.Member) page.Position { return page.Position{ID: m.ID} })
	}
	return pages, nil
}

// CountDevelopers returns how many active developers are assigned to each mini program.
func (w *Workspaces) CountDevelopers(ctx context.Context, actor access.Actor, miniProgramIDs []string) (map[string]int, error) {
	assigned, err := w.developers(ctx, actor, miniProgramIDs)
	counts := map[string]int{}
	for miniProgramID, memberIDs := range assigned {
		counts[miniProgramID] = len(memberIDs)
	}
	return counts, err
}

// developers returns the ids of the active developers that are assigned to each mini program, in their order.
func (w *Workspaces) developers(ctx context.Context, actor access.Actor, miniProgramIDs []string) (map[string][]string, error) {
	found, err := w.Client.Assignment.Query().
		Where(store.In(assignment.FieldMiniProgramID, miniProgramIDs), assignment.HasMiniProgramWith(access.MiniPrograms(actor)),
			assignment.HasMemberWith(member.RoleEQ(member.RoleDEVELOPER), member.StatusEQ(member.StatusACTIVE))).
		Order(assignment.ByMemberID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read developers: %w", err)
	}
	developers := map[string][]string{}
	for _, row := range found {
		developers[row.MiniProgramID] = append(developers[row.MiniProgramID], row.MemberID)
	}
	return developers, nil
}

func (w *Workspaces) memberPages(ctx context.Context, args page.Args, parentColumn string, parents []string,
	parent func(*ent.Member) string, filters ...predicate.Member) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	found, err := w.Client.Member.Query().
		Where(store.OfEach(request.ByID(member.FieldID, false), parentColumn, parents, filters...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return page.CutEach(request, parents, found, parent, func(m *ent.Member) page.Position {
		return page.Position{ID: m.ID}
	}), nil
}
