package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// errProfile says that an ICC profile is broken, or of a kind that is not read here.
var errProfile = errors.New("picture: unknown ICC profile")

// Signatures of ICC profiles (ICC.1:2022).
const (
	signRGB  = "RGB "
	signGrey = "GRAY"
	signXYZ  = "XYZ "
	signLab  = "Lab "
)

// white is D50, the white of ICC profiles.
var white = [3]float64{0.9642, 1, 0.8249}

// profile reads the tags of an ICC profile.
type profile struct {
	content         []byte
	colours, target string
}

// readProfile returns the space of an ICC profile of red, green and blue, or of grey.
func readProfile(content []byte) (*space, error) {
	const header = 128
	if len(content) < header+4 || string(content[36:40]) != "acsp" {
		return nil, errProfile
	}
	p := profile{content: content, colours: string(content[16:20]), target: string(content[20:24])}
	if p.target != signXYZ && p.target != signLab {
		return nil, errProfile
	}
	switch class := string(content[12:16]); {
	case class == "link" || class == "abst" || class == "nmcl":
		return nil, errProfile
	case p.colours == signGrey:
		return p.grey()
	case p.colours != signRGB:
		return nil, errProfile
	}
	if table := p.tag("A2B0"); table != nil {
		if t, err := p.readTable(table); err == nil {
			return &space{table: t}, nil
		}
	}
	return p.matrix()
}

// tag returns the data of a tag, or nil.
func (p profile) tag(sign string) []byte {
	const table, entry = 128, 12
	count := min(uint64(binary.BigEndian.Uint32(p.content[table:])), 100)
	for i := range int(count) {
		at := table + 4 + i*entry
		if at+entry > len(p.content) {
			return nil
		}
		if string(p.content[at:at+4]) != sign {
			continue
		}
		offset, size := uint64(binary.BigEndian.Uint32(p.content[at+4:])), uint64(binary.BigEndian.Uint32(p.content[at+8:]))
		if offset+size > uint64(len(p.content)) {
			return nil
		}
		return p.content[offset : offset+size]
	}
	return nil
}

func (p profile) grey() (*space, error) {
	c, _, err := readCurve(p.tag("kTRC"))
	if err != nil {
		return nil, err
	}
	return &space{isGrey: true, curves: [3]curve{c, c, c}, matrix: matrix{1, 0, 0, 0, 1, 0, 0, 0, 1}}, nil
}

// matrix returns the space of a profile with three curves and three primaries.
func (p profile) matrix() (*space, error) {
	var s space
	var primaries matrix
	for i, name := range []string{"r", "g", "b"} {
		var err error
		if s.curves[i], _, err = readCurve(p.tag(name + "TRC")); err != nil {
			return nil, err
		}
		xyz := p.tag(name + "XYZ")
		if len(xyz) < 20 || string(xyz[:4]) != signXYZ {
			return nil, errProfile
		}
		for row := range 3 {
			primaries[3*row+i] = fixed(xyz[8+4*row:])
		}
	}
	s.matrix = xyzToLinear.times(primaries)
	return &s, nil
}

// fixed reads a number of the type s15Fixed16.
func fixed(data []byte) float64 { return float64(int32(binary.BigEndian.Uint32(data))) / (1 << 16) }

// curve gives the value between 0 and 1 for one between 0 and 1.
type curve func(float64) float64

// within returns a value between 0 and 1; 0 for what is not a number.
func within(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}

// readCurve returns a curve of the type curv or para, and how many bytes it takes.
func readCurve(data []byte) (c curve, size int, err error) {
	if len(data) < 12 {
		return nil, 0, errProfile
	}
	switch string(data[:4]) {
	case "curv":
		return readSampledCurve(data)
	case "para":
		return readFormula(data)
	}
	return nil, 0, errProfile
}

func readSampledCurve(data []byte) (c curve, size int, err error) {
	count := uint64(binary.BigEndian.Uint32(data[8:]))
	if 12+2*count > uint64(len(data)) {
		return nil, 0, errProfile
	}
	size = 12 + 2*int(count)
	switch count {
	case 0:
		return within, size, nil
	case 1:
		gamma := float64(binary.BigEndian.Uint16(data[12:])) / (1 << 8)
		return func(x float64) float64 { return within(math.Pow(x, gamma)) }, size, nil
	}
	return interpolated(samples16(data[12:size])), size, nil
}

// samples16 returns numbers of 16 bits.
func samples16(data []byte) []uint16 {
	values := make([]uint16, len(data)/2)
	for i := range values {
		values[i] = binary.BigEndian.Uint16(data[2*i:])
	}
	return values
}

// samples8 returns numbers of 8 bits in 16.
func samples8(data []byte) []uint16 {
	values := make([]uint16, len(data))
	for i, b := range data {
		values[i] = wide(b)
	}
	return values
}

// interpolated returns the curve through samples at equal distances, of which there are two or more.
func interpolated(values []uint16) curve {
	last := len(values) - 1
	return func(x float64) float64 {
		at := within(x) * float64(last)
		i := min(int(at), last-1)
		part := at - float64(i)
		return (float64(values[i])*(1-part) + float64(values[i+1])*part) / math.MaxUint16
	}
}

// readFormula reads a parametric curve. Its parameters are g a b c d e f, of which each form has the first.
func readFormula(data []byte) (c curve, size int, err error) {
	form := int(binary.BigEndian.Uint16(data[8:]))
	counts := []int{1, 3, 4, 5, 7}
	if form >= len(counts) || 12+4*counts[form] > len(data) {
		return nil, 0, errProfile
	}
	var v [7]float64
	for i := range counts[form] {
		v[i] = fixed(data[12+4*i:])
	}
	size = 12 + 4*counts[form]
	power := func(x float64) float64 { return math.Pow(v[1]*x+v[2], v[0]) }
	limit, low, high := v[4], func(x float64) float64 { return v[3] * x }, power
	switch form {
	case 0:
		limit, high = -1, func(x float64) float64 { return math.Pow(x, v[0]) }
	case 1:
		limit, low = -v[2]/v[1], func(float64) float64 { return 0 }
	case 2:
		limit, low = -v[2]/v[1], func(float64) float64 { return v[3] }
		high = func(x float64) float64 { return power(x) + v[3] }
	case 4:
		low, high = func(x float64) float64 { return v[3]*x + v[6] }, func(x float64) float64 { return power(x) + v[5] }
	}
	return func(x float64) float64 {
		if x < limit {
			return within(low(x))
		}
		return within(high(x))
	}, size, nil
}

// table is the transformation of a profile that is not a matrix: curves, a grid of values, curves, a matrix and curves.
type table struct {
	before [3]curve
	grid   grid
	middle [3]curve
	matrix matrix
	offset [3]float64
	after  [3]curve
	// decode turns the result into XYZ.
	decode func([3]float64) [3]float64
}

// grid has the values of three outputs at the crossings of three inputs; without sizes it changes nothing.
type grid struct {
	sizes  [3]int
	values []uint16
}

var straight = [3]curve{within, within, within}

func (p profile) readTable(data []byte) (*table, error) {
	const inputs, outputs = 8, 9
	if len(data) < 32 || data[inputs] != 3 || data[outputs] != 3 {
		return nil, errProfile
	}
	switch string(data[:4]) {
	case "mft1", "mft2":
		return p.readOldTable(data)
	case "mAB ":
		return p.readNewTable(data)
	}
	return nil, errProfile
}

// readOldTable reads a table of the type lut8 or lut16. Its matrix has a meaning for inputs in XYZ only.
func (p profile) readOldTable(data []byte) (*table, error) {
	const begin = 48
	if len(data) < begin+4 {
		return nil, errProfile
	}
	read, width, entries, exits, rest := samples8, 1, 256, 256, data[begin:]
	if string(data[:4]) == "mft2" {
		read, width = samples16, 2
		entries, exits, rest = int(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:])), rest[4:]
	}
	size := int(data[10])
	if entries < 2 || exits < 2 || size < 2 || len(rest) < width*3*(entries+size*size*size+exits) {
		return nil, errProfile
	}
	take := func(count int) []uint16 {
		values := read(rest[:width*count])
		rest = rest[width*count:]
		return values
	}
	curves := func(count int) (c [3]curve) {
		for i := range c {
			c[i] = interpolated(take(count))
		}
		return c
	}
	t := &table{before: curves(entries), grid: grid{sizes: [3]int{size, size, size}, values: take(3 * size * size * size)}}
	t.middle, t.matrix, t.after, t.decode = curves(exits), identity, straight, fromXYZ
	if p.target == signLab {
		t.decode = fromLab(1)
		if width == 2 {
			t.decode = fromLab(65535.0 / 65280) // 0xFF00 is 100 for L
		}
	}
	return t, nil
}

// readNewTable reads a table of the type lutAToB, of which any part but the last curves may be missing.
func (p profile) readNewTable(data []byte) (*table, error) {
	t := &table{before: straight, middle: straight, matrix: identity, after: straight, decode: fromXYZ}
	if p.target == signLab {
		t.decode = fromLab(1)
	}
	var err error
	part := func(index int) []byte {
		offset := uint64(binary.BigEndian.Uint32(data[12+4*index:]))
		switch {
		case offset == 0:
			return nil
		case offset < 32 || offset > uint64(len(data)):
			err = errProfile
			return nil
		}
		return data[offset:]
	}
	curves := func(index int, into *[3]curve) {
		rest := part(index)
		for i := 0; i < 3 && rest != nil && err == nil; i++ {
			var size int
			if into[i], size, err = readCurve(rest); err == nil {
				rest = rest[min((size+3)&^3, len(rest)):]
			}
		}
	}
	curves(0, &t.after)
	curves(2, &t.middle)
	curves(4, &t.before)
	if rest := part(1); rest != nil && err == nil {
		if len(rest) < 48 {
			return nil, errProfile
		}
		for i := range t.matrix {
			t.matrix[i] = fixed(rest[4*i:])
		}
		for i := range t.offset {
			t.offset[i] = fixed(rest[36+4*i:])
		}
	}
	if rest := part(3); rest != nil && err == nil {
		t.grid, err = readGrid(rest)
	}
	return t, err
}

func readGrid(data []byte) (grid, error) {
	const header, precision = 20, 16
	if len(data) < header {
		return grid{}, errProfile
	}
	g := grid{sizes: [3]int{int(data[0]), int(data[1]), int(data[2])}}
	count, width := 3*g.sizes[0]*g.sizes[1]*g.sizes[2], int(data[precision])
	if min(g.sizes[0], g.sizes[1], g.sizes[2]) < 2 || (width != 1 && width != 2) || len(data) < header+width*count {
		return grid{}, errProfile
	}
	values := data[header : header+width*count]
	if width == 1 {
		g.values = samples8(values)
	} else {
		g.values = samples16(values)
	}
	return g, nil
}

// at interpolates between the eight crossings around a point.
func (g grid) at(point [3]float64) (found [3]float64) {
	if g.values == nil {
		return point
	}
	var low [3]int
	var part [3]float64
	for i, size := range g.sizes {
		at := within(point[i]) * float64(size-1)
		low[i] = min(int(at), size-2)
		part[i] = at - float64(low[i])
	}
	for corner := range 8 {
		weight, index := 1.0, 0
		for i, size := range g.sizes {
			step := corner >> i & 1
			index = index*size + low[i] + step
			if step == 1 {
				weight *= part[i]
			} else {
				weight *= 1 - part[i]
			}
		}
		if weight > 0 {
			for i := range found {
				found[i] += weight * float64(g.values[3*index+i]) / math.MaxUint16
			}
		}
	}
	return found
}

// linear returns linear red, green and blue of sRGB.
func (t *table) linear(v [3]float64) [3]float64 {
	v = t.grid.at(each(t.before, v))
	v = t.matrix.apply(each(t.middle, v))
	for i := range v {
		v[i] += t.offset[i]
	}
	return xyzToLinear.apply(t.decode(each(t.after, v)))
}

// sampled returns the same table with curves that are quick to look up.
func (t *table) sampled() *table {
	quick := *t
	for _, curves := range []*[3]curve{&quick.before, &quick.middle, &quick.after} {
		for i, slow := range curves {
			values := make([]uint16, 1<<12+1)
			for j := range values {
				values[j] = uint16(within(slow(float64(j)/(1<<12)))*math.MaxUint16 + 0.5)
			}
			curves[i] = interpolated(values)
		}
	}
	return &quick
}

func each(curves [3]curve, v [3]float64) [3]float64 {
	return [3]float64{curves[0](v[0]), curves[1](v[1]), curves[2](v[2])}
}

// fromXYZ reads XYZ, of which 1 is written as 0x8000.
func fromXYZ(v [3]float64) [3]float64 {
	for i := range v {
		v[i] *= 65535.0 / 32768
	}
	return v
}

// fromLab reads L*a*b*, which was written smaller than the full range by this factor.
func fromLab(factor float64) func([3]float64) [3]float64 {
	const bend = 6.0 / 29
	back := func(t float64) float64 {
		if t > bend {
			return t * t * t
		}
		return 3 * bend * bend * (t - 4.0/29)
	}
	return func(v [3]float64) [3]float64 {
		y := (v[0]*factor*100 + 16) / 116
		x, z := y+(v[1]*factor*255-128)/500, y-(v[2]*factor*255-128)/200
		return [3]float64{white[0] * back(x), white[1] * back(y), white[2] * back(z)}
	}
}

// profileOfJPEG returns the ICC profile of a JPEG, which its segments hold in numbered parts; nil when there is none, or not all of it.
func profileOfJPEG(jpeg []byte) []byte {
	const name = "ICC_PROFILE\x00"
	parts := map[byte][]byte{}
	var count byte
	segments(jpeg, func(marker byte, _ int, data []byte) bool {
		if part, ok := bytes.CutPrefix(data, []byte(name)); ok && marker == app2 && len(part) > 2 {
			parts[part[0]], count = part[2:], part[1]
		}
		return marker != startOfScan
	})
	var whole []byte
	for number := 1; number <= int(count); number++ {
		part, ok := parts[byte(number)]
		if !ok {
			return nil
		}
		whole = append(whole, part...)
	}
	return whole
}
