package version

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"minidock/ent"
	"minidock/internal/blob"
	"minidock/internal/bundle"
)

// filesExt is the extension of the lists of files among the blobs.
const filesExt = ".txt"

// keepFiles stores the list of a package's files, which are sorted by path, and returns its name. A list has a line for each file: its hash, its
// size and its path, which has no line break.
func (v *Versions) keepFiles(ctx context.Context, files []bundle.File) (string, error) {
	var list bytes.Buffer
	for _, one := range files {
		fmt.Fprintf(&list, "%s %d %s\n", one.SHA256, one.Size, one.Path)
	}
	name, err := blob.Put(ctx, v.Blobs, filesExt, list.Bytes())
	if err != nil {
		return "", fmt.Errorf("keep the list of files: %w", err)
	}
	return name, nil
}

// filesOf returns the files of a READY version, sorted by path.
func (v *Versions) filesOf(ctx context.Context, row *ent.Version) ([]bundle.File, error) {
	list, err := v.readFiles(ctx, *row.FilesName)
	if err != nil {
		return nil, fmt.Errorf("read the files of version %s: %w", row.ID, err)
	}
	var files []bundle.File
	for line := range strings.Lines(list) {
		hash, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		size, path, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the files of version %s: %w", row.ID, err)
		}
		files = append(files, bundle.File{FileSize: bundle.FileSize{Path: path, Size: n}, SHA256: hash})
	}
	return files, nil
}

func (v *Versions) readFiles(ctx context.Context, name string) (string, error) {
	content, err := v.Blobs.Open(ctx, name)
	if err != nil {
		return "", err
	}
	defer content.Close()
	list, err := io.ReadAll(content)
	return string(list), err
}

// FileChangeKind is what became of a file.
type FileChangeKind string

// What can become of a file.
const (
	Added   FileChangeKind = "ADDED"
	Removed FileChangeKind = "REMOVED"
	Changed FileChangeKind = "CHANGED"
)

// FileChange is a file that differs between two versions. Sizes are in bytes; nil where it is not there.
type FileChange struct {
	Path                  string
	Change                FileChangeKind
	SizeBefore, SizeAfter *int
}

// compareFiles compares two lists of files that are sorted by path.
func compareFiles(before, after []bundle.File) []*FileChange {
	changes := []*FileChange{}
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Path < after[0].Path:
			changes = append(changes, &FileChange{Path: before[0].Path, Change: Removed, SizeBefore: sizeOf(before[0])})
			before = before[1:]
		case len(before) == 0 || after[0].Path < before[0].Path:
			changes = append(changes, &FileChange{Path: after[0].Path, Change: Added, SizeAfter: sizeOf(after[0])})
			after = after[1:]
		default:
			if before[0].SHA256 != after[0].SHA256 {
				changes = append(changes, &FileChange{Path: after[0].Path, Change: Changed, SizeBefore: sizeOf(before[0]), SizeAfter: sizeOf(after[0])})
			}
			before, after = before[1:], after[1:]
		}
	}
	return changes
}

func sizeOf(file bundle.File) *int {
	size := int(file.Size)
	return &size
}
