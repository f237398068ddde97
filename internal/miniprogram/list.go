package miniprogram

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/moment"
	"minidock/internal/page"
	"minidock/internal/store"
	"minidock/internal/text"
)

// The fields that mini programs can be sorted by.
const (
	SortByCreatedAt SortField = "CREATED_AT"
	SortByUpdatedAt SortField = "UPDATED_AT"
	SortByName      SortField = "NAME"
)

// SortField is what mini programs are sorted by.
type SortField string

// Sort says how mini programs are sorted; those that are equal by their id.
type Sort struct {
	Field      SortField
	Descending bool
}

// Filter says which mini programs to list: those that match all fields that are set.
type Filter struct {
	// Statuses are the wanted ones; nil for any.
	Statuses []miniprogram.Status
	// Search is a whole app id, or else a part of the name; "" for any.
	Search string
}

// sorting is a column that mini programs are sorted by, and its form in a cursor.
type sorting struct {
	column string
	value  func(*ent.MiniProgram) string
	parse  func(string) (any, error)
}

var sortings = map[SortField]sorting{
	SortByCreatedAt: {miniprogram.FieldCreatedAt, func(m *ent.MiniProgram) string { return moment.Text(m.CreatedAt) }, parseTime},
	SortByUpdatedAt: {miniprogram.FieldUpdatedAt, func(m *ent.MiniProgram) string { return moment.Text(m.UpdatedAt) }, parseTime},
	SortByName:      {miniprogram.FieldNameKey, func(m *ent.MiniProgram) string { return m.NameKey }, parseText},
}

// List returns the same page of each workspace's mini programs that the viewer sees, by workspace.
func (m *MiniPrograms) List(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, args page.Args, order Sort, filter Filter) (map[string]page.Page[*ent.MiniProgram], error) {
	by, ok := sortings[order.Field]
	if !ok {
		return nil, fault.BadInput("orderBy must not be null.")
	}
	request, err := args.Request(order.name())
	if err != nil {
		return nil, err
	}
	keyset := store.Keyset{
		Columns: []string{by.column, miniprogram.FieldID}, Descending: order.Descending,
		Backward: request.Backward, Limit: request.Limit + 1,
	}
	if keyset.After, err = by.values("after", request.After); err != nil {
		return nil, err
	}
	if keyset.Before, err = by.values("before", request.Before); err != nil {
		return nil, err
	}
	sets, err := m.visible(ctx, viewer, workspaceIDs, filter)
	if err != nil {
		return nil, err
	}
	found, err := m.Client.MiniProgram.Query().Select(store.Shown(ctx, miniprogram.Table)...).Where(store.PageOf(keyset, sets...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list mini programs: %w", err)
	}
	return page.CutEach(request, workspaceIDs, found, func(row *ent.MiniProgram) string { return row.WorkspaceID }, by.position), nil
}

// defaultOrder is how mini programs are sorted unless a client wants another order: the latest first.
var defaultOrder = Sort{Field: SortByCreatedAt, Descending: true}

// InDefaultOrder returns a mini program with its place in the list that is sorted as by default; nil is nowhere.
func InDefaultOrder(row *ent.MiniProgram) page.Page[*ent.MiniProgram] {
	if row == nil {
		return page.Page[*ent.MiniProgram]{}
	}
	return page.Of(defaultOrder.name(), sortings[defaultOrder.Field].position, row)
}

// Count returns how many mini programs of each workspace match the filter and are visible to the viewer.
func (m *MiniPrograms) Count(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, filter Filter) (map[string]int, error) {
	sets, err := m.visible(ctx, viewer, workspaceIDs, filter)
	if err != nil {
		return nil, err
	}
	var counts store.Counts
	if err := m.Client.MiniProgram.Query().Modify(store.CountOf(sets...)).Scan(ctx, &counts); err != nil {
		return nil, fmt.Errorf("count mini programs: %w", err)
	}
	return counts.ByParent(), nil
}

// visible returns the mini programs of these workspaces that match the filter and are visible to the viewer: all of those that the viewer
// manages, and in others those that the viewer is assigned to.
func (m *MiniPrograms) visible(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, filter Filter) ([]children, error) {
	if err := page.CheckSearch(filter.Search); err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	managing, developing, err := principal.Divide(ctx, workspaceIDs)
	if err != nil {
		return nil, err
	}
	var sets []children
	if len(managing) > 0 || len(developing) == 0 {
		sets = append(sets, m.fitting(filter, access.WorkspaceIDs(managing...)))
	}
	if len(developing) > 0 {
		sets = append(sets, m.fitting(filter, access.WorkspaceIDs(developing...)).Only(principal.Assigned(developing)))
	}
	return sets, nil
}

// children are the mini programs of workspaces.
type children = store.Children[predicate.MiniProgram]

// fitting returns the mini programs of these workspaces that match the filter.
func (m *MiniPrograms) fitting(filter Filter, workspaceIDs []string) children {
	of := children{Column: miniprogram.FieldWorkspaceID, Parents: workspaceIDs}
	if filter.Statuses != nil {
		of.Filters = append(of.Filters, store.Compared(miniprogram.FieldStatus, filter.Statuses...))
	}
	switch wanted := text.Fold(filter.Search); {
	case isAppID(wanted):
		of.Filters = append(of.Filters, miniprogram.AppID(wanted))
	case wanted != "":
		of.Search = &store.Search{
			For: store.Contains(miniprogram.FieldNameKey, wanted),
			By:  []string{miniprogram.FieldCreatedAt, miniprogram.FieldID}, Limit: m.Limits.SearchRows,
			Columns: []string{
				miniprogram.FieldID, miniprogram.FieldStatus, miniprogram.FieldNameKey, miniprogram.FieldCreatedAt, miniprogram.FieldUpdatedAt,
			},
		}
	}
	return of
}

func (o Sort) name() string {
	if o.Descending {
		return string(o.Field) + " DESC"
	}
	return string(o.Field) + " ASC"
}

func (s sorting) position(row *ent.MiniProgram) page.Position {
	return page.Position{Value: s.value(row), ID: row.ID}
}

func (s sorting) values(argument string, at *page.Position) ([]any, error) {
	if at == nil {
		return nil, nil
	}
	value, err := s.parse(at.Value)
	if err != nil {
		return nil, page.BadCursor(argument)
	}
	return []any{value, at.ID}, nil
}

// parseTime reads a moment only as a cursor writes it, since databases compare moments in one form.
func parseTime(value string) (any, error) {
	t, err := moment.Parse(value)
	if err == nil && moment.Text(t) != value {
		err = errors.New("not as a cursor writes it")
	}
	return t, err
}

func parseText(value string) (any, error) { return value, nil }
