package bundle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"minidock/internal/fault"
	"minidock/internal/limit"
	"slices"
)

const (
	centralSize, localSize = 46, 30

	methodStored, methodDeflated, methodAES = 0, 8, 99

	flagEncrypted, flagDescriptor, flagStrong, flagMasked = 1 << 0, 1 << 3, 1 << 6, 1 << 13

	modeKind, modeFile, modeFolder = 0o170000, 0o100000, 0o040000

	zip64Extra, unicodeExtra = 0x0001, 0x7075

	// ratioFrom is the size from which on a file's ratio is judged: small files of blanks are harmless.
	ratioFrom = 1 << 20
)

// record is one record of the directory. The slices are valid until the next is read.
type record struct {
	flags, method            uint16
	crc, attributes          uint32
	packed, unpacked, offset uint64
	name, extra              []byte
	comment                  int
	isBroken                 bool

	fixed  [centralSize]byte
	buffer []byte
}

func (r *record) size() int64 { return int64(centralSize + len(r.name) + len(r.extra) + r.comment) }

// read reads the next record, and says whether there is one.
func (r *record) read(in *bufio.Reader) bool {
	if _, err := io.ReadFull(in, r.fixed[:]); err != nil || !bytes.Equal(r.fixed[:4], centralMark) {
		return false
	}
	b := r.fixed[:]
	r.flags, r.method, r.crc = binary.LittleEndian.Uint16(b[8:]), binary.LittleEndian.Uint16(b[10:]), binary.LittleEndian.Uint32(b[16:])
	r.packed, r.unpacked = uint64(binary.LittleEndian.Uint32(b[20:])), uint64(binary.LittleEndian.Uint32(b[24:]))
	r.attributes, r.offset = binary.LittleEndian.Uint32(b[38:]), uint64(binary.LittleEndian.Uint32(b[42:]))
	nameSize, extraSize := int(binary.LittleEndian.Uint16(b[28:])), int(binary.LittleEndian.Uint16(b[30:]))
	r.comment = int(binary.LittleEndian.Uint16(b[32:]))
	r.buffer = slices.Grow(r.buffer[:0], nameSize+extraSize)[:nameSize+extraSize]
	if _, err := io.ReadFull(in, r.buffer); err != nil {
		return false
	}
	r.name, r.extra = r.buffer[:nameSize], r.buffer[nameSize:]
	if _, err := in.Discard(r.comment); err != nil {
		return false
	}
	r.isBroken = !lengthen(r.extra, &r.unpacked, &r.packed, &r.offset) || r.offset > 1<<40 || r.packed > 1<<40 || r.unpacked > 1<<40
	return true
}

// lengthen reads the fields that are too long for a record from its extra field of zip64. It says whether all of them are there.
func lengthen(extra []byte, fields ...*uint64) bool {
	long := extraField(extra, zip64Extra)
	for _, field := range fields {
		if *field != 0xFFFFFFFF {
			continue
		}
		if len(long) < 8 {
			return false
		}
		*field, long = binary.LittleEndian.Uint64(long), long[8:]
	}
	return true
}

// extraField returns the field with this id, or nil.
func extraField(extra []byte, id uint16) []byte {
	for len(extra) >= 4 {
		size := int(binary.LittleEndian.Uint16(extra[2:]))
		if size > len(extra)-4 {
			return nil
		}
		if binary.LittleEndian.Uint16(extra) == id {
			return extra[4 : 4+size]
		}
		extra = extra[4+size:]
	}
	return nil
}

// judge returns the first problem of an entry that its record shows.
func (r *record) judge(e *entry, limits limit.Package) *Problem {
	ratio := (e.unpacked + e.packed - 1) / max(e.packed, 1)
	switch other := r.otherName(); {
	case r.flags&(flagEncrypted|flagStrong|flagMasked) != 0 || r.method == methodAES:
		return about(fault.Encrypted, e.name)
	case !r.isPlain():
		return about(fault.Symlink, e.name)
	case other != "" && other != e.raw:
		return about(fault.InvalidName, e.name, "other", other, fault.Variant("other"))
	case r.isBroken:
		return about(fault.Corrupt, e.name, fault.Variant("header"))
	case r.method != methodStored && r.method != methodDeflated:
		return about(fault.Corrupt, e.name, "method", r.method, fault.Variant("method"))
	case r.method == methodStored && e.packed != e.unpacked, e.packed == 0 && e.unpacked > 0, e.isFolder && e.unpacked > 0:
		return about(fault.Corrupt, e.name, "bytes", e.unpacked, fault.Variant("size"))
	case e.unpacked > ratioFrom && ratio > int64(limits.PackageRatio):
		return about(fault.CompressionRatio, e.name, "packed", e.packed, "bytes", e.unpacked, "ratio", ratio, "max", limits.PackageRatio)
	}
	return nil
}

// isPlain says whether the mode of Unix, if there is one, is that of a file or folder.
func (r *record) isPlain() bool {
	kind := r.attributes >> 16 & modeKind
	return kind == 0 || kind == modeFile || kind == modeFolder
}

// otherName returns the name in Info-ZIP's extra field, which some programs take instead of the record's own.
func (r *record) otherName() string {
	field := extraField(r.extra, unicodeExtra)
	if len(field) < 5 {
		return ""
	}
	return string(field[5:])
}
