package picture

import (
	"bytes"
	"encoding/binary"
)

// orientation says how the pixels of a square picture lie to how it is shown. The zero value is upright.
type orientation struct{ mirrorX, mirrorY, swap bool }

// orientations are the values of the Exif tag; 1, and what is not here, is upright.
var orientations = map[uint16]orientation{
	2: {mirrorX: true},
	3: {mirrorX: true, mirrorY: true},
	4: {mirrorY: true},
	5: {swap: true},
	6: {swap: true, mirrorX: true},
	7: {swap: true, mirrorX: true, mirrorY: true},
	8: {swap: true, mirrorY: true},
}

// from returns where the pixel to be shown at x, y lies.
func (o orientation) from(x, y, side int) (fromX, fromY int) {
	if o.mirrorX {
		x = side - 1 - x
	}
	if o.mirrorY {
		y = side - 1 - y
	}
	if o.swap {
		x, y = y, x
	}
	return x, y
}

const (
	startOfScan = 0xDA
	app1        = 0xE1
)

// orientationOf reads the orientation of a JPEG from its Exif segment; upright if it has none, or a broken one.
func orientationOf(jpeg []byte) orientation {
	const head = 4 // two bytes of marker, two of length, which counts itself
	for rest := jpeg[2:]; len(rest) >= head && rest[0] == 0xFF && rest[1] != startOfScan; {
		size := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if size < head || size > len(rest) {
			break
		}
		if tiff, isExif := bytes.CutPrefix(rest[head:size], []byte("Exif\x00\x00")); isExif && rest[1] == app1 {
			return orientations[orientationTag(tiff)]
		}
		rest = rest[size:]
	}
	return orientation{}
}

// orientationTag returns the value of tag 0x0112 in the first directory of the TIFF structure, or 0.
func orientationTag(tiff []byte) uint16 {
	const entrySize, tag, short = 12, 0x0112, 3
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(tiff, []byte("MM\x00*")):
		return 0
	}
	if len(tiff) < 8 || uint64(order.Uint32(tiff[4:]))+2 > uint64(len(tiff)) {
		return 0
	}
	directory := tiff[order.Uint32(tiff[4:]):]
	entries := directory[2:]
	for range order.Uint16(directory) {
		if len(entries) < entrySize {
			break
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			return order.Uint16(entries[8:])
		}
		entries = entries[entrySize:]
	}
	return 0
}
