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
			createRefused(t, owner.Create(t, input.With("launchTargetCode", blank)), "BLANK launchTargetCode")
		}
		for _, unknown := range []string{"alipay_cn", "ALIPAY", "ALIPAY_CN2", "ＡＬＩＰＡＹ_ＣＮ", "ltg_ALIPAY_CN", "%"} {
			refused := createRefused(t, owner.Create(t, input.With("launchTargetCode", unknown)), "NOT_FOUND launchTargetCode")
			if refused[0].Params["value"] != unknown {
				t.Errorf("%q is told as %q", unknown, refused[0].Params["value"])
			}
		}
		for _, odd := range oddities {
			for _, code := range []string{"ALIPAY_CN" + odd, odd + "ALIPAY_CN"} {
				createRefused(t, owner.Create(t, input.With("launchTargetCode", code)), "INVALID_FORMAT launchTargetCode")
			}
			createRefused(t, owner.Create(t, input.With("launchTargetCode", "ALIPAY"+odd+"CN")), oddInside(odd)+" launchTargetCode")
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
		createRefused(t, owner.Create(t, input), "NOT_FOUND launchTargetCode", "TOO_SHORT name", "INVALID_FORMAT servicePhone")
	})
}

func TestIndustryCodeNamesAnIndustryExactly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		input := apitest.CreateInput(workspace)
		for _, blank := range []string{"", "   ", "\n", "\u3000"} {
			createRefused(t, owner.Create(t, input.With("industryCode", blank)), "BLANK industryCode")
		}
		for _, unknown := range []string{"0000", "581", "58120", "3000", "3999", "ind_5812", "５８１２", "restaurant", "餐厅"} {
			refused := createRefused(t, owner.Create(t, input.With("industryCode", unknown)), "NOT_FOUND industryCode")
			if refused[0].Params["value"] != unknown {
				t.Errorf("%q is told as %q", unknown, refused[0].Params["value"])
			}
		}
		for _, odd := range oddities {
			for _, code := range []string{"5812" + odd, odd + "5812"} {
				createRefused(t, owner.Create(t, input.With("industryCode", code)), "INVALID_FORMAT industryCode")
			}
		}
		for i, known := range []string{"0742", "5812", "9950"} {
			answer := owner.Create(t, input.With("industryCode", known).With("name", "小店 "+strings.Repeat("z", i)))
			apitest.CreatedMiniProgram(t, answer)
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
			createRefused(t, owner.Create(t, input.With("servicePhone", blank)), "BLANK servicePhone")
		}
		for _, wrong := range []string{
			"0571-1234567\n", "\n0571-1234567", " 0571-1234567", "0571-1234567 ", "0571 - 1234567", "05711234567", "0571-123456",
			"0571-12345678", "057-1234567", "05710-1234567", "0571-123456a", "a571-1234567", "０５７１-１２３４５６７", "0571－1234567",
			"0571–1234567", "٠٥٧١-١٢٣٤٥٦٧", "+0571-1234567", "(0571)-1234567", "0571-1234567\x00", "0571-1234567\n0571-1234567", "0571--1234567",
		} {
			refused := createRefused(t, owner.Create(t, input.With("servicePhone", wrong)), "INVALID_FORMAT servicePhone")
			if refused[0].Params["format"] != "XXXX-XXXXXXX" {
				t.Errorf("%q: %+v", wrong, refused[0])
			}
		}
		for i, right := range []string{"0000-0000000", "9999-9999999"} {
			answer := owner.Create(t, input.With("servicePhone", right).With("name", "小店 "+strings.Repeat("z", i)))
			apitest.CreatedMiniProgram(t, answer)
			if got := answer.String(t, "createMiniProgram.miniProgram.servicePhone"); got != right {
				t.Errorf("phone %q, want %q", got, right)
			}
		}
	})
}

func TestServiceEmailIsOnePlainAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, blank := range []string{"", " ", "\n", "\u3000"} {
			createRefused(t, owner.Create(t, input.With("serviceEmail", blank)), "BLANK serviceEmail")
		}
		for _, wrong := range []string{
			"help", "help@", "@example.com", "help@example", "help@@example.com", "a@b@example.com", "Help <help@example.com>",
			"<help@example.com>", "help@example.com, me@example.com", "help@example..com", "help@.example.com", "help@example.com.",
			"help..me@example.com", ".help@example.com", "help me@example.com", `"help me"@example.com`, "help@[127.0.0.1]",
			"help@127.0.0.1", "help@exa mple.com", "help@example.com\nBcc: all@example.com", "mailto:help@example.com",
			"客服@example.com", "help\u200B@example.com", "help@exam\u202Eple.com", "help@-example.com", "help@example.com\x00",
			"help＠example.com", "help@" + strings.Repeat("a", 64) + ".com",
		} {
			createRefused(t, owner.Create(t, input.With("serviceEmail", wrong)), "INVALID_FORMAT serviceEmail")
		}
		for i, right := range []string{"help@example.com", "a.b+c@x.example.co", "help@例子.中国", "help@bücher.example", emailOf(254)} {
			answer := owner.Create(t, input.With("serviceEmail", right).With("name", "小店 "+strings.Repeat("z", i)))
			apitest.CreatedMiniProgram(t, answer)
			if got := answer.String(t, "createMiniProgram.miniProgram.serviceEmail"); got != right {
				t.Errorf("email %q, want %q", got, right)
			}
		}
	})
}

func TestServiceEmailOver254BytesIsTooLong(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		refused := createRefused(t, owner.Create(t, input.With("serviceEmail", emailOf(255))), "TOO_LONG serviceEmail")
		if got := refused[0].Params; got["weight"] != "255" || got["min"] != "1" || got["max"] != "254" {
			t.Errorf("params %v", got)
		}
		if refused[0].MessageKey != "TOO_LONG.serviceEmail" {
			t.Errorf("key %s", refused[0].MessageKey)
		}
	})
}

// emailOf returns an address of this many bytes, over 200.
func emailOf(size int) string {
	domain := "@" + strings.Repeat(strings.Repeat("d", 61)+".", 3) + "example"
	return strings.Repeat("a", size-len(domain)) + domain
}
