package picture

import (
	"encoding/binary"
	"math"
)

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
