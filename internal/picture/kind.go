package picture

import (
	"bytes"
	"image"
	"net/http"
	"slices"
	"strings"
)

// kind is a type of picture that can be decoded and encoded.
type kind struct {
	extensions []string
	header     func([]byte) (image.Config, error)
	cost       func([]byte) cost
	// redraw encodes the picture again in as many bytes as are allowed, or in few more.
	redraw func(content []byte, maxBytes int) ([]byte, error)
}

var kinds = map[string]kind{
	"image/png":  {[]string{"png"}, decodeHeaderOfPNG, costOfPNG, redrawPNG},
	"image/jpeg": {[]string{"jpg", "jpeg", "jfif", "jpe"}, decodeHeaderOfJPEG, costOfJPEG, redrawJPEG},
}

// pictureExtensions are the endings of file names that claim a type of picture; any other ending claims none.
var pictureExtensions = []string{
	"png", "apng", "jpg", "jpeg", "jfif", "jpe", "gif", "webp", "avif", "heic", "heif", "svg", "svgz", "bmp", "tif", "tiff", "ico", "jxl", "jp2",
}

// typeOf returns the media type of the content itself.
func typeOf(content []byte) string {
	if brand := brandOf(content); brand != "" {
		return brand
	}
	detected := plainType(http.DetectContentType(content))
	if strings.HasPrefix(detected, "text/") && isSVG(content) {
		return "image/svg+xml"
	}
	return detected
}

// brandOf returns the type of a picture in the container of MPEG-4, by the brand in its first box; "" for anything else.
func brandOf(content []byte) string {
	if len(content) < 12 || string(content[4:8]) != "ftyp" {
		return ""
	}
	switch string(content[8:12]) {
	case "avif", "avis":
		return "image/avif"
	case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1":
		return "image/heic"
	}
	return ""
}

func isSVG(content []byte) bool {
	beginning := bytes.ToLower(content[:min(len(content), 1<<10)])
	return bytes.Contains(beginning, []byte("<svg"))
}

// strayType returns "" if the content, the name and the declared type agree on an allowed type. Otherwise it
// returns the content's type, followed by the claim that contradicts it, if there is one.
func strayType(src Source, contentType string, allowed []string) string {
	known, ok := kinds[contentType]
	if !ok || !slices.Contains(allowed, contentType) {
		return contentType
	}
	extension := extensionOf(src.Name)
	if slices.Contains(pictureExtensions, extension) && !slices.Contains(known.extensions, extension) {
		return contentType + claim("."+extension)
	}
	switch declared := plainType(src.DeclaredType); declared {
	case "", "application/octet-stream", "image/*", "*/*", contentType:
		return ""
	default:
		return contentType + claim(declared)
	}
}

// claim puts a client's word in brackets; what could spoil a message or swell it is left out.
func claim(word string) string {
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(word) > 40 || strings.ContainsFunc(word, odd) {
		word = "?"
	}
	return " (" + word + ")"
}

// extensionOf returns what follows the last dot of the file name, in lower case.
func extensionOf(name string) string {
	base := name[strings.LastIndexAny(name, `/\`)+1:]
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(base[dot+1:]))
}

func plainType(mediaType string) string {
	plain, _, _ := strings.Cut(mediaType, ";")
	plain = strings.ToLower(strings.TrimSpace(plain))
	switch plain {
	case "image/jpg", "image/pjpeg":
		return "image/jpeg"
	case "image/x-png":
		return "image/png"
	}
	return plain
}
