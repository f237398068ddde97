package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"minidock/internal/bundle/bundletest"
	"minidock/internal/limit"
)

// FuzzInspectAndCheck reads foreign bytes as a package. It is refused with something to say, or its report agrees with itself.
func FuzzInspectAndCheck(f *testing.F) {
	f.Add(bundletest.Zip(bundletest.Project()))
	for _, trap := range bundletest.Traps() {
		if len(trap.Zip) < 4<<10 {
			f.Add(trap.Zip)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p, found, err := Inspect(bytes.NewReader(content), int64(len(content)), limit.Default.Package)
		if err != nil || (p == nil) != (len(found) > 0) {
			t.Fatalf("%v, %+v, %v", p, found, err)
		}
		checkShown(t, found)
		if p == nil {
			return
		}
		report, found, err := p.Check(context.Background(), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		checkShown(t, found)
		checkShown(t, report.Warnings)
		checkShown(t, HostWarnings(report.Hosts, nil))
		if len(found) == 0 {
			checkAgrees(t, report)
		}
	})
}

func checkAgrees(t *testing.T, r *Report) {
	t.Helper()
	size := int64(0)
	for _, part := range r.Parts {
		size += part.Size
	}
	if size != r.UnpackedSize || r.FileCount != len(r.Files) || !json.Valid([]byte(r.AppJSON)) {
		t.Errorf("%+v", r)
	}
	if !slices.ContainsFunc(r.Pages, func(page Page) bool { return page.Path == r.EntryPage }) {
		t.Errorf("the entry %q is none of %+v", r.EntryPage, r.Pages)
	}
	for i, file := range r.Files {
		if path.Clean("/"+file.Path) != "/"+file.Path || strings.ContainsAny(file.Path, "\x00\\") || i > 0 && file.Path <= r.Files[i-1].Path {
			t.Errorf("the file %q", file.Path)
		}
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// FuzzParseJSON reads foreign bytes as a JSON file. What is accepted is JSON; what is refused has a place in it.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a": [1, true, null, "b"]}`, "\xEF\xBB\xBF{}", `{"a": 1, "a": 2}`, "{", "[]", "{\"a\": \"\xFF\"}", `{"\ud800": 1}`, `{"a":1}x`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, wrong := parseJSON("a.json", text)
		if wrong == nil {
			if !json.Valid(d.text) || d.root.kind != kindObject {
				t.Errorf("%q is accepted", text)
			}
			return
		}
		if lines := bytes.Count(text, []byte{'\n'}) + 1; wrong.Line < 1 || wrong.Line > lines || wrong.Column < 1 {
			t.Errorf("%q: %+v", text, wrong)
		}
		checkShown(t, []Problem{*wrong})
	})
}
