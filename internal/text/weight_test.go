package text

import (
	"strings"
	"testing"
)

func TestWeightCountsWideCharactersTwice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		s              string
		weight, length int
	}{
		{"", 0, 0},
		{"abc 123", 7, 7},
		{"小程序", 6, 3},
		{"小a", 3, 2},
		{"ａＢ１", 6, 3},
		{"，。！\u3000", 8, 4},
		{"カフェ", 6, 3},
		{"ｶﾞ", 1, 1},
		{"한국", 4, 2},
		{"\u1112\u1161\u11AB", 2, 1},
		{"\U0002EBF0\U000323B0", 4, 2},
		{"é e\u0301\u0302", 3, 3},
		{"汉\u0308", 2, 1},
		{"※Ⅷ±“”…", 6, 6},
		{"\u2E3A\u2E3B", 2, 2},
		{"a\nb", 3, 3},
		{"\u0600汉", 2, 1},

		{"😀", 2, 1},
		{"👍🏽", 2, 1},
		{"☝🏽", 2, 1},
		{"👨‍👩‍👧‍👦", 2, 1},
		{"👩🏽‍❤️‍💋‍👨🏾", 2, 1},
		{"👁‍🗨", 2, 1},
		{"🇨🇳🇩🇪", 4, 2},
		{"🇨", 1, 1},
		{"🇨\u0301", 1, 1},
		{"🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2, 1},
		{"1️⃣#\u20E3", 4, 2},
		{"a\u20E3", 1, 1},
		{"© ❤ 👁 ✔", 7, 7},
		{"©️❤️👁️✔️", 8, 4},
		{"⌚\uFE0E", 2, 1},
		{"a\uFE0F1\uFE0F", 2, 2},
		{"\U0001FAE9", 2, 1},
	} {
		if got := Weight(test.s); got != test.weight {
			t.Errorf("Weight(%q) = %d, want %d", test.s, got, test.weight)
		}
		if got := Length(test.s); got != test.length {
			t.Errorf("Length(%q) = %d, want %d", test.s, got, test.length)
		}
	}
}

func TestWeightOfIllegalTextIsNeitherZeroNorAboveTwo(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"\u0301", "\u200B", "\u200D", "\uFEFF", "\x00", "\xff", "\uFE0F", "\U000E0067", "\u3099"} {
		if got := Weight(s); got < 1 || got > 2 {
			t.Errorf("Weight(%q) = %d", s, got)
		}
	}
}

func FuzzWeightLiesBetweenLengthAndTwiceIt(f *testing.F) {
	f.Add("小a👨‍👩‍👧‍👦🇨🇳1️⃣")
	f.Add("\u0600\u200D\xff\u1100\u1100")
	f.Fuzz(func(t *testing.T, s string) {
		weight, length := Weight(s), Length(s)
		if weight < length || weight > 2*length {
			t.Errorf("%q weighs %d with %d characters", s, weight, length)
		}
		if _, bad := Illegal(s, false); !bad && strings.ContainsAny(s, "\n\u202E\u200B") {
			t.Errorf("%q is legal", s)
		}
		if _, bad := Illegal(s, true); !bad && len([]rune(s)) > maxRunes*length {
			t.Errorf("%q hides runes in %d characters", s, length)
		}
	})
}
