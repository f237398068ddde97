package mail

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                  "",
		"Ann":                               "Ann",
		" 李  雷\u3000":                       "李 雷",
		"Ann\r\nBcc: x@example.com":         "Ann Bcc: x@example.com",
		"a\nb\rc\u2028d\u2029e\u0085f\vg":   "a b c d e f g",
		"a\x00b\x1b[31mc\x7f":               "ab[31mc",
		"\u202Etxt.exe\u202C \u2066x\u2069": "txt.exe x",
		"\ufeffa\u200bb\u00adc":             "abc",
		"a\xff\xfeb\ufffdc":                 "abc",
		"=?utf-8?B?aGk=?=":                  "=?utf-8?B?aGk=?=",
		"👩‍👩‍👧 family, e\u0301t\u0301e": "👩‍👩‍👧 family, ét\u0301e",
		"\x00👩‍👧":                            "👩👧",
		`"quoted" <b>x</b>, a@b.cc; (c) \ %`: `"quoted" <b>x</b>, a@b.cc; (c) \ %`,
	} {
		if got := line(raw, maxName); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestLineCutsOff(t *testing.T) {
	t.Parallel()
	if got := line(strings.Repeat("李", 10), 10); got != strings.Repeat("李", 10) {
		t.Errorf("as long as may be: %q", got)
	}
	if got := line(strings.Repeat("李", 11), 10); got != strings.Repeat("李", 9)+"…" {
		t.Errorf("longer: %q", got)
	}
	if got := line("12345678 "+strings.Repeat("x", 1_000_000), 10); got != "12345678…" {
		t.Errorf("at a space: %q", got)
	}
}

func TestHeaderBeginsNoEncodedWord(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"=?utf-8?B?aGk=?=": "= ?utf-8?B?aGk= ?=", "==??": "== ??", "=\r\n?x": "= ?x", "=\x00?x": "= ?x", "a = b?": "a = b?",
	} {
		if got := header(raw, 20); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
	if got := header(strings.Repeat("=?", 1_000), 20); utf8.RuneCountInString(got) > 20 || strings.Contains(got, "=?") {
		t.Errorf("grown: %q", got)
	}
}
