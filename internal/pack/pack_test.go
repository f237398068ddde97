package pack_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"minidock/internal/pack"
)

func TestFilesArePackedInTheOrderOfTheirNames(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"app.json": `{"pages": []}`, "pages/首页/首页.js": "Page({})", "pages/my page/my page.axml": "<view/>", "images/logo@2x.png": "picture",
		"node_modules/mini-ali-ui/es/button/index.js": "Component({})", "pages-b.js": "", "empty.txt": "", ".env.example": "A=1",
	}
	names, contents := unzip(t, packed(t, folder(t, files)))
	if want := slices.Sorted(maps.Keys(files)); !slices.Equal(names, want) {
		t.Errorf("packed %q, want %q", names, want)
	}
	if !maps.Equal(contents, files) {
		t.Errorf("the contents are %q, want %q", contents, files)
	}
}

func TestTheSameFilesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	files := map[string]string{"app.json": "{}", "a/b.js": strings.Repeat("let a = 1;\n", 5000), "a.js": "", "图片/一.png": "x"}
	first, second := folder(t, files), folder(t, files)
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := errors.Join(
		os.Chtimes(filepath.Join(second, "app.json"), old, old), os.Chmod(filepath.Join(second, "a.js"), 0o755),
		os.Mkdir(filepath.Join(second, "empty folder"), 0o755), os.WriteFile(filepath.Join(second, ".DS_Store"), []byte("x"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(packed(t, first), packed(t, second)) {
		t.Error("two folders with the same files give different packages")
	}
	if bytes.Equal(packed(t, first), packed(t, folder(t, map[string]string{"app.json": "{ }"}))) {
		t.Error("other files give the same package")
	}
}

func TestWhatIsNeverPacked(t *testing.T) {
	t.Parallel()
	got := names(t, map[string]string{
		"app.json": "{}", ".git/config": "x", "sub/.git": "gitdir: ../..", ".DS_Store": "x", "a/.DS_Store": "x", "__MACOSX/._app.json": "x",
		".minidockignore": "!.git\n", ".gitignore": "app.json\n", "git/x": "x",
	})
	if want := []string{".gitignore", "app.json", "git/x"}; !slices.Equal(got, want) {
		t.Errorf("packed %q, want %q", got, want)
	}
}

func TestUploadExclude(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"app.json": "", "README.md": "", "docs/a.md": "", "docs/a/b.md": "", "src/a.ts": "", "src/deep/b.ts": "", "test/a.js": "", "a.jpg": "", "b.gif": "",
	}
	for _, c := range []struct {
		exclude string
		without []string
	}{
		{`[]`, nil},
		{`["*.md"]`, []string{"README.md"}},
		{`["**/*.md"]`, []string{"README.md", "docs/a.md", "docs/a/b.md"}},
		{`["docs"]`, []string{"docs/a.md", "docs/a/b.md"}},
		{`["./docs/", "/test/**"]`, []string{"docs/a.md", "docs/a/b.md", "test/a.js"}},
		{`["src/**/*.ts"]`, []string{"src/a.ts", "src/deep/b.ts"}},
		{`["*.{jpg,gif}"]`, []string{"a.jpg", "b.gif"}},
	} {
		all := maps.Clone(files)
		all["mini.project.json"] = "\ufeff" + `{"format": 2, "uploadExclude": ` + c.exclude + `}`
		want := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return slices.Contains(c.without, name) })
		if got := names(t, all); !slices.Equal(got, want) {
			t.Errorf("%s: packed %q, want %q", c.exclude, got, want)
		}
	}
}

func TestTheIgnoreFileKeepsWhatTheProjectExcludes(t *testing.T) {
	t.Parallel()
	got := names(t, map[string]string{
		"app.json": "", "a.map": "", "b.map": "", "mini.project.json": `{"uploadExclude": ["*.map"]}`, ".minidockignore": "!a.map\n",
	})
	if want := []string{"a.map", "app.json", "mini.project.json"}; !slices.Equal(got, want) {
		t.Errorf("packed %q, want %q", got, want)
	}
}

func TestSettingsThatAreNoJSONAreLeftToTheServer(t *testing.T) {
	t.Parallel()
	if got, want := names(t, map[string]string{"mini.project.json": `{"uploadExclude": [`, "a": ""}), []string{"a", "mini.project.json"}; !slices.Equal(got, want) {
		t.Errorf("packed %q, want %q", got, want)
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, says string }{
		"no such folder":        {filepath.Join(t.TempDir(), "dist"), "there is no such folder or zip"},
		"an empty folder":       {t.TempDir(), "has no files to upload"},
		"all ignored":           {folder(t, map[string]string{"a.js": "", ".minidockignore": "*\n"}), "has no files to upload"},
		"excluded by a text":    {folder(t, map[string]string{"mini.project.json": `{"uploadExclude": "*.md"}`}), "uploadExclude is not a list of globs"},
		"excluded by no glob":   {folder(t, map[string]string{"mini.project.json": `{"uploadExclude": ["{a"]}`}), `"{a" is not a glob`},
		"excluded by a denial":  {folder(t, map[string]string{"mini.project.json": `{"uploadExclude": ["!a"]}`}), `"!a" is not a glob`},
		"neither file nor zip":  {os.DevNull, "is neither a folder nor a zip"},
		"a file for its folder": {filepath.Join(folder(t, map[string]string{"a": ""}), "a", "b"), "not a directory"},
	} {
		p, err := pack.Open(c.path)
		if err == nil {
			p.Close()
		}
		var refusal *pack.Refusal
		if err == nil || errors.As(err, &refusal) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestAZipIsSentAsItIs(t *testing.T) {
	t.Parallel()
	content := packed(t, folder(t, map[string]string{"app.json": "{}"}))
	p, err := pack.Open(filepath.Join(folder(t, map[string]string{"dist.zip": string(content)}), "dist.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got, err := io.ReadAll(p.File); err != nil || !bytes.Equal(got, content) || p.Size != int64(len(content)) || p.Files != 0 {
		t.Errorf("%d bytes of %d, %d files, %v", len(got), p.Size, p.Files, err)
	}
}

func TestALinkToAFileInsideIsPackedAsTheFile(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"real/a.js": "let a", "app.json": "{}"})
	link(t, "real/a.js", filepath.Join(root, "a.js"))
	link(t, "../a.js", filepath.Join(root, "real", "again.js"))
	_, contents := unzip(t, packed(t, root))
	if want := map[string]string{"a.js": "let a", "app.json": "{}", "real/a.js": "let a", "real/again.js": "let a"}; !maps.Equal(contents, want) {
		t.Errorf("packed %q, want %q", contents, want)
	}
}

func TestOtherLinksAreRefused(t *testing.T) {
	t.Parallel()
	outside := folder(t, map[string]string{"secret": "x"})
	root := folder(t, map[string]string{"app.json": "{}", "real/a.js": "", ".minidockignore": "ignored\n"})
	link(t, filepath.Join(outside, "secret"), filepath.Join(root, "absolute"))
	link(t, "../../"+filepath.Base(filepath.Dir(outside))+"/"+filepath.Base(outside)+"/secret", filepath.Join(root, "upwards"))
	link(t, "nowhere", filepath.Join(root, "dangling"))
	link(t, "real", filepath.Join(root, "folder"))
	link(t, "loop", filepath.Join(root, "loop"))
	link(t, outside, filepath.Join(root, "ignored"))
	if got, want := refusals(t, root), []string{"SYMLINK absolute", "SYMLINK dangling", "SYMLINK folder", "SYMLINK loop", "SYMLINK upwards"}; !slices.Equal(got, want) {
		t.Errorf("refused %q, want %q", got, want)
	}
}

func TestNamesArePackedInNFC(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "darwin" {
		t.Skip("the two spellings are one file")
	}
	composed, decomposed := "caf\u00e9.js", "cafe\u0301.js"
	if got := names(t, map[string]string{decomposed: "", "ignored-" + decomposed: "", ".minidockignore": "ignored-" + composed + "\n"}); !slices.Equal(got, []string{composed}) {
		t.Errorf("packed %+q, want %+q", got, composed)
	}
	both := folder(t, map[string]string{composed: "", decomposed: "", "a\xff.js": ""})
	if got, want := refusals(t, both), []string{"INVALID_NAME a\ufffd.js", "DUPLICATE_NAME " + norm.NFC.String(decomposed)}; !slices.Equal(got, want) {
		t.Errorf("refused %+q, want %+q", got, want)
	}
}

// folder makes a folder with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skipf("no links here: %v", err)
	}
}

func packed(t *testing.T, root string) []byte {
	t.Helper()
	p, err := pack.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	content, err := io.ReadAll(p.File)
	if err != nil || int64(len(content)) != p.Size {
		t.Fatalf("%d bytes of %d: %v", len(content), p.Size, err)
	}
	return content
}

// names returns the names of what is packed of a folder with these files.
func names(t *testing.T, files map[string]string) []string {
	t.Helper()
	names, _ := unzip(t, packed(t, folder(t, files)))
	return names
}

func unzip(t *testing.T, content []byte) (names []string, contents map[string]string) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	contents = map[string]string{}
	for _, file := range archive.File {
		source, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(source)
		if err != nil {
			t.Fatal(err)
		}
		names, contents[file.Name] = append(names, file.Name), string(text)
	}
	return names, contents
}

// refusals returns the code and the file of each problem of a folder.
func refusals(t *testing.T, root string) []string {
	t.Helper()
	p, err := pack.Open(root)
	if err == nil {
		p.Close()
	}
	var refusal *pack.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal", err)
	}
	var all []string
	for _, problem := range refusal.Problems {
		if problem.Message == "" || strings.Contains(problem.Message, "\n") {
			t.Errorf("the message of %s is %q", problem.File, problem.Message)
		}
		all = append(all, problem.Code+" "+problem.File)
	}
	return all
}
