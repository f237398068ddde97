package version

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/bundle"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// maxDetails is the most bytes of details that are read for one list of versions: far more than those of any real one.
const maxDetails = 4 << 20

// Details is what the checks found in a package. It may be large, and is read only where it is asked for. Of a version that is not READY there
// is nothing.
type Details struct {
	AppJSON *string
	*bundle.Report
}

// DetailsOf returns the details of each of these versions, by version, for a viewer who sees the version. It refuses to read very many large
// ones at once, with QUERY_TOO_COMPLEX.
func (v *Versions) DetailsOf(ctx context.Context, viewer *access.Viewer, versions []*ent.Version) (map[string]*Details, error) {
	ids, err := access.NamedBy(ctx, viewer, versions, (*access.Principal).KeepVersions, func(row *ent.Version) string { return row.ID })
	if err != nil {
		return nil, err
	}
	if err := checkSize(versions...); err != nil {
		return nil, err
	}
	found, err := v.Client.Version.Query().Where(store.In(version.FieldID, ids)).
		Select(version.FieldID, version.FieldAppJSON, version.FieldContents).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the details of versions: %w", err)
	}
	details := make(map[string]*Details, len(found))
	for _, row := range found {
		if details[row.ID], err = detailsOf(row); err != nil {
			return nil, err
		}
	}
	return details, nil
}

// checkSize refuses to read the details of these versions if they are very large together.
func checkSize(versions ...*ent.Version) error {
	size := 0
	for _, row := range versions {
		size += row.DetailsSize
	}
	if size <= maxDetails {
		return nil
	}
	return &fault.Refusal{Code: "QUERY_TOO_COMPLEX", Message: fmt.Sprintf(
		"What the checks found in these versions has %d bytes, at most %d: ask for fewer versions at once.", size, maxDetails)}
}

// detailsOf reads the details in a row.
func detailsOf(row *ent.Version) (*Details, error) {
	details := &Details{AppJSON: row.AppJSON, Report: &bundle.Report{}}
	if row.Contents == nil {
		return details, nil
	}
	if err := json.Unmarshal([]byte(*row.Contents), details.Report); err != nil {
		return nil, fmt.Errorf("read the details of version %s: %w", row.ID, err)
	}
	return details, nil
}

// Warnings are those about a package: what the checks found, and the hosts in its code that are not allowed.
func Warnings(report *bundle.Report) []bundle.Problem {
	return slices.Concat(report.Warnings, bundle.HostWarnings(report.Hosts, nil))
}

// description is what is written of a package that passed the checks.
type description struct {
	*bundle.Report
	// contents is the report in JSON, without what is kept apart, and filesName the name of the list of its files among the blobs.
	contents, filesName string
}

// describe keeps the list of a package's files, and returns what else is to be written.
func (v *Versions) describe(ctx context.Context, report *bundle.Report) (d description, err error) {
	if d.filesName, err = v.keepFiles(ctx, report.Files); err != nil {
		return d, err
	}
	contents := *report
	contents.AppJSON, contents.Files = "", nil
	text, err := json.Marshal(contents)
	d.Report, d.contents = report, string(text)
	return d, err
}

func (d description) write(to *ent.VersionUpdate) {
	to.SetUnpackedSize(int(d.UnpackedSize)).SetFileCount(d.FileCount).SetEntryPage(d.EntryPage).SetAppJSON(d.AppJSON).
		SetContents(d.contents).SetDetailsSize(len(d.contents) + len(d.AppJSON)).SetFilesName(d.filesName)
}

// brief are the columns of a version without its details.
var brief = slices.DeleteFunc(slices.Clone(version.Columns), func(column string) bool {
	return column == version.FieldAppJSON || column == version.FieldContents
})

// shown returns the columns of a version that the request shows, to be selected of rows that go to the client as they are.
func shown(ctx context.Context) []string {
	if columns := store.Shown(ctx, version.Table); columns != nil {
		return columns
	}
	return brief
}
