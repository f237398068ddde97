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

// line judges a name or tagline.
func (f *form) line(rule launchtarget.Rule, raw string) string { return f.text(rule, raw, false) }

// paragraph judges a description.
func (f *form) paragraph(rule launchtarget.Rule, raw string) string { return f.text(rule, raw, true) }

// text judges a text. It warns about a text without a Chinese character if Chinese is the target's language.
func (f *form) text(rule launchtarget.Rule, raw string, multiline bool) string {
	value := text.Clean(raw)
	weight := text.Weight(value)
	found, illegal := text.Illegal(value, multiline)
	switch {
	case value == "":
		f.errs.Add(rule.Field, fault.Blank)
	case illegal:
		f.errs.Add(rule.Field, fault.InvalidCharacter, "character", found)
	case weight < *rule.MinLength:
		f.errs.Add(rule.Field, fault.TooShort, "weight", weight, "min", *rule.MinLength, "max", *rule.MaxLength)
	case weight > *rule.MaxLength:
		f.errs.Add(rule.Field, fault.TooLong, "weight", weight, "min", *rule.MinLength, "max", *rule.MaxLength)
	case strings.HasPrefix(f.target.Language, "zh") && !text.HasHan(value):
		f.warnings.Add(rule.Field, fault.NotChinese)
	}
	return value
}

// phone judges a telephone number without trimming it.
func (f *form) phone(rule launchtarget.Rule, raw string) string {
	switch {
	case strings.TrimSpace(raw) == "":
		f.errs.Add(rule.Field, fault.Blank)
	case !rule.Matches(raw):
		f.errs.Add(rule.Field, fault.InvalidFormat, "format", "XXXX-XXXXXXX")
	}
	return raw
}

func (f *form) email(rule launchtarget.Rule, raw string) string {
	address, err := email.Parse(raw)
	switch {
	case errors.Is(err, email.ErrBlank):
		f.errs.Add(rule.Field, fault.Blank)
	case errors.Is(err, email.ErrTooLong):
		f.errs.Add(rule.Field, fault.TooLong, fault.InBytes(raw, email.Size(raw), 1, *rule.MaxBytes, "")...)
	case err != nil:
		f.errs.Add(rule.Field, fault.InvalidFormat, "format", "name@example.com")
	}
	return address.String()
}

func (f *form) industry(rule launchtarget.Rule, raw string) string {
	if checkCode(rule.Field, raw, f.errs) {
		if _, ok := industry.ByCode(raw); !ok {
			f.errs.Add(rule.Field, fault.NotFound, "value", raw)
		}
	}
	return raw
}

// picture decodes the logo and encodes it again.
func (f *form) picture(rule launchtarget.Rule) picture.Picture {
	if !f.isBase64 {
		f.errs.Add(rule.Field, fault.InvalidFormat, "format", "base64")
		return picture.Picture{}
	}
	prepared, err := f.prepare(picture.Limits{
		MaxBytes: *rule.MaxBytes, MinSide: *rule.MinSide, MaxSide: *rule.MaxSide, ContentTypes: rule.ContentTypes,
	}, rule.Field)
	f.err = err
	return prepared
}

// checkCode says whether a code can be looked up: it is not blank and has allowed characters only.
func checkCode(field, raw string, errs *fault.UserErrors) bool {
	_, illegal := text.Illegal(raw, false)
	switch {
	case strings.TrimSpace(raw) == "":
		errs.Add(field, fault.Blank)
	case illegal || strings.TrimSpace(raw) != raw:
		errs.Add(field, fault.InvalidFormat)
	}
	return !errs.Has(field)
}

// readLogo reads a logo into memory, in whatever form it was sent; the size of files was limited on receipt. If the text is not base64,
// isBase64 is false.
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
