package text

import (
	"strings"
	"testing"
)

func TestIllegalLetsOrdinaryTextPass(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "小程序 Shop №1 — “best” ©™", "ａ\u3000ｂ\u00A0c", "Việt Nam", "שָׁלוֹם", "مُحَمَّد", "\u0600١٢", "हिन्दी", "ไทยนี้ดี", "မြန်မာ",
		"ཧྐྵྨླྺྼྻྂ", "ශ්\u200Dරී", "র\u200D্য", "می\u200Cخواهم", "ᠠ\u180B", "가게", "カフェ", "ｶﾞ", "𠮷野家",
		"葛\U000E0100", "﨑\uFE00", "\U0002EBF0", "\U000323B0", "\U0001FAE9",
		"😀👍🏽", "❤️", "⌚\uFE0E", "👨‍👩‍👧‍👦", "👩🏽‍❤️‍💋‍👨🏾", "🏳️‍🌈", "🧑🏽‍🚀", "🇨🇳", "1️⃣", "#\u20E3", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
	} {
		if found, bad := Illegal(s, false); bad {
			t.Errorf("%q is refused for %s", s, found)
		}
	}
}

func TestIllegalNamesTheFirstOffender(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"a\x00\u202E": "U+0000", "a\tb": "U+0009", "a\x1b": "U+001B", "\x7f": "U+007F", "\u0085": "U+0085", "\u009f": "U+009F",
		"a\nb": "U+000A", "a\r\nb": "U+000D", "\u2028": "U+2028", "\u2029": "U+2029", "\v": "U+000B",

		"\u202Ax": "U+202A", "\u202E": "U+202E", "\u2066": "U+2066", "\u2069": "U+2069",
		"א\u200E": "U+200E", "א\u200F": "U+200F", "\u061C": "U+061C",

		"小\u200B店": "U+200B", "a\u2060": "U+2060", "\uFEFFa": "U+FEFF", "a\u00ADb": "U+00AD", "a\u034Fb": "U+034F",
		"\u3164": "U+3164", "\u115F": "U+115F", "\u1160": "U+1160", "\uFFA0": "U+FFA0", "\u180E": "U+180E",
		"\u2800": "U+2800", "\u2062": "U+2062", "\u17B4": "U+17B4", "\U0001D159": "U+1D159", "\U0001D173": "U+1D173",
		"\uFFF9": "U+FFF9", "\uFFFC": "U+FFFC", "\uFFFD": "U+FFFD",

		"a\u200Db": "U+200D", "小\u200D店": "U+200D", "😀\u200D": "U+200D", "\u200D😀": "U+200D", "😀\u200Da": "U+200D",
		"1\u200D😀": "U+200D", "ශ්\u200D": "U+200D", "a\u200Cb": "U+200C", "می\u200C": "U+200C", "می\u200C\u200Cخ": "U+200C",
		"م\u200Cक": "U+200C", "\u200Cخ": "U+200C", "م\u200C۱": "U+200C",

		"\u0301a": "U+0301", "a \u0301": "U+0301", "a\u00A0\u0301": "U+0301", "\u093F": "U+093F",
		"a\uFE0F": "U+FE0F", "1\uFE0F": "U+FE0F", "\uFE0F": "U+FE0F", "😀\uFE0F\uFE0F": "U+FE0F", "小\uFE0F": "U+FE0F",
		"😀\uFE00": "U+FE00", "a\uFE01": "U+FE01", "小\uFE03": "U+FE03", "a\U000E0100": "U+E0100", "a\u180B": "U+180B",
		"a\U000E0061": "U+E0061", "🏴\U000E0068\U000E0069\U000E007F": "U+E0068", "\U000E0001": "U+E0001",

		"\u0378": "U+0378", "\uE000": "U+E000", "\U000F0000": "U+F0000", "\uFDD0": "U+FDD0", "\U0010FFFF": "U+10FFFF",
		"a\xffb": "U+FFFD", "\xed\xa0\x80": "U+FFFD", "小\xe5": "U+FFFD",

		"e" + strings.Repeat("\u0301", maxMarks+1): "U+0301",
		strings.Repeat("ᄀ", maxRunes+1):            "U+1100",
		strings.Repeat("😀\u200D", 20) + "😀":        "U+1F600",
		strings.Repeat("\u0600", maxRunes) + "汉":   "U+6C49",
	} {
		if got, bad := Illegal(s, false); !bad || got != want {
			t.Errorf("Illegal(%q) = %q, %v, want %s", s, got, bad, want)
		}
	}
}

func TestIllegalAllowsOnlyLineFeedWhenMultiline(t *testing.T) {
	t.Parallel()
	if found, bad := Illegal("one\n\ntwo", true); bad {
		t.Errorf("a line feed is refused for %s", found)
	}
	for _, s := range []string{"a\rb", "a\u2028b", "a\u0085b", "a\tb", "a\n\u0301b", "a\n\u202Eb"} {
		if _, bad := Illegal(s, true); !bad {
			t.Errorf("%q is legal", s)
		}
	}
}
