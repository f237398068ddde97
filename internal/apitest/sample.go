package apitest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// MiniProgramQuery reads all of the mini program $id.
const MiniProgramQuery = `query($id: ID!) { miniProgram(id: $id) { ` + miniProgramFields + ` } }`

// CreateInput returns an input that createMiniProgram accepts without a warning.
func CreateInput(workspaceID string) Vars {
	return Vars{
		"workspaceId":      workspaceID,
		"launchTargetCode": "ALIPAY_CN",
		"name":             "小咖啡馆",
		"tagline":          "现磨咖啡在线点单",
		"description":      "新鲜现磨咖啡，在线点单，到店自取，省时省心。",
		"logo":             Vars{"base64": Base64(PNG(64, 64))},
		"industryCode":     "5812",
		"servicePhone":     "0571-1234567",
		"serviceEmail":     "help@example.com",
	}
}

// OtherValues are values for each field of UpdateMiniProgramInput other than those of CreateInput.
func OtherValues() Vars {
	return Vars{
		"name": "新茶馆", "tagline": "好茶在线点单外卖", "description": "好茶现泡，在线点单，到店自取，省时省心。",
		"logo": Vars{"base64": Base64(JPEG(100, 100))}, "industryCode": "5814", "servicePhone": "0010-7654321",
		"serviceEmail": "tea@example.com",
	}
}

// With returns the variables with one of them changed.
func (v Vars) With(name string, value any) Vars {
	changed := Vars{}
	for k, old := range v {
		changed[k] = old
	}
	changed[name] = value
	return changed
}

// Without returns the variables without one of them.
func (v Vars) Without(name string) Vars {
	changed := v.With(name, nil)
	delete(changed, name)
	return changed
}

// PNG returns a picture of this size.
func PNG(width, height int) []byte {
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, picture(width, height)); err != nil {
		panic(err)
	}
	return buffer.Bytes()
}

// JPEG returns a picture of this size.
func JPEG(width, height int) []byte {
	var buffer bytes.Buffer
	if err := jpeg.Encode(&buffer, picture(width, height), nil); err != nil {
		panic(err)
	}
	return buffer.Bytes()
}

// ClaimedPNG returns a small PNG whose header claims another size.
func ClaimedPNG(width, height uint32) []byte {
	content := PNG(64, 64)
	header := content[12:29]
	binary.BigEndian.PutUint32(header[4:], width)
	binary.BigEndian.PutUint32(header[8:], height)
	binary.BigEndian.PutUint32(content[29:], crc32.ChecksumIEEE(header))
	return content
}

// Padded returns a picture with bytes behind its end, which decoders pass over, so that it has this many.
func Padded(picture []byte, size int) []byte {
	return append(bytes.Clone(picture), make([]byte, size-len(picture))...)
}

// Base64 returns bytes as text.
func Base64(content []byte) string { return base64.StdEncoding.EncodeToString(content) }

func picture(width, height int) image.Image {
	p := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White, color.RGBA{R: 0x20, G: 0x80, B: 0xff, A: 0xff}})
	for i := range p.Pix {
		p.Pix[i] = uint8(i / 7 % 2)
	}
	return p
}
