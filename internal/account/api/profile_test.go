package api_test

import (
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestUpdateProfileChangesOnlyTheGivenFields(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		name, locale := "ann", any(nil)
		for _, c := range []struct {
			input  apitest.Vars
			name   string
			locale any
		}{
			{apitest.Vars{}, name, locale},
			{apitest.Vars{"displayName": "  Ann-Sofie  "}, "Ann-Sofie", nil},
			{apitest.Vars{"locale": "zh-CN"}, "Ann-Sofie", "zh-Hans"},
			{apitest.Vars{"locale": "zh-Hans"}, "Ann-Sofie", "zh-Hans"},
			{apitest.Vars{"displayName": "安"}, "安", "zh-Hans"},
			{apitest.Vars{"displayName": strings.Repeat("👩‍👩‍👧", 60), "locale": "en"}, strings.Repeat("👩‍👩‍👧", 60), "en"},
			{apitest.Vars{"locale": "zh"}, strings.Repeat("👩‍👩‍👧", 60), "zh-Hans"},
			{apitest.Vars{"locale": " en-GB "}, strings.Repeat("👩‍👩‍👧", 60), "en"},
			{apitest.Vars{}, strings.Repeat("👩‍👩‍👧", 60), "en"},
		} {
			answer := ann.Mutate(t, "updateProfile", c.input).Succeeded(t)
			for _, at := range []string{"updateProfile.viewer.", "updateProfile.query.viewer."} {
				if answer.Get(at+"user.displayName") != c.name || answer.Get(at+"locale") != c.locale {
					t.Errorf("%v: %s: %s", c.input, at, answer.Body)
				}
			}
			if answer.Get("updateProfile.viewer.user.id") != ann.ID || answer.Get("updateProfile.viewer.user.email") != ann.Email {
				t.Errorf("%v: %s", c.input, answer.Body)
			}
		}
		if answer := bob.Do(t, `{ viewer { locale user { displayName } } }`, nil); answer.Get("viewer.user.displayName") != "bob" || answer.Get("viewer.locale") != nil {
			t.Errorf("bob's profile: %s", answer.Body)
		}
	})
}

func TestUpdateProfileReportsEachErrorAndWritesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.Mutate(t, "updateProfile", apitest.Vars{"locale": "en"}).Succeeded(t)
		for _, c := range []struct {
			input apitest.Vars
			want  []string
		}{
			{apitest.Vars{"displayName": nil}, []string{"BLANK displayName"}},
			{apitest.Vars{"displayName": " \n "}, []string{"BLANK displayName"}},
			{apitest.Vars{"displayName": strings.Repeat("n", 61)}, []string{"TOO_LONG displayName"}},
			{apitest.Vars{"displayName": "Ann\r\nBcc: eva@example.com"}, []string{"INVALID_CHARACTER displayName"}},
			{apitest.Vars{"displayName": "Ann\u202Enna"}, []string{"INVALID_CHARACTER displayName"}},
			{apitest.Vars{"displayName": "An\x00n"}, []string{"INVALID_CHARACTER displayName"}},
			{apitest.Vars{"locale": nil}, []string{"BLANK locale"}},
			{apitest.Vars{"locale": ""}, []string{"BLANK locale"}},
			{apitest.Vars{"locale": " \t"}, []string{"BLANK locale"}},
			{apitest.Vars{"locale": "!"}, []string{"INVALID_FORMAT locale"}},
			{apitest.Vars{"locale": "en\nfr"}, []string{"INVALID_FORMAT locale"}},
			{apitest.Vars{"locale": "en;q=1"}, []string{"INVALID_FORMAT locale"}},
			{apitest.Vars{"locale": strings.Repeat("en-", 1000)}, []string{"INVALID_FORMAT locale"}},
			{apitest.Vars{"locale": "fr"}, []string{"UNSUPPORTED locale"}},
			{apitest.Vars{"locale": "und"}, []string{"UNSUPPORTED locale"}},
			{apitest.Vars{"locale": "fr", "displayName": "Ann-Sofie"}, []string{"UNSUPPORTED locale"}},
			{apitest.Vars{"locale": "zh-Hans", "displayName": ""}, []string{"BLANK displayName"}},
			{apitest.Vars{"locale": nil, "displayName": nil}, []string{"BLANK displayName", "BLANK locale"}},
		} {
			answer := ann.Mutate(t, "updateProfile", c.input)
			if got := answer.UserErrorCodes(t); !slices.Equal(got, c.want) || answer.Get("updateProfile.viewer") != nil {
				t.Errorf("%.80v: %s, want %q", c.input, answer.Body, c.want)
			}
			if answer.Get("updateProfile.query.viewer.user.displayName") != "ann" || answer.Get("updateProfile.query.viewer.locale") != "en" {
				t.Errorf("%.80v: refused, but changed: %s", c.input, answer.Body)
			}
		}
		unsupported := ann.Mutate(t, "updateProfile", apitest.Vars{"locale": "fr"}).UserErrors(t, "updateProfile.userErrors")[0]
		if unsupported.Params["found"] != "fr" || unsupported.Params["allowed"] != "en, zh-Hans" {
			t.Errorf("%+v", unsupported)
		}
		w.Visitor(t).Mutate(t, "updateProfile", apitest.Vars{"displayName": "Eva"}).Refused(t, "UNAUTHENTICATED")
	})
}
