package version

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/ent/task"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
)

// order is that of a mini program's versions: the highest number first.
const order = "NUMBER DESC"

// Filter says which versions to list.
type Filter struct {
	// Statuses are the wanted ones; nil for any.
	Statuses []version.Status
}

// ByIDs returns those of the versions that the viewer sees, by id.
func (v *Versions) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Version, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Version, error) {
		return v.Client.Version.Query().Select(shown(ctx)...).Where(store.In(version.FieldID, ids), principal.Versions()).All(ctx)
	})
}

// miniProgram returns a mini program that the viewer sees. NOT_FOUND when there is none.
func (v *Versions) miniProgram(ctx context.Context, viewer *access.Viewer, miniProgramID string) (*ent.MiniProgram, error) {
	found, err := access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.MiniProgram, error) {
		return v.Client.MiniProgram.Query().Where(miniprogram.ID(miniProgramID), principal.MiniPrograms()).All(ctx)
	})
	return store.OneOf(found, miniProgramID, err)
}

// visibleIDs returns those of the mini programs that the viewer sees.
func visibleIDs(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) ([]string, error) {
	return access.NamedBy(ctx, viewer, miniPrograms, (*access.Principal).KeepMiniPrograms, func(m *ent.MiniProgram) string { return m.ID })
}

// children are the versions of mini programs.
type children = store.Children[predicate]

func (f Filter) of(miniProgramIDs []string) children {
	of := children{Column: version.FieldMiniProgramID, Parents: miniProgramIDs}
	if f.Statuses != nil {
		of.Filters = append(of.Filters, store.Compared(version.FieldStatus, f.Statuses...))
	}
	return of
}

// List returns the same page of the versions of each of these mini programs that the viewer sees, by mini program.
func (v *Versions) List(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram, args page.Args, filter Filter) (map[string]page.Page[*ent.Version], error) {
	request, err := args.Request(order)
	if err != nil {
		return nil, err
	}
	keyset := store.Keyset{Columns: []string{version.FieldNumberKey}, Descending: true, Backward: request.Backward, Limit: request.Limit + 1}
	if keyset.After, err = values("after", request.After); err != nil {
		return nil, err
	}
	if keyset.Before, err = values("before", request.Before); err != nil {
		return nil, err
	}
	ids, err := visibleIDs(ctx, viewer, miniPrograms)
	if err != nil {
		return nil, err
	}
	found, err := v.Client.Version.Query().Select(shown(ctx)...).Where(store.PageOf(keyset, filter.of(ids))).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	return page.CutEach(request, ids, found, func(row *ent.Version) string { return row.MiniProgramID }, position), nil
}

// InOrder returns a version with its place in the list of its mini program; nil is nowhere.
func InOrder(row *ent.Version) page.Page[*ent.Version] {
	if row == nil {
		return page.Page[*ent.Version]{}
	}
	return page.Of(order, position, row)
}

func position(row *ent.Version) page.Position {
	return page.Position{Value: strconv.FormatInt(row.NumberKey, 10), ID: row.ID}
}

// values reads a place in the list, which numbers alone decide.
func values(argument string, at *page.Position) ([]any, error) {
	if at == nil {
		return nil, nil
	}
	key, err := strconv.ParseInt(at.Value, 10, 64)
	if err != nil || strconv.FormatInt(key, 10) != at.Value {
		return nil, page.BadCursor(argument)
	}
	return []any{key}, nil
}

// Count returns how many versions of each of these mini programs match the filter and are visible to the viewer.
func (v *Versions) Count(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram, filter Filter) (map[string]int, error) {
	ids, err := visibleIDs(ctx, viewer, miniPrograms)
	if err != nil {
		return nil, err
	}
	return v.count(ctx, filter.of(ids))
}

func (v *Versions) count(ctx context.Context, of children) (map[string]int, error) {
	var counts store.Counts
	if err := v.Client.Version.Query().Modify(store.CountOf(of)).Scan(ctx, &counts); err != nil {
		return nil, fmt.Errorf("count versions: %w", err)
	}
	return counts.ByParent(), nil
}

// Latest returns the version with the highest number of each of these mini programs that the viewer sees, by mini program.
func (v *Versions) Latest(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) (map[string]*ent.Version, error) {
	one := 1
	pages, err := v.List(ctx, viewer, miniPrograms, page.Args{First: &one}, Filter{})
	if err != nil {
		return nil, err
	}
	latest := make(map[string]*ent.Version, len(pages))
	for miniProgramID, of := range pages {
		if len(of.Nodes) > 0 {
			latest[miniProgramID] = of.Nodes[0]
		}
	}
	return latest, nil
}

// Unsubmitted returns how many versions of each of these mini programs count to its quota, by mini program, for a viewer who sees it.
func (v *Versions) Unsubmitted(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) (map[string]int, error) {
	return v.Count(ctx, viewer, miniPrograms, Filter{Statuses: []version.Status{version.StatusCHECKING, version.StatusREADY}})
}

// Uploaders returns who uploaded each of these versions, by user id, for a viewer who sees the version.
func (v *Versions) Uploaders(ctx context.Context, viewer *access.Viewer, versions []*ent.Version) (map[string]*ent.User, error) {
	return access.UsersNamedBy(ctx, viewer, versions, (*access.Principal).KeepVersions, func(row *ent.Version) string { return row.UploadedByID })
}

// TasksByIDs returns those of the tasks that the viewer sees, by id.
func (v *Versions) TasksByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Task, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Task, error) {
		return v.Client.Task.Query().Where(store.In(task.FieldID, ids), principal.Tasks()).All(ctx)
	})
}

// TasksOf returns the task of each of these versions, by version, for a viewer who sees the version.
func (v *Versions) TasksOf(ctx context.Context, viewer *access.Viewer, versions []*ent.Version) (map[string]*ent.Task, error) {
	ids, err := access.NamedBy(ctx, viewer, versions, (*access.Principal).KeepVersions, func(row *ent.Version) string { return row.ID })
	if err != nil {
		return nil, err
	}
	found, err := v.Client.Task.Query().Where(store.In(task.FieldVersionID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	tasks := make(map[string]*ent.Task, len(found))
	for _, row := range found {
		tasks[row.VersionID] = row
	}
	return tasks, nil
}

// UsedFiles returns those of the names of blobs that a version refers to.
func (v *Versions) UsedFiles(ctx context.Context, names []string) ([]string, error) {
	hashes := make([]string, 0, len(names))
	for _, name := range names {
		if hash, isPackage := strings.CutSuffix(name, packageExt); isPackage {
			hashes = append(hashes, hash)
		}
	}
	packages, err := v.Client.Version.Query().Where(store.In(version.FieldSha256, hashes)).GroupBy(version.FieldSha256).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for packages: %w", err)
	}
	for i := range packages {
		packages[i] += packageExt
	}
	lists, err := v.Client.Version.Query().Where(store.In(version.FieldFilesName, names)).GroupBy(version.FieldFilesName).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for lists of files: %w", err)
	}
	return slices.Concat(packages, lists), nil
}

// appIDs returns the app ids of the mini programs of these versions, by mini program, for a viewer who sees the version.
func (v *Versions) appIDs(ctx context.Context, viewer *access.Viewer, versions []*ent.Version) (map[string]string, error) {
	ids, err := access.NamedBy(ctx, viewer, versions, (*access.Principal).KeepVersions, func(row *ent.Version) string { return row.MiniProgramID })
	if err != nil {
		return nil, err
	}
	found, err := v.Client.MiniProgram.Query().Where(store.In(miniprogram.FieldID, ids)).Select(miniprogram.FieldID, miniprogram.FieldAppID).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read app ids: %w", err)
	}
	appIDs := make(map[string]string, len(found))
	for _, row := range found {
		appIDs[row.ID] = row.AppID
	}
	return appIDs, nil
}
