package api_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// logoOf is an input with a picture of this size as the logo.
func logoOf(width, height int) apitest.Vars {
	return apitest.Vars{"logo": apitest.Vars{"base64": apitest.Base64(apitest.PNG(width, height))}}
}

// threeLogos allows three changes of a logo in twenty minutes.
func threeLogos(l *limit.Limits) { l.LogoChanges, l.LogoChangeTime = 3, 20*time.Minute }

func TestALogoCanBeChangedSoOftenADay(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(threeLogos)}, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		id, other := owner.CreateMiniProgram(t, workspaceID, "小店一号"), owner.CreateMiniProgram(t, workspaceID, "小店二号")
		master := w.SignUp(t, "max")
		w.Join(t, workspaceID, master, member.RoleMASTER)

		owner.UpdateMiniProgram(t, id, logoOf(70, 70)).UpdatedMiniProgram(t)
		owner.UpdateMiniProgram(t, id, logoOf(70, 71)).HasUserErrors(t, "NOT_SQUARE logo")
		w.Advance(10 * time.Minute)
		master.At(w.Another(t)).UpdateMiniProgram(t, id, logoOf(72, 72)).UpdatedMiniProgram(t)
		stored, kept := w.Written(t), w.MiniProgram(t, id).LogoName
		for _, one := range []struct {
			by    *apitest.Person
			input apitest.Vars
		}{
			{owner, logoOf(80, 80)}, {master, logoOf(80, 80)}, {owner, logoOf(80, 81)}, {owner, logoOf(80, 80).With("name", "")},
			{owner, apitest.Vars{"logo": apitest.Vars{"base64": "?"}}},
		} {
			refused := one.by.UpdateMiniProgram(t, id, one.input)
			refused.Refused(t, "RATE_LIMITED")
			wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
			if err != nil || wait < 590 || wait > 600 || refused.Errors[0].Extensions["retryAfter"] != float64(wait) {
				t.Errorf("to be tried again after %q: %s", refused.Header.Get("Retry-After"), refused.Body)
			}
		}
		if got := w.Written(t); got != stored || w.MiniProgram(t, id).LogoName != kept {
			t.Errorf("refused, but written: %s, then %s", stored, got)
		}
		owner.UpdateMiniProgram(t, id, apitest.Vars{"tagline": "好茶在线点单外卖"}).UpdatedMiniProgram(t)
		owner.UpdateMiniProgram(t, other, logoOf(80, 80)).UpdatedMiniProgram(t)

		w.Advance(10 * time.Minute) // refused tries have not made it longer
		for side := range 3 {
			owner.UpdateMiniProgram(t, id, logoOf(90+side, 90+side)).UpdatedMiniProgram(t)
		}
		owner.UpdateMiniProgram(t, id, logoOf(99, 99)).Refused(t, "RATE_LIMITED")
	})
}

func TestOnlyWhoMayChangeALogoIsCounted(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(threeLogos)}, func(t *testing.T, w *apitest.World) {
		owner, developer, stranger := w.SignUp(t, "ann"), w.SignUp(t, "dev"), w.SignUp(t, "eve")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		id := owner.CreateMiniProgram(t, workspaceID, "小咖啡馆")
		w.Assign(t, w.Join(t, workspaceID, developer, member.RoleDEVELOPER), id)
		for range 4 {
			developer.UpdateMiniProgram(t, id, logoOf(70, 70)).Refused(t, "FORBIDDEN")
			stranger.UpdateMiniProgram(t, id, logoOf(70, 70)).Refused(t, "NOT_FOUND")
			w.Visitor(t).UpdateMiniProgram(t, id, logoOf(70, 70)).Refused(t, "UNAUTHENTICATED")
			owner.UpdateMiniProgram(t, id, apitest.Vars{"servicePhone": "x"}).HasUserErrors(t, "INVALID_FORMAT servicePhone")
		}
		for side := range 3 {
			owner.UpdateMiniProgram(t, id, logoOf(80+side, 80+side)).UpdatedMiniProgram(t)
		}
		owner.UpdateMiniProgram(t, id, logoOf(90, 90)).Refused(t, "RATE_LIMITED")
	})
}

func TestThreeOfEightSimultaneousChangesOfALogoAreDone(t *testing.T) {
	apitest.RunWith(t, apitest.Options{Limits: apitest.Limits(threeLogos)}, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			return owner.UpdateMiniProgram(t, id, logoOf(70+i, 70+i))
		}) {
			outcomes[answer.Outcome(t)]++
		}
		if outcomes["done"] != 3 || outcomes["RATE_LIMITED"] != 5 {
			t.Errorf("%v", outcomes)
		}
	})
}

func TestTheFiftyFirstChangeOfALogoWithinADayIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		for i := range 50 {
			owner.UpdateMiniProgram(t, id, logoOf(64+i%2, 64+i%2)).UpdatedMiniProgram(t)
		}
		refused := owner.UpdateMiniProgram(t, id, logoOf(66, 66))
		refused.Refused(t, "RATE_LIMITED")
		if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait > 86_400 || wait < 85_000 {
			t.Errorf("to be tried again after %q", refused.Header.Get("Retry-After"))
		}
	})
}

// What can be judged before the picture is stored is judged before.
func TestAChangeThatIsRefusedForUserErrorsStoresNoFile(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		owner.CreateMiniPrograms(t, workspaceID, 9)
		input := apitest.CreateInput(workspaceID).With("idempotencyKey", "a key")
		id := owner.Create(t, input).CreatedMiniProgram(t)
		full := w.Files(t)
		for i, refused := range []*apitest.Answer{
			owner.Create(t, input.With("name", "另一家店").With("logo", logoOf(70, 70)["logo"])),
			owner.Create(t, input.Without("idempotencyKey").With("name", "新店").With("logo", logoOf(71, 71)["logo"])),
			owner.Create(t, input.Without("idempotencyKey").With("logo", logoOf(72, 72)["logo"])),
			owner.UpdateMiniProgram(t, id, logoOf(73, 73).With("name", "小店 0 号")),
			owner.UpdateMiniProgram(t, id, logoOf(74, 74).With("servicePhone", "x")),
		} {
			if len(refused.UserErrorCodes(t)) == 0 {
				t.Errorf("%d is not refused: %s", i, refused.Body)
			}
		}
		if files := w.Files(t); !slices.Equal(files, full) {
			t.Errorf("%d files are stored, want %d", len(files), len(full))
		}
	})
}
