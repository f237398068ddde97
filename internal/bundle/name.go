package bundle

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"minidock/internal/fault"
)

// maxName is the most bytes of a name in a package.
const maxName = 1_000

// cleanName returns the name of an entry with slashes between its parts, in NFC, without "./" and without a slash at its end, and says
// whether it is a folder. The folder that the package itself is has the name "".
func cleanName(raw string) (name string, isFolder bool, wrong *Problem) {
	if wrong := illegible(raw); wrong != nil {
		return "", false, wrong
	}
	slashed := strings.ReplaceAll(raw, `\`, "/")
	if leadsOut(slashed) {
		return "", false, about(fault.PathTraversal, raw)
	}
	isFolder = strings.HasSuffix(slashed, "/")
	name = norm.NFC.String(withoutDots(slashed))
	if name == "" && !isFolder {
		return "", false, about(fault.InvalidName, "", fault.Variant("empty"))
	}
	return name, isFolder, nil
}

func about(code fault.Code, raw string, params ...any) *Problem {
	found := problem(code, printable(raw), params...)
	return &found
}

// illegible refuses names that cannot be read or shown.
func illegible(raw string) *Problem {
	switch odd := strings.IndexFunc(raw, isForbidden); {
	case raw == "":
		return about(fault.InvalidName, "", fault.Variant("empty"))
	case len(raw) > maxName:
		return about(fault.InvalidName, raw[:maxName], "bytes", len(raw), "max", maxName, fault.Variant("length"))
	case !utf8.ValidString(raw):
		return about(fault.InvalidName, raw, fault.Variant("encoding"))
	case odd >= 0:
		character, _ := utf8.DecodeRuneInString(raw[odd:])
		return about(fault.InvalidName, raw, "character", fmt.Sprintf("%U", character))
	}
	return nil
}

// isForbidden says whether a name cannot hold the character: controls, what ends a line, and what changes the direction of the text beside
// it, so that a name reads like another.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) && r > '\u200F'
}

// leadsOut says whether a name with slashes is absolute, has a drive letter or leads upwards. Windows drops dots and blanks at the end of a
// name, so that ".. " leads upwards too.
func leadsOut(slashed string) bool {
	if strings.HasPrefix(slashed, "/") || len(slashed) > 1 && slashed[1] == ':' && isLetter(slashed[0]) {
		return true
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if strings.Count(part, ".") > 1 && strings.Trim(part, ". ") == "" {
			return true
		}
	}
	return false
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// withoutDots returns a name without the parts "" and ".".
func withoutDots(slashed string) string {
	if plain := strings.TrimSuffix(slashed, "/"); !strings.Contains(plain, "//") && !strings.Contains("/"+plain+"/", "/./") && plain != "" {
		return plain
	}
	var parts []string
	for part := range strings.SplitSeq(slashed, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// isIgnored says whether macOS has added the file to the zip.
func isIgnored(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || name == "__MACOSX" || baseOf(name) == ".DS_Store"
}

// baseOf returns the last part of a name.
func baseOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// folderOf returns what precedes the last part of a name, with the slash at its end; "" at the top.
func folderOf(name string) string { return name[:strings.LastIndexByte(name, '/')+1] }
