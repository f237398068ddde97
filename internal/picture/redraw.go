package picture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"sync"
)

// qualities are tried in turn until a JPEG is small enough.
var qualities = []int{90, 80, 70, 55, 40, 25}

// A progressive JPEG may hold thousands of scans of a few bytes, and each one walks over all pixels.
const maxScans = 64

var errScans = errors.New("picture: too many scans")

func decodeHeaderOfPNG(content []byte) (image.Config, error) {
	return png.DecodeConfig(bytes.NewReader(content))
}

func decodeHeaderOfJPEG(content []byte) (image.Config, error) {
	return jpeg.DecodeConfig(bytes.NewReader(content))
}

func redrawPNG(content []byte, maxBytes int) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	decoded = upright(spaceOfPNG(content).shown(decoded), orientationOfPNG(content))
	// The usual level takes two to four times as long, for files that are a tenth smaller.
	drawn, err := encodePNG(decoded, png.BestSpeed, len(content))
	if err == nil && len(drawn) > maxBytes {
		drawn, err = encodePNG(decoded, png.BestCompression, len(drawn))
	}
	return drawn, err
}

func encodePNG(img image.Image, level png.CompressionLevel, size int) ([]byte, error) {
	drawn := bytes.NewBuffer(make([]byte, 0, size))
	err := (&png.Encoder{CompressionLevel: level, BufferPool: encoders[level]}).Encode(drawn, img)
	return drawn.Bytes(), err
}

// encoders keeps the tables of PNG encoders for further pictures, by the level for which they were made: they take up to a megabyte.
var encoders = map[png.CompressionLevel]*encoderPool{png.BestSpeed: {}, png.BestCompression: {}}

// encoderPool is a pool of encoders, which shrinks with each garbage collection.
type encoderPool struct{ sync.Pool }

// Get returns an encoder's tables, or nil if it must make them.
func (p *encoderPool) Get() *png.EncoderBuffer {
	tables, _ := p.Pool.Get().(*png.EncoderBuffer)
	return tables
}

// Put takes an encoder's tables back.
func (p *encoderPool) Put(tables *png.EncoderBuffer) { p.Pool.Put(tables) }

func redrawJPEG(content []byte, maxBytes int) ([]byte, error) {
	f := frameOf(content)
	if f.scans > maxScans {
		return nil, errScans
	}
	decoded, err := decodeJPEG(content, f)
	if err != nil {
		return nil, err
	}
	decoded = upright(spaceOfJPEG(content, f).shown(decoded), orientationOfJPEG(content))
	var drawn bytes.Buffer
	for _, quality := range qualities {
		drawn.Reset()
		if err := jpeg.Encode(&drawn, decoded, &jpeg.Options{Quality: quality}); err != nil || drawn.Len() <= maxBytes {
			return drawn.Bytes(), err
		}
	}
	return drawn.Bytes(), nil
}

// decodeJPEG decodes as browsers do: also without the marker at the end, and four inks without the segment in which Adobe says that they
// are inverted.
func decodeJPEG(content []byte, f frame) (image.Image, error) {
	bare := f.components == 4 && !f.hasAdobe
	if bare {
		content = bytes.Join([][]byte{content[:2], adobeSegment, content[2:]}, nil)
	}
	decoded, err := jpeg.Decode(bytes.NewReader(content))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		decoded, err = jpeg.Decode(io.MultiReader(bytes.NewReader(content), bytes.NewReader([]byte{0xFF, endOfImage})))
	}
	if err != nil {
		return nil, err
	}
	if inks, ok := decoded.(*image.CMYK); ok {
		return printed(inks, bare), nil
	}
	return decoded, nil
}

// adobeSegment says that the four components are inks.
var adobeSegment = []byte{0xFF, app14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0}

// printed returns the colours of inks in the memory of the inks: what each leaves of the white of the paper. Inverted inks are those of a
// picture that was read as if Adobe had written it.
func printed(inks *image.CMYK, inverted bool) image.Image {
	pix := inks.Pix
	for i := 0; i+3 < len(pix); i += 4 {
		if inverted {
			pix[i], pix[i+1], pix[i+2], pix[i+3] = 255-pix[i], 255-pix[i+1], 255-pix[i+2], 255-pix[i+3]
		}
		light := 255 - uint32(pix[i+3])
		for j := i; j < i+3; j++ {
			pix[j] = uint8(((255-uint32(pix[j]))*light + 127) / 255)
		}
		pix[i+3] = 255
	}
	return &image.RGBA{Pix: pix, Stride: inks.Stride, Rect: inks.Rect}
}

// upright returns the square picture as a viewer shows it that respects the orientation.
func upright(img image.Image, turned orientation) image.Image {
	if turned == (orientation{}) {
		return img
	}
	side := img.Bounds().Dx()
	turn := func(pix []byte, stride, bytesPerPixel int) []byte {
		return turned.turn(pix, stride, bytesPerPixel, side)
	}
	shape := image.Rect(0, 0, side, side)
	switch lying := img.(type) {
	case *image.Gray:
		return &image.Gray{Pix: turn(lying.Pix, lying.Stride, 1), Stride: side, Rect: shape}
	case *image.Gray16:
		return &image.Gray16{Pix: turn(lying.Pix, lying.Stride, 2), Stride: 2 * side, Rect: shape}
	case *image.Paletted:
		return &image.Paletted{Pix: turn(lying.Pix, lying.Stride, 1), Stride: side, Rect: shape, Palette: lying.Palette}
	case *image.RGBA:
		return &image.RGBA{Pix: turn(lying.Pix, lying.Stride, 4), Stride: 4 * side, Rect: shape}
	case *image.NRGBA:
		return &image.NRGBA{Pix: turn(lying.Pix, lying.Stride, 4), Stride: 4 * side, Rect: shape}
	case *image.RGBA64:
		return &image.RGBA64{Pix: turn(lying.Pix, lying.Stride, 8), Stride: 8 * side, Rect: shape}
	case *image.NRGBA64:
		return &image.NRGBA64{Pix: turn(lying.Pix, lying.Stride, 8), Stride: 8 * side, Rect: shape}
	}
	standing := image.NewRGBA(shape)
	for y := range side {
		for x := range side {
			fromX, fromY := turned.from(x, y, side)
			standing.Set(x, y, img.At(img.Bounds().Min.X+fromX, img.Bounds().Min.Y+fromY))
		}
	}
	return standing
}
