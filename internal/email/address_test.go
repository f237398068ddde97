package email

import (
	"errors"
	"strings"
	"testing"
)

func TestParseKeepsWhatWasTypedAndComparesByPunycode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ raw, typed, canonical string }{
		{"ann@example.com", "ann@example.com", "ann@example.com"},
		{" \t\u3000Ann.Lee+Shop@Example.COM\u00A0\n", "Ann.Lee+Shop@Example.COM", "ann.lee+shop@example.com"},
		{"!#$%&'*+-/=?^_`{|}~@a.b1", "!#$%&'*+-/=?^_`{|}~@a.b1", "!#$%&'*+-/=?^_`{|}~@a.b1"},
		{"0@1.2x", "0@1.2x", "0@1.2x"},
		{"a@123.456.cn", "a@123.456.cn", "a@123.456.cn"},
		{"li@例子.中国", "li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"},
		{"li@例子。中国", "li@例子。中国", "li@xn--fsqu00a.xn--fiqs8s"},
		{"li@Ｅｘａｍｐｌｅ．ｃｏｍ", "li@Ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"},
		{"li@XN--FSQU00A.xn--fiqs8s", "li@XN--FSQU00A.xn--fiqs8s", "li@xn--fsqu00a.xn--fiqs8s"},
		{"a@bu\u0308cher.de", "a@bücher.de", "a@xn--bcher-kva.de"},
		{"a@BÜCHER.de", "a@BÜCHER.de", "a@xn--bcher-kva.de"},
		{"a@straße.de", "a@straße.de", "a@xn--strae-oqa.de"},
	} {
		got, err := Parse(test.raw)
		if err != nil || got.String() != test.typed || got.Canonical() != test.canonical {
			t.Errorf("Parse(%q) = %q, %q, %v; want %q, %q", test.raw, got.String(), got.Canonical(), err, test.typed, test.canonical)
		}
	}
}

func TestParseRefusesWhatIsNotOnePlainAddress(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"a", "@", "a@", "@b.cc", "a@b", "a@@b.cc", "a@b@c.dd", "a@b.cc, d@e.ff", "a@b.cc;d@e.ff",
		".a@b.cc", "a.@b.cc", "a..b@c.dd", "a b@c.dd", "a@b .cc", "a@b\u00A0c.dd", "a@b\u3000c.dd", "a\t@b.cc",
		"Ann <a@b.cc>", "<a@b.cc>", "a(x)@b.cc", "a@b.cc(x)", `"a b"@c.dd`, `"a"@b.cc`, `a\@b@c.dd`, "@x.yy:a@b.cc", "mailto:a@b.cc",
		"李@例子.中国", "é@b.cc", "ａ@b.cc", "a＠b.cc", "a:b@c.dd",
		"a@b.cc.", "a@.b.cc", "a@b..cc", "a@b.", "a@b.。cc",
		"a@1.2.3.4", "a@[1.2.3.4]", "a@[IPv6:::1]", "a@b.123", "a@b.１２", "a@localhost",
		"a@-b.cc", "a@b-.cc", "a@b_c.dd", "a@b!.cc", "a@b/c.dd", "a@b:25.cc", "a@b.cc?x", "a@b%41.cc",
		"a@xn--.cc", "a@xn--a-.cc", "a@xn--99999999.cc", "a@ab--c.cc",
		"a@b\x00.cc", "a\r\nBcc:x@b.cc", "a@b.cc\nx", "a\n@b.cc", "a@b\u202E.cc", "a\u202E@b.cc", "a@b\u200B.cc", "a@b\u00AD.cc",
		"a@b\u200D.cc", "a@\xff.cc", "\xff@b.cc", "a@א1a.cc", "a@☃\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301.cc",
		"a@" + strings.Repeat("b", 64) + ".cc", "a@" + strings.Repeat("例", 64) + ".cc",
		"a@" + strings.Repeat("例", 100_000) + ".cc",
	} {
		if got, err := Parse(raw); !errors.Is(err, ErrFormat) || got != (Address{}) {
			t.Errorf("Parse(%.60q) = %q, %v", raw, got, err)
		}
	}
}

func TestParseRefusesBlank(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", " \t\r\n", "\u3000\u00A0"} {
		if _, err := Parse(raw); !errors.Is(err, ErrBlank) {
			t.Errorf("Parse(%q): %v", raw, err)
		}
	}
}

func TestParseMeasuresBothFormsInBytes(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("b", 63)
	wide := strings.Repeat("例.", 40) + "cn"
	for name, test := range map[string]struct {
		raw  string
		want error
	}{
		"254":                     {strings.Repeat("a", MaxBytes-len("@b.cc")) + "@b.cc", nil},
		"255":                     {strings.Repeat("a", MaxBytes+1-len("@b.cc")) + "@b.cc", ErrTooLong},
		"254 with spaces around":  {"  " + strings.Repeat("a", MaxBytes-len("@b.cc")) + "@b.cc  ", nil},
		"label of 63":             {"a@" + label + ".cc", nil},
		"domain over 253":         {"a@" + strings.Repeat(label+".", 4) + "cc", ErrTooLong},
		"typed short, puny long":  {"a@" + wide, ErrTooLong},
		"typed long, puny short":  {"a@" + strings.Repeat("ｂ", 60) + "." + strings.Repeat("ｂ", 60) + ".cc", ErrTooLong},
		"long and badly formed":   {strings.Repeat("a", 300) + "@b", ErrFormat},
		"very long, well-formed":  {strings.Repeat("a.", 100_000) + "a@" + strings.Repeat("例.", 50_000) + "cn", ErrTooLong},
		"local part of 200 bytes": {strings.Repeat("a", 200) + "@b.cc", nil},
	} {
		if _, err := Parse(test.raw); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func FuzzCanonicalIsItsOwnCanonical(f *testing.F) {
	f.Add("Ann@例子。中国")
	f.Add("a@xn--fsqu00a.xn--fiqs8s")
	f.Add("a@بی\u200Cبی.com")
	f.Fuzz(func(t *testing.T, raw string) {
		address, err := Parse(raw)
		if err != nil {
			return
		}
		again, err := Parse(address.Canonical())
		if err != nil || again.Canonical() != address.Canonical() || again.String() != address.Canonical() {
			t.Errorf("%q is %q, which is %q, %v", raw, address.Canonical(), again.Canonical(), err)
		}
		if typed, err := Parse(address.String()); err != nil || typed != address {
			t.Errorf("%q is not itself but %q, %v", address, typed, err)
		}
		if strings.ContainsAny(address.Canonical(), " \r\n<>,;\"\\()") || strings.Count(address.Canonical(), "@") != 1 {
			t.Errorf("%q is no plain address", address.Canonical())
		}
	})
}
