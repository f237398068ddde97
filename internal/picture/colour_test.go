package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"
	"testing"
)

// Primaries as ICC profiles have them, by rows of red, green and blue, and the published matrices from linear numbers to linear sRGB.
var (
	profileOfP3    = [9]float64{0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407}
	profileOfAdobe = [9]float64{0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457}
	p3ToSRGB       = [9]float64{1.2249, -0.2247, 0, -0.0420, 1.0419, 0, -0.0197, -0.0786, 1.0979}
	adobeToSRGB    = [9]float64{1.39836, -0.39836, 0, 0, 1, 0, 0, -0.04293, 1.04293}
)

// right returns the numbers of sRGB for numbers that a power and a matrix make linear sRGB.
func right(v [3]uint8, linear func(float64) float64, m [9]float64) [3]uint8 {
	var l [3]float64
	for i := range v {
		l[i] = linear(float64(v[i]) / 255)
	}
	var found [3]uint8
	for i := range found {
		x := min(1, max(0, m[3*i]*l[0]+m[3*i+1]*l[1]+m[3*i+2]*l[2]))
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		found[i] = uint8(255*x + 0.5)
	}
	return found
}

func gamma(g float64) func(float64) float64 { return func(x float64) float64 { return math.Pow(x, g) } }

func linearOfSRGB(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

func s15(values ...float64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

func u16(values ...int) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func typed(name string, parts ...[]byte) []byte {
	return slices.Concat([]byte(name), make([]byte, 4), bytes.Join(parts, nil))
}

var (
	curveOfGamma22 = typed("curv", []byte{0, 0, 0, 1}, u16(563))
	formulaOfSRGB  = typed("para", u16(3, 0), s15(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045))
)

type tag struct {
	name string
	data []byte
}

// icc is a profile with these tags.
func icc(colours, target string, tags ...tag) []byte {
	b := make([]byte, 128)
	copy(b[12:], "mntr"+colours+target)
	copy(b[8:], "\x04\x30")
	copy(b[36:], "acsp")
	copy(b[68:], s15(0.9642, 1, 0.8249))
	b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
	at := len(b) + 12*len(tags)
	var data []byte
	for _, one := range tags {
		b = append(b, one.name...)
		b = binary.BigEndian.AppendUint32(b, uint32(at+len(data)))
		b = binary.BigEndian.AppendUint32(b, uint32(len(one.data)))
		data = append(data, one.data...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	b = append(b, data...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func iccOf(p [9]float64, curve []byte) []byte {
	return icc("RGB ", "XYZ ", tag{"rXYZ", typed("XYZ ", s15(p[:3]...))}, tag{"gXYZ", typed("XYZ ", s15(p[3:6]...))}, tag{"bXYZ", typed("XYZ ", s15(p[6:]...))},
		tag{"rTRC", curve}, tag{"gTRC", curve}, tag{"bTRC", curve})
}

func greyICC(curve []byte) []byte { return icc("GRAY", "XYZ ", tag{"kTRC", curve}) }

// sampled is a curve of so many samples.
func sampled(of func(float64) float64, count int) []int {
	values := make([]int, count)
	for i := range values {
		values[i] = int(of(float64(i)/float64(count-1))*65535 + 0.5)
	}
	return values
}

// corners are the XYZ of a grid of two, of which the last input changes first, as ICC profiles write them.
func cornersOfGrid(p [9]float64) []int {
	var values []int
	for corner := range 8 {
		for i := range 3 {
			v := 0.0
			for j := range 3 {
				if corner>>(2-j)&1 == 1 {
					v += p[3*j+i]
				}
			}
			values = append(values, int(max(0, v)*32768+0.5))
		}
	}
	return values
}

// oldTable is a profile of the type lut16 in which the curves come first and the grid has the primaries.
func oldTable(p [9]float64, linear func(float64) float64) []byte {
	head := slices.Concat([]byte{3, 3, 2, 0}, s15(1, 0, 0, 0, 1, 0, 0, 0, 1), u16(1024, 2))
	in := sampled(linear, 1024)
	return icc("RGB ", "XYZ ", tag{"A2B0", typed("mft2", head, u16(in...), u16(in...), u16(in...), u16(cornersOfGrid(p)...), u16(0, 65535, 0, 65535, 0, 65535))})
}

// newTable is a profile of the type lutAToB with curves, a matrix and curves.
func newTable(p [9]float64) []byte {
	m := []float64{p[0], p[3], p[6], p[1], p[4], p[7], p[2], p[5], p[8]}
	for i := range m {
		m[i] *= 32768.0 / 65535
	}
	straight := typed("curv", make([]byte, 4))
	matrixAt := 32 + 3*len(straight)
	middleAt := matrixAt + 48
	offsets := binary.BigEndian.AppendUint32(nil, 32)
	offsets = binary.BigEndian.AppendUint32(offsets, uint32(matrixAt))
	offsets = binary.BigEndian.AppendUint32(offsets, uint32(middleAt))
	offsets = append(offsets, make([]byte, 8)...)
	return icc("RGB ", "XYZ ", tag{"A2B0", typed("mAB ", []byte{3, 3, 0, 0}, offsets, straight, straight, straight, s15(m...), s15(0, 0, 0), formulaOfSRGB, formulaOfSRGB, formulaOfSRGB)})
}

// lightnessTable is a profile of the type lut16 in L*a*b*, with the mean of the numbers as lightness.
func lightnessTable() []byte {
	var grid []int
	for corner := range 8 {
		ones := corner&1 + corner>>1&1 + corner>>2
		grid = append(grid, 0xFF00*ones/3, 0x8000, 0x8000)
	}
	straight := u16(0, 65535, 0, 65535, 0, 65535)
	return icc("RGB ", "Lab ", tag{"A2B0", typed("mft2", []byte{3, 3, 2, 0}, s15(1, 0, 0, 0, 1, 0, 0, 0, 1), u16(2, 2), straight, u16(grid...), straight)})
}

func iCCP(profile []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(profile)
	_ = w.Close()
	return chunk("iCCP", append([]byte("a profile\x00\x00"), b.Bytes()...))
}

// withProfile puts a profile into a JPEG, in parts of so many bytes, the last first.
func withProfile(content, profile []byte, size int) []byte {
	parts := slices.Collect(slices.Chunk(profile, size))
	var all []byte
	for i, part := range slices.Backward(parts) {
		all = append(all, segment(app2, append([]byte("ICC_PROFILE\x00"), append([]byte{byte(i + 1), byte(len(parts))}, part...)...)...)...)
	}
	return bytes.Join([][]byte{content[:2], all, content[2:]}, nil)
}

func numbers(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

func flat(c color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// shownAs prepares the picture and returns the colour in its middle, without opacity.
func shownAs(t *testing.T, content []byte) ([3]uint8, image.Image) {
	t.Helper()
	got, userError := prepare(t, Source{Bytes: content})
	if userError != nil {
		t.Fatalf("%+v", userError)
	}
	img, _, err := image.Decode(bytes.NewReader(got.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	c := color.NRGBAModel.Convert(img.At(32, 32)).(color.NRGBA)
	for _, left := range []string{"ICC_PROFILE", "iCCP", "gAMA", "cHRM", "sRGB", "cICP"} {
		if bytes.Contains(got.Bytes, []byte(left)) {
			t.Errorf("%s is left", left)
		}
	}
	return [3]uint8{c.R, c.G, c.B}, img
}

func isNear(got, want [3]uint8) bool {
	for i := range got {
		if d := int(got[i]) - int(want[i]); d < -3 || d > 3 {
			return false
		}
	}
	return true
}

var colours = [][3]uint8{{200, 100, 50}, {255, 0, 0}, {0, 255, 0}, {30, 60, 220}, {12, 12, 12}, {128, 128, 128}, {255, 255, 255}, {0, 0, 0}, {250, 240, 10}}

func TestColoursAreThoseOfTheProfile(t *testing.T) {
	t.Parallel()
	sRGB := [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
	for name, test := range map[string]struct {
		profile []byte
		linear  func(float64) float64
		matrix  [9]float64
	}{
		"Display P3":                   {iccOf(profileOfP3, formulaOfSRGB), linearOfSRGB, p3ToSRGB},
		"Adobe RGB":                    {iccOf(profileOfAdobe, curveOfGamma22), gamma(563.0 / 256), adobeToSRGB},
		"a sampled curve":              {iccOf(profileOfP3, typed("curv", []byte{0, 0, 4, 0}, u16(sampled(gamma(1.8), 1024)...))), gamma(1.8), p3ToSRGB},
		"a linear curve":               {iccOf(profileOfP3, typed("curv", make([]byte, 4))), gamma(1), p3ToSRGB},
		"an old table":                 {oldTable(profileOfAdobe, gamma(2.2)), gamma(2.2), adobeToSRGB},
		"a new table":                  {newTable(profileOfP3), linearOfSRGB, p3ToSRGB},
		"a profile of sRGB is sRGB":    {iccOf([9]float64{0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.71410}, formulaOfSRGB), linearOfSRGB, sRGB},
		"a profile of grey is ignored": {greyICC(curveOfGamma22), linearOfSRGB, sRGB},
		"a cut profile is ignored":     {iccOf(profileOfAdobe, curveOfGamma22)[:200], linearOfSRGB, sRGB},
		"inks are ignored":             {icc("CMYK", "Lab "), linearOfSRGB, sRGB},
	} {
		for _, c := range colours {
			img := flat(color.NRGBA{c[0], c[1], c[2], 255})
			want := right(c, test.linear, test.matrix)
			for format, content := range map[string][]byte{
				"PNG": afterHeader(pngOf(img), iCCP(test.profile)), "JPEG": withProfile(jpegOfQuality(img, 100), test.profile, 150),
			} {
				if got, _ := shownAs(t, content); !isNear(got, want) {
					t.Errorf("%s, %s: %v is shown as %v, want %v", name, format, c, got, want)
				}
			}
		}
	}
}

func TestLightnessOfATableIsShown(t *testing.T) {
	t.Parallel()
	got, _ := shownAs(t, afterHeader(pngOf(flat(color.NRGBA{127, 127, 127, 255})), iCCP(lightnessTable())))
	if want := [3]uint8{118, 118, 118}; !isNear(got, want) { // L* of 49.8
		t.Errorf("%v, want %v", got, want)
	}
}

func TestColoursOfAPNGAreThoseOfItsChunks(t *testing.T) {
	t.Parallel()
	gAMA := func(v uint32) []byte { return chunk("gAMA", numbers(v)) }
	cHRM := chunk("cHRM", numbers(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))
	none := [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
	for name, test := range map[string]struct {
		chunks [][]byte
		linear func(float64) float64
		matrix [9]float64
	}{
		"gAMA":                         {[][]byte{gAMA(55556)}, gamma(1.8), none},
		"gAMA near that of sRGB":       {[][]byte{gAMA(45455)}, linearOfSRGB, none},
		"a dark gAMA":                  {[][]byte{gAMA(100_000)}, gamma(1), none},
		"cHRM without gAMA":            {[][]byte{cHRM}, linearOfSRGB, none},
		"gAMA near it, with cHRM":      {[][]byte{gAMA(45455), cHRM}, gamma(2.2), p3ToSRGB},
		"gAMA and cHRM":                {[][]byte{gAMA(55556), cHRM}, gamma(1.8), p3ToSRGB},
		"sRGB before both":             {[][]byte{chunk("sRGB", []byte{0}), gAMA(100_000), cHRM}, linearOfSRGB, none},
		"iCCP before all three":        {[][]byte{chunk("sRGB", []byte{0}), gAMA(45455), iCCP(iccOf(profileOfAdobe, curveOfGamma22))}, gamma(563.0 / 256), adobeToSRGB},
		"cICP before iCCP":             {[][]byte{chunk("cICP", []byte{12, 13, 0, 1}), iCCP(iccOf(profileOfAdobe, curveOfGamma22))}, linearOfSRGB, p3ToSRGB},
		"an unknown cICP":              {[][]byte{chunk("cICP", []byte{12, 16, 0, 1}), gAMA(100_000)}, gamma(1), none},
		"gAMA of zero":                 {[][]byte{gAMA(0)}, linearOfSRGB, none},
		"cHRM of zeros":                {[][]byte{gAMA(55556), chunk("cHRM", make([]byte, 32))}, gamma(1.8), none},
		"cHRM on one line":             {[][]byte{gAMA(55556), chunk("cHRM", numbers(31270, 32900, 10000, 10000, 20000, 20000, 30000, 30000))}, gamma(1.8), none},
		"a broken iCCP, and then gAMA": {[][]byte{chunk("iCCP", []byte("name\x00\x00none")), gAMA(55556)}, gamma(1.8), none},
	} {
		for _, c := range colours {
			want := right(c, test.linear, test.matrix)
			plain := color.NRGBA{c[0], c[1], c[2], 255}
			deep := image.NewNRGBA64(image.Rect(0, 0, 64, 64))
			clear := image.NewNRGBA(image.Rect(0, 0, 64, 64))
			draw.Draw(deep, deep.Rect, image.NewUniform(plain), image.Point{}, draw.Src)
			for i := range 64 * 64 {
				copy(clear.Pix[4*i:], []byte{c[0], c[1], c[2], 100})
			}
			deep.SetNRGBA64(0, 0, color.NRGBA64{A: 0x1234})
			paletted := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{plain, color.NRGBA{A: 7}})
			for kind, img := range map[string]image.Image{"opaque": flat(plain), "clear": clear, "deep": deep, "palette": paletted} {
				got, shown := shownAs(t, afterHeader(pngOf(img), test.chunks...))
				if !isNear(got, want) {
					t.Errorf("%s, %s: %v is shown as %v, want %v", name, kind, c, got, want)
				}
				if _, _, _, opacity := shown.At(32, 32).RGBA(); kind == "clear" && opacity>>8 != 100 {
					t.Errorf("%s: opacity %d", name, opacity>>8)
				}
			}
		}
	}
}

func TestGreysAreThoseOfTheirProfile(t *testing.T) {
	t.Parallel()
	none := [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
	linear := typed("curv", []byte{0, 0, 0, 1}, u16(256))
	profile, colours := greyICC(linear), iccOf(profileOfAdobe, linear)
	for _, v := range []uint8{0, 20, 128, 200, 255} {
		img := image.NewGray(image.Rect(0, 0, 64, 64))
		deep := image.NewGray16(img.Rect)
		draw.Draw(img, img.Rect, image.NewUniform(color.Gray{v}), image.Point{}, draw.Src)
		draw.Draw(deep, deep.Rect, img, image.Point{}, draw.Src)
		want := right([3]uint8{v, v, v}, gamma(1), none)
		for name, content := range map[string][]byte{
			"PNG": afterHeader(pngOf(img), iCCP(profile)), "deep PNG": afterHeader(pngOf(deep), iCCP(profile)),
			"gAMA": afterHeader(pngOf(img), chunk("gAMA", numbers(100_000))), "PNG with a profile of colours": afterHeader(pngOf(img), iCCP(colours)),
			"JPEG": withProfile(jpegOfQuality(img, 100), profile, 1000),
		} {
			got, shown := shownAs(t, content)
			if !isNear(got, want) {
				t.Errorf("%s: %d is shown as %v, want %v", name, v, got, want)
			}
			switch shown.(type) {
			case *image.Gray, *image.Gray16:
			default:
				t.Errorf("%s became %T", name, shown)
			}
		}
	}
}

func TestAProfileOfATableCostsPixels(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, image.NewRGBA(image.Rect(0, 0, 1700, 1700))); err != nil {
		t.Fatal(err)
	}
	if _, userError := prepare(t, Source{Bytes: afterHeader(b.Bytes(), iCCP(lightnessTable()))}); userError == nil || userError.Params[1].Value != 1632 {
		t.Errorf("%+v", userError)
	}
	if _, userError := prepare(t, Source{Bytes: afterHeader(b.Bytes(), iCCP(iccOf(profileOfP3, formulaOfSRGB)))}); userError != nil {
		t.Errorf("%+v", userError)
	}
}
