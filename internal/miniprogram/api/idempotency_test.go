package api_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

func TestTheSameKeyGivesTheFirstSuccessAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("idempotencyKey", "a key").With("name", "Coffee")
		first := owner.Create(t, input)
		first.CreatedMiniProgram(t)
		before := w.Written(t)
		again := owner.Create(t, input)
		again.CreatedMiniProgram(t)
		if !reflect.DeepEqual(first.Data, again.Data) {
			t.Errorf("first %s\nthen %s", first.Body, again.Body)
		}
		if got := again.WarningCodes(t); !slices.Equal(got, []string{"NOT_CHINESE name"}) {
			t.Errorf("warnings %q", got)
		}
		if after := w.Written(t); after != before || !strings.HasPrefix(after, "1 mini programs") {
			t.Errorf("written %s, then %s", before, after)
		}
	})
}

func TestARepeatIsAnsweredThoughTheQuotaIsFull(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		owner.CreateMiniPrograms(t, workspace, 9)
		input := apitest.CreateInput(workspace).With("idempotencyKey", "a key")
		id := owner.Create(t, input).CreatedMiniProgram(t)
		if again := owner.Create(t, input).CreatedMiniProgram(t); again != id {
			t.Errorf("%s, then %s", id, again)
		}
		owner.Create(t, input.With("idempotencyKey", "another").With("name", "另一家店")).HasUserErrors(t, "QUOTA_EXCEEDED")
	})
}

func TestTheSameKeyWithAnotherInputIsAUserError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace, other := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")
		input := apitest.CreateInput(workspace).With("idempotencyKey", "a key")
		owner.Create(t, input).CreatedMiniProgram(t)
		before := w.Written(t)
		const reused = "IDEMPOTENCY_KEY_REUSED idempotencyKey"
		refused := owner.Create(t, input.With("name", "另一家店")).HasUserErrors(t, reused)
		if got := refused[0]; !slices.Equal(got.Path, []string{"input", "idempotencyKey"}) || got.MessageKey != "IDEMPOTENCY_KEY_REUSED" {
			t.Errorf("%+v", got)
		}
		owner.Create(t, input.With("workspaceId", other)).HasUserErrors(t, reused)
		for field, value := range map[string]any{
			"tagline": "一二三四五六", "description": "一二三四五六七八九十末", "industryCode": "5814", "servicePhone": "0571-7654321",
			"serviceEmail": "other@example.com", "logo": apitest.Vars{"base64": apitest.Base64(apitest.JPEG(64, 64))},
		} {
			owner.Create(t, input.With(field, value)).HasUserErrors(t, "TAKEN name", reused)
		}
		owner.Create(t, input.With("name", "店").With("logo", nil).With("servicePhone", "1")).HasUserErrors(t, "TOO_SHORT name", "BLANK logo", "INVALID_FORMAT servicePhone", reused)
		if after := w.Written(t); after != before {
			t.Errorf("refused, but written: %s, then %s", before, after)
		}
	})
}

func TestRefusalsAreNotRemembered(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("idempotencyKey", "a key")
		owner.Create(t, input.With("name", "店")).HasUserErrors(t, "TOO_SHORT name")
		owner.Create(t, input.With("name", "")).HasUserErrors(t, "BLANK name")
		if got := w.Written(t); !strings.Contains(got, "0 idempotency keys") {
			t.Errorf("written %s", got)
		}
		owner.Create(t, input).CreatedMiniProgram(t)
	})
}

func TestAKeyIsFreeAgainAfterADay(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		input := apitest.CreateInput(workspace).With("idempotencyKey", "a key")
		id := owner.Create(t, input).CreatedMiniProgram(t)
		w.Advance(24*time.Hour - time.Minute)
		owner.SignIn(t)
		if again := owner.Create(t, input).CreatedMiniProgram(t); again != id {
			t.Errorf("%s, then %s", id, again)
		}
		w.Advance(time.Minute)
		owner.Create(t, input).HasUserErrors(t, "TAKEN name")
		other := input.With("name", "另一家店")
		second := owner.Create(t, other).CreatedMiniProgram(t)
		if again := owner.Create(t, other).CreatedMiniProgram(t); again != second || again == id {
			t.Errorf("%s, %s, then %s", id, second, again)
		}
		if got := w.Written(t); !strings.Contains(got, "2 mini programs") || !strings.Contains(got, "1 idempotency keys") {
			t.Errorf("the expired key is kept: %s", got)
		}
	})
}

func TestAKeyHas1To255Characters(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		for _, key := range []any{"k", strings.Repeat("k", 255), strings.Repeat("键", 255), " ", nil} {
			input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("idempotencyKey", key)
			owner.Create(t, input).CreatedMiniProgram(t)
		}
		before := w.Written(t)
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		owner.Create(t, input.With("idempotencyKey", "")).HasUserErrors(t, "BLANK idempotencyKey")
		for _, key := range []string{strings.Repeat("k", 256), strings.Repeat("键", 256)} {
			refused := owner.Create(t, input.With("idempotencyKey", key)).HasUserErrors(t, "TOO_LONG idempotencyKey")
			if got := refused[0].Params; got["weight"] != "256" || got["min"] != "1" || got["max"] != "255" {
				t.Errorf("params %v", got)
			}
		}
		if after := w.Written(t); after != before {
			t.Errorf("refused, but written: %s, then %s", before, after)
		}
	})
}

func TestAKeyHasNoInvisibleCharacters(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for key, character := range map[string]string{"a\x00b": "U+0000", "a\n": "U+000A", "\u202Eb": "U+202E", strings.Repeat("k", 256) + "\x00": "U+0000"} {
			refused := owner.Create(t, input.With("idempotencyKey", key)).HasUserErrors(t, "INVALID_CHARACTER idempotencyKey")
			if refused[0].Params["character"] != character {
				t.Errorf("%+v", refused[0])
			}
		}
	})
}

func TestWithoutAKeyTheSameInputIsAnotherCreation(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		owner.Create(t, input).CreatedMiniProgram(t)
		owner.Create(t, input).HasUserErrors(t, "TAKEN name")
	})
}

func TestEachCallerHasItsOwnKeys(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Join(t, workspace, master, member.RoleMASTER)
		input := apitest.CreateInput(workspace).With("idempotencyKey", "a key")
		id := owner.Create(t, input).CreatedMiniProgram(t)
		master.Create(t, input).HasUserErrors(t, "TAKEN name")
		if other := master.Create(t, input.With("name", "另一家店")).CreatedMiniProgram(t); other == id {
			t.Error("another caller got the first one's mini program")
		}
		if again := owner.Create(t, input).CreatedMiniProgram(t); again != id {
			t.Errorf("%s, then %s", id, again)
		}
	})
}

func TestAKeyGivesNothingToWhoMayNoLonger(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Join(t, workspace, master, member.RoleMASTER)
		input := apitest.CreateInput(workspace).With("idempotencyKey", "a key")
		master.Create(t, input).CreatedMiniProgram(t)
		w.Leave(t, workspace, master)
		master.Create(t, input).Refused(t, "NOT_FOUND")
	})
}

func TestEightAtOnceWithTheSameKeyCreateOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		for round, left := range []int{10, 1, 10, 1} {
			workspace := owner.CreateWorkspace(t, "Coffee")
			owner.CreateMiniPrograms(t, workspace, 10-left)
			before := w.Client.MiniProgram.Query().CountX(t.Context())
			input := apitest.CreateInput(workspace).With("idempotencyKey", strings.Repeat("k", round+1))
			ids := map[string]bool{}
			for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer { return owner.Create(t, input) }) {
				if answer == nil {
					t.Fatal("a request without an answer")
				}
				ids[answer.CreatedMiniProgram(t)] = true
			}
			if made := w.Client.MiniProgram.Query().CountX(t.Context()) - before; made != 1 || len(ids) != 1 {
				t.Errorf("%d created, the answers are %v", made, ids)
			}
			if used := owner.QuotaUsed(t, workspace); used != float64(11-left) {
				t.Errorf("quota %v with %d left", used, left)
			}
		}
	})
}

func TestOfEightAtOnceWithTheSameKeyAndOtherInputsOneWins(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee")).With("idempotencyKey", "a key")
		won := 0
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			return owner.Create(t, input.With("name", "同时开店 "+string(rune('A'+i))))
		}) {
			if codes := answer.UserErrorCodes(t); len(codes) == 0 {
				won++
				continue
			}
			answer.HasUserErrors(t, "IDEMPOTENCY_KEY_REUSED idempotencyKey")
		}
		if got := w.Written(t); won != 1 || !strings.HasPrefix(got, "1 mini programs") {
			t.Errorf("%d won, written %s", won, got)
		}
	})
}
