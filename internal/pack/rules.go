package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
)

// The files that say what is left out; both are read at the top of the folder only.
const (
	ignoreFile  = ".minidockignore"
	projectFile = "mini.project.json"
)

var byteOrderMark = []byte("\ufeff")

// rules say which files and folders are left out. The last rule that matches decides.
type rules struct{ all []rule }

// rule is a glob over whole paths, in which ** stands for any number of folders.
type rule struct {
	glob string
	// keeps is whether what matches is kept although an earlier rule leaves it out.
	keeps       bool
	foldersOnly bool
}

// match reports whether a path is left out. What is in a folder that is left out is not asked about.
func (r *rules) match(at string, isFolder bool) bool {
	for i := len(r.all) - 1; i >= 0; i-- {
		one := r.all[i]
		if one.foldersOnly && !isFolder {
			continue
		}
		if matches, err := doublestar.Match(one.glob, at); matches && err == nil {
			return !one.keeps
		}
	}
	return false
}

// readRules reads uploadExclude and then the ignore file, which can therefore keep what the project's settings leave out.
func readRules(root *os.Root) (*rules, error) {
	globs, err := readUploadExclude(root)
	if err != nil {
		return nil, err
	}
	r := &rules{}
	for _, glob := range globs {
		r.all = append(r.all, rule{glob: glob})
	}
	text, err := readIfThere(root, ignoreFile)
	for line := range strings.Lines(string(text)) {
		if one, ok := parseIgnored(line); ok {
			r.all = append(r.all, one)
		}
	}
	return r, err
}

// readUploadExclude returns the globs of the project's settings. Settings that are no JSON exclude nothing: the server says where the
// mistake is.
func readUploadExclude(root *os.Root) ([]string, error) {
	text, err := readIfThere(root, projectFile)
	if err != nil {
		return nil, err
	}
	var project struct {
		UploadExclude json.RawMessage `json:"uploadExclude"`
	}
	if json.Unmarshal(text, &project) != nil || project.UploadExclude == nil {
		return nil, nil
	}
	var globs []string
	if err := json.Unmarshal(project.UploadExclude, &globs); err != nil {
		return nil, fmt.Errorf("%s: uploadExclude is not a list of globs, such as [\"**/*.md\"]", projectFile)
	}
	for i, glob := range globs {
		globs[i] = strings.TrimPrefix(path.Clean("/"+norm.NFC.String(glob)), "/")
		if strings.HasPrefix(glob, "!") || !doublestar.ValidatePattern(globs[i]) {
			return nil, fmt.Errorf("%s: uploadExclude: %q is not a glob, such as **/*.md", projectFile, glob)
		}
	}
	return globs, nil
}

// readIfThere returns the text of a file at the top of the folder without a byte order mark, and none if there is no such file.
func readIfThere(root *os.Root, name string) ([]byte, error) {
	text, err := root.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return bytes.TrimPrefix(text, byteOrderMark), err
}

// parseIgnored returns the rule of a line in gitignore's syntax, if it has one.
func parseIgnored(line string) (rule, bool) {
	line = trimBlanks(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
	if strings.HasPrefix(line, "#") {
		return rule{}, false
	}
	line, keeps := strings.CutPrefix(line, "!")
	line, foldersOnly := strings.CutSuffix(line, "/")
	if line == "" {
		return rule{}, false
	}
	return rule{glob: globOf(norm.NFC.String(line)), keeps: keeps, foldersOnly: foldersOnly}, true
}

// trimBlanks cuts blanks at the end, but none that stands behind a backslash.
func trimBlanks(line string) string {
	trimmed := strings.TrimRight(line, " ")
	if trimmed != line && strings.HasSuffix(trimmed, `\`) {
		return trimmed + " "
	}
	return trimmed
}

// globOf returns the glob over whole paths of a pattern: without a slash it is about names in every folder, and /** at the end about
// everything in a folder but not the folder itself. Braces have no meaning in it.
func globOf(pattern string) string {
	if !strings.Contains(pattern, "/") {
		pattern = "**/" + pattern
	}
	pattern = strings.TrimPrefix(pattern, "/")
	if strings.HasSuffix(pattern, "/**") {
		pattern += "/*"
	}
	var glob strings.Builder
	isEscaped := false
	for _, c := range pattern {
		if (c == '{' || c == '}') && !isEscaped {
			glob.WriteByte('\\')
		}
		glob.WriteRune(c)
		isEscaped = c == '\\' && !isEscaped
	}
	return glob.String()
}
