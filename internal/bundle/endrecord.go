package bundle

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"minidock/internal/fault"
)

const (
	endSize, zip64Size, locatorSize = 22, 56, 20
	maxComment                      = 1<<16 - 1
)

var (
	endMark     = []byte("PK\x05\x06")
	zip64Mark   = []byte("PK\x06\x06")
	locatorMark = []byte("PK\x06\x07")
	localMark   = []byte("PK\x03\x04")
	centralMark = []byte("PK\x01\x02")
)

// span says where the directory is and how many records it has.
type span struct {
	offset, size int64
	records      uint64
}

// findDirectory reads the end of the zip. Programs look for the directory in different ways; only a zip in which all of them find the
// same one is accepted: the last end record ends the file, the directory is just before it, and what zip64 says agrees.
func findDirectory(src *source) (span, *Problem) {
	tail := make([]byte, min(src.size, endSize+maxComment))
	if _, err := src.ReadAt(tail, src.size-int64(len(tail))); err != nil {
		return span{}, damaged("end")
	}
	at := bytes.LastIndex(tail, endMark)
	if at < 0 {
		return span{}, noZip(src, tail)
	}
	end := tail[at:]
	if len(end) < endSize || len(end) != endSize+int(binary.LittleEndian.Uint16(end[20:])) {
		return span{}, damaged("end")
	}
	if disk := binary.LittleEndian.Uint16(end[4:]); disk != 0 && disk != 0xFFFF {
		return span{}, damaged("split")
	}
	return located(src, end, src.size-int64(len(end)))
}

func damaged(variant fault.Variant) *Problem {
	found := problem(fault.Corrupt, "", variant)
	return &found
}

// noZip returns the problem of a file without an end record: it was cut off, or is of another kind.
func noZip(src *source, tail []byte) *Problem {
	start := make([]byte, min(src.size, 4))
	if _, err := src.ReadAt(start, 0); err != nil {
		start = nil
	}
	found := problem(fault.NotAZip, "", "found", fmt.Sprintf("% X", start))
	switch {
	case src.size == 0:
		found = problem(fault.NotAZip, "", fault.Variant("empty"))
	case bytes.Equal(start, localMark):
		found = problem(fault.NotAZip, "", "bytes", src.size, fault.Variant("cut"))
	}
	return &found
}

// located returns where the end record at this offset says that the directory is, if there is room for it.
func located(src *source, end []byte, endsAt int64) (span, *Problem) {
	records := uint64(binary.LittleEndian.Uint16(end[10:]))
	size, offset := uint64(binary.LittleEndian.Uint32(end[12:])), uint64(binary.LittleEndian.Uint32(end[16:]))
	if long, startsAt, found := readZip64(src, endsAt); found {
		if len(long) == 0 || !agrees(records, 0xFFFF, binary.LittleEndian.Uint64(long[32:])) ||
			!agrees(size, 0xFFFFFFFF, binary.LittleEndian.Uint64(long[40:])) || !agrees(offset, 0xFFFFFFFF, binary.LittleEndian.Uint64(long[48:])) {
			return span{}, damaged("end")
		}
		records, size, offset = binary.LittleEndian.Uint64(long[32:]), binary.LittleEndian.Uint64(long[40:]), binary.LittleEndian.Uint64(long[48:])
		endsAt = startsAt
	}
	if offset > uint64(endsAt) || size != uint64(endsAt)-offset {
		return span{}, damaged("end")
	}
	return span{offset: int64(offset), size: int64(size), records: records}, nil
}

// readZip64 returns the end record of zip64 and its offset, if a locator before the plain end record says that there is one. The record is
// empty if it is not just before its locator.
func readZip64(src *source, endsAt int64) (record []byte, offset int64, found bool) {
	locator := make([]byte, locatorSize)
	if endsAt < locatorSize {
		return nil, 0, false
	}
	if _, err := src.ReadAt(locator, endsAt-locatorSize); err != nil || !bytes.Equal(locator[:4], locatorMark) {
		return nil, 0, false
	}
	at := binary.LittleEndian.Uint64(locator[8:])
	if at > uint64(endsAt) || uint64(endsAt)-at < zip64Size+locatorSize {
		return nil, 0, true
	}
	record = make([]byte, zip64Size)
	if _, err := src.ReadAt(record, int64(at)); err != nil || !bytes.Equal(record[:4], zip64Mark) ||
		binary.LittleEndian.Uint64(record[4:]) != uint64(endsAt)-at-locatorSize-12 {
		return nil, 0, true
	}
	return record, int64(at), true
}

// agrees says whether a short field has the value of the long one, or says that it is there.
func agrees(short, there, long uint64) bool { return short == there || short == long }
