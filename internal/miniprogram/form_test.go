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
		f := form{target: other, errs: &fault.UserErrors{}, warnings: &fault.UserErrors{}}
		f.line(other.Rule("name"), name)
		var got fault.Code
		if f.errs.Err() != nil {
			got = f.errs.All()[0].Code
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
		f := form{target: target, errs: &fault.UserErrors{}, warnings: &fault.UserErrors{}}
		if f.line(target.Rule("name"), "Coffee"); f.warnings.Has("name") != advised || f.errs.Err() != nil {
			t.Errorf("%s: warnings %v, user errors %v", language, f.warnings.Err(), f.errs.Err())
		}
	}
}
