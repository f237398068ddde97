package pack

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// mostBytes is the most that a folder may have before it is packed: more is a slip, such as a home folder, that would fill the disk.
const mostBytes = 1 << 30

// mostProblems is how many problems of a folder are reported.
const mostProblems = 50

// never are names of files and folders that are left out wherever they are.
var never = []string{".git", ".DS_Store", "__MACOSX", ignoreFile}

// file is one that is packed.
type file struct {
	// name is what it is called in the package: in NFC, since macOS and Linux spell the same name differently.
	name string
	// path is where it is found below the root, following links.
	path string
}

// list returns the files below the root that are not ignored, in the order of their names. All problems are reported at once.
func list(root *os.Root) ([]file, error) {
	rules, err := readRules(root)
	if err != nil {
		return nil, err
	}
	found := &listing{root: root, rules: rules}
	if err := fs.WalkDir(root.FS(), ".", found.visit); err != nil {
		return nil, err
	}
	slices.SortFunc(found.files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	found.refuseDoubles()
	if len(found.problems) > 0 {
		return nil, &Refusal{Problems: found.problems}
	}
	return found.files, nil
}

// listing is what has been found so far.
type listing struct {
	root     *os.Root
	rules    *rules
	files    []file
	size     int64
	problems []Problem
}

// visit takes a file, or says whether to go on below a folder.
func (l *listing) visit(at string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case at == ".":
		return nil
	case l.isIgnored(at, entry.IsDir()):
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	case entry.IsDir():
		return nil
	case !utf8.ValidString(at):
		l.refuse("INVALID_NAME", strings.ToValidUTF8(at, "\ufffd"), "The name is not UTF-8. Rename the file, or name it in "+ignoreFile+".")
		return nil
	}
	return l.take(at, entry)
}

func (l *listing) isIgnored(at string, isFolder bool) bool {
	return slices.Contains(never, path.Base(at)) || l.rules.match(norm.NFC.String(at), isFolder)
}

// take adds a file, or the file that a link leads to. What is neither, such as a socket, has no content to pack.
func (l *listing) take(at string, entry fs.DirEntry) error {
	isLink := entry.Type()&fs.ModeSymlink != 0
	if !isLink && !entry.Type().IsRegular() {
		return nil
	}
	info, err := l.root.Stat(at)
	if isLink && (err != nil || !info.Mode().IsRegular()) {
		l.refuse("SYMLINK", at, "This is a link that does not lead to a file inside the folder. Replace it by what it leads to, or name it in "+ignoreFile+".")
		return nil
	}
	if err != nil {
		return err
	}
	l.files = append(l.files, file{name: norm.NFC.String(at), path: at})
	if l.size += info.Size(); l.size > mostBytes {
		return &Refusal{Problems: []Problem{{Code: "TOO_LARGE", Message: "The folder has more than 1 GiB. Is it the right one? Name in " + ignoreFile +
			" what does not belong to the mini program."}}}
	}
	return nil
}

// refuseDoubles reports names that are different on the disk and the same in the package.
func (l *listing) refuseDoubles() {
	for i := 1; i < len(l.files); i++ {
		if name := l.files[i].name; name == l.files[i-1].name {
			l.refuse("DUPLICATE_NAME", name, fmt.Sprintf("Two files have this name, in different Unicode spellings: %+q and %+q.", l.files[i-1].path, l.files[i].path))
		}
	}
}

func (l *listing) refuse(code, file, message string) {
	if len(l.problems) < mostProblems {
		l.problems = append(l.problems, Problem{Code: code, File: file, Message: message})
	}
}
