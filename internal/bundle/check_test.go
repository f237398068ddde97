package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"minidock/internal/bundle/bundletest"
	"minidock/internal/fault"
	"minidock/internal/limit"
)

var domains = []string{"https://api.example.com"}

// accepted returns the report of a package in which nothing is wrong, and all warnings about it.
func accepted(t *testing.T, content []byte) (*Report, []Problem) {
	t.Helper()
	report, found := check(t, content)
	if len(found) > 0 {
		t.Fatalf("%+v", found)
	}
	warnings := slices.Concat(report.Warnings, HostWarnings(report.Hosts, domains))
	checkShown(t, warnings)
	for _, warning := range warnings {
		if warning.Severity() != Warning {
			t.Errorf("%+v", warning)
		}
	}
	return report, warnings
}

func TestAProjectIsReported(t *testing.T) {
	t.Parallel()
	project := bundletest.Project()
	report, warnings := accepted(t, bundletest.Zip(project))
	if len(warnings) > 0 {
		t.Errorf("%+v", warnings)
	}
	size, coupons := int64(0), int64(0)
	for name, content := range project {
		size += int64(len(content))
		if strings.HasPrefix(name, "coupons/") {
			coupons += int64(len(content))
		}
	}
	wantPages := []Page{
		{"pages/index/index", new("首页"), ""}, {"pages/detail/detail", new("Sample Shop"), ""}, {"pages/我的/mine", new("Sample Shop"), ""},
		{"coupons/list/list", new("Sample Shop"), "coupons"},
	}
	for _, check := range []struct{ what, got, want any }{
		{"size", report.UnpackedSize, size}, {"files", report.FileCount, len(project)}, {"entry", report.EntryPage, "pages/index/index"},
		{"pages", report.Pages, wantPages}, {"parts", report.Parts, []Part{{"", size - coupons}, {"coupons", coupons}}},
		{"tab bar", report.TabBar, []TabBarItem{
			{"pages/index/index", new("首页"), new("assets/首页.png"), new("assets/home on@2x.png")},
			{"pages/我的/mine", new("我的"), new("assets/my (1).png"), new("assets/my+on@2x.png")},
		}},
		{"plugins", report.Plugins, []Plugin{{"pay", new("1.0.3"), new("2021000000000001")}}},
		{"permissions", report.Permissions, []Permission{{"scope.userLocation", new("To find shops near you")}}},
		{"hosts", report.Hosts, []Host{{Origin: "https://api.example.com", File: "app.js", Line: 3}}},
		{"largest", len(report.LargestFiles), 20}, {"all files", len(report.Files), len(project)},
		{"an empty file", report.Files[0].Path, "app.acss"}, {"a checksum", len(report.Files[0].SHA256), 64},
	} {
		if !reflect.DeepEqual(check.got, check.want) {
			t.Errorf("%s: %+v, want %+v", check.what, check.got, check.want)
		}
	}
	if !json.Valid([]byte(report.AppJSON)) || strings.Contains(report.AppJSON, "\n") {
		t.Errorf("app.json: %s", report.AppJSON)
	}
}

func TestAReportSurvivesBeingStored(t *testing.T) {
	t.Parallel()
	report, _ := accepted(t, bundletest.Zip(bundletest.With(bundletest.Project(), map[string]string{".env": ""})))
	stored, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	again := &Report{}
	if err := json.Unmarshal(stored, again); err != nil || !reflect.DeepEqual(again, report) {
		t.Errorf("%+v, %v; want %+v", again, err, report)
	}
}

func TestTheRootIsFound(t *testing.T) {
	t.Parallel()
	project := bundletest.Project()
	dist := bundletest.Under("dist", project)
	stated := func(root string) map[string]string {
		return map[string]string{"mini.project.json": fmt.Sprintf(`{"appid": %q, "miniprogramRoot": %q}`, bundletest.AppID, root)}
	}
	source := map[string]string{"README.md": "", "src/app.json": "{}", "pages/x/app.json": "[]"}
	for name, files := range map[string]map[string]string{
		"at the top":                       project,
		"under one folder":                 bundletest.Under("我的 shop", project),
		"in dist":                          bundletest.With(dist, stated("dist"), source),
		"in ./dist/":                       bundletest.With(dist, stated("./dist/"), source),
		"in dist with a backslash":         bundletest.With(dist, stated(`.\dist\`), source),
		"in dist under one folder":         bundletest.Under("shop", bundletest.With(dist, stated("dist"), source)),
		"at the top, as stated":            bundletest.With(project, stated("./")),
		"at the top beside other app.json": bundletest.With(project, map[string]string{"pages/index/app.json": "nothing", "mini.project.json": "{}"}),
		"beside what macOS adds": bundletest.With(bundletest.Under("shop", project), map[string]string{
			"__MACOSX/shop/._app.json": "x", ".DS_Store": "x", "shop/.DS_Store": "x",
		}),
		"beside node_modules":                bundletest.With(dist, stated("dist"), bundletest.NodeModules(3_000)),
		"under one folder with node_modules": bundletest.Under("shop", bundletest.With(project, bundletest.NodeModules(3_000))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, warnings := accepted(t, bundletest.Zip(files))
			if report.EntryPage != "pages/index/index" || len(report.Pages) != 4 || len(warnings) > 0 {
				t.Errorf("%+v, %+v", report.Pages, warnings)
			}
			for _, file := range report.Files {
				_, isOurs := project[file.Path]
				if !isOurs && !strings.HasPrefix(file.Path, "node_modules/") && !strings.HasSuffix(file.Path, "app.json") && file.Path != "mini.project.json" {
					t.Errorf("%s is in the report", file.Path)
				}
			}
		})
	}
}

// raw returns entries of the sample project.
func raw(edit func(*bundletest.Entry)) []bundletest.Entry {
	var entries []bundletest.Entry
	for name, content := range bundletest.Project() {
		entry := bundletest.Entry{Name: name, Content: content}
		edit(&entry)
		entries = append(entries, entry)
	}
	return entries
}

func TestWhatZippersWriteIsAccepted(t *testing.T) {
	t.Parallel()
	descriptor := func(e *bundletest.Entry) {
		e.After = e.Descriptor()
		e.Edit = func(local, central *bundletest.Header) {
			local.Flags |= bundletest.DescriptorFlag
			central.Flags |= bundletest.DescriptorFlag
			local.CRC, local.Packed, local.Unpacked = 0, 0, 0
		}
	}
	for name, content := range map[string][]byte{
		"stored": bundletest.Raw(raw(func(e *bundletest.Entry) { e.Stored = true })...),
		"no flag": bundletest.Raw(raw(func(e *bundletest.Entry) {
			e.Edit = func(local, central *bundletest.Header) { local.Flags, central.Flags = 0, 0 }
		})...),
		"modes": bundletest.Raw(raw(func(e *bundletest.Entry) { e.Mode = 0o100644 })...),
		"comments": bundletest.RawWith(func(e *bundletest.End) { e.Comment = "made by hand" }, raw(func(e *bundletest.Entry) {
			e.Edit = func(_, central *bundletest.Header) { central.Comment = "one" }
		})...),
		"backslashes": bundletest.Raw(raw(func(e *bundletest.Entry) { e.Name = strings.ReplaceAll(e.Name, "/", `\`) })...),
		"./":          bundletest.Raw(raw(func(e *bundletest.Entry) { e.Name = "./" + strings.ReplaceAll(e.Name, "/", "//") })...),
		"folders": bundletest.Raw(append(raw(func(*bundletest.Entry) {}),
			bundletest.Entry{Name: "./", Stored: true}, bundletest.Entry{Name: "pages/", Mode: 0o040755},
			bundletest.Entry{Name: `pages\index\`}, bundletest.Entry{Name: "empty/"})...),
		"descriptors": bundletest.Raw(raw(descriptor)...),
		"no marks":    bundletest.Raw(raw(func(e *bundletest.Entry) { descriptor(e); e.After = e.After[4:] })...),
		"gaps":        bundletest.Raw(raw(func(e *bundletest.Entry) { e.After = make([]byte, 100) })...),
		"zip64":       bundletest.RawWith(zip64, raw(func(e *bundletest.Entry) { e.Edit = long })...),
		"zip64 unneeded": bundletest.RawWith(func(e *bundletest.End) {
			e.Before = bundletest.Zip64(uint64(e.Records), uint64(e.Size), uint64(e.Offset))
		}, raw(func(*bundletest.Entry) {})...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, warnings := accepted(t, content)
			if report.FileCount != len(bundletest.Project()) || len(warnings) > 0 {
				t.Errorf("%d files, %+v", report.FileCount, warnings)
			}
		})
	}
}

func zip64(e *bundletest.End) {
	e.Before = bundletest.Zip64(uint64(e.Records), uint64(e.Size), uint64(e.Offset))
	e.Records, e.Size, e.Offset = 1<<16-1, 1<<32-1, 1<<32-1
}

func long(local, central *bundletest.Header) {
	local.Extra = bundletest.Zip64Extra(uint64(local.Unpacked), uint64(local.Packed))
	central.Extra = bundletest.Zip64Extra(uint64(central.Unpacked), uint64(central.Packed), uint64(central.Offset))
	local.Unpacked, local.Packed = 1<<32-1, 1<<32-1
	central.Unpacked, central.Packed, central.Offset = 1<<32-1, 1<<32-1, 1<<32-1
}

func TestUnusualProjectsAreAccepted(t *testing.T) {
	t.Parallel()
	app := func(text string) map[string]string { return map[string]string{"app.json": text} }
	nested := bundletest.Zip(bundletest.Project())
	for name, more := range map[string]map[string]string{
		"a byte order mark":           app("\xEF\xBB\xBF" + `{"pages": ["pages/index/index"]}`),
		"subpackages":                 app(`{"pages": ["/pages/index/index", "./pages/detail/detail"], "subpackages": [{"root": "./coupons/", "pages": ["/list/list"]}]}`),
		"an empty sub-package":        app(`{"pages": ["pages/index/index"], "subPackages": [{"root": "coupons", "pages": []}, {"root": "coupons-2"}]}`),
		"an entry in a sub-package":   app(`{"pages": ["pages/index/index"], "subPackages": [{"root": "coupons", "pages": ["list/list"]}], "entryPagePath": "coupons/list/list"}`),
		"a tab bar of another kind":   app(`{"pages": ["pages/index/index"], "tabBar": {"list": [{"pagePath": "/pages/index/index", "text": "Home", "iconPath": "a.png"}]}}`),
		"null":                        app(`{"pages": ["pages/index/index"], "tabBar": null, "entryPagePath": null, "window": null, "usingComponents": null}`),
		"a decomposed name":           {"app.json": `{"pages": ["cafe` + "\u0301" + `/a"]}`, "caf\u00E9/a.axml": "", "caf\u00E9/a.js": ""},
		"a zip in the zip":            {"assets/inner.zip": string(nested), "assets/evil.zip": "PK\x05\x06"},
		"source beside what is built": {"app.ts": "", "pages/index/index.ts": "", "pages/index/index.less": "", "pages/index/index.axml.bak": ""},
		"game.json beside app.json":   {"game.json": "{}", "plugin.json": "{}", "appConfig.json": "{}"},
		"zeros of 1 MiB":              {"assets/zeros.bin": strings.Repeat("\x00", 1<<20)},
		"broken JSON that is no page": {"data/broken.json": "{", "mini.project.json": `{"appid": "", "appId": 7}`},
		"odd names": {
			"assets/[id]/{a} & b;c#d%e$f'g~h!i,j=k.png": "", "assets/ 空格 .png": "",
			"assets/日本語/العربية.png": "", "assets/…/a..b": "", "assets/👍.png": "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, warnings := accepted(t, bundletest.Zip(bundletest.With(bundletest.Project(), more))); len(warnings) > 0 {
				t.Errorf("%+v", warnings)
			}
		})
	}
}

func TestMistakesHaveTheirPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file, content string
		code                fault.Code
		variant             fault.Variant
		line, column        int
	}{
		{"a comma too many", "app.json", "{\n  \"pages\": [\"页面\", ]\n}", fault.BrokenJSON, "", 2, 19},
		{"a second value", "app.json", "{}\n{}", fault.BrokenJSON, "", 2, 1},
		{"an end too early", "app.json", "{\r\n\"a\": \"b", fault.BrokenJSON, "end", 2, 8},
		{"a Chinese quote", "app.json", "{“a”: 1}", fault.BrokenJSON, "", 1, 2},
		{"a line break in a string", "app.json", "{\"a\": \"\n\"}", fault.BrokenJSON, "", 1, 8},
		{"GBK", "pages/index/index.json", "{\n\"defaultTitle\": \"\xC4\xE3\"}", fault.BrokenJSON, "encoding", 2, 18},
		{"half a character", "app.json", `{"a": "` + "\xE4\xBD" + `"}`, fault.BrokenJSON, "encoding", 1, 8},
		{"a key twice", "app.json", "{\"a\": 1,\n \"b\": {}, \"a\": 2}", fault.BrokenJSON, "key", 2, 11},
		{"a page twice", "app.json", "{\"pages\": [\"pages/index/index\",\n\"./pages/index/index\"]}", fault.InvalidAppJSON, "twice", 2, 1},
		{"no list", "app.json", "{\"window\": {},\n\n \"pages\": 1}", fault.InvalidAppJSON, "type", 3, 11},
		{"another app", "mini.project.json", "{\n  \"appid\": \"wx1\"}", fault.WrongAppID, "", 2, 12},
	} {
		_, found := check(t, bundletest.Zip(bundletest.With(bundletest.Project(), map[string]string{test.file: test.content})))
		if len(found) == 0 {
			t.Errorf("%s: accepted", test.name)
			continue
		}
		got := Problem{Code: found[0].Code, Variant: found[0].Variant, File: found[0].File, Line: found[0].Line, Column: found[0].Column}
		if want := (Problem{Code: test.code, Variant: test.variant, File: test.file, Line: test.line, Column: test.column}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", test.name, found)
		}
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, found := check(t, bundletest.Zip(bundletest.With(bundletest.Without(bundletest.Project(), "pages/detail", "coupons"), map[string]string{
		"pages/index/index.json": "{", "mini.project.json": `{"appid": "wx1"}`, "pages/我的/mine.less": "",
	})))
	var codes []string
	for _, problem := range found {
		codes = append(codes, string(problem.Code)+" "+problem.File)
	}
	want := []string{"WRONG_APP_ID mini.project.json", "MISSING_PAGE pages/detail/detail.axml", "MISSING_PAGE coupons/list/list.axml",
		"BROKEN_JSON pages/index/index.json"}
	if slices.Sort(codes); !slices.Equal(codes, slices.Sorted(slices.Values(want))) {
		t.Errorf("%q, want %q", codes, want)
	}
}

func TestProblemsAreNoMoreThanFifty(t *testing.T) {
	t.Parallel()
	var pages []string
	for i := range 200 {
		pages = append(pages, fmt.Sprintf("pages/%d", i))
	}
	list, err := json.Marshal(map[string]any{"pages": pages})
	if err != nil {
		t.Fatal(err)
	}
	if _, found := check(t, bundletest.Zip(map[string]string{"app.json": string(list)})); len(found) != 50 {
		t.Errorf("%d problems", len(found))
	}
	var entries []bundletest.Entry
	for i := range 200 {
		entries = append(entries, bundletest.Entry{Name: fmt.Sprintf("../%d", i)})
	}
	if _, found := inspect(t, bundletest.Raw(entries...)); len(found) != 50 {
		t.Errorf("%d problems at once", len(found))
	}
}

func TestTheFoldersThatWeighMostAreNamed(t *testing.T) {
	t.Parallel()
	limits := limit.Default.Package
	limits.PackageFiles, limits.PackageBytes, limits.PackageUnpacked = 100, 1_000, 5_000
	project := bundletest.With(bundletest.Project(), bundletest.NodeModules(300))
	for name, files := range map[string]map[string]string{"at the top": project, "in a folder": bundletest.Under("s", project)} {
		content := bundletest.Zip(files)
		_, found, err := Inspect(bytes.NewReader(content), int64(len(content)), limits)
		if err != nil || len(found) != 3 {
			t.Fatalf("%s: %+v, %v", name, found, err)
		}
		for i, want := range []fault.Code{fault.TooLarge, fault.TooManyFiles, fault.TooLarge} {
			params := fmt.Sprint(found[i].Params)
			if found[i].Code != want || !strings.Contains(params, "node_modules") || !strings.Contains(params, "assets ") && !strings.Contains(params, "/assets ") {
				t.Errorf("%s: %+v", name, found[i])
			}
		}
	}
}

func TestProgressRisesToAHundred(t *testing.T) {
	t.Parallel()
	p, _ := inspect(t, bundletest.Zip(bundletest.Project()))
	var seen []int
	if _, _, err := p.Check(context.Background(), "", func(percent int) { seen = append(seen, percent) }); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(seen) || seen[0] < 1 || seen[len(seen)-1] != 100 || len(slices.Compact(slices.Clone(seen))) != len(seen) {
		t.Errorf("%v", seen)
	}
}

func TestACheckEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p, _ := inspect(t, bundletest.Zip(bundletest.Project()))
	ctx, cancel := context.WithCancel(context.Background())
	report, found, err := p.Check(ctx, "", func(int) { cancel() })
	if !errors.Is(err, context.Canceled) || report != nil || found != nil {
		t.Errorf("%v, %v, %v", report, found, err)
	}
}

// failing fails from an offset on.
type failing struct {
	*bytes.Reader
	from int64
}

var errDisk = errors.New("disk failure")

func (f failing) ReadAt(p []byte, offset int64) (int, error) {
	if offset+int64(len(p)) > f.from {
		return 0, errDisk
	}
	return f.Reader.ReadAt(p, offset)
}

func TestADiskThatFailsIsNoProblemOfThePackage(t *testing.T) {
	t.Parallel()
	content := bundletest.Zip(bundletest.Project())
	p, found, err := Inspect(failing{bytes.NewReader(content), 0}, int64(len(content)), limit.Default.Package)
	if !errors.Is(err, errDisk) || p != nil || found != nil {
		t.Errorf("%v, %+v, %v", p, found, err)
	}
	p, _ = inspect(t, content)
	p.src.reader = failing{bytes.NewReader(content), int64(len(content) / 2)}
	if _, found, err := p.Check(context.Background(), "", nil); !errors.Is(err, errDisk) || found != nil {
		t.Errorf("%+v, %v", found, err)
	}
	p, found, err = Inspect(bytes.NewReader(content), int64(len(content))+1, limit.Default.Package)
	if !errors.Is(err, io.ErrUnexpectedEOF) || p != nil || found != nil {
		t.Errorf("a file that is shorter than it was: %v, %+v, %v", p, found, err)
	}
}

func TestTheJSONFilesOfAPackageAreBoundedTogether(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		pages int
		want  []string
	}{{4, nil}, {20, []string{"page4.json"}}} {
		files, pages := map[string]string{}, []string{}
		for i := range one.pages {
			page := fmt.Sprint("page", i)
			pages = append(pages, page)
			files[page+".axml"], files[page+".js"] = "", ""
			files[page+".json"] = `{"text": "` + strings.Repeat("x", 1_000_000) + `"}`
		}
		list, _ := json.Marshal(pages)
		files["app.json"] = fmt.Sprintf(`{"pages": %s}`, list)
		_, found := check(t, bundletest.Zip(files))
		var got []string
		for _, wrong := range found {
			got = append(got, wrong.File)
			if wrong.Code != fault.TooLarge || wrong.Variant != "allJson" {
				t.Errorf("%+v", wrong)
			}
		}
		if !slices.Equal(got, one.want) {
			t.Errorf("%d pages: %q", one.pages, got)
		}
	}
}
