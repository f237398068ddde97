package miniprogram

import (
	"testing"

	"minidock/internal/fault"
	"minidock/internal/launchtarget"
)

func TestFiguresOfTheRulesComeFromTheLaunchTarget(t *testing.T) {
	t.Parallel()
	other := &launchtarget.Target{Code: "OTHER", Language: "en", FieldRules: []launchtarget.Rule{
		{Field: "name", MinLength: new(5), MaxLength: new(6)},
	}}
	for name, code := range map[string]fault.Code{"four": fault.TooShort, "fives": "", "sixsix": "", "sevenes": fault.TooLong} {
		f := form{target: other, wrong: fault.NewList("name"), warnings: fault.NewList("name")}
		f.text("name", name, false)
		var got fault.Code
		if !f.wrong.Empty() {
			got = f.wrong.Errors()[0].Code
		}
		if got != code {
			t.Errorf("%q: %q, want %q", name, got, code)
		}
	}
}

func TestChineseIsAdvisedOnlyWhereItIsTheTargetsLanguage(t *testing.T) {
	t.Parallel()
	for language, advised := range map[string]bool{"zh-Hans": true, "zh-Hant": true, "en": false, "ja": false} {
		target := &launchtarget.Target{Language: language, FieldRules: launchtarget.AlipayCN.FieldRules}
		f := form{target: target, wrong: fault.NewList("name"), warnings: fault.NewList("name")}
		if f.text("name", "Coffee", false); f.warnings.Has("name") != advised || !f.wrong.Empty() {
			t.Errorf("%s: warned %v, wrong %v", language, !f.warnings.Empty(), f.wrong.Errors())
		}
	}
}
