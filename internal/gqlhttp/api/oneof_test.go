package api_test

import (
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestTrapOneOfForVariables(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		good := apitest.CreateInput(ann.CreateWorkspace(t, "Ann's"))
		miniProgramID := ann.CreateMiniProgram(t, good["workspaceId"].(string), "小茶馆")
		before := w.Written(t)
		png := apitest.Base64(apitest.PNG(64, 64))
		for name, logo := range map[string]any{
			"neither": apitest.Vars{}, "null": apitest.Vars{"base64": nil}, "two nulls": apitest.Vars{"base64": nil, "file": nil},
			"one and a null": apitest.Vars{"base64": png, "file": nil}, "both": apitest.Vars{"base64": png, "file": "x"},
		} {
			answers := map[string]*apitest.Answer{
				"create": ann.Create(t, good.With("logo", logo)),
				"update": ann.Do(t, apitest.Mutation("updateMiniProgram"), apitest.Vars{"input": apitest.Vars{"miniProgramId": miniProgramID, "logo": logo}}),
				"logo": ann.Do(t, `mutation($id: ID!, $logo: LogoInput) { updateMiniProgram(input: {miniProgramId: $id, logo: $logo}) { miniProgram { id } } }`,
					apitest.Vars{"id": miniProgramID, "logo": logo}),
				"signed out": w.Visitor(t).Create(t, good.With("logo", logo)),
			}
			for where, answer := range answers {
				for _, e := range answer.Errors {
					if code := e.Extensions["code"]; code != "GRAPHQL_VALIDATION_FAILED" && !strings.Contains(e.Message, `Expected type "Upload".`) || e.Path != nil {
						t.Errorf("%s, %s: %s", name, where, answer.Body)
					}
				}
				if len(answer.Errors) == 0 || answer.Data != nil || strings.Contains(answer.Body, png) || strings.Contains(answer.Body, "userErrors") {
					t.Errorf("%s, %s: %s", name, where, answer.Body)
				}
			}
		}
		if after := w.Written(t); after != before {
			t.Errorf("written: %s, before: %s", after, before)
		}
	})
}

func TestOneOfHoldsForLiterals(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		miniProgramID := ann.CreateMiniProgram(t, ann.CreateWorkspace(t, "Ann's"), "小茶馆")
		update := func(declared, logo string) *apitest.Answer {
			query := `mutation` + declared + ` { updateMiniProgram(input: {miniProgramId: "` + miniProgramID + `", logo: ` + logo + `}) { miniProgram { id } userErrors { code path } } }`
			return ann.Do(t, query, apitest.Vars{"b": apitest.Base64(apitest.PNG(64, 64))})
		}
		for _, logo := range []string{`{}`, `{base64: null}`, `{base64: "eA==", file: null}`, `{file: null, base64: null}`} {
			update("", logo).Refused(t, "GRAPHQL_VALIDATION_FAILED")
		}
		// A variable that may be null must not stand for the only field.
		update("($b: String)", "{base64: $b}").Refused(t, "GRAPHQL_VALIDATION_FAILED")
		update("($b: String!)", "{base64: $b, file: null}").Refused(t, "GRAPHQL_VALIDATION_FAILED")
		if got := update("($b: String!)", "{base64: $b}"); got.Get("updateMiniProgram.miniProgram.id") != miniProgramID {
			t.Errorf("one way: %s", got.Body)
		}
		if got := update("", "null"); strings.Join(apitest.Codes(got.UserErrors(t, "updateMiniProgram.userErrors")), " ") != "BLANK logo" {
			t.Errorf("null for the logo as a whole: %s", got.Body)
		}
	})
}

func TestOneOfHoldsForDefaults(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, logo := range []string{`{}`, `{base64: null}`, `{base64: "eA==", file: null}`} {
			answer := ann.Do(t, `mutation($logo: LogoInput = `+logo+`) { updateMiniProgram(input: {miniProgramId: "mpr_x", logo: $logo}) { miniProgram { id } } }`, nil)
			if code := answer.Code(t); code != "GRAPHQL_VALIDATION_FAILED" && code != "BAD_USER_INPUT" {
				t.Errorf("default %s: %s", logo, answer.Body)
			}
		}
	})
}
