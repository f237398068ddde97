package api_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestUserErrorsAreInTheRequestedLanguage(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, test := range []struct {
			field            string
			value            any
			key              string
			params           map[string]string
			english, chinese string
		}{
			{"name", "", "BLANK", map[string]string{}, "The name is required.", "请填写名称。"},
			{"tagline", "小店", "TOO_SHORT", map[string]string{"weight": "4", "min": "10", "max": "30"},
				"The tagline has 4 characters; it must have 10 to 30.", "一句话简介太短：现有 4 个字符，应为 10 到 30 个。"},
			{"description", strings.Repeat("店", 101), "TOO_LONG", map[string]string{"weight": "202", "min": "20", "max": "200"},
				"The description has 202 characters; it can have at most 200.", "详细介绍太长：现有 202 个字符，最多 200 个。"},
			{"name", "小\u202E店铺", "INVALID_CHARACTER", map[string]string{"character": "U+202E"},
				"The name contains a character that is not allowed: U+202E.", "名称含有不允许的字符：U+202E。"},
			{"logo", nil, "BLANK.logo", map[string]string{}, "The logo is required.", "请上传小程序图标。"},
			{"logo", apitest.Vars{"base64": apitest.Base64(apitest.PNG(64, 65))}, "NOT_SQUARE", map[string]string{"width": "64", "height": "65"},
				"The logo must be square; it is 64 by 65 pixels.", "小程序图标应为正方形：现为 64×65 像素。"},
			{"industryCode", "0000", "NOT_FOUND.industryCode", map[string]string{"value": "0000"},
				"There is no industry with the code 0000.", "没有代码为 0000 的行业。"},
			{"servicePhone", "1", "INVALID_FORMAT.servicePhone", map[string]string{"format": "XXXX-XXXXXXX"},
				"The customer service phone number must be a landline number like XXXX-XXXXXXX.", "客服电话应为固定电话号码，格式为 XXXX-XXXXXXX。"},
			{"serviceEmail", "1", "INVALID_FORMAT.serviceEmail", map[string]string{"format": "name@example.com"},
				"The customer service email address must look like name@example.com.", "客服邮箱的格式应为 name@example.com。"},
		} {
			for language, message := range map[string]string{
				"": test.english, "en-GB": test.english, "de": test.english, "zh-CN": test.chinese, "zh": test.chinese,
				"fr;q=0.2, zh-Hans;q=0.9, en;q=0.1": test.chinese, "en, zh;q=0.5": test.english,
			} {
				answer := inLanguage(t, owner, language, input.With(test.field, test.value))
				got := answer.UserErrors(t, "createMiniProgram.userErrors")
				if len(got) != 1 {
					t.Fatalf("%s: %s", test.field, answer.Body)
				}
				if got[0].Message != message || got[0].MessageKey != test.key || !maps.Equal(got[0].Params, test.params) ||
					!slices.Equal(got[0].Path, []string{"input", test.field}) {
					t.Errorf("%q in %q: %+v", test.field, language, got[0])
				}
			}
		}
	})
}

func TestWarningsAreInTheRequestedLanguage(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		for language, message := range map[string]string{
			"en": "The name has no Chinese characters. Chinese is recommended for a smooth review.",
			"zh": "名称不含中文。建议使用中文，以便顺利通过审核。",
		} {
			input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("name", "Coffee")
			answer := inLanguage(t, owner, language, input)
			answer.CreatedMiniProgram(t)
			got := answer.UserErrors(t, "createMiniProgram.warnings")
			if len(got) != 1 || got[0].Message != message || got[0].MessageKey != "NOT_CHINESE" ||
				!slices.Equal(got[0].Path, []string{"input", "name"}) {
				t.Errorf("%s: %+v", language, got)
			}
		}
	})
}

func inLanguage(t *testing.T, p *apitest.Person, language string, input apitest.Vars) *apitest.Answer {
	t.Helper()
	p.Header.Set("Accept-Language", language)
	defer p.Header.Del("Accept-Language")
	return p.Create(t, input)
}
