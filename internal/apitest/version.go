package apitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/ent/task"
	"minidock/ent/version"
	"minidock/internal/bundle"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// UploadVersion sends uploadVersion of a package with this input.
func (p *Person) UploadVersion(t *testing.T, miniProgramID string, input Vars, content []byte) *Answer {
	t.Helper()
	return p.MutateWithFiles(t, "uploadVersion", input.With("miniProgramId", miniProgramID).With("source", Vars{"package": nil}),
		map[string]File{"source.package": {Name: "dist.zip", ContentType: "application/zip", Content: content}})
}

// UploadAgain sends uploadVersion of the package of an earlier version with this input.
func (p *Person) UploadAgain(t *testing.T, miniProgramID, fromVersionID string, input Vars) *Answer {
	t.Helper()
	return p.Mutate(t, "uploadVersion", input.With("miniProgramId", miniProgramID).With("source", Vars{"fromVersionId": fromVersionID}))
}

// UploadedVersion returns the id of the version that uploadVersion has made; the test ends when it was refused.
func (a *Answer) UploadedVersion(t *testing.T) string {
	t.Helper()
	return a.Succeeded(t).String(t, "uploadVersion.version.id")
}

// ReadyVersion uploads a package, has it checked, and returns the id of the version; the test ends unless it is READY then.
func (w *World) ReadyVersion(t *testing.T, p *Person, miniProgramID string, content []byte) string {
	t.Helper()
	versionID := p.UploadVersion(t, miniProgramID, Vars{}, content).UploadedVersion(t)
	w.CheckPackages(t)
	if row := w.Version(t, versionID); row.Status != version.StatusREADY {
		t.Fatalf("version %s is %s: %s", row.Number, row.Status, row.QueryTask().OnlyX(t.Context()).Log)
	}
	return versionID
}

// CheckPackages checks the packages that wait for it.
func (w *World) CheckPackages(t *testing.T) {
	t.Helper()
	if err := w.Server.CheckPackages(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Version reads a version without the API.
func (w *World) Version(t *testing.T, versionID string) *ent.Version {
	t.Helper()
	return w.Client.Version.GetX(t.Context(), versionID)
}

// VersionRow is a version to be written without the API: READY unless it has another status, and with so many elements of all that the checks
// find.
type VersionRow struct {
	UploadedBy *Person
	Status     version.Status
	Elements   int
	// TokenID is the token that it was uploaded with; "" for a person.
	TokenID string
}

// InsertVersion writes the next version of a mini program and its task, and returns its id.
func (w *World) InsertVersion(t *testing.T, miniProgramID string, row VersionRow) string {
	t.Helper()
	ctx, of, n, versionID := t.Context(), w.MiniProgram(t, miniProgramID), w.inserted.Add(1), id.New(id.Version)
	report, settings, files, log := elements(row.Elements)
	contents, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	create := w.Client.Version.Create()
	if row.TokenID != "" {
		create.SetUploadedWithID(row.TokenID)
	}
	create.SetID(versionID).SetMiniProgramID(miniProgramID).SetWorkspaceID(of.WorkspaceID).SetUploadedByID(row.UploadedBy.ID).
		SetNumber(fmt.Sprintf("1.0.%d", n)).SetNumberKey(1_000_000_000_000 + n).SetStatus(cmp.Or(row.Status, version.StatusREADY)).SetSize(1).
		SetSha256(fmt.Sprintf("%064d", n)).SetContents(string(contents)).SetDetailsSize(len(contents) + len(settings)).SetAppJSON(settings).SetFilesName(w.storeText(t, files)).SetNotes("Notes").
		SetMinimumHostVersion("1.0").SetEntryPage("pages/0").SetUnpackedSize(1).SetFileCount(row.Elements).SetCreatedAt(w.Now()).ExecX(ctx)
	w.Client.Task.Create().SetID(id.New(id.Task)).SetVersionID(versionID).SetMiniProgramID(miniProgramID).SetWorkspaceID(of.WorkspaceID).
		SetStatus(task.StatusSUCCEEDED).SetProgress(100).SetLog(log).SetCreatedAt(w.Now()).SetStartedAt(w.Now()).SetFinishedAt(w.Now()).ExecX(ctx)
	w.Client.MiniProgram.UpdateOneID(miniProgramID).SetHighestVersion(1_000_000_000_000 + n).SetStatus(miniprogram.StatusNEW_VERSION_CREATED).ExecX(ctx)
	return versionID
}

// elements returns so many elements of all that the checks of a version find: the report, app.json, the list of files and the log of the task.
func elements(n int) (report bundle.Report, appJSON, files, log string) {
	settings, lines := map[string]int{}, make([]map[string]string, n)
	var list strings.Builder
	for i := range n {
		name := fmt.Sprint("a", i)
		report.Pages = append(report.Pages, bundle.Page{Path: "pages/" + name, Title: &name, Part: name})
		report.Parts = append(report.Parts, bundle.Part{Root: name, Size: 1})
		report.LargestFiles = append(report.LargestFiles, bundle.FileSize{Path: name, Size: 1})
		report.TabBar = append(report.TabBar, bundle.TabBarItem{Page: "pages/" + name, Title: &name, Icon: &name, ActiveIcon: &name})
		report.Plugins = append(report.Plugins, bundle.Plugin{Name: name, Version: &name, Provider: &name})
		report.Permissions = append(report.Permissions, bundle.Permission{Scope: name, Description: &name})
		report.Warnings = append(report.Warnings, bundle.Problem{Code: fault.DebugOn, File: name, Line: 1})
		settings[name], lines[i] = i, map[string]string{"At": "2026-01-01T00:00:00.000Z", "Level": "INFO", "Note": "started"}
		fmt.Fprintf(&list, "%064d 1 %s\n", i, name)
	}
	config, _ := json.Marshal(settings) // numbers and texts always have a JSON form
	entries, _ := json.Marshal(lines)
	return report, string(config), list.String(), string(entries)
}
