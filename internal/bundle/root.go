package bundle

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"minidock/internal/fault"
)

const (
	projectFile = "mini.project.json"
	appFile     = "app.json"
)

// place says where the project and the mini program are within the zip, each with a slash at its end, or "" for the top.
type place struct {
	// project is where mini.project.json may be: the top, or the single top folder.
	project string
	// root is the folder of app.json. What is outside of it belongs to the zip, and not to the mini program.
	root string
}

// kinds are the files that show another kind of project where app.json must be.
var kinds = []struct {
	file string
	code fault.Code
}{{"appConfig.json", fault.CompiledPackage}, {"game.json", fault.MiniGame}, {"plugin.json", fault.PluginProject}}

// findRoot finds where app.json is: where mini.project.json says, else at the top, else in the single top folder. Deeper is never
// searched, since pages may have a file of this name too. If it cannot be found because mini.project.json is broken, that is left to Check.
func (p *Package) findRoot(ctx context.Context) *Problem {
	single := p.singleFolder()
	if single != "" && !p.has(projectFile) {
		p.place.project = single
	}
	folders := []string{"", single}
	project, unreadable, err := p.readJSON(ctx, p.place.project+projectFile)
	if err != nil {
		return nil
	}
	stated := project.root.str("miniprogramRoot")
	if stated != "" {
		folders = []string{withSlash(p.place.project + rootFolder(stated))}
	}
	for _, folder := range folders {
		if p.has(folder + appFile) {
			p.place.root = folder
			return nil
		}
	}
	if unreadable != nil {
		p.place.root = p.place.project
		return nil
	}
	for _, kind := range kinds {
		for _, folder := range append(folders, p.place.project) {
			if p.has(folder + kind.file) {
				return about(kind.code, folder+kind.file)
			}
		}
	}
	return p.noApp(stated)
}

// singleFolder returns the folder that has all files, or "" if there is none.
func (p *Package) singleFolder() string {
	single := ""
	for name := range p.byName {
		first, _, inside := strings.Cut(name, "/")
		if !inside || single != "" && single != first+"/" {
			return ""
		}
		single = first + "/"
	}
	return single
}

// rootFolder returns the folder that mini.project.json names, relative to its own. It is ".." for every folder outside.
func rootFolder(stated string) string {
	slashed := strings.TrimLeft(strings.ReplaceAll(stated, `\`, "/"), "/")
	if leadsOut(slashed) {
		return ".."
	}
	return norm.NFC.String(withoutDots(slashed))
}

// withSlash returns a folder's name with a slash at its end, "" for the top.
func withSlash(folder string) string {
	if folder == "" || strings.HasSuffix(folder, "/") {
		return folder
	}
	return folder + "/"
}

// noApp names the places where an app.json was seen, those nearest to the top first. The root is shown as mini.project.json states it.
func (p *Package) noApp(stated string) *Problem {
	var seen []string
	for name := range maps.Keys(p.byName) {
		if baseOf(name) == appFile && !isInModules(name) {
			seen = append(seen, name)
		}
	}
	slices.SortFunc(seen, func(a, b string) int { return cmp.Or(strings.Count(a, "/")-strings.Count(b, "/"), cmp.Compare(a, b)) })
	found := strings.Join(seen[:min(len(seen), maxNamed)], ", ")
	switch file := p.place.project + projectFile; {
	case stated != "" && found != "":
		return about(fault.NoAppJSON, file, "root", stated, "found", found, fault.Variant("rootElsewhere"))
	case stated != "":
		return about(fault.NoAppJSON, file, "root", stated, fault.Variant("root"))
	case found != "":
		return about(fault.NoAppJSON, "", "found", found, fault.Variant("elsewhere"))
	}
	return about(fault.NoAppJSON, "")
}

// isInModules says whether a file belongs to a package from npm.
func isInModules(name string) bool {
	return strings.HasPrefix(name, "node_modules/") || strings.Contains(name, "/node_modules/") ||
		strings.HasPrefix(name, "miniprogram_npm/") || strings.Contains(name, "/miniprogram_npm/")
}
