package picture

import "encoding/binary"

// Markers of a JPEG.
const (
	startOfImage = 0xD8
	endOfImage   = 0xD9
	startOfScan  = 0xDA
	app1         = 0xE1
	app2         = 0xE2
	app14        = 0xEE
)

// segments calls do with each segment of a JPEG: its marker, the offset of the marker, and its data. It skips fill bytes and the pixels
// of scans, and ends when do returns false or at what is not a segment.
func segments(jpeg []byte, do func(marker byte, at int, data []byte) bool) {
	for at := 2; at+1 < len(jpeg); {
		if jpeg[at] != 0xFF {
			return
		}
		begin := at
		for at+1 < len(jpeg) && jpeg[at+1] == 0xFF { // a marker may have any number of fill bytes before it
			at++
		}
		if at+3 >= len(jpeg) {
			return
		}
		marker, size := jpeg[at+1], int(binary.BigEndian.Uint16(jpeg[at+2:]))
		end := at + 2 + size
		if marker == endOfImage || size < 2 || end > len(jpeg) || !do(marker, begin, jpeg[at+4:end]) {
			return
		}
		if at = end; marker == startOfScan {
			at = endOfScan(jpeg, at)
		}
	}
}

// chunks calls do with the name and the data of each chunk of a PNG, until it returns false.
func chunks(png []byte, do func(name string, data []byte) bool) {
	const signature, head, checksum = 8, 8, 4
	for rest := png[min(signature, len(png)):]; len(rest) >= head+checksum; {
		size := uint64(binary.BigEndian.Uint32(rest))
		if size > uint64(len(rest)-head-checksum) || !do(string(rest[4:8]), rest[head:head+size]) {
			return
		}
		rest = rest[head+size+checksum:]
	}
}

// hasChunk says whether a PNG has such a chunk before its pixels.
func hasChunk(png []byte, wanted string) bool {
	found := false
	chunks(png, func(name string, _ []byte) bool {
		found = found || name == wanted
		return !found && name != "IDAT"
	})
	return found
}

// endOfScan returns where the next marker is that is not part of a scan: neither a stuffed byte nor a restart marker.
func endOfScan(jpeg []byte, at int) int {
	for ; at+1 < len(jpeg); at++ {
		if next := jpeg[at+1]; jpeg[at] == 0xFF && next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7) {
			return at
		}
	}
	return len(jpeg)
}

// frame is what a JPEG's segments say of it.
type frame struct {
	progressive, hasAdobe bool
	// samples is the number of samples of a pixel, those of subsampled components as fractions.
	samples float64
	// components is how many components it has, scanned how many its scans have together.
	components, scans, scanned int
}

func frameOf(jpeg []byte) frame {
	var f frame
	segments(jpeg, func(marker byte, _ int, data []byte) bool {
		switch {
		case marker == app14 && len(data) >= 12 && string(data[:5]) == "Adobe":
			f.hasAdobe = true
		case marker == startOfScan && len(data) > 0:
			f.scans++
			f.scanned += int(data[0])
		case marker >= 0xC0 && marker <= 0xC2 && len(data) >= 6:
			f.progressive, f.components = marker == 0xC2, int(data[5])
			f.samples = samples(data[6:])
		}
		return true
	})
	return f
}

// samples returns how many samples the components have for each pixel.
func samples(components []byte) float64 {
	most, sum := 0, 0
	for i := 1; i < len(components); i += 3 {
		h, v := int(components[i]>>4), int(components[i]&15)
		sum += h * v
		most = max(most, h*v)
	}
	if most == 0 {
		return 1
	}
	return float64(sum) / float64(most)
}
