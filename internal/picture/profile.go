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
