package bundle

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// maxWeighed is how many folders are weighed; the largest of a sensible package are among the first.
	maxWeighed = 1_000
	// maxNamed and maxNameOfFolder bound how many of them a message names, and how much of each name.
	maxNamed        = 3
	maxNameOfFolder = 18
)

// weights says what weighs most in a package: the top folders, or those below if there is a single one.
type weights struct {
	bytes       int64
	top, second map[string]*weight
}

type weight struct {
	bytes int64
	files int
}

// add adds a file or folder under the name that its record has.
func (w *weights) add(raw []byte, isFolder bool, size int64) {
	w.bytes += size
	raw = bytes.TrimPrefix(raw, []byte("./"))
	if isFolder {
		return
	}
	if w.top == nil {
		w.top, w.second = map[string]*weight{}, map[string]*weight{}
	}
	first := bytes.IndexAny(raw, `/\`)
	if first < 0 {
		note(w.top, raw, size)
		note(w.second, raw, size)
		return
	}
	note(w.top, raw[:first], size)
	if rest := bytes.IndexAny(raw[first+1:], `/\`); rest >= 0 {
		raw = raw[:first+1+rest]
	}
	note(w.second, raw, size)
}

func note(all map[string]*weight, name []byte, size int64) {
	name = name[:min(len(name), maxName)]
	found := all[string(name)]
	if found == nil {
		if len(all) >= maxWeighed {
			return
		}
		found = &weight{}
		all[string(name)] = found
	}
	found.bytes += size
	found.files++
}

// largest names those with the most bytes.
func (w *weights) largest() string {
	return w.first(func(one *weight) int64 { return one.bytes }, func(one *weight) string { return fmt.Sprintf("%.1f MiB", float64(one.bytes)/(1<<20)) })
}

// fullest names those with the most files.
func (w *weights) fullest() string {
	return w.first(func(one *weight) int64 { return int64(one.files) }, func(one *weight) string { return fmt.Sprint(one.files) })
}

func (w *weights) first(by func(*weight) int64, shows func(*weight) string) string {
	all := w.top
	if len(all) == 1 {
		all = w.second
	}
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(cmp.Compare(by(all[b]), by(all[a])), cmp.Compare(a, b)) })
	named := make([]string, 0, maxNamed)
	for _, name := range names[:min(len(names), maxNamed)] {
		named = append(named, cut(printable(name), maxNameOfFolder)+" "+shows(all[name]))
	}
	return strings.Join(named, ", ")
}
