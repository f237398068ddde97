package launchtarget

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/language"
)

func TestEveryTargetIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, target := range All() {
		if got, ok := ByCode(target.Code); !ok || got != target || seen[target.Code] {
			t.Errorf("%s is not found by its code alone", target.Code)
		}
		seen[target.Code] = true
		if target.name.English == "" || target.name.Chinese == "" || target.Quota < 1 || target.ID() != "ltg_"+target.Code {
			t.Errorf("target %+v", target)
		}
		if tag, err := language.Parse(target.Language); err != nil || tag.String() != target.Language {
			t.Errorf("%s has language %q", target.Code, target.Language)
		}
		for _, rule := range target.FieldRules {
			if got := target.Rule(rule.Field); got.Field != rule.Field || got.hint != rule.hint {
				t.Errorf("%s.%s is not found by its name", target.Code, rule.Field)
			}
		}
	}
	if _, ok := ByCode("alipay_cn"); ok {
		t.Error("a code is found in another case")
	}
	if _, ok := ByCode(""); ok {
		t.Error("nothing is a code")
	}
}

// The figures are those of the page "Create mini programs"; whoever changes one changes the product.
func TestTheRulesOfAlipayChina(t *testing.T) {
	t.Parallel()
	if AlipayCN.Quota != 10 || AlipayCN.Language != "zh-Hans" {
		t.Errorf("quota %d, language %s", AlipayCN.Quota, AlipayCN.Language)
	}
	for field, want := range map[string][2]int{"name": {3, 30}, "tagline": {10, 30}, "description": {20, 200}} {
		if rule := AlipayCN.Rule(field); *rule.MinLength != want[0] || *rule.MaxLength != want[1] {
			t.Errorf("%s: %d to %d", field, *rule.MinLength, *rule.MaxLength)
		}
	}
	logo := AlipayCN.Rule("logo")
	if *logo.MaxBytes != 256*1024 || *logo.MinSide != 64 || *logo.MaxSide != 4096 || *logo.AspectRatio != "1:1" ||
		strings.Join(logo.ContentTypes, " ") != "image/png image/jpeg" {
		t.Errorf("logo %+v", logo)
	}
	if got := *AlipayCN.Rule("serviceEmail").MaxBytes; got != 254 {
		t.Errorf("an email address has %d bytes", got)
	}
	for _, rule := range AlipayCN.FieldRules {
		if !rule.Required {
			t.Errorf("%s need not be filled in", rule.Field)
		}
	}
}

func TestThePatternIsLiteral(t *testing.T) {
	t.Parallel()
	phone := AlipayCN.Rule("servicePhone")
	for text, want := range map[string]bool{
		"0571-1234567": true, "0000-0000000": true, "057-1234567": false, "0571-123456": false, "0571-12345678": false, "05711234567": false,
		"0571 1234567": false, " 0571-1234567": false, "0571-1234567\n": false, "０５７１-1234567": false, "0571–1234567": false, "٠٥٧١-1234567": false, "": false,
	} {
		if got := phone.Matches(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	if !AlipayCN.Rule("name").Matches("anything") {
		t.Error("a rule without a pattern refuses a text")
	}
}

func TestAFieldWithoutARulePanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("it has a rule")
		}
	}()
	AlipayCN.Rule("nothing")
}

func TestHintsTellTheFigures(t *testing.T) {
	t.Parallel()
	figure := regexp.MustCompile(`\d+`)
	for _, rule := range AlipayCN.FieldRules {
		english, chinese := rule.Hint(language.English), rule.Hint(language.SimplifiedChinese)
		for _, hint := range []string{english, chinese} {
			if hint == "" || strings.ContainsAny(hint, "{}") {
				t.Errorf("%s: %q", rule.Field, hint)
			}
		}
		if strings.ContainsFunc(english, isHan) || !strings.ContainsFunc(chinese, isHan) {
			t.Errorf("%s: %q and %q", rule.Field, english, chinese)
		}
		if a, b := figure.FindAllString(english, -1), figure.FindAllString(chinese, -1); len(a) != len(b) {
			t.Errorf("%s has figures %q in English and %q in Chinese", rule.Field, a, b)
		}
	}
	if got := AlipayCN.Rule("tagline").Hint(language.English); !strings.HasPrefix(got, "10 to 30 characters") {
		t.Errorf("tagline: %s", got)
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
