package picture

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"testing"

	"minidock/internal/fault"

	"golang.org/x/sync/semaphore"
)

var limits = Limits{MaxBytes: 262_144, MinSide: 64, MaxSide: 4096, ContentTypes: []string{"image/png", "image/jpeg"}}

// prepare returns the picture, or the one error if there is one.
func prepare(t testing.TB, src Source) (Picture, *fault.UserError) {
	t.Helper()
	errs := &fault.UserErrors{}
	picture, err := Prepare(t.Context(), "ann", src, limits, "logo", errs)
	if err != nil {
		t.Fatal(err)
	}
	ok := len(picture.Bytes) > 0
	switch errors := errs.All(); {
	case ok && len(errors) == 0:
		return picture, nil
	case !ok && len(errors) == 1 && errors[0].Field == "logo":
		return picture, &errors[0]
	default:
		t.Fatalf("%v, with %d bytes, but the errors are %v", ok, len(picture.Bytes), errors)
		return picture, nil
	}
}

// quarters is red, green, blue and white, from the top left to the bottom right.
func quarters(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i, c := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}} {
		corner := image.Pt(i%2*width/2, i/2*height/2)
		draw.Draw(img, image.Rectangle{Min: corner, Max: img.Rect.Max}, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegOfQuality(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func semaphoreOf(size int64) *semaphore.Weighted { return semaphore.NewWeighted(size) }

func padded(content []byte, size int) []byte {
	return append(bytes.Clone(content), make([]byte, size-len(content))...)
}

func chunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// afterHeader puts chunks between the header of a PNG and its data.
func afterHeader(content []byte, chunks ...[]byte) []byte {
	const header = 8 + 25
	return bytes.Join([][]byte{content[:header], bytes.Join(chunks, nil), content[header:]}, nil)
}

// claimedPNG is a PNG of a header alone, in one bit of grey.
func claimedPNG(width, height uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	header := chunk("IHDR", append(size, 1, 0, 0, 0, 0))
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), header, chunk("IDAT", nil), chunk("IEND", nil)}, nil)
}

// bombPNG is a whole PNG, black in one bit of grey, whose pixels take a thousand times as many bytes as it has. Its side is
// so many thousands.
func bombPNG(t *testing.T, thousands int) []byte {
	t.Helper()
	side := 1_000 * thousands
	rows := make([]byte, 1_000*(1+side/8))
	var compressed bytes.Buffer
	w, err := flate.NewWriter(&compressed, flate.BestCompression)
	if err == nil {
		_, err = w.Write(rows)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	sum := binary.BigEndian.AppendUint32(nil, uint32(thousands*len(rows)%65_521)<<16|1) // Adler-32 of zeros
	last := []byte{1, 0, 0, 0xFF, 0xFF}
	pixels := bytes.Join([][]byte{{0x78, 0xDA}, bytes.Repeat(compressed.Bytes(), thousands), last, sum}, nil)
	return bytes.Replace(claimedPNG(uint32(side), uint32(side)), chunk("IDAT", nil), chunk("IDAT", pixels), 1)
}

func segment(marker byte, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(data)+2))
	return append(b, data...)
}

// flatJPEG is a JPEG of one colour. A progressive one may repeat scans that add nothing.
func flatJPEG(components byte, side uint16, progressive bool, repeated int) []byte {
	frame, lastCoefficient, bits := byte(0xC0), byte(63), 2
	if progressive {
		frame, lastCoefficient, bits = 0xC2, 0, 1
	}
	size := binary.BigEndian.AppendUint16(nil, side)
	shape := append(append([]byte{8}, append(size, size...)...), components)
	scan := []byte{components}
	for i := range components {
		shape = append(shape, i+1, 0x11, 0)
		scan = append(scan, i+1, 0)
	}
	table := func(class byte) []byte { return append(append([]byte{class, 1}, make([]byte, 15)...), 0) }
	blocks := int(side/8) * int(side/8) * int(components)
	b := bytes.Join([][]byte{
		{0xFF, 0xD8},
		segment(0xEE, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...),
		segment(0xDB, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...),
		segment(frame, shape...),
		segment(0xC4, append(table(0x00), table(0x10)...)...),
		segment(startOfScan, append(scan, 0, lastCoefficient, 0)...),
		make([]byte, (blocks*bits+7)/8),
	}, nil)
	for range repeated {
		b = append(b, segment(startOfScan, 1, 1, 0, 1, 63, 0)...)
		b = append(b, make([]byte, blocks/int(components)/8+1)...)
	}
	return append(b, 0xFF, 0xD9)
}

// withOrientation puts an Exif segment into a JPEG, between two that are not.
func withOrientation(content []byte, order binary.ByteOrder, value uint16) []byte {
	tiff := []byte("MM\x00*")
	if order == binary.LittleEndian {
		tiff = []byte("II*\x00")
	}
	tiff = append(tiff, make([]byte, 4+2+2*12)...)
	order.PutUint32(tiff[4:], 8)
	order.PutUint16(tiff[8:], 2)
	order.PutUint16(tiff[10:], 0x010F)
	order.PutUint16(tiff[22:], 0x0112)
	order.PutUint16(tiff[24:], 3)
	order.PutUint32(tiff[26:], 1)
	order.PutUint16(tiff[30:], value)
	exif := segment(app1, append([]byte("Exif\x00\x00"), tiff...)...)
	return bytes.Join([][]byte{content[:2], segment(app1, []byte("http://ns.adobe.com/xap/1.0/\x00")...), exif, segment(0xFE, 'h', 'i'), content[2:]}, nil)
}
