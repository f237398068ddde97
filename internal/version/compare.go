package version

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"minidock/ent"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/bundle"
	"minidock/internal/fault"
	"minidock/internal/page"
	"minidock/internal/store"
)

// Comparison is what differs between two READY versions.
type Comparison struct {
	From, To                 *ent.Version
	PagesAdded, PagesRemoved []string
	Parts                    []PartChange
	Settings                 []SettingChange
	// files reads and compares the lists of files, once for all pages that are asked for.
	files func() ([]*FileChange, error)
}

// PartChange is the size of a part in two versions, in bytes; nil where it is not there.
type PartChange struct {
	Root                  string
	SizeBefore, SizeAfter *int
}

// SettingChange is a setting that differs, in JSON; nil where it is not set.
type SettingChange struct {
	Name          string
	Before, After *string
}

// Compare compares two versions that the viewer sees. NOT_FOUND if the viewer does not see one, BAD_USER_INPUT if one is not READY.
func (v *Versions) Compare(ctx context.Context, viewer *access.Viewer, from, to string) (*Comparison, error) {
	found, err := access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Version, error) {
		return v.Client.Version.Query().Select(brief...).Where(store.In(version.FieldID, []string{from, to}), principal.Versions()).All(ctx)
	})
	if err != nil {
		return nil, err
	}
	c := &Comparison{From: found[from], To: found[to]}
	if c.From == nil || c.To == nil {
		return nil, fault.ErrNotFound
	}
	if err := errors.Join(mustBeReady("from", c.From), mustBeReady("to", c.To)); err != nil {
		return nil, err
	}
	details, err := v.DetailsOf(ctx, viewer, []*ent.Version{c.From, c.To})
	if err != nil {
		return nil, err
	}
	before, after := details[from], details[to]
	if before == nil || after == nil {
		return nil, fault.ErrNotFound // deleted meanwhile
	}
	c.PagesAdded, c.PagesRemoved = missing(after.Pages, before.Pages), missing(before.Pages, after.Pages)
	c.Parts = compareParts(before.Parts, after.Parts)
	c.files = v.differing(ctx, c.From, c.To)
	c.Settings, err = compareSettings(c.From, c.To, before, after)
	return c, err
}

func mustBeReady(argument string, row *ent.Version) error {
	if row.Status == version.StatusREADY {
		return nil
	}
	return fault.BadInput(fmt.Sprintf("%s must be a version that is READY; version %s is %s.", argument, row.Number, row.Status))
}

// missing returns the paths of those of the pages that are not among others.
func missing(pages, among []bundle.Page) []string {
	others, paths := map[string]bool{}, []string{}
	for _, one := range among {
		others[one.Path] = true
	}
	for _, one := range pages {
		if !others[one.Path] {
			paths = append(paths, one.Path)
		}
	}
	return paths
}

func compareParts(before, after []bundle.Part) []PartChange {
	changes := map[string]*PartChange{}
	of := func(root string) *PartChange {
		if changes[root] == nil {
			changes[root] = &PartChange{Root: root}
		}
		return changes[root]
	}
	for _, one := range before {
		size := int(one.Size)
		of(one.Root).SizeBefore = &size
	}
	for _, one := range after {
		size := int(one.Size)
		of(one.Root).SizeAfter = &size
	}
	parts := make([]PartChange, 0, len(changes))
	for _, root := range slices.Sorted(maps.Keys(changes)) {
		parts = append(parts, *changes[root])
	}
	return parts
}

// notSettings are the fields of app.json that are compared as pages and parts.
var notSettings = []string{"pages", "subPackages", "subpackages"}

// compareSettings compares the fields of app.json, and what was said of the versions beside it.
func compareSettings(from, to *ent.Version, detailsBefore, detailsAfter *Details) ([]SettingChange, error) {
	before, err := settingsOf(from, detailsBefore)
	if err != nil {
		return nil, err
	}
	after, err := settingsOf(to, detailsAfter)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(before)
	maps.Copy(names, after)
	changes := []SettingChange{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if before[name] != after[name] {
			changes = append(changes, SettingChange{name, unlessEmpty(before[name]), unlessEmpty(after[name])})
		}
	}
	return changes, nil
}

// settingsOf returns the settings of a version, in JSON, by their paths.
func settingsOf(row *ent.Version, details *Details) (map[string]string, error) {
	settings := map[string]string{}
	if details.AppJSON != nil {
		var fields map[string]any
		read := json.NewDecoder(strings.NewReader(*details.AppJSON))
		read.UseNumber() // a number may be too large or too long for a float
		if err := read.Decode(&fields); err != nil {
			return nil, fmt.Errorf("read app.json of version %s: %w", row.ID, err)
		}
		for _, name := range notSettings {
			delete(fields, name)
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if err := addSettings(settings, name, fields[name]); err != nil {
				return nil, err
			}
		}
	}
	if row.MinimumHostVersion != nil {
		return settings, addSettings(settings, "minimumHostVersion", *row.MinimumHostVersion)
	}
	return settings, nil
}

// longestPath is the most bytes of the path of an object whose settings are compared one by one. As each of them repeats the path, a longer one
// could fill the memory.
const longestPath = 200

// addSettings adds a value, or the values in an object. They are added in the order of their names, so that it is always the same one that has a
// path which two have.
func addSettings(to map[string]string, path string, value any) error {
	if object, ok := value.(map[string]any); ok && len(object) > 0 && len(path) <= longestPath {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if err := addSettings(to, path+"."+name, object[name]); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := json.Marshal(value)
	to[path] = string(text)
	return err
}

func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// orderByPath is that of the files that differ.
const orderByPath = "PATH ASC"

// Differing returns a page of the files that differ between the versions of a comparison, and how many there are.
func (c *Comparison) Differing(args page.Args) (page.Page[*FileChange], int, error) {
	changes, err := c.files()
	if err != nil {
		return page.Page[*FileChange]{}, 0, err
	}
	of, err := page.OfSlice(args, orderByPath, changes, func(c *FileChange) string { return c.Path })
	return of, len(changes), err
}

// differing returns a function that returns the files that differ between two READY versions, and reads them when it is first called.
func (v *Versions) differing(ctx context.Context, from, to *ent.Version) func() ([]*FileChange, error) {
	return sync.OnceValues(func() ([]*FileChange, error) {
		before, err := v.filesOf(ctx, from)
		if err != nil {
			return nil, err
		}
		after, err := v.filesOf(ctx, to)
		if err != nil {
			return nil, err
		}
		return compareFiles(before, after), nil
	})
}
