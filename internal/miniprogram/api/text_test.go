package api_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// textFields are the texts of the form and their limits.
var textFields = []struct {
	field    string
	min, max int
}{{"name", 3, 30}, {"tagline", 10, 30}, {"description", 20, 200}}

// fillers weigh a text exactly: the unit is repeated, and one letter makes an odd weight.
var fillers = map[string]struct {
	unit   string
	weight int
}{
	"ASCII":                {"a", 1},
	"Chinese":              {"店", 2},
	"mixed":                {"a店", 3},
	"full width":           {"Ａ", 2},
	"emoji":                {"😀", 2},
	"family of four":       {"👨‍👩‍👧‍👦", 2},
	"skin tone":            {"👍🏽", 2},
	"flag":                 {"🇨🇳", 2},
	"combining marks":      {"x\u0301\u0302", 1},
	"decomposed letters":   {"e\u0301", 1},
	"half-width katakana":  {"ｱ", 1},
	"spaces in the middle": {"a b", 3},
}

// weighing returns a text of exactly this weight that is made of the unit, padded by letters.
func weighing(unit string, unitWeight, weight int) string {
	return strings.Repeat(unit, weight/unitWeight) + strings.Repeat("z", weight%unitWeight)
}

func TestTextsAreWeighedAtTheirExactLimits(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		for script, filler := range fillers {
			for _, f := range textFields {
				input := apitest.CreateInput(workspace).With("servicePhone", "")
				for weight, code := range map[int]string{f.min - 1: "TOO_SHORT", f.min: "", f.max: "", f.max + 1: "TOO_LONG"} {
					value := weighing(filler.unit, filler.weight, weight)
					// A blank phone keeps the rows away, so that neither quota nor names are in the way.
					want := []string{"BLANK servicePhone"}
					if code != "" {
						want = []string{code + " " + f.field, "BLANK servicePhone"}
					}
					refused := owner.Create(t, input.With(f.field, value)).HasUserErrors(t, want...)
					params := map[string]string{"weight": fmt.Sprint(weight), "min": fmt.Sprint(f.min), "max": fmt.Sprint(f.max)}
					if code != "" && !maps.Equal(refused[0].Params, params) {
						t.Errorf("%s in %s: %v, want %v", f.field, script, refused[0].Params, params)
					}
				}
			}
		}
		if got := w.Client.MiniProgram.Query().CountX(t.Context()); got != 0 {
			t.Errorf("%d refused inputs are written", got)
		}
	})
}

func TestTextsAtTheirLimitsAreCreated(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		for script, filler := range fillers {
			workspace := owner.CreateWorkspace(t, script)
			for _, limit := range []int{0, 1} {
				input := apitest.CreateInput(workspace)
				for _, f := range textFields {
					input[f.field] = weighing(filler.unit, filler.weight, []int{f.min, f.max}[limit])
				}
				owner.Create(t, input).CreatedMiniProgram(t)
			}
		}
	})
}

func TestWhiteSpaceAroundATextHasNoWeight(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		refused := owner.Create(t, input.With("name", "   店   ")).HasUserErrors(t, "TOO_SHORT name")
		if refused[0].Params["weight"] != "2" {
			t.Errorf("weight %s", refused[0].Params["weight"])
		}
		owner.Create(t, input.With("name", "\u3000"+strings.Repeat("店", 15)+" \t")).CreatedMiniProgram(t)
	})
}

func TestOddCharactersInTextsAreRefusedBeforeTheirLength(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, f := range textFields {
			for odd, found := range map[string]string{
				"\x00": "U+0000", "\x07": "U+0007", "\x1b": "U+001B", "\x7f": "U+007F", "\u0085": "U+0085", "\t": "U+0009",
				"\u200B": "U+200B", "\u202E": "U+202E", "\u2066": "U+2066", "\u200F": "U+200F", "\uFEFF": "U+FEFF",
				"\u2028": "U+2028", "\u200D": "U+200D", "\u00AD": "U+00AD", "\uE000": "U+E000", "\U000E0041": "U+E0041",
			} {
				for _, value := range []string{"店" + odd + "a", strings.Repeat("店", 9) + odd + "店家", strings.Repeat("店", 200) + odd + "a"} {
					refused := owner.Create(t, input.With(f.field, value)).HasUserErrors(t, "INVALID_CHARACTER "+f.field)
					if len(refused) == 1 && refused[0].Params["character"] != found {
						t.Errorf("%s with %q: found %q", f.field, odd, refused[0].Params["character"])
					}
				}
			}
		}
		if got := w.Written(t); !strings.HasPrefix(got, "0 mini programs") {
			t.Errorf("written %s", got)
		}
	})
}

func TestOnlyTheDescriptionMayHaveLineBreaks(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, lineBreak := range []string{"\n", "\r\n", "\r"} {
			value := "现磨咖啡在线" + lineBreak + "点单到店自取"
			owner.Create(t, input.With("name", value)).HasUserErrors(t, "INVALID_CHARACTER name")
			owner.Create(t, input.With("tagline", value)).HasUserErrors(t, "INVALID_CHARACTER tagline")
			answer := owner.Create(t, input.With("name", fmt.Sprintf("小店 %x", lineBreak)).With("description", value))
			answer.CreatedMiniProgram(t)
			if got := answer.String(t, "createMiniProgram.miniProgram.description"); got != "现磨咖啡在线\n点单到店自取" {
				t.Errorf("description %q", got)
			}
		}
	})
}

func TestBlankTextsAreBlankAndNotTooShort(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, f := range textFields {
			for _, blank := range []string{"", " ", strings.Repeat(" ", 25), "\t\n\r", "\u3000\u00A0\u2028"} {
				owner.Create(t, input.With(f.field, blank)).HasUserErrors(t, "BLANK "+f.field)
			}
		}
	})
}

func TestATextWithoutAChineseCharacterEarnsAWarning(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		const english = "Fresh coffee, order online"
		for _, test := range []struct {
			name, tagline, description string
			want                       []string
		}{
			{"小咖啡馆", "现磨咖啡在线点单", "新鲜现磨咖啡，在线点单，到店自取。", []string{}},
			{english, "现磨咖啡在线点单", "新鲜现磨咖啡，在线点单，到店自取。", []string{"NOT_CHINESE name"}},
			{"小咖啡馆", english, "新鲜现磨咖啡，在线点单，到店自取。", []string{"NOT_CHINESE tagline"}},
			{"小咖啡馆", "现磨咖啡在线点单", english, []string{"NOT_CHINESE description"}},
			{english, english, english, []string{"NOT_CHINESE name", "NOT_CHINESE tagline", "NOT_CHINESE description"}},
			{"my 店", "coffee 店 online", "Fresh coffee from my 店", []string{}},
			{"カフェのみせ", "，。！？，。！？", "カフェのみせカフェのみせ", []string{"NOT_CHINESE name", "NOT_CHINESE tagline", "NOT_CHINESE description"}},
		} {
			input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
			input["name"], input["tagline"], input["description"] = test.name, test.tagline, test.description
			answer := owner.Create(t, input)
			answer.CreatedMiniProgram(t)
			if got := answer.WarningCodes(t); !slices.Equal(got, test.want) {
				t.Errorf("%q, %q, %q: %q, want %q", test.name, test.tagline, test.description, got, test.want)
			}
			for _, warning := range answer.UserErrors(t, "createMiniProgram.warnings") {
				if warning.Message == "" || warning.MessageKey != "NOT_CHINESE" || warning.Path[0] != "input" {
					t.Errorf("warning %+v", warning)
				}
			}
		}
	})
}

func TestAWrongTextEarnsNoWarning(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("name", "ab").With("tagline", "Fresh coffee")
		answer := owner.Create(t, input)
		answer.HasUserErrors(t, "TOO_SHORT name")
		if got := answer.WarningCodes(t); slices.Contains(got, "NOT_CHINESE name") {
			t.Errorf("warnings %q", got)
		}
	})
}
