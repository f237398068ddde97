package gqlhttp

import (
	"fmt"
	"mime"
	"net/http"
	"strings"

	"minidock/internal/coercion"
	"minidock/internal/fault"
)

// checkContent says whether a body is a form, or why its type or encoding is not supported.
func checkContent(header http.Header) (isForm bool, refusal *fault.Refusal) {
	for _, encoding := range strings.Split(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		encoding = strings.TrimSpace(encoding)
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return false, unsupported("The Content-Encoding is %s: send the body without compression.", coercion.Inspect(encoding))
		}
	}
	sent := header.Get("Content-Type")
	mediaType, parameters, err := mime.ParseMediaType(sent)
	charset := parameters["charset"]
	switch {
	case sent == "":
		return false, unsupported("The request has no Content-Type: send application/json, or multipart/form-data for a file.")
	case mediaType == "multipart/form-data":
		return true, nil
	case mediaType != mediaJSON || err != nil:
		return false, unsupported("The Content-Type is %s: send application/json, or multipart/form-data for a file.", coercion.Inspect(sent))
	case !isUTF8(charset):
		return false, unsupported("The charset is %s: send UTF-8.", coercion.Inspect(charset))
	}
	return false, nil
}

// isUTF8 says whether a charset is UTF-8, which it is when none is named. Some programs write its name without the hyphen.
func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

func unsupported(format string, values ...any) *fault.Refusal {
	return &fault.Refusal{Code: "UNSUPPORTED_MEDIA_TYPE", Message: fmt.Sprintf(format, values...)}
}
