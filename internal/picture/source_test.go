package picture

import (
	"errors"
	"testing"
)

func TestFromBase64ReadsPlainTextAndDataURIs(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Source{
		"":                                       {},
		" \n ":                                   {},
		"aGVsbG8=":                               {Bytes: []byte("hello")},
		"\u3000\r\n aGVs\r\nbG8=\n":              {Bytes: []byte("hello")},
		"data:image/png;base64,aGVsbG8=":         {Bytes: []byte("hello"), DeclaredType: "image/png"},
		" DATA:image/JPEG;x=\"y\";BASE64,aGVs\n": {Bytes: []byte("hel"), DeclaredType: "image/JPEG"},
		"data:;base64,aGVs":                      {Bytes: []byte("hel")},
		"data:image/png;base64,":                 {DeclaredType: "image/png"},
	} {
		got, err := FromBase64(s)
		if err != nil || string(got.Bytes) != string(want.Bytes) || got.DeclaredType != want.DeclaredType || got.Name != "" {
			t.Errorf("FromBase64(%q) = %q, %v", s, got, err)
		}
	}
}

func TestFromBase64RefusesWhatIsNotBase64(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"aGVsbG8", "aGVsbG8==", "aGVs bG8=", "aGVs\tbG8=", "aGVs\u00A0bG8=", "-_-_", "hello!", "aGVs====", "logo.png", "https://x.yz/a.png",
		"data:image/png,aGVs", "data:image/png;base64", "data:image/png;base64;x=y,aGVs", "data:base64,aGVs", "data:,aGVs", "data:",
		"data:image/png;base64, aGVs", "data:image/png;base64,%61GVs", "date:image/png;base64,aGVs", "data:image/svg+xml;utf8,<svg/>",
	} {
		if got, err := FromBase64(s); !errors.Is(err, ErrFormat) || got.Bytes != nil || got.DeclaredType != "" {
			t.Errorf("FromBase64(%q) = %q, %v", s, got, err)
		}
	}
}
