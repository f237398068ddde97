package industry

import (
	"slices"
	"strings"
	"testing"
)

func TestSearchFinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, query string
		// want are the first results, in order; not must not be among the results at all.
		want, not []string
	}{
		{"a beginning", "restaur", []string{"5812", "5814"}, []string{"5251", "5072", "5832"}},
		{"a word", "restaurants", []string{"5812"}, []string{"5251"}},
		{"a singular for a plural", "pharmacy", []string{"5912"}, []string{"5251"}},
		{"a plural for a singular", "buses", []string{"4111", "4131"}, []string{"7399"}},
		{"a synonym", "vet", []string{"0742"}, []string{"5812"}},
		{"a whole synonym before the beginning of a name", "pub", []string{"5813", "2741"}, nil},
		{"a beginning before the middle", "print", []string{"2741", "7338", "7395"}, []string{"5812"}},
		{"the middle of a long word", "phone", []string{"4812"}, []string{"5812"}},
		{"no middle for a short word", "ice", []string{"5451", "5814"}, []string{"7349", "8111"}},
		{"no middle for a short word, hair", "hair", []string{"7230"}, []string{"5021", "5712"}},

		{"upper case", "RESTAURANTS", []string{"5812"}, []string{"5251"}},
		{"accents", "Café", []string{"5812", "5814"}, []string{"5251"}},
		{"separate accents", "cafe\u0301", []string{"5812", "5814"}, []string{"5251"}},
		{"full-width letters", "ｒｅｓｔａｕｒ", []string{"5812"}, []string{"5251"}},
		{"white space around", "\u3000 restaur\t\n", []string{"5812"}, []string{"5251"}},
		{"an apostrophe", "men’s", []string{"5611", "5691"}, []string{"5812"}},
		{"no apostrophe", "mens", []string{"5611", "5691"}, []string{"5812"}},
		{"glasses, not glass", "glasses", []string{"5950", "8043"}, []string{"5231"}},

		{"a missing letter", "resturant", []string{"5812", "5814"}, []string{"5251"}},
		{"swapped letters", "restuarant", []string{"5812"}, []string{"5251"}},
		{"a wrong letter", "hotal", []string{"7011"}, []string{"5967"}},
		{"a wrong first letter", "gotel", []string{"7011"}, nil},
		{"one letter too many", "hottel", []string{"7011"}, nil},
		{"two errors in a long word", "suprmarkett", []string{"5411"}, nil},
		{"a mistyped beginning", "restuar", []string{"5812"}, []string{"5251"}},
		{"a mistyped beginning of a long word", "elektri", []string{"1731"}, []string{"5812"}},
		{"a typing error in one of two words", "dry claening", []string{"7216"}, []string{"5812"}},

		{"two words", "fast food", []string{"5814"}, []string{"5812", "5411"}},
		{"two words, other order", "food fast", []string{"5814"}, []string{"5812", "5411"}},
		{"two words with a filler", "bars and clubs", nil, []string{"5812"}},
		{"words side by side first", "coffee shop", []string{"5812", "5814", "5499"}, nil},
		{"words that are not finished", "car ren", []string{"7512"}, []string{"5812"}},
		{"English and Chinese", "restaurant 餐馆", []string{"5812"}, []string{"5814"}},
		{"English and Chinese without a space", "KTV歌舞厅", []string{"7911"}, []string{"5813"}},

		{"a Chinese character", "餐", []string{"5812"}, []string{"5251"}},
		{"a Chinese name", "餐馆", []string{"5812"}, []string{"5814"}},
		{"the middle of a Chinese name", "快餐", []string{"5814"}, []string{"5812"}},
		{"a Chinese synonym", "奶茶", []string{"5814"}, []string{"5812"}},
		{"two Chinese words", "汽车 维修", []string{"7538"}, []string{"5812"}},
		{"a Chinese beginning before the middle", "药", []string{"5912"}, []string{"5812"}},
		{"Chinese with a word for a shop", "手机维修店", []string{"7622"}, []string{"4812"}},
		{"Chinese with a word for a service", "餐饮服务", []string{"5812"}, []string{"8111", "7349"}},

		{"a code", "5812", []string{"5812"}, []string{"5811", "5813", "5251"}},
		{"a full-width code", "５８１２", []string{"5812"}, []string{"5811"}},
		{"the beginning of a code", "581", []string{"5811", "5812", "5813", "5814", "5815", "5816", "5817", "5818"}, []string{"5832"}},
		{"a code and a word", "5814 food", []string{"5814"}, []string{"5812"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := codes(Search(c.query))
			if len(got) < len(c.want) || !slices.Equal(got[:len(c.want)], c.want) {
				t.Errorf("%q: got %v, want first %v", c.query, got, c.want)
			}
			for _, code := range c.not {
				if slices.Contains(got, code) {
					t.Errorf("%q: got %v, must not have %s", c.query, got, code)
				}
			}
		})
	}
}

func TestSearchFindsEveryIndustryByItsOwnNames(t *testing.T) {
	t.Parallel()
	for _, i := range All() {
		for _, query := range append([]string{i.Code, i.name.English, i.name.Chinese}, i.words...) {
			if !slices.Contains(Search(query), i) {
				t.Errorf("%q does not find %s", query, i.Code)
			}
		}
	}
}

func TestBlankSearchGivesAll(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", " ", "\t\r\n", "\u3000\u00a0", strings.Repeat(" ", 1000)} {
		if got := Search(query); !slices.Equal(got, All()) {
			t.Errorf("%q: got %d industries, want all", query, len(got))
		}
	}
}

func TestSearchFindsNothing(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"xyzzy", "qwerty", "asdfghjk", "!!!", "%", "'", "\x00", "\xff\xfe", "\u200b", "🍜",
		"58123", "0000", "5819", "3000", "restaurant 5251", "restaurant xyzzy",
		"龘", "不存在的行业", "ресторан", strings.Repeat("x", 100_000), strings.Repeat("龘", 100_000),
	} {
		if got := Search(query); got == nil || len(got) > 0 {
			t.Errorf("%.20q: got %v, want an empty list", query, codes(got))
		}
	}
}

func TestLongSearchFindsWhatItsStartFinds(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"restaurants" + strings.Repeat(" ", 100) + "xyzzy",
		strings.Repeat("restaurants ", 10_000),
		strings.Repeat("餐 ", 8) + "xyzzy",
		"restaurants\xff\xfe\x00",
	} {
		if got := codes(Search(query)); len(got) == 0 || got[0] != "5812" {
			t.Errorf("%.20q: got %v, want 5812 first", query, got)
		}
	}
}

func TestTypingErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, word             string
		limit                   int
		toWhole, toBeginning    int
		isTooFar, isNoBeginning bool
	}{
		{typed: "hotel", word: "hotel", limit: 1},
		{typed: "hotle", word: "hotel", limit: 1, toWhole: 1, toBeginning: 1},
		{typed: "hotl", word: "hotel", limit: 1, toWhole: 1, toBeginning: 1},
		{typed: "gotel", word: "hotel", limit: 1, toWhole: 1, isNoBeginning: true},
		{typed: "ohtel", word: "hotel", limit: 1, toWhole: 1, toBeginning: 1},
		{typed: "restuar", word: "restaurant", limit: 1, isTooFar: true, toBeginning: 1},
		{typed: "resturat", word: "restaurant", limit: 2, toWhole: 2, toBeginning: 2},
		{typed: "motel", word: "casino", limit: 1, isTooFar: true, isNoBeginning: true},
		{typed: "restaurantsss", word: "hotel", limit: 2, isTooFar: true, isNoBeginning: true},
	} {
		toWhole, toBeginning := typingErrors([]rune(c.typed), []rune(c.word), len(c.word), c.limit)
		if c.isTooFar != (toWhole > c.limit) || !c.isTooFar && toWhole != c.toWhole {
			t.Errorf("%s, %s: %d errors to the word", c.typed, c.word, toWhole)
		}
		if c.isNoBeginning != (toBeginning > c.limit) || !c.isNoBeginning && toBeginning != c.toBeginning {
			t.Errorf("%s, %s: %d errors to a beginning", c.typed, c.word, toBeginning)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, query := range []string{"restaur", "餐", "5812", "a b c d e f g h i", "\xff", "ﷺﷺﷺ", "İ", "e\u0301"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		seen := map[string]bool{}
		for _, i := range Search(query) {
			if seen[i.Code] {
				t.Errorf("%q finds %s twice", query, i.Code)
			}
			seen[i.Code] = true
		}
		if first, second := Search(query), Search(query); !slices.Equal(first, second) {
			t.Errorf("%q finds the same in another order: %v, %v", query, first, second)
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	for name, query := range map[string]string{
		"word":             "restaur",
		"mistyped":         "resturant",
		"mistyped often":   strings.Repeat("resturant ", 10),
		"mistyped all":     "resturants suprmarket pharmacist cmoputers elektrical accounatnt jewellrey universitty",
		"Chinese":          "餐",
		"Chinese too long": strings.Repeat("餐饮服务龘龘龘龘龘龘 ", 8),
		"code":             "5812",
		"letters":          "a b c d e f g h",
		"nothing":          strings.Repeat("x", 10_000),
	} {
		b.Run(name, func(b *testing.B) {
			index()
			for b.Loop() {
				Search(query)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load()
	}
}

func BenchmarkBuildIndex(b *testing.B) {
	for b.Loop() {
		build()
	}
}

func codes(industries []*Industry) []string {
	codes := make([]string, len(industries))
	for n, i := range industries {
		codes[n] = i.Code
	}
	return codes
}
