package api_test

import (
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// updateFields are the fields that can be changed, in the order of the input type.
var updateFields = []string{"name", "tagline", "description", "logo", "industryCode", "servicePhone", "serviceEmail"}

func TestUpdateRefusesNullAndBlank(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		before := w.MiniProgram(t, id)
		nulls, blanks, all := apitest.Vars{}, apitest.Vars{}, []string{}
		for _, field := range updateFields {
			nulls[field], blanks[field] = nil, " \u3000"
			if field == "logo" {
				blanks[field] = apitest.Vars{"base64": " "}
			}
			all = append(all, "BLANK "+field)
			owner.UpdateMiniProgram(t, id, apitest.Vars{field: nil}).HasUserErrors(t, "BLANK "+field)
			owner.UpdateMiniProgram(t, id, apitest.Vars{field: blanks[field]}).HasUserErrors(t, "BLANK "+field)
		}
		owner.UpdateMiniProgram(t, id, nulls).HasUserErrors(t, all...)
		owner.UpdateMiniProgram(t, id, blanks).HasUserErrors(t, all...)
		if after := w.MiniProgram(t, id); after.String() != before.String() {
			t.Errorf("refused, but written: %+v, then %+v", before, after)
		}
	})
}

func TestUpdateKeepsEveryRuleOfCreating(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		before, written := w.MiniProgram(t, id), w.Written(t)
		logo := func(content []byte) any { return apitest.Vars{"base64": apitest.Base64(content)} }
		for _, test := range []struct {
			field, code string
			value       any
		}{
			{"name", "TOO_SHORT", "店"}, {"name", "TOO_LONG", strings.Repeat("店", 15) + "a"}, {"name", "INVALID_CHARACTER", "小\n店"},
			{"tagline", "TOO_SHORT", "一二三四z"}, {"tagline", "TOO_LONG", strings.Repeat("z", 31)}, {"tagline", "INVALID_CHARACTER", "一二三四五\u202E"},
			{"description", "TOO_SHORT", strings.Repeat("z", 19)}, {"description", "TOO_LONG", strings.Repeat("店", 100) + "z"},
			{"description", "INVALID_CHARACTER", strings.Repeat("店", 20) + "\u200B家"},
			{"logo", "INVALID_FORMAT", apitest.Vars{"base64": "%"}}, {"logo", "TOO_LARGE", logo(apitest.Padded(apitest.PNG(64, 64), 262_145))},
			{"logo", "UNSUPPORTED_TYPE", logo([]byte("GIF89a"))}, {"logo", "NOT_SQUARE", logo(apitest.PNG(64, 65))},
			{"logo", "TOO_SMALL", logo(apitest.PNG(63, 63))}, {"logo", "TOO_MANY_PIXELS", logo(apitest.ClaimedPNG(4097, 4097))},
			{"logo", "INVALID_IMAGE", logo(apitest.PNG(64, 64)[:80])},
			{"industryCode", "NOT_FOUND", "0000"}, {"industryCode", "INVALID_FORMAT", "5812\n"},
			{"servicePhone", "INVALID_FORMAT", "0571-1234567\n"}, {"serviceEmail", "INVALID_FORMAT", "Help <help@example.com>"},
			{"serviceEmail", "TOO_LONG", apitest.LongEmail(255)},
		} {
			refused := owner.UpdateMiniProgram(t, id, apitest.Vars{test.field: test.value}).HasUserErrors(t, test.code+" "+test.field)
			if refused[0].Message == "" || !slices.Equal(refused[0].Path, []string{"input", test.field}) {
				t.Errorf("%+v", refused[0])
			}
			// The valid fields are not written either.
			owner.UpdateMiniProgram(t, id, apitest.OtherValues().With(test.field, test.value)).HasUserErrors(t, test.code+" "+test.field)
		}
		if after := w.MiniProgram(t, id); after.String() != before.String() || w.Written(t) != written {
			t.Errorf("refused, but written: %+v, then %+v, %s, then %s", before, after, written, w.Written(t))
		}
	})
}

func TestUpdateReportsAllErrorsInTheOrderOfTheInput(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		owner.CreateMiniProgram(t, workspace, "Tea 馆")
		id := owner.CreateMiniProgram(t, workspace, "小咖啡馆")
		owner.UpdateMiniProgram(t, id, apitest.Vars{
			"serviceEmail": "a", "servicePhone": "1", "industryCode": "0", "logo": nil, "description": "z", "tagline": "z", "name": "ｔｅａ 馆",
		}).HasUserErrors(t, "TAKEN name", "TOO_SHORT tagline", "TOO_SHORT description", "BLANK logo", "NOT_FOUND industryCode", "INVALID_FORMAT servicePhone", "INVALID_FORMAT serviceEmail")
	})
}

func TestANameIsNotTakenByItself(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		id, other := owner.CreateMiniProgram(t, workspace, "Tea 馆"), owner.CreateMiniProgram(t, workspace, "小咖啡馆")
		for _, name := range []string{"Tea 馆", "TEA 馆", "ｔｅａ 馆"} {
			if changed := owner.UpdateMiniProgram(t, id, apitest.Vars{"name": name}).UpdatedMiniProgram(t); changed["name"] != name {
				t.Errorf("name %v, want %s", changed["name"], name)
			}
			owner.UpdateMiniProgram(t, other, apitest.Vars{"name": name}).HasUserErrors(t, "TAKEN name")
		}
		owner.UpdateMiniProgram(t, id, apitest.Vars{"name": "改名了"}).UpdatedMiniProgram(t)
		owner.UpdateMiniProgram(t, other, apitest.Vars{"name": "tea 馆"}).UpdatedMiniProgram(t)
	})
}

func TestUpdateWarnsAboutTheGivenFieldsOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "Coffee to go")
		const english = "Fresh coffee, order online"
		for _, test := range []struct {
			input apitest.Vars
			want  []string
		}{
			{apitest.Vars{"servicePhone": "0571-7654321"}, []string{}},
			{apitest.Vars{}, []string{}},
			{apitest.Vars{"tagline": english}, []string{"NOT_CHINESE tagline"}},
			{apitest.Vars{"description": english}, []string{"NOT_CHINESE description"}},
			{apitest.Vars{"description": english, "name": english}, []string{"NOT_CHINESE name", "NOT_CHINESE description"}},
			{apitest.Vars{"description": "新鲜现磨咖啡，在线点单，到店自取。"}, []string{}},
		} {
			answer := owner.UpdateMiniProgram(t, id, test.input)
			answer.UpdatedMiniProgram(t)
			if got := apitest.Codes(answer.UserErrors(t, "updateMiniProgram.warnings")); !slices.Equal(got, test.want) {
				t.Errorf("%v: %q, want %q", test.input, got, test.want)
			}
		}
	})
}

func TestOnlyOwnersAndMastersUpdate(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, assigned := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "dan")
		unassigned, stranger := w.SignUp(t, "dora"), w.SignUp(t, "sam")
		workspace := owner.CreateWorkspace(t, "Coffee")
		id := owner.CreateMiniProgram(t, workspace, "小咖啡馆")
		other := owner.CreateMiniProgram(t, workspace, "另一家店")
		w.Join(t, workspace, master, member.RoleMASTER)
		w.Assign(t, w.Join(t, workspace, assigned, member.RoleDEVELOPER), id)
		w.Assign(t, w.Join(t, workspace, unassigned, member.RoleDEVELOPER), other)
		stranger.CreateWorkspace(t, "Milk")
		owner.UpdateMiniProgram(t, id, apitest.Vars{"name": "主人改的"}).UpdatedMiniProgram(t)
		master.UpdateMiniProgram(t, id, apitest.Vars{"name": "经理改的"}).UpdatedMiniProgram(t)
		before := w.MiniProgram(t, id)
		bad := apitest.Vars{"name": "", "logo": nil}
		for _, input := range []apitest.Vars{{"name": "别人改的"}, bad} {
			assigned.UpdateMiniProgram(t, id, input).Refused(t, "FORBIDDEN")
			unassigned.UpdateMiniProgram(t, id, input).Refused(t, "NOT_FOUND")
			stranger.UpdateMiniProgram(t, id, input).Refused(t, "NOT_FOUND")
			w.Visitor(t).UpdateMiniProgram(t, id, input).Refused(t, "UNAUTHENTICATED")
			missing := stranger.UpdateMiniProgram(t, "mpr_00000000000000000000000000", input)
			missing.Refused(t, "NOT_FOUND")
			if hidden := stranger.UpdateMiniProgram(t, id, input); hidden.Anonymous() != missing.Anonymous() {
				t.Errorf("hidden %s\nmissing %s", hidden.Body, missing.Body)
			}
		}
		for _, odd := range []string{"", "x", workspace, owner.ID, "mpr_", "ind_5812"} {
			if code := stranger.UpdateMiniProgram(t, odd, apitest.Vars{"name": "别人改的"}).Code(t); code != "NOT_FOUND" {
				t.Errorf("%q: %s", odd, code)
			}
		}
		if after := w.MiniProgram(t, id); after.String() != before.String() {
			t.Errorf("refused, but written: %+v, then %+v", before, after)
		}
	})
}

func TestUpdateByAnIdOfAnotherTypeIsNotFound(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		for _, id := range []string{workspace, owner.ID, "ltg_ALIPAY_CN"} {
			owner.UpdateMiniProgram(t, id, apitest.Vars{"name": "别人改的"}).Refused(t, "NOT_FOUND")
		}
	})
}
