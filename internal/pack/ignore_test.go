package pack_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ignoring are texts in gitignore's syntax.
var ignoring = []string{
	"", "# a comment\n\n   \n", "a.js", "/a.js", "a", "a/", "/a/", "b/", "a/b", "/a/b/", "a/*", "a/**", "a/**/", "**/b", "**/b/", "a/**/b", "a/**/b/c.js", "**", "*",
	"*.js", "*.js\n!b.js", "!a.js\n*.js", "*\n!a\n!*.js", "a/*\n!a/b", "a/**\n!a/b\n!a/b/c.js", "a/\n!a/b/c.js", "*.map\r\n/b\r\n",
	"[ab].js", "[!a].js", "[^a].js", "[a-b]*", "?.js", "a?b", "\\#hash", "#hash", "\\!bang", "!bang", "name with blanks", "trailing   ", "trailing\\ ", "tab\t",
	"{a,b}.js", "\\{a,b\\}.js", "*{*", "a**", "**.js", "a/**b", "\ufeffa.js", "图片/", "图*/*.png", "logo@*", "[", "a.js[", "a\\", "\\a.js", "a//b", "//a", "/", "!", "!/", "./a",
}

func TestIgnoresWhatGitIgnores(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, name := range []string{
		"a.js", "b.js", "ab.js", "c.map", "a/a.js", "a/b/c.js", "a/b/b/c.js", "a/x/b/c.js", "a/x/b/x/b/c.js", "b/c.js", "x/a/b/c.js", "x/b", "#hash", "!bang", "name with blanks",
		"trailing", "trailing ", "{a,b}.js", "图片/一.png", "图/二.png", "logo@2x.png", "[", "a.js[", "axb", "a\tb", "tab\t", "tab",
	} {
		files[name] = ""
	}
	for _, text := range ignoring {
		all := maps.Clone(files)
		all[".minidockignore"] = text
		all["kept"] = "" // a folder without files is not packed
		all[".minidockignore"] += "\n!/kept\n"
		want := notIgnoredByGit(t, all)
		if got := names(t, all); !slices.Equal(got, want) {
			t.Errorf("%q: packed %q, want %q", text, got, want)
		}
	}
}

// notIgnoredByGit returns the files that git would take, with .minidockignore as its .gitignore.
func notIgnoredByGit(t *testing.T, files map[string]string) []string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	root := folder(t, files)
	git := func(args ...string) []byte {
		command := exec.Command("git", args...)
		command.Dir = root
		command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		command.Env = slices.DeleteFunc(command.Env, func(entry string) bool {
			return strings.HasPrefix(entry, "GIT_DIR=") || strings.HasPrefix(entry, "GIT_WORK_TREE=")
		})
		out, err := command.Output()
		if err != nil {
			t.Fatalf("git %q: %v", args, err)
		}
		return out
	}
	git("init", "--quiet")
	if err := os.WriteFile(filepath.Join(root, ".git", "info", "exclude"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var taken []string
	for name := range bytes.SplitSeq(git("ls-files", "--others", "--exclude-per-directory=.minidockignore", "-z"), []byte{0}) {
		if len(name) > 0 && string(name) != ".minidockignore" {
			taken = append(taken, string(name))
		}
	}
	slices.Sort(taken)
	return taken
}
