// Package bundle reads and checks the package of a version: a zip with the project of a mini program, which nobody has looked at before.
// It is never unpacked to a disk, and reading it takes a few megabytes of memory whatever it declares.
package bundle

import (
	"context"
	"fmt"
	"io"

	"minidock/internal/limit"
)

// Package is a zip whose directory was read and found in order. One goroutine at a time may use it.
type Package struct {
	src      *source
	contents *contents
	entries  []entry
	// byName has the positions of the files in entries, without those that are ignored.
	byName map[string]int
	place  place
}

// Inspect judges what the directory of a zip shows: names, flags, sizes, and whether it is a mini program. Besides it reads
// mini.project.json, which says where the mini program is; what is wrong with that file itself is for Check to say. Without problems the
// package can be checked; r must stay open for that. Up to 50 problems are returned, the most telling first. The error is one of r alone.
func Inspect(r io.ReaderAt, size int64, limits limit.Package) (*Package, []Problem, error) {
	src := &source{reader: r, size: size}
	d := readDirectory(src, limits)
	if src.err != nil {
		return nil, nil, fmt.Errorf("inspect a package: %w", src.err)
	}
	if len(d.found.list) > 0 {
		return nil, d.found.list, nil
	}
	p := &Package{src: src, contents: newContents(src), entries: d.entries, byName: map[string]int{}}
	for i, e := range d.entries {
		if !e.isFolder && !isIgnored(e.name) {
			p.byName[e.name] = i
		}
	}
	wrong := p.findRoot(context.Background())
	if src.err != nil {
		return nil, nil, fmt.Errorf("inspect a package: %w", src.err)
	}
	if wrong != nil {
		return nil, []Problem{*wrong}, nil
	}
	return p, nil, nil
}

// has says whether the package has a file of this name.
func (p *Package) has(name string) bool {
	_, found := p.byName[name]
	return found
}
