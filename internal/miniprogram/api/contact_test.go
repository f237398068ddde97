package api_test

import (
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// oddities spoil any code or address.
var oddities = []string{"\n", "\x00", "\t", " ", "\u00A0", "\u200B", "\u202E", "\uFEFF", "\u2028"}

func TestLaunchTargetCodeNamesALaunchTargetExactly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, blank := range []string{"", " ", "\n", "\u3000"} {
			owner.Create(t, input.With("launchTargetCode", blank)).HasUserErrors(t, "BLANK launchTargetCode")
		}
		for _, unknown := range []string{"alipay_cn", "ALIPAY", "ALIPAY_CN2", "ＡＬＩＰＡＹ_ＣＮ", "ltg_ALIPAY_CN", "%"} {
			refused := owner.Create(t, input.With("launchTargetCode", unknown)).HasUserErrors(t, "NOT_FOUND launchTargetCode")
			if refused[0].Params["value"] != unknown {
				t.Errorf("%q is reported as %q", unknown, refused[0].Params["value"])
			}
		}
		for _, odd := range oddities {
			for _, code := range []string{"ALIPAY_CN" + odd, odd + "ALIPAY_CN"} {
				owner.Create(t, input.With("launchTargetCode", code)).HasUserErrors(t, "INVALID_FORMAT launchTargetCode")
			}
			owner.Create(t, input.With("launchTargetCode", "ALIPAY"+odd+"CN")).HasUserErrors(t, oddInside(odd)+" launchTargetCode")
		}
	})
}

// oddInside is what a code with a character inside is refused for: a space there is only an unknown code.
func oddInside(odd string) string {
	if odd == " " || odd == "\u00A0" {
		return "NOT_FOUND"
	}
	return "INVALID_FORMAT"
}

func TestAnUnknownLaunchTargetHidesNoOtherMistake(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		input["launchTargetCode"], input["name"], input["servicePhone"] = "NOWHERE", "店", "1"
		owner.Create(t, input).HasUserErrors(t, "NOT_FOUND launchTargetCode", "TOO_SHORT name", "INVALID_FORMAT servicePhone")
	})
}

func TestIndustryCodeNamesAnIndustryExactly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		input := apitest.CreateInput(workspace)
		for _, blank := range []string{"", "   ", "\n", "\u3000"} {
			owner.Create(t, input.With("industryCode", blank)).HasUserErrors(t, "BLANK industryCode")
		}
		for _, unknown := range []string{"0000", "581", "58120", "3000", "3999", "ind_5812", "５８１２", "restaurant", "餐厅"} {
			refused := owner.Create(t, input.With("industryCode", unknown)).HasUserErrors(t, "NOT_FOUND industryCode")
			if refused[0].Params["value"] != unknown {
				t.Errorf("%q is reported as %q", unknown, refused[0].Params["value"])
			}
		}
		for _, odd := range oddities {
			for _, code := range []string{"5812" + odd, odd + "5812"} {
				owner.Create(t, input.With("industryCode", code)).HasUserErrors(t, "INVALID_FORMAT industryCode")
			}
		}
		for i, known := range []string{"0742", "5812", "9950"} {
			answer := owner.Create(t, input.With("industryCode", known).With("name", "小店 "+strings.Repeat("z", i)))
			answer.CreatedMiniProgram(t)
			if got := answer.String(t, "createMiniProgram.miniProgram.industry.code"); got != known {
				t.Errorf("industry %s, want %s", got, known)
			}
		}
	})
}

func TestServicePhoneIsALandlineNumberLiterally(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, blank := range []string{"", " ", "\n", "\u3000"} {
			owner.Create(t, input.With("servicePhone", blank)).HasUserErrors(t, "BLANK servicePhone")
		}
		for _, invalid := range []string{
			"0571-1234567\n", "\n0571-1234567", " 0571-1234567", "0571-1234567 ", "0571 - 1234567", "05711234567", "0571-123456",
			"0571-12345678", "057-1234567", "05710-1234567", "0571-123456a", "a571-1234567", "０５７１-１２３４５６７", "0571－1234567",
			"0571–1234567", "٠٥٧١-١٢٣٤٥٦٧", "+0571-1234567", "(0571)-1234567", "0571-1234567\x00", "0571-1234567\n0571-1234567", "0571--1234567",
		} {
			refused := owner.Create(t, input.With("servicePhone", invalid)).HasUserErrors(t, "INVALID_FORMAT servicePhone")
			if refused[0].Params["format"] != "XXXX-XXXXXXX" {
				t.Errorf("%q: %+v", invalid, refused[0])
			}
		}
		for i, valid := range []string{"0000-0000000", "9999-9999999"} {
			answer := owner.Create(t, input.With("servicePhone", valid).With("name", "小店 "+strings.Repeat("z", i)))
			answer.CreatedMiniProgram(t)
			if got := answer.String(t, "createMiniProgram.miniProgram.servicePhone"); got != valid {
				t.Errorf("phone %q, want %q", got, valid)
			}
		}
	})
}

func TestServiceEmailIsOnePlainAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, blank := range []string{"", " ", "\n", "\u3000"} {
			owner.Create(t, input.With("serviceEmail", blank)).HasUserErrors(t, "BLANK serviceEmail")
		}
		for _, invalid := range []string{
			"help", "help@", "@example.com", "help@example", "help@@example.com", "a@b@example.com", "Help <help@example.com>",
			"<help@example.com>", "help@example.com, me@example.com", "help@example..com", "help@.example.com", "help@example.com.",
			"help..me@example.com", ".help@example.com", "help me@example.com", `"help me"@example.com`, "help@[127.0.0.1]",
			"help@127.0.0.1", "help@exa mple.com", "help@example.com\nBcc: all@example.com", "mailto:help@example.com",
			"客服@example.com", "help\u200B@example.com", "help@exam\u202Eple.com", "help@-example.com", "help@example.com\x00",
			"help＠example.com", "help@" + strings.Repeat("a", 64) + ".com",
		} {
			owner.Create(t, input.With("serviceEmail", invalid)).HasUserErrors(t, "INVALID_FORMAT serviceEmail")
		}
		for i, valid := range []string{"help@example.com", "a.b+c@x.example.co", "help@例子.中国", "help@bücher.example", apitest.LongEmail(254)} {
			answer := owner.Create(t, input.With("serviceEmail", valid).With("name", "小店 "+strings.Repeat("z", i)))
			answer.CreatedMiniProgram(t)
			if got := answer.String(t, "createMiniProgram.miniProgram.serviceEmail"); got != valid {
				t.Errorf("email %q, want %q", got, valid)
			}
		}
	})
}

func TestServiceEmailOver254BytesIsTooLong(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		refused := owner.Create(t, input.With("serviceEmail", apitest.LongEmail(255))).HasUserErrors(t, "TOO_LONG serviceEmail")
		if got := refused[0].Params; got["weight"] != "255" || got["min"] != "1" || got["max"] != "254" {
			t.Errorf("params %v", got)
		}
		if got := refused[0].Message; got != "The customer service email address has 255 characters; it can have at most 254." {
			t.Error(got)
		}
		refused = owner.Create(t, input.With("serviceEmail", "a@"+strings.Repeat("例.", 40)+"cn")).HasUserErrors(t, "TOO_LONG serviceEmail")
		if got := refused[0].Message; got != "The customer service email address has 324 bytes; it can have at most 254." {
			t.Error(got)
		}
	})
}
