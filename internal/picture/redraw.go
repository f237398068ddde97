package picture

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

const quality = 90

// A progressive JPEG may hold thousands of scans of a few bytes, and each one walks over all pixels.
const maxScans = 64

var errScans = errors.New("picture: too many scans")

func redrawPNG(content []byte) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var drawn bytes.Buffer
	err = png.Encode(&drawn, decoded)
	return drawn.Bytes(), err
}

func redrawJPEG(content []byte) ([]byte, error) {
	if bytes.Count(content, []byte{0xFF, startOfScan}) > maxScans {
		return nil, errScans
	}
	decoded, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var drawn bytes.Buffer
	err = jpeg.Encode(&drawn, upright(decoded, orientationOf(content)), &jpeg.Options{Quality: quality})
	return drawn.Bytes(), err
}

// upright returns the square picture as a viewer shows it that respects the orientation.
func upright(img image.Image, turned orientation) image.Image {
	_, isCMYK := img.(*image.CMYK)
	if turned == (orientation{}) && !isCMYK {
		return img
	}
	lying := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(lying, lying.Bounds(), img, img.Bounds().Min, draw.Src)
	if turned == (orientation{}) {
		return lying
	}
	standing := image.NewRGBA(lying.Bounds())
	side := lying.Bounds().Dx()
	for y := range side {
		for x := range side {
			fromX, fromY := turned.from(x, y, side)
			to, from := standing.PixOffset(x, y), lying.PixOffset(fromX, fromY)
			copy(standing.Pix[to:to+4], lying.Pix[from:from+4])
		}
	}
	return standing
}
