package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
)

// isDeveloper selects the assignments of active developers.
var isDeveloper = assignment.HasMemberWith(member.RoleEQ(member.RoleDEVELOPER), member.StatusEQ(member.StatusACTIVE))

// byMiniProgram links mini programs to the members who are assigned to them, and byMember members to their mini programs.
var (
	byMiniProgram = store.Link{Table: assignment.Table, Parent: assignment.FieldMiniProgramID, Child: assignment.FieldMemberID}
	byMember      = store.Link{Table: assignment.Table, Parent: assignment.FieldMemberID, Child: assignment.FieldMiniProgramID}
)

// orderByCreation sorts the mini programs of a member by when they were created, which is the order of their ids.
const orderByCreation = "ASSIGNED"

// Developers returns the same page of the active developers that are assigned to each of these mini programs, by mini program, in
// the order in which they joined, for a viewer who sees the mini program.
func (w *Workspaces) Developers(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram, args page.Args) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	ids, err := withVisibleDevelopers(ctx, viewer, miniPrograms)
	if err != nil {
		return nil, err
	}
	query := w.Client.Member.Query()
	query.Select(store.Shown(ctx, member.Table)...).Modify(store.Through(byMiniProgram, request.ByID(byMiniProgram.Child, false), ids, isDeveloper))
	found, err := query.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read developers: %w", err)
	}
	return page.CutGroups(request, ids, store.ByParent(found), memberPosition), nil
}

// CountDevelopers returns how many active developers are assigned to each of these mini programs, for a viewer who sees the mini
// program.
func (w *Workspaces) CountDevelopers(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) (map[string]int, error) {
	ids, err := withVisibleDevelopers(ctx, viewer, miniPrograms)
	if err != nil {
		return nil, err
	}
	return w.countAssignments(ctx, assignment.FieldMiniProgramID, ids, isDeveloper)
}

// countAssignments counts the assignments with each of the values in a column, by the value.
func (w *Workspaces) countAssignments(ctx context.Context, column string, values []string, which predicate.Assignment) (map[string]int, error) {
	var rows []struct {
		MiniProgramID string `json:"mini_program_id"`
		MemberID      string `json:"member_id"`
		Count         int    `json:"count"`
	}
	err := w.Client.Assignment.Query().Where(store.In(column, values), which).GroupBy(column).Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count assignments: %w", err)
	}
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.MiniProgramID+row.MemberID] = row.Count // one of them was read
	}
	return counts, nil
}

// withVisibleDevelopers returns the ids of those of the mini programs that the viewer sees. Refused with FORBIDDEN for a token.
func withVisibleDevelopers(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) ([]string, error) {
	principal, err := viewer.Principal(ctx)
	if err == nil {
		err = principal.RequirePerson()
	}
	if err != nil {
		return nil, err
	}
	return access.NamedBy(ctx, viewer, miniPrograms, (*access.Principal).KeepMiniPrograms, func(m *ent.MiniProgram) string { return m.ID })
}

// MiniProgramsOf returns the same page of the mini programs that each of these members is assigned to, as far as the viewer sees them, by
// member, in the order in which they were created.
func (w *Workspaces) MiniProgramsOf(ctx context.Context, viewer *access.Viewer, members []*ent.Member, args page.Args) (map[string]page.Page[*ent.MiniProgram], error) {
	request, err := args.Request(orderByCreation)
	if err != nil {
		return nil, err
	}
	ids, visible, err := assignments(ctx, viewer, members)
	if err != nil {
		return nil, err
	}
	query := w.Client.MiniProgram.Query()
	query.Select(store.Shown(ctx, miniprogram.Table)...).Modify(store.Through(byMember, request.ByID(byMember.Child, false), ids, visible))
	found, err := query.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read assigned mini programs: %w", err)
	}
	return page.CutGroups(request, ids, store.ByParent(found), func(m *ent.MiniProgram) page.Position { return page.Position{ID: m.ID} }), nil
}

// CountMiniProgramsOf returns how many mini programs each of these members is assigned to, as far as the viewer sees them.
func (w *Workspaces) CountMiniProgramsOf(ctx context.Context, viewer *access.Viewer, members []*ent.Member) (map[string]int, error) {
	ids, visible, err := assignments(ctx, viewer, members)
	if err != nil {
		return nil, err
	}
	return w.countAssignments(ctx, assignment.FieldMemberID, ids, visible)
}

// assignments returns the ids of those of the members that the viewer sees, and a filter for the assignments to mini programs that the
// viewer sees.
func assignments(ctx context.Context, viewer *access.Viewer, members []*ent.Member) ([]string, predicate.Assignment, error) {
	ids, err := access.NamedBy(ctx, viewer, members, (*access.Principal).KeepMembers, func(m *ent.Member) string { return m.ID })
	if err != nil {
		return nil, nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, nil, err
	}
	visible, err := principal.AssignmentsOf(ctx, members)
	return ids, visible, err
}
