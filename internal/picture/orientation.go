package picture

import (
	"bytes"
	"encoding/binary"
	"math"
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

// turn returns the pixels of a picture as they are to be shown.
func (o orientation) turn(pix []byte, stride, bytesPerPixel, side int) []byte {
	turned := make([]byte, 0, side*side*bytesPerPixel)
	for y := range side {
		for x := range side {
			fromX, fromY := o.from(x, y, side)
			at := fromY*stride + fromX*bytesPerPixel
			turned = append(turned, pix[at:at+bytesPerPixel]...)
		}
	}
	return turned
}

// orientationOfJPEG reads the orientation of a JPEG from its Exif segment; upright if it has none, or a broken one.
func orientationOfJPEG(jpeg []byte) orientation {
	var found orientation
	segments(jpeg, func(marker byte, _ int, data []byte) bool {
		tiff, isExif := bytes.CutPrefix(data, []byte("Exif\x00\x00"))
		if isExif && marker == app1 {
			found = orientations[orientationTag(tiff)]
			return false
		}
		return marker != startOfScan
	})
	return found
}

// orientationOfPNG reads the orientation of a PNG from its chunk eXIf.
func orientationOfPNG(png []byte) orientation {
	var found orientation
	chunks(png, func(name string, data []byte) bool {
		if name == "eXIf" {
			found = orientations[orientationTag(data)]
		}
		return name != "eXIf"
	})
	return found
}

// orientationTag returns the value of tag 0x0112 in the first directory of the TIFF structure, or 0.
func orientationTag(tiff []byte) uint16 {
	const entrySize, tag, short, long = 12, 0x0112, 3, 4
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
		if order.Uint16(entries) == tag {
			switch order.Uint16(entries[2:]) {
			case short:
				return order.Uint16(entries[8:])
			case long:
				return uint16(min(order.Uint32(entries[8:]), math.MaxUint16))
			}
			return 0
		}
		entries = entries[entrySize:]
	}
	return 0
}
