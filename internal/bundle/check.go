package bundle

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"strings"

	"minidock/internal/fault"
)

// checker is one check of a package.
type checker struct {
	*Package
	report          *Report
	found, warnings problems
	// damaged are the files that cannot be read.
	damaged map[string]bool
	// byCase has the names of all files by those in lower case.
	byCase map[string]string
	app    *app
	// components are JSON files of components that are still to be read; seen are those that were ever among them.
	components []string
	seen       map[string]bool
	// jsonBytes are those of the JSON files that were read.
	jsonBytes int64
	hash      hash.Hash
	scanner   hostScanner
}

// Check reads every file. It compares each with what the directory says, then judges app.json, the pages and the components, and collects
// warnings. appID is that of the mini program, and "" for any. progress is called with percentages that rise to 100, and may be nil.
// If there are problems, at most 50, the report has what could be found out in spite of them. The error is that of the context or of the
// reader of the package.
func (p *Package) Check(ctx context.Context, appID string, progress func(percent int)) (*Report, []Problem, error) {
	c := &checker{
		Package: p, report: &Report{}, found: problems{most: maxProblems}, warnings: problems{most: maxWarnings},
		damaged: map[string]bool{}, byCase: map[string]string{}, seen: map[string]bool{},
		hash: sha256.New(),
	}
	for name := range p.byName {
		c.byCase[strings.ToLower(name)] = name
	}
	if progress == nil {
		progress = func(int) {}
	}
	if err := c.run(ctx, appID, progress); err != nil {
		return nil, nil, fmt.Errorf("check a package: %w", err)
	}
	progress(100)
	c.report.Warnings = c.warnings.list
	return c.report, c.found.list, nil
}

func (c *checker) run(ctx context.Context, appID string, progress func(int)) error {
	if err := c.readFiles(ctx, progress); err != nil {
		return err
	}
	if err := c.checkProject(ctx, appID); err != nil {
		return err
	}
	c.adviseFiles()
	if err := c.checkApp(ctx); err != nil {
		return err
	}
	c.measure()
	return nil
}

// readFiles reads all entries, those outside of the root too, which anyone gets who unpacks the zip.
func (c *checker) readFiles(ctx context.Context, progress func(int)) error {
	var passed, whole int64
	for _, e := range c.entries {
		whole += e.packed + 1
	}
	percent := 0
	for i := range c.entries {
		if err := c.readFile(ctx, &c.entries[i]); err != nil {
			return err
		}
		passed += c.entries[i].packed + 1
		if now := int(90 * passed / whole); now > percent {
			percent = now
			progress(percent)
		}
	}
	slices.SortFunc(c.report.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(c.report.Hosts, compareHosts)
	c.report.Hosts = c.report.Hosts[:min(len(c.report.Hosts), maxHosts)]
	return nil
}

func (c *checker) readFile(ctx context.Context, e *entry) error {
	c.hash.Reset()
	c.scanner.reset(e.name)
	sinks := []io.Writer{c.hash}
	isKept := !e.isFolder && !isIgnored(e.name) && c.isInRoot(e.name)
	if isKept && isCode(e.name) {
		sinks = append(sinks, &c.scanner)
	}
	wrong, err := c.contents.read(ctx, e, sinks...)
	if err != nil {
		return err
	}
	if wrong != nil {
		c.damaged[e.name] = true
		c.found.add(*wrong)
		return nil
	}
	if !isKept {
		return nil
	}
	path := strings.TrimPrefix(e.name, c.place.root)
	c.report.Files = append(c.report.Files, File{FileSize{path, e.unpacked}, hex.EncodeToString(c.hash.Sum(nil))})
	if len(c.report.Hosts) < 10*maxHosts {
		c.report.Hosts = append(c.report.Hosts, c.scanner.close()...)
	}
	return nil
}

// checkProject compares the appid in mini.project.json with that of the mini program.
func (c *checker) checkProject(ctx context.Context, appID string) error {
	d, err := c.readNamed(ctx, c.place.project+projectFile)
	if err != nil {
		return err
	}
	for _, key := range []string{"appid", "appId"} {
		if stated, _ := d.root.get(key); appID != "" && stated.kind == kindString && stated.text != "" && stated.text != appID {
			c.found.add(problem(fault.WrongAppID, d.file, "found", stated.text, "wanted", appID).at(d.position(stated.at)))
		}
	}
	return nil
}

// checkApp judges app.json, and what it names.
func (c *checker) checkApp(ctx context.Context) error {
	before := len(c.found.list)
	d, err := c.readNamed(ctx, c.place.root+appFile)
	if err != nil || len(c.found.list) > before {
		return err
	}
	if d.text == nil {
		c.missApp()
		return nil
	}
	c.app = readApp(d, &c.found)
	c.describe(d)
	if debug, _ := d.root.get("debug"); debug.kind == kindBoolean && debug.text == "true" {
		c.warn(problem(fault.DebugOn, d.file).at(d.position(debug.at)))
	}
	c.noteComponents(d)
	if err := c.checkPages(ctx); err != nil {
		return err
	}
	c.checkPreloads()
	return c.checkComponents(ctx)
}

// missApp records that there is no app.json, unless it may only be hidden by another problem.
func (c *checker) missApp() {
	if len(c.found.list) == 0 {
		c.found.add(*c.noApp(""))
	}
}

// describe reports what app.json says.
func (c *checker) describe(d document) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, d.text); err == nil {
		c.report.AppJSON = compact.String()
	}
	c.report.EntryPage = c.app.entryPage()
	c.report.TabBar, c.report.Plugins, c.report.Permissions = c.app.tabBar(), c.app.plugins(), c.app.permissions()
}

// measure adds up the files of the mini program.
func (c *checker) measure() {
	r := c.report
	r.Parts = []Part{{}}
	if c.app != nil {
		for _, part := range c.app.parts {
			r.Parts = append(r.Parts, Part{Root: part.root})
		}
	}
	at := map[string]int{}
	for i, part := range r.Parts {
		at[part.Root] = i
	}
	r.FileCount = len(r.Files)
	for _, file := range r.Files {
		r.UnpackedSize += file.Size
		r.Parts[partOf(file.Path, at)].Size += file.Size
		r.LargestFiles = append(r.LargestFiles, file.FileSize)
	}
	slices.SortStableFunc(r.LargestFiles, func(a, b FileSize) int { return cmp.Compare(b.Size, a.Size) })
	r.LargestFiles = slices.Clone(r.LargestFiles[:min(len(r.LargestFiles), maxLargest)])
}

// partOf returns the position of the sub-package whose folder a file is in; roots do not contain each other.
func partOf(path string, at map[string]int) int {
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		if found, ok := at[path[:i]]; ok {
			return found
		}
	}
	return 0
}

func (c *checker) warn(warning Problem) { c.warnings.add(warning) }

func (c *checker) isDamaged(name string) bool { return c.damaged[name] }

func (c *checker) isInRoot(name string) bool { return strings.HasPrefix(name, c.place.root) }

// names returns the names of all files in order.
func (c *checker) names() []string { return slices.Sorted(maps.Keys(c.byName)) }
