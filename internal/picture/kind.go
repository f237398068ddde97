package picture

import (
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
)

// kind is a type of picture that can be decoded and encoded.
type kind struct {
	extensions []string
	header     func(io.Reader) (image.Config, error)
	redraw     func([]byte) ([]byte, error)
}

var kinds = map[string]kind{
	"image/png":  {[]string{"png"}, png.DecodeConfig, redrawPNG},
	"image/jpeg": {[]string{"jpg", "jpeg"}, jpeg.DecodeConfig, redrawJPEG},
}

// typeOf returns the media type of the content itself.
func typeOf(content []byte) string { return plainType(http.DetectContentType(content)) }

// strayType returns "" if the content, the name and the declared type agree on an allowed type. Otherwise it
// returns the content's type, followed by the claim that contradicts it, if there is one.
func strayType(src Source, contentType string, allowed []string) string {
	known, ok := kinds[contentType]
	if !ok || !slices.Contains(allowed, contentType) {
		return contentType
	}
	if extension := extensionOf(src.Name); extension != "" && !slices.Contains(known.extensions, extension) {
		return contentType + claim("."+extension)
	}
	switch declared := plainType(src.DeclaredType); declared {
	case "", "application/octet-stream", contentType:
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
	if plain == "image/jpg" {
		return "image/jpeg"
	}
	return plain
}
