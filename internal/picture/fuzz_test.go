package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"strings"
	"testing"
)

// FuzzFromBase64 reads foreign text as a picture in base64. It is refused and gives nothing, or it gives bytes that give the
// same bytes again.
func FuzzFromBase64(f *testing.F) {
	for _, seed := range []string{"", "aGVsbG8=", " aGVs\r\nbG8= ", "data:image/png;base64,aGVs", "data:image/png;a=b;BASE64,", "DATA:;base64,aGVs\n", "data:,aGVs", "aGVsbG8", "-_-_", "data:image/png;base64;,aGVs", "====", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src, err := FromBase64(text)
		if err != nil {
			if !errors.Is(err, ErrFormat) || src.Bytes != nil || src.DeclaredType != "" {
				t.Errorf("%q: %+v, %v", text, src, err)
			}
			return
		}
		if src.Name != "" || strings.ContainsAny(src.DeclaredType, ",;") || len(src.Bytes) > len(text) {
			t.Errorf("%q: %+v", text, src)
		}
		encoded := base64.StdEncoding.EncodeToString(src.Bytes)
		for uri, declared := range map[string]string{encoded: "", "data:" + src.DeclaredType + ";base64," + encoded: src.DeclaredType} {
			again, err := FromBase64(uri)
			if err != nil || !bytes.Equal(again.Bytes, src.Bytes) || again.DeclaredType != declared {
				t.Errorf("%q is %+v, and again %+v, %v", text, src, again, err)
			}
		}
	})
}

// FuzzOrientation looks for an orientation in what follows the first bytes of a JPEG. Whatever that is, each pixel of the
// picture is shown once.
func FuzzOrientation(f *testing.F) {
	small := jpegOf(image.NewGray(image.Rect(0, 0, 1, 1)))[:100]
	for value := range uint16(10) {
		f.Add(withOrientation(small, binary.LittleEndian, value)[2:])
		f.Add(withOrientation(small, binary.BigEndian, value)[2:])
	}
	f.Add([]byte{0xFF, app1, 0xFF, 0xFF})
	f.Add([]byte{0xFF, app1, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, rest []byte) {
		turned := orientationOfJPEG(append([]byte{0xFF, 0xD8}, rest...))
		if turned != (orientation{}) && !bytes.Contains(rest, []byte("Exif\x00\x00")) {
			t.Errorf("%+v without Exif", turned)
		}
		const side = 3
		shown := map[image.Point]bool{}
		for y := range side {
			for x := range side {
				fromX, fromY := turned.from(x, y, side)
				shown[image.Pt(fromX, fromY)] = true
				if !image.Pt(fromX, fromY).In(image.Rect(0, 0, side, side)) {
					t.Errorf("%+v: %d, %d lies at %d, %d", turned, x, y, fromX, fromY)
				}
			}
		}
		if len(shown) != side*side {
			t.Errorf("%+v shows %d pixels of %d", turned, len(shown), side*side)
		}
	})
}

// FuzzProfile reads foreign bytes as an ICC profile. Whatever it says, colours stay colours.
func FuzzProfile(f *testing.F) {
	for _, seed := range [][]byte{
		iccOf(profileOfP3, formulaOfSRGB), greyICC(curveOfGamma22), oldTable(profileOfAdobe, gamma(2.2)), newTable(profileOfP3), lightnessTable(),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := readProfile(content)
		if err != nil {
			return
		}
		c := s.converter()
		for _, v := range [][3]uint16{{}, {0xFFFF, 0xFFFF, 0xFFFF}, {1, 0x8000, 0xFFFE}} {
			c.convert(v)
		}
		for _, v := range s.convert([3]float64{0.5, 0, 1}) {
			if !(v >= 0 && v <= 1) {
				t.Errorf("a colour of %v", v)
			}
		}
	})
}
