package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/jpeg"
	"image/png"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"minidock/internal/fault"
)

func TestPrepareRefusesWithOneCode(t *testing.T) {
	t.Parallel()
	goodPNG, goodJPEG := pngOf(quarters(64, 64)), jpegOf(quarters(64, 64))
	gif, webp := []byte("GIF89a\x40\x00\x40\x00"), []byte("RIFF\x00\x00\x00\x00WEBPVP8 ")
	badCRC := bytes.Clone(goodPNG)
	badCRC[len(badCRC)-14] ^= 1

	for name, test := range map[string]struct {
		src    Source
		code   fault.Code
		params []any
	}{
		"no bytes":              {Source{Name: "a.gif", DeclaredType: "image/gif"}, fault.Blank, nil},
		"a byte too many, PNG":  {Source{Bytes: padded(goodPNG, 262_145)}, fault.TooLarge, []any{"bytes", 262_145, "max", 262_144}},
		"a byte too many, JPEG": {Source{Bytes: padded(goodJPEG, 262_145)}, fault.TooLarge, []any{"bytes", 262_145, "max", 262_144}},
		"too large before type": {Source{Bytes: make([]byte, 262_145), Name: "a.gif"}, fault.TooLarge, nil},

		"GIF":                   {Source{Bytes: gif}, fault.UnsupportedType, []any{"found", "image/gif", "allowed", "image/png, image/jpeg"}},
		"GIF named .png":        {Source{Bytes: gif, Name: "a.png", DeclaredType: "image/png"}, fault.UnsupportedType, nil},
		"SVG":                   {Source{Bytes: []byte("<svg/>"), DeclaredType: "image/svg+xml"}, fault.UnsupportedType, nil},
		"WebP":                  {Source{Bytes: webp, Name: "a.webp"}, fault.UnsupportedType, []any{"found", "image/webp", "allowed", "image/png, image/jpeg"}},
		"page":                  {Source{Bytes: []byte("<html>")}, fault.UnsupportedType, nil},
		"space before PNG":      {Source{Bytes: append([]byte(" "), goodPNG...)}, fault.UnsupportedType, nil},
		"half a signature":      {Source{Bytes: goodPNG[:7]}, fault.UnsupportedType, nil},
		"PNG named .jpg":        {Source{Bytes: goodPNG, Name: "a.jpg"}, fault.UnsupportedType, []any{"found", "image/png (.jpg)", "allowed", "image/png, image/jpeg"}},
		"JPEG named .png":       {Source{Bytes: goodJPEG, Name: `C:\x\a.PNG`}, fault.UnsupportedType, []any{"found", "image/jpeg (.png)", "allowed", "image/png, image/jpeg"}},
		"PNG named .gif":        {Source{Bytes: goodPNG, Name: "a.png.gif"}, fault.UnsupportedType, nil},
		"PNG named .svg":        {Source{Bytes: goodPNG, Name: ".svg"}, fault.UnsupportedType, nil},
		"PNG declared JPEG":     {Source{Bytes: goodPNG, Name: "a.png", DeclaredType: "image/jpg"}, fault.UnsupportedType, []any{"found", "image/png (image/jpeg)", "allowed", "image/png, image/jpeg"}},
		"JPEG declared PNG":     {Source{Bytes: goodJPEG, DeclaredType: "IMAGE/PNG; x=y"}, fault.UnsupportedType, nil},
		"PNG declared text":     {Source{Bytes: goodPNG, DeclaredType: "text/plain"}, fault.UnsupportedType, nil},
		"odd claim not echoed":  {Source{Bytes: goodPNG, DeclaredType: "image/\u202Egnp"}, fault.UnsupportedType, []any{"found", "image/png (?)", "allowed", "image/png, image/jpeg"}},
		"long claim not echoed": {Source{Bytes: goodPNG, DeclaredType: "image/" + strings.Repeat("x", 9999)}, fault.UnsupportedType, []any{"found", "image/png (?)", "allowed", "image/png, image/jpeg"}},

		"not square":              {Source{Bytes: pngOf(quarters(100, 101))}, fault.NotSquare, []any{"width", 100, "height", 101}},
		"not square, JPEG":        {Source{Bytes: jpegOf(quarters(101, 100))}, fault.NotSquare, []any{"width", 101, "height", 100}},
		"not square before small": {Source{Bytes: pngOf(quarters(2, 1))}, fault.NotSquare, nil},
		"side 63":                 {Source{Bytes: pngOf(quarters(63, 63))}, fault.TooSmall, []any{"width", 63, "min", 64}},
		"side 63, JPEG":           {Source{Bytes: jpegOf(quarters(63, 63))}, fault.TooSmall, []any{"width", 63, "min", 64}},
		"side 4097":               {Source{Bytes: claimedPNG(4097, 4097)}, fault.TooManyPixels, []any{"width", 4097, "max", 4096}},
		"side 4097, JPEG":         {Source{Bytes: flatJPEG(1, 4097, false, 0)}, fault.TooManyPixels, []any{"width", 4097, "max", 4096}},

		"signature alone":     {Source{Bytes: goodPNG[:8]}, fault.InvalidImage, nil},
		"JPEG signature":      {Source{Bytes: goodJPEG[:3]}, fault.InvalidImage, nil},
		"header alone":        {Source{Bytes: claimedPNG(64, 64)}, fault.InvalidImage, nil},
		"truncated PNG":       {Source{Bytes: goodPNG[:len(goodPNG)-20]}, fault.InvalidImage, nil},
		"truncated JPEG":      {Source{Bytes: goodJPEG[:len(goodJPEG)-20]}, fault.InvalidImage, nil},
		"broken checksum":     {Source{Bytes: badCRC}, fault.InvalidImage, nil},
		"PNG of sides 0":      {Source{Bytes: claimedPNG(0, 0)}, fault.InvalidImage, nil},
		"thousands of scans":  {Source{Bytes: flatJPEG(3, 64, true, 2000)}, fault.InvalidImage, nil},
		"one scan over limit": {Source{Bytes: flatJPEG(3, 64, true, maxScans)}, fault.InvalidImage, nil},
	} {
		_, userError := prepare(t, test.src)
		if userError == nil || userError.Code != test.code {
			t.Errorf("%s: %v, want %s", name, userError, test.code)
			continue
		}
		var params []any
		for _, p := range userError.Params {
			params = append(params, p.Name, p.Value)
		}
		if test.params != nil && !reflect.DeepEqual(params, test.params) {
			t.Errorf("%s: %v, want %v", name, params, test.params)
		}
	}
}

func TestPrepareAcceptsClaimsThatDoNotContradict(t *testing.T) {
	t.Parallel()
	goodPNG, goodJPEG := pngOf(quarters(64, 64)), jpegOf(quarters(64, 64))
	for _, src := range []Source{
		{Bytes: goodPNG, Name: "logo.png", DeclaredType: "image/png"},
		{Bytes: goodPNG, Name: "logo.jpg.PNG", DeclaredType: " Image/PNG ; a=b"},
		{Bytes: goodPNG, Name: "logo", DeclaredType: "application/octet-stream"},
		{Bytes: goodPNG, Name: `v1.2\logo`},
		{Bytes: goodPNG, Name: "v1.2/logo."},
		{Bytes: goodJPEG, Name: "logo.jpg", DeclaredType: "image/jpg"},
		{Bytes: goodJPEG, Name: "logo.JPEG", DeclaredType: "image/jpeg"},
		{Bytes: goodJPEG},
	} {
		if _, userError := prepare(t, src); userError != nil {
			t.Errorf("%q, %q: %v", src.Name, src.DeclaredType, userError)
		}
	}
}

func TestPrepareAllowsOnlyTheTypesOfTheLimits(t *testing.T) {
	t.Parallel()
	onlyPNG, errs := limits, &fault.UserErrors{}
	onlyPNG.ContentTypes = []string{"image/png"}
	if _, err := Prepare(t.Context(), "ann", Source{Bytes: jpegOf(quarters(64, 64))}, onlyPNG, "logo", errs); err != nil || errs.All()[0].Code != fault.UnsupportedType {
		t.Errorf("a JPEG passes: %v", errs.All())
	}
}

func TestPrepareAcceptsTheBounds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content []byte
		side    int
	}{
		"side 64 and 262,144 bytes, PNG":  {padded(pngOf(quarters(64, 64)), 262_144), 64},
		"side 64 and 262,144 bytes, JPEG": {padded(jpegOf(quarters(64, 64)), 262_144), 64},
		"side 4096, PNG":                  {pngOf(image.NewPaletted(image.Rect(0, 0, 4096, 4096), color.Palette{color.Black, color.White})), 4096},
		"side 4096, JPEG":                 {flatJPEG(1, 4096, false, 0), 4096},
	} {
		got, userError := prepare(t, Source{Bytes: test.content})
		if userError != nil || got.Width != test.side || got.Height != test.side {
			t.Errorf("%s: %dx%d, %v", name, got.Width, got.Height, userError)
		}
	}
}

func TestPrepareKeepsTypeSizeAndPixels(t *testing.T) {
	t.Parallel()
	shape := image.Rect(0, 0, 96, 96)
	painted := func(img draw.Image) []byte {
		draw.Draw(img, shape, quarters(96, 96), image.Point{}, draw.Src)
		return pngOf(img)
	}
	apng := afterHeader(painted(image.NewRGBA(shape)), chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}))
	for name, test := range map[string]struct {
		content   []byte
		mediaType string
		decode    func([]byte) (image.Image, error)
	}{
		"8 bits":           {painted(image.NewRGBA(shape)), "image/png", readPNG},
		"transparent":      {painted(image.NewNRGBA(shape)), "image/png", readPNG},
		"16 bits":          {painted(image.NewNRGBA64(shape)), "image/png", readPNG},
		"grey":             {painted(image.NewGray(shape)), "image/png", readPNG},
		"16 bits of grey":  {painted(image.NewGray16(shape)), "image/png", readPNG},
		"palette":          {painted(image.NewPaletted(shape, palette.WebSafe)), "image/png", readPNG},
		"animated PNG":     {apng, "image/png", readPNG},
		"grey JPEG":        {flatJPEG(1, 96, false, 0), "image/jpeg", readJPEG},
		"progressive JPEG": {flatJPEG(3, 96, true, 3), "image/jpeg", readJPEG},
		"many scans":       {flatJPEG(3, 96, true, maxScans-1), "image/jpeg", readJPEG},
		"CMYK JPEG":        {flatJPEG(4, 96, false, 0), "image/jpeg", readJPEG},
		"colour JPEG":      {jpegOf(quarters(96, 96)), "image/jpeg", readJPEG},
	} {
		got, userError := prepare(t, Source{Bytes: test.content})
		if userError != nil || got.ContentType != test.mediaType || got.Width != 96 || got.Height != 96 {
			t.Errorf("%s: %s, %dx%d, %v", name, got.ContentType, got.Width, got.Height, userError)
			continue
		}
		before, beforeErr := test.decode(test.content)
		after, afterErr := test.decode(got.Bytes)
		if beforeErr != nil || afterErr != nil {
			t.Errorf("%s does not decode: %v, %v", name, beforeErr, afterErr)
			continue
		}
		for _, at := range []image.Point{{8, 8}, {88, 8}, {8, 88}, {88, 88}} {
			if !alike(before.At(at.X, at.Y), after.At(at.X, at.Y)) {
				t.Errorf("%s: %v at %v was %v", name, after.At(at.X, at.Y), at, before.At(at.X, at.Y))
			}
		}
	}
}

func TestTrapNothingButPixelsIsKept(t *testing.T) {
	t.Parallel()
	script := []byte("<script>alert(1)</script>")
	asPNG, asJPEG := pngOf(quarters(64, 64)), jpegOf(quarters(64, 64))
	for name, content := range map[string][]byte{
		"after a PNG":            append(bytes.Clone(asPNG), script...),
		"text of a PNG":          afterHeader(asPNG, chunk("tEXt", append([]byte("Comment\x00"), script...)), chunk("acTL", make([]byte, 8))),
		"Exif of a PNG":          afterHeader(asPNG, chunk("eXIf", append([]byte("MM\x00*"), script...))),
		"after a JPEG":           append(bytes.Clone(asJPEG), script...),
		"comment of a JPEG":      bytes.Join([][]byte{asJPEG[:2], segment(0xFE, script...), asJPEG[2:]}, nil),
		"Exif and XMP of a JPEG": withOrientation(asJPEG, binary.BigEndian, 6),
		"one picture in another": append(bytes.Clone(asPNG), asJPEG...),
	} {
		got, userError := prepare(t, Source{Bytes: content})
		if userError != nil {
			t.Errorf("%s: %v", name, userError)
		}
		for _, trace := range []string{"script", "Exif", "eXIf", "adobe", "tEXt", "acTL", "JFIF"} {
			if bytes.Contains(got.Bytes, []byte(trace)) {
				t.Errorf("%s: the result holds %s", name, trace)
			}
		}
	}
}

func TestPrepareTurnsJPEGUpright(t *testing.T) {
	t.Parallel()
	for value, want := range []string{
		0: "RGBW", 1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB", 9: "RGBW",
	} {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			content := withOrientation(jpegOf(quarters(64, 64)), order, uint16(value))
			got, userError := prepare(t, Source{Bytes: content})
			if userError != nil {
				t.Fatalf("orientation %d: %v", value, userError)
			}
			if corners := cornersOf(t, got.Bytes); corners != want {
				t.Errorf("orientation %d, %s: %s, want %s", value, order, corners, want)
			}
		}
	}
}

func TestPrepareIgnoresBrokenExif(t *testing.T) {
	t.Parallel()
	asJPEG := jpegOf(quarters(64, 64))
	for _, tiff := range []string{
		"", "MM", "MM\x00*", "MM\x00*\x00\x00\x00", "MM\x00*\xFF\xFF\xFF\xFF", "II*\x00\xFF\xFF\xFF\x7F", "MM\x00*\x00\x00\x00\x08",
		"MM\x00*\x00\x00\x00\x08\xFF\xFF", "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00",
		"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x04\x00\x00\x00\x01\x00\x06\x00\x00", "XX\x00*\x00\x00\x00\x08",
	} {
		exif := segment(app1, []byte("Exif\x00\x00"+tiff)...)
		got, userError := prepare(t, Source{Bytes: bytes.Join([][]byte{asJPEG[:2], exif, asJPEG[2:]}, nil)})
		if userError != nil {
			t.Errorf("%q: %v", tiff, userError)
			continue
		}
		if corners := cornersOf(t, got.Bytes); corners != "RGBW" {
			t.Errorf("%q turns the picture to %s", tiff, corners)
		}
	}
}

// Not parallel: what others allocate would count.
func TestTrapPNGBomb(t *testing.T) {
	if _, err := readPNG(bombPNG(t, 1)); err != nil {
		t.Fatalf("the bomb is none: %v", err)
	}
	bomb := bombPNG(t, 40)
	if len(bomb) > limits.MaxBytes {
		t.Fatalf("%d bytes are refused as too many", len(bomb))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, userError := prepare(t, Source{Bytes: bomb})
	runtime.ReadMemStats(&after)
	if userError == nil || userError.Code != fault.TooManyPixels {
		t.Errorf("%v", userError)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<10 {
		t.Errorf("%d bytes were allocated", used)
	}
}

func FuzzPrepareGivesAPictureOrOneError(f *testing.F) {
	f.Add(pngOf(image.NewPaletted(image.Rect(0, 0, 64, 64), palette.WebSafe)), "a.png", "image/png")
	f.Add(withOrientation(flatJPEG(3, 64, true, 1), binary.LittleEndian, 6), "", "")
	f.Add(flatJPEG(4, 64, false, 0), "a.jpeg", "")
	f.Fuzz(func(t *testing.T, content []byte, name, declared string) {
		if header, err := jpeg.DecodeConfig(bytes.NewReader(content)); err == nil && header.Width > 512 {
			return
		}
		got, userError := prepare(t, Source{Bytes: content, Name: name, DeclaredType: declared})
		if userError != nil {
			return
		}
		header, format, err := image.DecodeConfig(bytes.NewReader(got.Bytes))
		if err != nil || "image/"+format != got.ContentType || header.Width != got.Width || header.Height != got.Height {
			t.Errorf("%s of %dx%d is %s of %dx%d, %v", got.ContentType, got.Width, got.Height, format, header.Width, header.Height, err)
		}
	})
}

func readPNG(b []byte) (image.Image, error)  { return png.Decode(bytes.NewReader(b)) }
func readJPEG(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }

// alike allows for what a JPEG loses.
func alike(a, b color.Color) bool {
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	for _, pair := range [][2]uint32{{ar, br}, {ag, bg}, {ab, bb}, {aa, ba}} {
		if max(pair[0], pair[1])-min(pair[0], pair[1]) > 0x0A00 {
			return false
		}
	}
	return true
}

func cornersOf(t *testing.T, content []byte) string {
	t.Helper()
	img, err := readJPEG(content)
	if err != nil {
		t.Fatal(err)
	}
	corners := ""
	for _, at := range []image.Point{{8, 8}, {55, 8}, {8, 55}, {55, 55}} {
		r, g, b, _ := img.At(at.X, at.Y).RGBA()
		switch isR, isG, isB := r > 0x8000, g > 0x8000, b > 0x8000; {
		case isR && isG && isB:
			corners += "W"
		case isR:
			corners += "R"
		case isG:
			corners += "G"
		case isB:
			corners += "B"
		}
	}
	return corners
}
