package bundle

import (
	"bufio"
	"io"
	"slices"

	"minidock/internal/fault"
	"minidock/internal/limit"
)

// entry is a file or folder of the zip as its directory describes it.
type entry struct {
	// raw is the name as it is written, name the clean one.
	raw, name string
	isFolder  bool

	method           uint16
	crc              uint32
	packed, unpacked int64
	offset           int64
	// limit is where the next entry or the directory begins.
	limit int64
}

// directory is what was read of a zip's directory.
type directory struct {
	src    *source
	limits limit.Package
	// entries are in the order of their offsets; the ignored and the folders are among them.
	entries        []entry
	files, folders int
	weights        weights
	found          problems
}

// readDirectory reads the directory in bounded memory, whatever it declares. Package archive/zip would allocate for all records first,
// and neither gives offsets nor compares a file's two headers.
func readDirectory(src *source, limits limit.Package) *directory {
	d := &directory{src: src, limits: limits, found: problems{most: maxProblems}}
	where, wrong := findDirectory(src)
	if wrong == nil {
		wrong = d.readRecords(where)
	}
	if src.size > limits.PackageBytes {
		d.found.list = slices.Insert(d.found.list, 0, problem(
			fault.TooLarge, "", "bytes", src.size, "max", limits.PackageBytes, "largest", d.weights.largest(), fault.Variant("packed"),
		))
	}
	if wrong != nil {
		d.found.add(*wrong)
		return d
	}
	d.judgeTotals()
	d.judgeExtents(where.offset)
	d.judgeNames()
	return d
}

// readRecords reads all records; those over the limit are only counted.
func (d *directory) readRecords(where span) *Problem {
	section := bufio.NewReaderSize(io.NewSectionReader(d.src, where.offset, where.size), 64<<10)
	var record record
	count := uint64(0)
	for left := where.size; left > 0; count++ {
		if !record.read(section) {
			return damaged("end")
		}
		left -= record.size()
		d.take(&record)
	}
	if count != where.records {
		return damaged("end")
	}
	return nil
}

// take judges a record and keeps it.
func (d *directory) take(r *record) {
	isFolder := len(r.name) > 0 && (r.name[len(r.name)-1] == '/' || r.name[len(r.name)-1] == '\\')
	counted := &d.files
	if isFolder {
		counted = &d.folders
	}
	*counted++
	d.weights.add(r.name, isFolder, int64(min(r.unpacked, 1<<40)))
	if *counted > d.limits.PackageFiles {
		return
	}
	kept := entry{raw: string(r.name), method: r.method, crc: r.crc, packed: int64(r.packed), unpacked: int64(r.unpacked), offset: int64(r.offset)}
	var wrong *Problem
	if kept.name, kept.isFolder, wrong = cleanName(kept.raw); wrong != nil {
		d.found.add(*wrong)
		return
	}
	if wrong := r.judge(&kept, d.limits); wrong != nil {
		d.found.add(*wrong)
		return
	}
	d.entries = append(d.entries, kept)
}

func (d *directory) judgeTotals() {
	if d.files > d.limits.PackageFiles {
		d.found.add(problem(fault.TooManyFiles, "", "count", d.files, "max", d.limits.PackageFiles, "largest", d.weights.fullest()))
	}
	if d.folders > d.limits.PackageFiles {
		d.found.add(problem(fault.TooManyFiles, "", "count", d.folders, "max", d.limits.PackageFiles, fault.Variant("folders")))
	}
	if d.weights.bytes > d.limits.PackageUnpacked {
		d.found.add(problem(
			fault.TooLarge, "", "bytes", d.weights.bytes, "max", d.limits.PackageUnpacked, "largest", d.weights.largest(), fault.Variant("unpacked"),
		))
	}
}

// judgeExtents brings the entries into the order of their offsets and refuses those that reach into the next one: a small zip could unpack
// to any size if its files shared their content. The local header is taken to be as short as can be; reading shows more.
func (d *directory) judgeExtents(end int64) {
	slices.SortStableFunc(d.entries, func(a, b entry) int { return int(min(max(a.offset-b.offset, -1), 1)) })
	for i := range d.entries {
		e := &d.entries[i]
		e.limit = end
		if i+1 < len(d.entries) {
			e.limit = d.entries[i+1].offset
		}
		if e.offset+localSize+int64(len(e.raw))+e.packed > e.limit {
			d.found.add(problem(fault.Corrupt, e.name, fault.Variant("overlap")))
		}
	}
}

// judgeNames refuses names that two files have, or a file and a folder: which of them is unpacked depends on the program.
func (d *directory) judgeNames() {
	order := make([]*entry, 0, len(d.entries))
	for i := range d.entries {
		if d.entries[i].name != "" {
			order = append(order, &d.entries[i])
		}
	}
	slices.SortStableFunc(order, func(a, b *entry) int { return compareNames(a.name, b.name) })
	for i := 1; i < len(order); i++ {
		switch before, e := order[i-1], order[i]; {
		case before.isFolder && e.isFolder:
		case before.name == e.name && before.isFolder == e.isFolder:
			d.found.add(problem(fault.DuplicateName, e.name))
		case before.name == e.name, !before.isFolder && isInside(e.name, before.name):
			d.found.add(problem(fault.DuplicateName, before.name, fault.Variant("folder")))
		}
	}
}

// compareNames orders names so that what is in a folder follows it at once.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		default:
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

// isInside says whether a name is in a folder.
func isInside(name, folder string) bool {
	return len(name) > len(folder) && name[len(folder)] == '/' && name[:len(folder)] == folder
}
