package miniprogram

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/industry"
	"minidock/internal/launchtarget"
	"minidock/internal/picture"
	"minidock/internal/text"
)

// form judges the fields of a mini program by the rules of a launch target. It records what is wrong, and what is
// allowed but not advised.
type form struct {
	target   *launchtarget.Target
	wrong    *fault.List
	warnings *fault.List
}

// text judges a name, tagline or description. A Chinese text is one with a Chinese character; Chinese is advised where
// it is the target's language.
func (f form) text(field, raw string, multiline bool) string {
	rule := f.target.Rule(field)
	value := text.Clean(raw)
	weight := text.Weight(value)
	found, illegal := text.Illegal(value, multiline)
	switch {
	case value == "":
		f.wrong.Add(field, fault.Blank)
	case illegal:
		f.wrong.Add(field, fault.InvalidCharacter, "character", found)
	case weight < *rule.MinLength:
		f.wrong.Add(field, fault.TooShort, "weight", weight, "min", *rule.MinLength, "max", *rule.MaxLength)
	case weight > *rule.MaxLength:
		f.wrong.Add(field, fault.TooLong, "weight", weight, "min", *rule.MinLength, "max", *rule.MaxLength)
	case strings.HasPrefix(f.target.Language, "zh") && !text.HasHan(value):
		f.warnings.Add(field, fault.NotChinese)
	}
	return value
}

// phone judges a telephone number as it stands: a space before or behind it is not part of one.
func (f form) phone(raw string) string {
	rule := f.target.Rule("servicePhone")
	switch {
	case strings.TrimSpace(raw) == "":
		f.wrong.Add("servicePhone", fault.Blank)
	case !rule.Matches(raw):
		f.wrong.Add("servicePhone", fault.InvalidFormat, "format", "XXXX-XXXXXXX")
	}
	return raw
}

func (f form) email(raw string) string {
	rule := f.target.Rule("serviceEmail")
	address, err := email.Parse(raw)
	switch {
	case errors.Is(err, email.ErrBlank):
		f.wrong.Add("serviceEmail", fault.Blank)
	case errors.Is(err, email.ErrTooLong):
		f.wrong.Add("serviceEmail", fault.TooLong, "weight", len(text.Clean(raw)), "min", 1, "max", *rule.MaxBytes)
	case err != nil:
		f.wrong.Add("serviceEmail", fault.InvalidFormat, "format", "name@example.com")
	}
	return address.String()
}

func (f form) industry(raw string) string {
	if checkCode("industryCode", raw, f.wrong) {
		if _, ok := industry.ByCode(raw); !ok {
			f.wrong.Add("industryCode", fault.NotFound, "value", raw)
		}
	}
	return raw
}

// logo decodes the picture and encodes it anew; isBase64 is false when it was to be and is not.
func (f form) logo(source picture.Source, isBase64 bool) picture.Picture {
	if !isBase64 {
		f.wrong.Add("logo", fault.InvalidFormat, "format", "base64")
		return picture.Picture{}
	}
	rule := f.target.Rule("logo")
	prepared, _ := picture.Prepare(source, picture.Limits{
		MaxBytes: *rule.MaxBytes, MinSide: *rule.MinSide, MaxSide: *rule.MaxSide, ContentTypes: rule.ContentTypes,
	}, "logo", f.wrong)
	return prepared
}

// checkCode tells whether a code can be looked up: it is there, and nothing odd is in it.
func checkCode(field, raw string, wrong *fault.List) bool {
	_, illegal := text.Illegal(raw, false)
	switch {
	case strings.TrimSpace(raw) == "":
		wrong.Add(field, fault.Blank)
	case illegal || strings.TrimSpace(raw) != raw:
		wrong.Add(field, fault.InvalidFormat)
	}
	return !wrong.Has(field)
}

// readLogo reads a logo into memory, however it was sent; whoever received a file has bounded its size. What is not
// base64 leaves isBase64 false.
func readLogo(in *LogoInput) (source picture.Source, isBase64 bool, err error) {
	switch {
	case in == nil:
		return picture.Source{}, true, nil
	case in.Base64 != nil:
		source, err := picture.FromBase64(*in.Base64)
		return source, err == nil, nil
	case in.File != nil:
		content, err := readAll(in.File.Content)
		if err != nil {
			return picture.Source{}, true, fmt.Errorf("read the logo: %w", err)
		}
		return picture.Source{Bytes: content, Name: in.File.Name, DeclaredType: in.File.ContentType}, true, nil
	default:
		return picture.Source{}, true, nil
	}
}

// readAll reads a file from its beginning: another mutation of the request may have read it before.
func readAll(file io.ReadSeeker) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}
