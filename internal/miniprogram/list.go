package miniprogram

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	// Search is a part of the name, or the whole app id; "" for any.
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
	if err := page.CheckSearch(filter.Search); err != nil {
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
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := m.Client.MiniProgram.Query().
		Where(store.Shown, store.OfEach(keyset, miniprogram.FieldWorkspaceID, workspaceIDs, filter.predicates(principal)...)).All(ctx)
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
	if err := page.CheckSearch(filter.Search); err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	var counts store.Counts
	err = m.Client.MiniProgram.Query().Where(store.In(miniprogram.FieldWorkspaceID, workspaceIDs)).
		Where(filter.predicates(principal)...).
		GroupBy(miniprogram.FieldWorkspaceID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count mini programs: %w", err)
	}
	return counts.ByWorkspace(), nil
}

func (f Filter) predicates(principal *access.Principal) []predicate.MiniProgram {
	predicates := []predicate.MiniProgram{principal.MiniPrograms()}
	if f.Statuses != nil {
		predicates = append(predicates, miniprogram.StatusIn(f.Statuses...))
	}
	switch wanted := text.Fold(f.Search); {
	case strings.ContainsRune(wanted, 0): // no text has it, and databases refuse it
		predicates = append(predicates, miniprogram.IDIn())
	case wanted != "":
		predicates = append(predicates, miniprogram.Or(store.Contains(miniprogram.FieldNameKey, wanted), miniprogram.AppID(wanted)))
	}
	return predicates
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
