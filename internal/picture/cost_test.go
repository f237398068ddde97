package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"runtime"
	"testing"
	"time"

	"minidock/internal/fault"
)

func TestPicturesThatCostTooMuchHaveTooManyPixels(t *testing.T) {
	t.Parallel()
	deep := image.NewNRGBA64(image.Rect(0, 0, 4096, 4096))
	for name, content := range map[string][]byte{
		"64 scans of three components":       flatJPEG(3, 4096, true, 62),
		"progressive, without subsampling":   flatJPEG(3, 4096, true, 1),
		"four inks":                          flatJPEG(4, 4096, false, 0),
		"16 bits of each colour and opacity": pngOf(deep),
		"16 bits of grey, one of them clear": afterHeader(pngOf(image.NewGray16(deep.Rect)), chunk("tRNS", []byte{0, 1})),
	} {
		began := time.Now()
		_, userError := prepare(t, Source{Bytes: content[:min(len(content), limits.MaxBytes)]})
		if userError == nil || userError.Code != fault.TooManyPixels {
			t.Errorf("%s of %d bytes: %v", name, len(content), userError)
			continue
		}
		if most, ok := userError.Params[1].Value.(int); !ok || most >= 4096 || most < 1000 {
			t.Errorf("%s: %v", name, userError.Params)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s took %v to refuse", name, took)
		}
	}
	for name, content := range map[string][]byte{
		"grey": flatJPEG(1, 4096, false, 0), "three components": flatJPEG(3, 4096, false, 0), "ten scans": flatJPEG(3, 2000, true, 8),
		"a palette": pngOf(image.NewPaletted(image.Rect(0, 0, 4096, 4096), color.Palette{color.Black, color.White})),
	} {
		if _, userError := prepare(t, Source{Bytes: content}); userError != nil {
			t.Errorf("%s: %v", name, userError)
		}
	}
}

func TestOnePictureOfAUserIsPreparedAtATimeAndTheWaitEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	content := pngOf(quarters(64, 64))
	release, err := turns.take(t.Context(), "eva", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Prepare(ended, "eva", Source{Bytes: content}, limits, "logo", &fault.UserErrors{}); !errors.Is(err, context.Canceled) {
		t.Errorf("while another picture is prepared: %v", err)
	}
	if got, err := Prepare(t.Context(), "max", Source{Bytes: content}, limits, "logo", &fault.UserErrors{}); err != nil || len(got.Bytes) == 0 {
		t.Errorf("another user: %v", err)
	}
	release()
	if got, err := Prepare(t.Context(), "eva", Source{Bytes: content}, limits, "logo", &fault.UserErrors{}); err != nil || len(got.Bytes) == 0 {
		t.Errorf("afterwards: %v", err)
	}
	turns.mu.Lock()
	defer turns.mu.Unlock()
	if _, left := turns.users["eva"]; left {
		t.Error("a user is kept who has no picture")
	}
}

func TestGreyOfWhichOneIsClearCostsAsMuchAsColours(t *testing.T) {
	t.Parallel()
	grey := pngOf(image.NewGray(image.Rect(0, 0, 64, 64)))
	if plain, clear := costOfPNG(grey), costOfPNG(afterHeader(grey, chunk("tRNS", []byte{0, 1}))); plain.bytes != 1 || clear.bytes != 4 {
		t.Errorf("a pixel costs %v bytes, and %v with a clear grey", plain.bytes, clear.bytes)
	}
}

// It is not parallel, so that what others allocate does not count.
func TestASmallPictureCountsWithTheTablesOfItsEncoder(t *testing.T) {
	small := image.NewGray(image.Rect(0, 0, 64, 64))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := new(png.Encoder).Encode(io.Discard, small); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	needed := int64(after.TotalAlloc - before.TotalAlloc)
	if counted := costOfPNG(pngOf(small)).memory(64); counted < needed {
		t.Errorf("it counts with %d bytes, and needs %d", counted, needed)
	}
}

func TestOnlyAsManyPicturesArePreparedAtOnceAsMemoryAllows(t *testing.T) {
	t.Parallel()
	own := &queue{memory: semaphoreOf(memory), users: map[string]*place{}}
	var releases []func()
	for _, user := range []string{"a", "b"} {
		release, err := own.take(t.Context(), user, memory/2)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := own.take(ended, "c", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a third one: %v", err)
	}
	releases[0]()
	release, err := own.take(t.Context(), "c", memory/2)
	if err != nil {
		t.Fatal(err)
	}
	release()
	releases[1]()
}

func TestPicturesAreReadAsBrowsersReadThem(t *testing.T) {
	t.Parallel()
	upright := jpegOf(quarters(64, 64))
	for name, content := range map[string][]byte{
		"orientation as LONG":           bytes.Join([][]byte{upright[:2], exifLong(6), upright[2:]}, nil),
		"fill bytes before the Exif":    bytes.Join([][]byte{upright[:2], {0xFF, 0xFF, 0xFF}, exifLong(6), upright[2:]}, nil),
		"without the marker at the end": upright[:len(upright)-2],
	} {
		got, userError := prepare(t, Source{Bytes: content})
		if userError != nil {
			t.Errorf("%s: %v", name, userError)
			continue
		}
		want := "BRWG"
		if name == "without the marker at the end" {
			want = "RGBW"
		}
		if corners := cornersOf(t, got.Bytes); corners != want {
			t.Errorf("%s: %s, want %s", name, corners, want)
		}
	}
	turned, userError := prepare(t, Source{Bytes: afterHeader(pngOf(quarters(64, 64)), chunk("eXIf", exifLong(6)[10:]))})
	if userError != nil {
		t.Fatal(userError)
	}
	img, err := readPNG(turned.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := img.At(8, 8).RGBA(); r != 0 || g != 0 || b != 0xffff {
		t.Errorf("a PNG that is turned begins with %d, %d, %d, not with blue", r, g, b)
	}
}

// exifLong is a segment with an orientation of the type LONG.
func exifLong(value byte) []byte {
	return segment(app1, append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00"), value, 0, 0, 0, 0)...)
}

func TestFourInksWithoutASegmentOfAdobeAreNotInverted(t *testing.T) {
	t.Parallel()
	withAdobe := flatJPEG(4, 64, false, 0)
	at := bytes.Index(withAdobe, []byte("Adobe"))
	without := bytes.Join([][]byte{withAdobe[:at-4], withAdobe[at-4+16:]}, nil)
	colours := map[string]color.Color{}
	for name, content := range map[string][]byte{"with": withAdobe, "without": without} {
		got, userError := prepare(t, Source{Bytes: content})
		if userError != nil {
			t.Fatalf("%s: %v", name, userError)
		}
		img, err := readJPEG(got.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		colours[name] = img.At(32, 32)
	}
	t.Logf("%v", colours)
	if _, _, _, opacity := colours["without"].RGBA(); opacity != 0xffff {
		t.Errorf("%v", colours)
	}
}

func TestARedrawnPictureIsNotLargerThanAllowed(t *testing.T) {
	t.Parallel()
	noise := image.NewRGBA(image.Rect(0, 0, 700, 700))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = byte(state >> 24)
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	source := jpegOfQuality(noise, 30)
	if len(source) > limits.MaxBytes {
		t.Fatalf("%d bytes", len(source))
	}
	got, userError := prepare(t, Source{Bytes: source})
	if userError != nil || len(got.Bytes) > limits.MaxBytes {
		t.Errorf("%d bytes of %d, %v", len(got.Bytes), len(source), userError)
	}
}

func TestTypesThatArePicturesAreNamed(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00": "image/heic", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00": "image/avif",
		"RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`: "image/svg+xml", "<svg/>": "image/svg+xml",
		"text": "text/plain",
	} {
		_, userError := prepare(t, Source{Bytes: []byte(content)})
		if userError == nil || userError.Params[0].Value != want {
			t.Errorf("%q: %v, want %s", content, userError, want)
		}
	}
}

func TestWhatClaimsNoTypeContradictsNothing(t *testing.T) {
	t.Parallel()
	goodPNG, goodJPEG := pngOf(quarters(64, 64)), jpegOf(quarters(64, 64))
	for _, src := range []Source{
		{Bytes: goodJPEG, DeclaredType: "image/pjpeg"}, {Bytes: goodPNG, DeclaredType: "image/x-png"}, {Bytes: goodPNG, DeclaredType: "image/*"},
		{Bytes: goodPNG, DeclaredType: "*/*"}, {Bytes: goodPNG, Name: "v2.0"}, {Bytes: goodPNG, Name: "Screenshot at 9.30.12"},
		{Bytes: goodJPEG, Name: "photo.jfif"}, {Bytes: goodPNG, Name: "a.\u202Egnp"},
	} {
		if _, userError := prepare(t, src); userError != nil {
			t.Errorf("%q, %q: %v", src.Name, src.DeclaredType, userError)
		}
	}
	for _, src := range []Source{
		{Bytes: goodPNG, Name: "logo.jfif"}, {Bytes: goodPNG, DeclaredType: "image/pjpeg"}, {Bytes: goodJPEG, DeclaredType: "image/x-png"}, {Bytes: goodPNG, Name: "logo.webp"},
	} {
		if _, userError := prepare(t, src); userError == nil || userError.Code != fault.UnsupportedType {
			t.Errorf("%q, %q: %v", src.Name, src.DeclaredType, userError)
		}
	}
}
