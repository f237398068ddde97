package workspace

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
)

// isDeveloper selects the assignments of active developers.
var isDeveloper = assignment.HasMemberWith(member.RoleEQ(member.RoleDEVELOPER), member.StatusEQ(member.StatusACTIVE))

// assigned links mini programs to the members who are assigned to them.
var assigned = store.Link{Table: assignment.Table, Parent: assignment.FieldMiniProgramID, Child: assignment.FieldMemberID}

// Developers returns the same page of the active developers that are assigned to each of these mini programs, by mini program, in
// the order in which they joined, for a viewer who sees the mini program.
func (w *Workspaces) Developers(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram, args page.Args) (map[string]page.Page[*ent.Member], error) {
	request, err := args.Request(orderByJoining)
	if err != nil {
		return nil, err
	}
	ids, err := visibleIDs(ctx, viewer, miniPrograms)
	if err != nil {
		return nil, err
	}
	query := w.Client.Member.Query()
	query.Modify(store.Through(assigned, request.ByID(assigned.Child, false), ids, isDeveloper))
	found, err := query.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read developers: %w", err)
	}
	return page.CutEach(request, ids, found, func(m *ent.Member) string { return store.Parent(m.Value) },
		func(m *ent.Member) page.Position { return page.Position{ID: m.ID} }), nil
}

// CountDevelopers returns how many active developers are assigned to each of these mini programs, for a viewer who sees the mini
// program.
func (w *Workspaces) CountDevelopers(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) (map[string]int, error) {
	ids, err := visibleIDs(ctx, viewer, miniPrograms)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		MiniProgramID string `json:"mini_program_id"`
		Count         int    `json:"count"`
	}
	err = w.Client.Assignment.Query().Where(store.In(assignment.FieldMiniProgramID, ids), isDeveloper).
		GroupBy(assignment.FieldMiniProgramID).Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count developers: %w", err)
	}
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.MiniProgramID] = row.Count
	}
	return counts, nil
}

// visibleIDs returns the ids of those of the mini programs that the viewer sees.
func visibleIDs(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) ([]string, error) {
	return access.NamedBy(ctx, viewer, miniPrograms, (*access.Principal).KeepMiniPrograms, func(m *ent.MiniProgram) string { return m.ID })
}
