package bundletest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Trap is a package that is refused.
type Trap struct {
	Name string
	// Code is that of the first user error.
	Code string
	// IsFoundByReading says that only reading the files shows it, after the upload was accepted.
	IsFoundByReading bool
	// File is the file that the user error names, "" if it is none.
	File string
	Zip  []byte
}

// AppID is that of the mini program for which the trap WRONG_APP_ID is not.
const AppID = "2021000000000001"

// Traps returns packages of all kinds that are refused, at least one for each code. They are made once.
func Traps() []Trap { return traps() }

var traps = sync.OnceValue(func() []Trap {
	return slices.Concat(noZips(), names(), lies(), bombs(), kinds(), broken(), missing())
})

// app is a smallest mini program: three entries that each trap adds to.
func app() []Entry {
	return []Entry{{Name: "app.json", Content: `{"pages": ["a"]}`}, {Name: "a.axml", Content: "<view/>"}, {Name: "a.js", Content: "Page({})"}}
}

func rawApp(more ...Entry) []byte { return Raw(append(app(), more...)...) }

func noZips() []Trap {
	whole := Zip(Project())
	return []Trap{
		{Name: "nothing", Code: "NOT_A_ZIP"},
		{Name: "text", Code: "NOT_A_ZIP", Zip: []byte("this is no zip")},
		{Name: "gzip", Code: "NOT_A_ZIP", Zip: append([]byte{0x1F, 0x8B, 8}, make([]byte, 1000)...)},
		{Name: "a zip that was cut off", Code: "NOT_A_ZIP", Zip: whole[:len(whole)/2]},
		{Name: "an end record alone that lies", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Records, e.Size = 5, 1000 })},
		{Name: "text after the end record", Code: "CORRUPT", Zip: append(bytes.Clone(whole), "more"...)},
		{Name: "text before the zip", Code: "CORRUPT", Zip: append([]byte("#!/bin/sh\n"), whole...)},
		{Name: "two zips", Code: "CORRUPT", Zip: append(bytes.Clone(whole), Zip(map[string]string{"x": "y"})...)},
		{Name: "an end record in a comment", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Comment = string(Raw()) + "x" }, app()...)},
		{Name: "more records than it says", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Records = 1 }, app()...)},
		{Name: "fewer records than it says", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Records = 4 }, app()...)},
		{Name: "a directory that is shorter", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Size -= 10 }, app()...)},
		{Name: "a directory elsewhere", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Offset = 0 }, app()...)},
		{Name: "one of several disks", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Disk = 1 }, app()...)},
		{Name: "zip64 with another directory", Code: "CORRUPT", Zip: RawWith(func(e *End) {
			e.Before = Zip64(2, uint64(e.Size), uint64(e.Offset))
		}, app()...)},
		{Name: "zip64 far away", Code: "CORRUPT", Zip: RawWith(func(e *End) { e.Before = Zip64(3, 1<<62, 1<<62) }, app()...)},
	}
}

func names() []Trap {
	var found []Trap
	for _, name := range []string{
		"../evil.js", `..\evil.js`, "/etc/passwd", `\evil.js`, "C:/evil.js", `c:\evil.js`, "a/../../evil.js", `a\..\evil.js`, "a/.. /evil.js",
		"..", "a/..",
	} {
		found = append(found, Trap{Name: "named " + name, Code: "PATH_TRAVERSAL", File: name, Zip: rawApp(Entry{Name: name, Content: "x"})})
	}
	for name, shown := range map[string]string{
		"\xC4\xE3\xBA\xC3.png": "\uFFFD.png", "a\x00.js": "a\uFFFD.js", "a\nb.js": "a\uFFFDb.js", "gpj.\u202E.js": "gpj.\uFFFD.js", "": "",
	} {
		unmarked := func(local, central *Header) { local.Flags, central.Flags = 0, 0 }
		found = append(found, Trap{
			Name: fmt.Sprintf("named %q", name), Code: "INVALID_NAME", File: shown, Zip: rawApp(Entry{Name: name, Content: "x", Edit: unmarked}),
		})
	}
	long := strings.Repeat("a/", 600) + "a.js"
	second := func(local, central *Header) {
		central.Extra = append([]byte{0x75, 0x70, 9, 0, 1, 0, 0, 0, 0}, "b.js"...)
	}
	return append(found,
		Trap{Name: "a long name", Code: "INVALID_NAME", File: long[:1000], Zip: rawApp(Entry{Name: long, Content: "x"})},
		Trap{Name: "a second name", Code: "INVALID_NAME", File: "c.js", Zip: rawApp(Entry{Name: "c.js", Content: "x", Edit: second})},
		Trap{Name: "a name twice", Code: "DUPLICATE_NAME", File: "a.js", Zip: rawApp(Entry{Name: "a.js", Content: "x"})},
		Trap{Name: "a name twice, once with a backslash", Code: "DUPLICATE_NAME", File: "b/c.js", Zip: rawApp(Entry{Name: "b/c.js"}, Entry{Name: `.\b\c.js`})},
		Trap{Name: "a name twice, decomposed", Code: "DUPLICATE_NAME", File: "caf\u00E9.js", Zip: rawApp(Entry{Name: "caf\u00E9.js"}, Entry{Name: "cafe\u0301.js"})},
		Trap{Name: "a file and a folder", Code: "DUPLICATE_NAME", File: "b", Zip: rawApp(Entry{Name: "b"}, Entry{Name: "b-1"}, Entry{Name: "b/c.js"})},
		Trap{Name: "a file and an empty folder", Code: "DUPLICATE_NAME", File: "b", Zip: rawApp(Entry{Name: "b"}, Entry{Name: "b/", Stored: true})},
		Trap{Name: "a symbolic link", Code: "SYMLINK", File: "b.js", Zip: rawApp(Entry{Name: "b.js", Content: "/etc/passwd", Mode: 0o120777})},
		Trap{Name: "a device", Code: "SYMLINK", File: "b.js", Zip: rawApp(Entry{Name: "b.js", Mode: 0o020666})},
	)
}

// edited returns a mini program with one more file, b.js, about which its headers say what edit says.
func edited(edit func(local, central *Header)) []byte {
	return rawApp(Entry{Name: "b.js", Content: "console.log('hello, hello, hello')", Edit: edit})
}

func lies() []Trap {
	both := func(change func(*Header)) []byte {
		return edited(func(local, central *Header) { change(local); change(central) })
	}
	central := func(change func(*Header)) []byte { return edited(func(_, central *Header) { change(central) }) }
	local := func(change func(*Header)) []byte { return edited(func(local, _ *Header) { change(local) }) }
	honest := Entry{Name: "b.js", Content: "console.log('hello, hello, hello')"}
	undescribed := honest
	undescribed.Edit = func(local, central *Header) {
		local.Flags |= DescriptorFlag
		central.Flags |= DescriptorFlag
		local.CRC, local.Packed, local.Unpacked = 0, 0, 0
	}
	return []Trap{
		{Name: "a password", Code: "ENCRYPTED", File: "b.js", Zip: both(func(h *Header) { h.Flags |= EncryptedFlag })},
		{Name: "AES", Code: "ENCRYPTED", File: "b.js", Zip: both(func(h *Header) { h.Method = 99 })},
		{Name: "another method", Code: "CORRUPT", File: "b.js", Zip: both(func(h *Header) { h.Method = 14 })},
		{Name: "stored in another size", Code: "CORRUPT", File: "b.js", Zip: both(func(h *Header) { h.Method = 0 })},
		{Name: "packed into nothing", Code: "CORRUPT", File: "b.js", Zip: both(func(h *Header) { h.Packed = 0 })},
		{Name: "packed beyond the file", Code: "CORRUPT", File: "b.js", Zip: both(func(h *Header) { h.Packed += 100 })},
		{Name: "another file's content", Code: "CORRUPT", File: "a.js", Zip: central(func(h *Header) { h.Offset -= 20 })},
		{Name: "a header beyond the file", Code: "CORRUPT", File: "b.js", Zip: central(func(h *Header) { h.Offset = 1 << 30 })},
		{Name: "sizes of zip64 that are not there", Code: "CORRUPT", File: "b.js", Zip: central(func(h *Header) { h.Unpacked = 1<<32 - 1 })},
		{Name: "huge sizes of zip64", Code: "CORRUPT", File: "b.js", Zip: central(func(h *Header) { h.Packed = 1<<32 - 1; h.Extra = Zip64Extra(1<<63 + 1) })},
		{Name: "a folder with content", Code: "CORRUPT", File: "b", Zip: rawApp(Entry{Name: "b/", Content: "content"})},

		{Name: "another name in the header", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: local(func(h *Header) { h.Name = "c.js" })},
		{Name: "another size in the header", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: local(func(h *Header) { h.Unpacked++ })},
		{Name: "another method in the header", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: local(func(h *Header) { h.Method = 0 })},
		{Name: "a password in the header", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: local(func(h *Header) { h.Flags |= EncryptedFlag })},
		{Name: "a wrong checksum", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: both(func(h *Header) { h.CRC++ })},
		{Name: "a checksum of 0", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: both(func(h *Header) { h.CRC = 0 })},
		{Name: "more content than declared", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: both(func(h *Header) { h.Unpacked-- })},
		{Name: "less content than declared", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: both(func(h *Header) { h.Unpacked++ })},
		{Name: "content that is cut off", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: both(func(h *Header) { h.Packed -= 3 })},
		{Name: "content that is not deflated", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: rawApp(Entry{
			Name: "b.js", Content: strings.Repeat("\xFF", 20), Stored: true, Edit: func(local, central *Header) { local.Method, central.Method = 8, 8 },
		})},
		{Name: "bytes behind the content", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: rawApp(Entry{
			Name: "b.js", Content: "x", After: make([]byte, 10), Edit: func(local, central *Header) { local.Packed += 10; central.Packed += 10 },
		})},
		{Name: "no data descriptor", Code: "CORRUPT", IsFoundByReading: true, File: "b.js", Zip: rawApp(undescribed)},
		{Name: "a damaged file", Code: "CORRUPT", IsFoundByReading: true, File: "a.js", Zip: bytes.Replace(
			Raw(Entry{Name: "app.json", Content: `{"pages": ["a"]}`}, Entry{Name: "a.axml"}, Entry{Name: "a.js", Content: "Page({})", Stored: true}),
			[]byte("Page({})"), []byte("Page(())"), 1)},
	}
}

func bombs() []Trap {
	zeros := Entry{Name: "zeros.bin", Content: strings.Repeat("\x00", 20<<20)}
	declared := func(local, central *Header) { local.Unpacked, central.Unpacked = 1<<30, 1<<30 }
	return []Trap{
		{Name: "20 MiB of zeros", Code: "COMPRESSION_RATIO", File: "zeros.bin", Zip: rawApp(zeros)},
		{Name: "1 GiB is declared", Code: "COMPRESSION_RATIO", File: "b.js", Zip: rawApp(Entry{Name: "b.js", Content: "x", Edit: declared})},
		{Name: "files that share their content", Code: "CORRUPT", File: "app.json", Zip: sharing(1_000)},
		{Name: "60 MiB unpacked", Code: "TOO_LARGE", Zip: large()},
		{Name: "11 MiB packed", Code: "TOO_LARGE", Zip: rawApp(Entry{Name: "noise.bin", Content: noise(10 << 20), Stored: true})},
		{Name: "10,001 files", Code: "TOO_MANY_FILES", Zip: Zip(NodeModules(10_001))},
		{Name: "200,000 records", Code: "TOO_MANY_FILES", Zip: records("a")},
		{Name: "200,000 folders", Code: "TOO_MANY_FILES", Zip: records("a/")},
		{Name: "records of long names", Code: "INVALID_NAME", File: strings.Repeat("n", 1000), Zip: records(strings.Repeat("n", 60_000))},
	}
}

// sharing returns a zip whose records all have the content of the first.
func sharing(n int) []byte {
	entries := app()
	for i := range n {
		entries = append(entries, Entry{Name: fmt.Sprintf("b%d.js", i), Edit: func(_, central *Header) { central.Offset = 0 }})
	}
	return Raw(entries...)
}

// large returns a zip of files that are each within the limits.
func large() []byte {
	block := noise(64 << 10)
	entries := app()
	for i := range 60 {
		content := strings.Repeat(block[:32<<10]+strings.Repeat("\x00", 96<<10), 8)
		entries = append(entries, Entry{Name: fmt.Sprintf("videos/%d.mp4", i), Content: content})
	}
	return Raw(entries...)
}

// records returns a zip with as many records as fit into 9 MiB, 200,000 of them at most.
func records(name string) []byte {
	header := Header{Name: name}.central()
	n := min(200_000, (9<<20)/len(header))
	return RawWith(func(e *End) {
		size := uint32(n * len(header))
		e.Before = append(bytes.Repeat(header, n), Zip64(uint64(n), uint64(size), 0)...)
		e.Records, e.Size, e.Offset = 0xFFFF, size, 0
	})
}

// noise returns a text that cannot be compressed, always the same.
func noise(size int) string {
	made, state := make([]byte, size), uint32(1)
	for i := range made {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		made[i] = byte(state)
	}
	return string(made)
}

func kinds() []Trap {
	project := Project()
	with := func(name, content string) map[string]string {
		return With(Under("dist", project), map[string]string{name: content})
	}
	return []Trap{
		{Name: "no files", Code: "NO_APP_JSON", Zip: Raw()},
		{Name: "folders alone", Code: "NO_APP_JSON", Zip: Raw(Entry{Name: "a/", Stored: true})},
		{Name: "no app.json", Code: "NO_APP_JSON", Zip: Zip(Without(project, "app.json"))},
		{Name: "two folders down", Code: "NO_APP_JSON", Zip: Zip(Under("a/b", project))},
		{Name: "a folder beside others", Code: "NO_APP_JSON", Zip: Zip(with("README.md", ""))},
		{Name: "a root without app.json", Code: "NO_APP_JSON", File: "mini.project.json", Zip: Zip(with("mini.project.json", `{"miniprogramRoot": "build"}`))},
		{Name: "a root outside", Code: "NO_APP_JSON", File: "mini.project.json", Zip: Zip(with("mini.project.json", `{"miniprogramRoot": "../dist"}`))},
		{Name: "a root without app.json, which is at the top", Code: "NO_APP_JSON", File: "mini.project.json",
			Zip: Zip(With(project, map[string]string{"mini.project.json": `{"miniprogramRoot": "build/"}`}))},
		{Name: "compiled", Code: "COMPILED_PACKAGE", File: "appConfig.json", Zip: Zip(map[string]string{"appConfig.json": "{}", "index.js": ""})},
		{Name: "a mini game", Code: "MINI_GAME", File: "game/game.json", Zip: Zip(map[string]string{"game/game.json": "{}", "game/game.js": ""})},
		{Name: "a plugin", Code: "PLUGIN_PROJECT", File: "plugin.json", Zip: Zip(map[string]string{"plugin.json": "{}", "index.js": ""})},
	}
}

func broken() []Trap {
	var found []Trap
	add := func(code, name, file, content string) {
		found = append(found, Trap{Name: name, Code: code, IsFoundByReading: true, File: file, Zip: Zip(With(Project(), map[string]string{file: content}))})
	}
	add("BROKEN_JSON", "app.json ends early", "app.json", `{"pages": [`)
	add("BROKEN_JSON", "app.json with a comment", "app.json", "{\n  // pages\n}")
	add("BROKEN_JSON", "app.json is empty", "app.json", "")
	add("BROKEN_JSON", "app.json is a list", "app.json", "[]")
	add("BROKEN_JSON", "app.json is not UTF-8", "app.json", "{\"pages\": [\"\xC4\xE3\"]}")
	add("BROKEN_JSON", "app.json has a key twice", "app.json", `{"pages": ["pages/index/index"], "pages": []}`)
	add("BROKEN_JSON", "app.json is deep", "app.json", `{"a":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+"}")
	add("BROKEN_JSON", "app.json is very deep", "app.json", strings.Repeat("[", 500_000))
	add("BROKEN_JSON", "app.json has many values", "app.json", `{"a":[`+strings.Repeat("0,", 400_000)+"0]}")
	add("BROKEN_JSON", "a page's .json", "pages/index/index.json", "{,}")
	add("BROKEN_JSON", "mini.project.json", "mini.project.json", "{")
	add("BROKEN_JSON", "a component's .json", "components/price/price.json", "{")
	add("TOO_LARGE", "a JSON file of 2 MiB", "app.json", `{"a": "`+noiseText(2<<20)+`"}`)
	add("WRONG_APP_ID", "another mini program's", "mini.project.json", `{"appid": "2021999999999999"}`)
	for name, content := range map[string]string{
		"no pages": `{"pages": []}`, "no list of pages": `{}`, "a list of numbers": `{"pages": [1]}`, "pages in an object": `{"pages": {}}`,
		"a page outside": `{"pages": ["../a"]}`,
		"an empty page":  `{"pages": [""]}`, "a page twice": `{"pages": ["pages/index/index", "/pages/index/index"]}`,
		"a tab that is no page":  appWith(`"tabBar": {"items": [{"pagePath": "pages/x"}]}`),
		"a tab in a sub-package": appWith(`"subPackages": [{"root": "coupons", "pages": ["list/list"]}], "tabBar": {"list": [{"pagePath": "coupons/list/list"}]}`),
		"a tab without a page":   appWith(`"tabBar": {"items": [{}]}`), "a tab bar that is a list": appWith(`"tabBar": []`),
		"an entry that is no page": appWith(`"entryPagePath": "pages/x"`),
		"a root outside":           appWith(`"subPackages": [{"root": "../a", "pages": []}]`),
		"an absolute root":         appWith(`"subpackages": [{"root": "/coupons", "pages": []}]`),
		"a root called main":       appWith(`"subPackages": [{"root": "main", "pages": []}]`),
		"a root called whole":      appWith(`"subPackages": [{"root": "whole/", "pages": []}]`),
		"no root":                  appWith(`"subPackages": [{"pages": []}]`), "an empty root": appWith(`"subPackages": [{"root": "", "pages": []}]`),
		"a root inside another": appWith(`"subPackages": [{"root": "coupons", "pages": []}, {"root": "coupons/list", "pages": []}]`),
		"a root twice":          appWith(`"subPackages": [{"root": "coupons", "pages": []}, {"root": "coupons", "pages": []}]`),
		"a page in both parts":  `{"pages": ["pages/index/index", "coupons/list/list"], "subPackages": [{"root": "coupons", "pages": ["list/list"]}]}`,
		"an object of packages": appWith(`"subPackages": {}`),
	} {
		add("INVALID_APP_JSON", name, "app.json", content)
	}
	return found
}

// appWith returns an app.json of one page and more.
func appWith(more string) string { return `{"pages": ["pages/index/index"], ` + more + "}" }

// noiseText returns letters that hardly compress.
func noiseText(size int) string {
	letters := []byte(noise(size))
	for i := range letters {
		letters[i] = 'a' + letters[i]%26
	}
	return string(letters)
}

func missing() []Trap {
	without := func(name, code, file string, more map[string]string, left ...string) Trap {
		return Trap{Name: name, Code: code, IsFoundByReading: true, File: file, Zip: Zip(With(Without(Project(), left...), more))}
	}
	detail := "pages/detail/detail"
	return []Trap{
		without("a page without .axml", "MISSING_PAGE", detail+".axml", nil, detail+".axml"),
		without("a page without .js", "MISSING_PAGE", detail+".js", nil, detail+".js"),
		without("a page without files", "MISSING_PAGE", detail+".axml", nil, "pages/detail"),
		without("a page in another case", "MISSING_PAGE", detail+".axml",
			Under("pages/Detail", map[string]string{"detail.axml": "", "detail.js": ""}), "pages/detail"),
		without("a page of a sub-package", "MISSING_PAGE", "coupons/list/list.axml", nil, "coupons"),
		without("TypeScript", "SOURCE_NOT_BUILT", detail+".ts", map[string]string{detail + ".ts": ""}, detail+".js"),
		without("TSX", "SOURCE_NOT_BUILT", detail+".tsx", map[string]string{detail + ".tsx": ""}, detail+".js", detail+".axml"),
		without("Vue", "SOURCE_NOT_BUILT", detail+".vue", map[string]string{detail + ".vue": ""}, "pages/detail"),
		without("Less", "SOURCE_NOT_BUILT", detail+".less", map[string]string{detail + ".less": ""}, detail+".acss"),
		without("JSON5", "SOURCE_NOT_BUILT", detail+".json5", map[string]string{detail + ".json5": ""}, detail+".json"),
	}
}

// Codes returns the codes of the traps.
func Codes() []string {
	codes := map[string]bool{}
	for _, trap := range Traps() {
		codes[trap.Code] = true
	}
	return slices.Sorted(maps.Keys(codes))
}
