package picture

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"
)

// encoded has the numbers of sRGB for linear values, in steps of 1/65535.
var encoded = sync.OnceValue(func() *[1 << 16]uint16 {
	var all [1 << 16]uint16
	for i := range all {
		all[i] = uint16(toSRGB(float64(i)/math.MaxUint16)*math.MaxUint16 + 0.5)
	}
	return &all
})

// converter converts the pixels of one picture. The numbers are in 16 bits.
type converter struct {
	space  *space
	table  *table
	linear [3]*[1 << 16]float32
	// seen keeps colours of a table that were converted, by a part of their numbers.
	seen []seenColour
}

type seenColour struct {
	from, to [3]uint16
	known    bool
}

func (s *space) converter() *converter {
	c := &converter{space: s}
	if s.table != nil {
		c.table, c.seen = s.table.sampled(), make([]seenColour, 1<<16)
		return c
	}
	for i, curve := range s.curves {
		if i > 0 && s.isGrey {
			c.linear[i] = c.linear[0]
			continue
		}
		c.linear[i] = new([1 << 16]float32)
		for j := range c.linear[i] {
			c.linear[i][j] = float32(curve(float64(j) / math.MaxUint16))
		}
	}
	return c
}

func (c *converter) convert(from [3]uint16) [3]uint16 {
	if c.space.table != nil {
		return c.lookUp(from)
	}
	m := &c.space.matrix
	r, g, b := float64(c.linear[0][from[0]]), float64(c.linear[1][from[1]]), float64(c.linear[2][from[2]])
	return [3]uint16{number(m[0]*r + m[1]*g + m[2]*b), number(m[3]*r + m[4]*g + m[5]*b), number(m[6]*r + m[7]*g + m[8]*b)}
}

// number returns the number of sRGB for a linear value.
func number(linear float64) uint16 { return encoded()[uint16(within(linear)*math.MaxUint16+0.5)] }

func (c *converter) lookUp(from [3]uint16) [3]uint16 {
	hash := (uint32(from[0])*31+uint32(from[1]))*31 + uint32(from[2])
	slot := &c.seen[hash*2654435769>>16]
	if !slot.known || slot.from != from {
		v := [3]float64{float64(from[0]), float64(from[1]), float64(from[2])}
		for i := range v {
			v[i] /= math.MaxUint16
		}
		v = c.table.linear(v)
		slot.from, slot.known = from, true
		slot.to = [3]uint16{number(v[0]), number(v[1]), number(v[2])}
	}
	return slot.to
}

// narrow returns a number of 16 bits in 8.
func narrow(wide uint16) uint8 {
	return uint8((uint32(wide)*math.MaxUint8 + math.MaxUint16/2) / math.MaxUint16)
}

func wide(narrow uint8) uint16 { return uint16(narrow) * 0x101 }

// shown returns the picture in sRGB, in the memory of the picture if it has red, green and blue for each pixel.
func (s *space) shown(img image.Image) image.Image {
	if s == nil {
		return img
	}
	c := s.converter()
	switch in := img.(type) {
	case *image.Gray:
		c.grey(in.Pix)
	case *image.Gray16:
		for i := 0; i+1 < len(in.Pix); i += 2 {
			binary.BigEndian.PutUint16(in.Pix[i:], c.lightness(binary.BigEndian.Uint16(in.Pix[i:])))
		}
	case *image.Paletted:
		for i, entry := range in.Palette {
			of := color.NRGBAModel.Convert(entry).(color.NRGBA)
			to := c.convert([3]uint16{wide(of.R), wide(of.G), wide(of.B)})
			in.Palette[i] = color.NRGBA{R: narrow(to[0]), G: narrow(to[1]), B: narrow(to[2]), A: of.A}
		}
	case *image.RGBA: // of an opaque picture
		c.colours(in.Pix)
	case *image.NRGBA:
		c.colours(in.Pix)
	case *image.RGBA64:
		c.deepColours(in.Pix)
	case *image.NRGBA64:
		c.deepColours(in.Pix)
	default:
		drawn := image.NewRGBA(img.Bounds())
		draw.Draw(drawn, drawn.Rect, img, img.Bounds().Min, draw.Src)
		c.colours(drawn.Pix)
		return drawn
	}
	return img
}

func (c *converter) grey(pix []byte) {
	var all [1 << 8]uint8
	for i := range all {
		all[i] = narrow(c.lightness(wide(uint8(i))))
	}
	for i, v := range pix {
		pix[i] = all[v]
	}
}

// lightness returns a grey in sRGB: that of the colour that the space has for equal numbers, which is grey but for rounding.
func (c *converter) lightness(grey uint16) uint16 { return c.convert([3]uint16{grey, grey, grey})[1] }

func (c *converter) colours(pix []byte) {
	for i := 0; i+3 < len(pix); i += 4 {
		to := c.convert([3]uint16{wide(pix[i]), wide(pix[i+1]), wide(pix[i+2])})
		pix[i], pix[i+1], pix[i+2] = narrow(to[0]), narrow(to[1]), narrow(to[2])
	}
}

func (c *converter) deepColours(pix []byte) {
	for i := 0; i+7 < len(pix); i += 8 {
		to := c.convert([3]uint16{binary.BigEndian.Uint16(pix[i:]), binary.BigEndian.Uint16(pix[i+2:]), binary.BigEndian.Uint16(pix[i+4:])})
		for j, v := range to {
			binary.BigEndian.PutUint16(pix[i+2*j:], v)
		}
	}
}
