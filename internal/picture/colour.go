package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"
)

// space is how the numbers of a picture stand for colours. What is shown is sRGB (IEC 61966-2-1), so that viewers that know no other space
// show the same colours.
type space struct {
	isGrey bool
	// curves make the numbers linear, and matrix makes of them linear red, green and blue of sRGB.
	curves [3]curve
	matrix matrix
	// table, if there is one, is used instead.
	table *table
}

// matrix has three rows.
type matrix [9]float64

var identity = matrix{1, 0, 0, 0, 1, 0, 0, 0, 1}

func (m matrix) apply(v [3]float64) [3]float64 {
	return [3]float64{m[0]*v[0] + m[1]*v[1] + m[2]*v[2], m[3]*v[0] + m[4]*v[1] + m[5]*v[2], m[6]*v[0] + m[7]*v[1] + m[8]*v[2]}
}

func (m matrix) times(n matrix) (product matrix) {
	for column := range 3 {
		v := m.apply([3]float64{n[column], n[3+column], n[6+column]})
		product[column], product[3+column], product[6+column] = v[0], v[1], v[2]
	}
	return product
}

// inverse returns ok false for a matrix that has none.
func (m matrix) inverse() (inverse matrix, ok bool) {
	minor := func(row, column int) float64 {
		a, b, c, d := (row+1)%3*3, (row+2)%3*3, (column+1)%3, (column+2)%3
		return m[a+c]*m[b+d] - m[a+d]*m[b+c]
	}
	determinant := m[0]*minor(0, 0) + m[1]*minor(0, 1) + m[2]*minor(0, 2)
	if math.IsNaN(determinant) || math.Abs(determinant) < 1e-9 {
		return matrix{}, false
	}
	for row := range 3 {
		for column := range 3 {
			inverse[3*column+row] = minor(row, column) / determinant
		}
	}
	return inverse, true
}

// Chromaticities, as x and y of white, red, green and blue.
var (
	chromaticitiesOfSRGB = [8]float64{0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06}
	chromaticitiesOfP3   = [8]float64{0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060}
	chromaticitiesOf2020 = [8]float64{0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046}
)

// xyzToLinear makes linear red, green and blue of sRGB of XYZ with the white of ICC profiles.
var xyzToLinear = func() matrix {
	toXYZ, _ := primaries(chromaticitiesOfSRGB)
	inverse, _ := toXYZ.inverse()
	return inverse
}()

// bradford makes responses of the eye of XYZ.
var bradford = matrix{0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296}

// primaries returns the matrix that makes XYZ, with the white of ICC profiles, of linear numbers with these chromaticities. Ok is false
// when no colours have them.
func primaries(xy [8]float64) (m matrix, ok bool) {
	lift := func(i int) [3]float64 { return [3]float64{xy[i] / xy[i+1], 1, (1 - xy[i] - xy[i+1]) / xy[i+1]} }
	for i := 1; i < len(xy); i += 2 {
		if xy[i] <= 0 {
			return m, false
		}
	}
	lit := lift(0)
	for i := range 3 {
		v := lift(2 + 2*i)
		m[i], m[3+i], m[6+i] = v[0], v[1], v[2]
	}
	inverse, ok := m.inverse()
	if !ok {
		return m, false
	}
	scale := inverse.apply(lit)
	m = m.times(matrix{scale[0], 0, 0, 0, scale[1], 0, 0, 0, scale[2]})
	back, _ := bradford.inverse()
	from, to := bradford.apply(lit), bradford.apply(white)
	for _, response := range from {
		if response <= 0 {
			return m, false
		}
	}
	return back.times(matrix{to[0] / from[0], 0, 0, 0, to[1] / from[1], 0, 0, 0, to[2] / from[2]}).times(bradford).times(m), true
}

// curveOfSRGB makes the numbers of sRGB linear, and toSRGB is its inverse.
func curveOfSRGB(x float64) float64 {
	if x <= 0.04045 {
		return within(x / 12.92)
	}
	return within(math.Pow((x+0.055)/1.055, 2.4))
}

func toSRGB(x float64) float64 {
	if x = within(x); x <= 0.0031308 {
		return 12.92 * x
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// convert returns the colour in sRGB. The numbers are between 0 and 1.
func (s *space) convert(v [3]float64) [3]float64 {
	if s.table != nil {
		v = s.table.linear(v)
	} else {
		v = s.matrix.apply(each(s.curves, v))
	}
	return [3]float64{toSRGB(v[0]), toSRGB(v[1]), toSRGB(v[2])}
}

// isSRGB says whether nobody could see that the numbers are not sRGB.
func (s *space) isSRGB() bool {
	const steps = 8
	for i := range (steps + 1) * (steps + 1) * (steps + 1) {
		v := [3]float64{float64(i % (steps + 1)), float64(i / (steps + 1) % (steps + 1)), float64(i / (steps + 1) / (steps + 1))}
		for j := range v {
			v[j] /= steps
		}
		if s.moves(v) {
			return false
		}
	}
	for grey := range 1 << 8 {
		v := float64(grey) / math.MaxUint8
		if s.moves([3]float64{v, v, v}) {
			return false
		}
	}
	return true
}

// moves says whether the colour is seen to differ in sRGB.
func (s *space) moves(v [3]float64) bool {
	for i, found := range s.convert(v) {
		if math.Abs(found-v[i]) > 1.0/math.MaxUint8 {
			return true
		}
	}
	return false
}

// samples returns how many samples of a scan cost as much as converting a pixel.
func (s *space) samples() float64 {
	if s.table != nil {
		return 150
	}
	return 3
}

// spaceOfJPEG returns the space of a JPEG; nil for sRGB, and for what has no profile that can be read. Inks are not looked up in profiles.
func spaceOfJPEG(content []byte, f frame) *space {
	if f.components == 4 {
		return nil
	}
	s, err := readProfile(profileOfJPEG(content))
	if err != nil || s.isGrey && f.components != 1 || s.isSRGB() {
		return nil
	}
	return s
}

// maxProfile is the most bytes of a profile that are read of a PNG, which has it compressed.
const maxProfile = 1 << 20

// spaceOfPNG returns the space of a PNG; nil for sRGB. Of what its chunks say, cICP comes before iCCP, that before sRGB, and that before
// gAMA and cHRM (PNG, third edition, 4.3).
func spaceOfPNG(content []byte) *space {
	found := map[string][]byte{}
	chunks(content, func(name string, data []byte) bool {
		if _, again := found[name]; !again {
			found[name] = data
		}
		return name != "IDAT"
	})
	isGrey := headerOfPNG(content)[9]&2 == 0
	s := spaceOfCode(found["cICP"])
	if s == nil {
		s = spaceOfChunk(found["iCCP"], isGrey)
	}
	if s == nil && found["sRGB"] == nil {
		s = spaceOfGamma(found["gAMA"], found["cHRM"])
	}
	if s == nil || s.isSRGB() {
		return nil
	}
	return s
}

// spaceOfCode reads the code points of ITU-T H.273 that say the primaries and the curve of a picture for ordinary screens.
func spaceOfCode(chunk []byte) *space {
	if len(chunk) != 4 {
		return nil
	}
	xy, known := map[byte][8]float64{1: chromaticitiesOfSRGB, 9: chromaticitiesOf2020, 12: chromaticitiesOfP3}[chunk[0]]
	c := map[byte]curve{4: powerOf(2.2), 8: within, 13: curveOfSRGB}[chunk[1]]
	if !known || c == nil {
		return nil
	}
	m, _ := primaries(xy)
	return &space{curves: [3]curve{c, c, c}, matrix: xyzToLinear.times(m)}
}

// spaceOfChunk reads a profile: after its name and a zero, compressed.
func spaceOfChunk(chunk []byte, isGrey bool) *space {
	_, compressed, ok := bytes.Cut(chunk, []byte{0})
	if !ok || len(compressed) < 1 {
		return nil
	}
	inflate, err := zlib.NewReader(bytes.NewReader(compressed[1:]))
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(inflate, maxProfile))
	if err != nil {
		return nil
	}
	s, err := readProfile(content)
	if err != nil || s.isGrey && !isGrey {
		return nil
	}
	return s
}

func powerOf(gamma float64) curve {
	return func(x float64) float64 { return within(math.Pow(x, gamma)) }
}

// spaceOfGamma reads the exponent with which a picture was written, and the chromaticities of its primaries. As in browsers,
// chromaticities count with an exponent only, and an exponent alone that is nearly that of sRGB means sRGB.
func spaceOfGamma(gamma, chromaticities []byte) *space {
	const exponentOfSRGB, nearly = 1 / 2.2, 0.05
	if len(gamma) != 4 {
		return nil
	}
	written := float64(binary.BigEndian.Uint32(gamma)) / 100_000
	if written == 0 {
		return nil
	}
	c := powerOf(1 / written)
	s := &space{curves: [3]curve{c, c, c}, matrix: identity}
	if len(chromaticities) == 32 {
		var xy [8]float64
		for i := range xy {
			xy[i] = float64(binary.BigEndian.Uint32(chromaticities[4*i:])) / 100_000
		}
		if m, ok := primaries(xy); ok {
			s.matrix = xyzToLinear.times(m)
			return s
		}
	}
	if math.Abs(written/exponentOfSRGB-1) < nearly {
		return nil
	}
	return s
}
