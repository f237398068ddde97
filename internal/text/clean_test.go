package text

import (
	"testing"
	"unicode"
)

func TestCleanNormalisesAndTrims(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                           "",
		" \t\n\u3000\u00A0\u2028 ":   "",
		"\u3000小店\u00A0":             "小店",
		"Cafe\u0301":                 "Café",
		"\u1100\u1161":               "가",
		"one\r\ntwo\rthree\n\nfour":  "one\ntwo\nthree\n\nfour",
		"a  b":                       "a  b",
		"ａ①":                         "ａ①",
		"bad\xff\xed\xa0\x80e\u0301": "bad\xff\xed\xa0\x80é",
	} {
		if got := Clean(raw); got != want {
			t.Errorf("Clean(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestFoldGivesLookAlikesOneKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"Pizza", "pizza", "PIZZA", "ＰＩＺＺＡ", "𝐏𝐢𝐳𝐳𝐚"},
		{"Straße", "STRASSE"},
		{"café", "CAFE\u0301"},
		{"小 店", "小\u3000店", "小 \u00A0 店", "小\n店"},
		{"ｶﾞ", "ガ"},
		{"①", "1"},
		{"❤", "❤\uFE0F"},
		{"می\u200Cخواهم", "میخواهم"},
		{"Σίσυφος", "ΣΊΣΥΦΟΣ"},
		{"ꮴꮃꭹ", "ᏤᎳᎩ"},
	} {
		for _, name := range same[1:] {
			if got, want := Fold(name), Fold(same[0]); got != want {
				t.Errorf("Fold(%q) = %q, but Fold(%q) = %q", name, got, same[0], want)
			}
		}
	}
}

func TestFoldKeepsDifferentNamesApart(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"cafe", "café"}, {"小店", "小 店"}, {"国", "國"}, {"o", "0"}, {"i", "ı"}} {
		if Fold(pair[0]) == Fold(pair[1]) {
			t.Errorf("%q and %q share the key %q", pair[0], pair[1], Fold(pair[0]))
		}
	}
}

func TestAKeyIsItsOwnKey(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if key := Fold(string(r)); Fold(key) != key {
			t.Errorf("Fold(%q) = %q, whose key is %q", r, key, Fold(key))
		}
	}
}

func TestHasHan(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"my 店": true, "〇": true, "\U0002EBF0": true, "\U000323B0": true,
		"": false, "shop": false, "カフェ": false, "가게": false, "，。": false, "😀": false,
	} {
		if HasHan(s) != want {
			t.Errorf("HasHan(%q) is not %v", s, want)
		}
	}
}

func FuzzFoldIsStable(f *testing.F) {
	f.Add("ＰＩＺＺＡ  \u0345İ")
	f.Fuzz(func(t *testing.T, raw string) {
		clean := Clean(raw)
		if _, bad := Illegal(clean, true); bad {
			return
		}
		if again := Clean(clean); again != clean {
			t.Errorf("Clean(%q) = %q", clean, again)
		}
		if key := Fold(clean); Fold(key) != key {
			t.Errorf("Fold(%q) = %q, whose key is %q", clean, key, Fold(key))
		}
	})
}
