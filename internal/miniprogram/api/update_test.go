package api_test

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

func TestUpdateMiniProgramChangesOnlyTheGivenFields(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		shown := map[string]func(map[string]any) any{
			"industryCode": func(m map[string]any) any { return m["industry"].(map[string]any)["code"] },
			"logo":         func(m map[string]any) any { return m["logo"].(map[string]any)["contentType"] },
		}
		want := apitest.OtherValues().With("logo", "image/jpeg")
		for field, value := range apitest.OtherValues() {
			id := owner.CreateMiniProgram(t, workspace, "小店 "+field)
			before := owner.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": id}).Get("miniProgram").(map[string]any)
			w.Advance(time.Second)
			changed := owner.UpdateMiniProgram(t, id, apitest.Vars{field: value}).UpdatedMiniProgram(t)
			again := owner.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": id}).Get("miniProgram").(map[string]any)
			if !reflect.DeepEqual(changed, again) {
				t.Errorf("%s: answered %v, then read %v", field, changed, again)
			}
			for name := range before {
				isMeant := name == field || name+"Code" == field || name == "updatedAt"
				if reflect.DeepEqual(before[name], changed[name]) == isMeant {
					t.Errorf("%s changes %s from %v to %v", field, name, before[name], changed[name])
				}
			}
			got := changed[field]
			if show, ok := shown[field]; ok {
				got = show(changed)
			}
			if got != want[field] {
				t.Errorf("%s is %v, want %v", field, got, want[field])
			}
			if field == "name" {
				owner.UpdateMiniProgram(t, id, apitest.Vars{"name": "另一个名"}).UpdatedMiniProgram(t)
			}
		}
	})
}

func TestUpdateMiniProgramChangesEverythingAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		before := w.MiniProgram(t, id)
		w.Advance(time.Second)
		answer := owner.UpdateMiniProgram(t, id, apitest.OtherValues())
		answer.UpdatedMiniProgram(t)
		after := w.MiniProgram(t, id)
		if after.Name != "新茶馆" || after.NameKey != "新茶馆" || after.Tagline == before.Tagline || after.Description == before.Description ||
			after.LogoName == before.LogoName || after.LogoWidth != 100 || after.LogoHeight != 100 || after.LogoContentType != "image/jpeg" ||
			after.IndustryCode != "5814" || after.ServicePhone != "0010-7654321" || after.ServiceEmail != "tea@example.com" {
			t.Errorf("%+v", after)
		}
		if after.AppID != before.AppID || !after.CreatedAt.Equal(before.CreatedAt) || after.CreatedByID != before.CreatedByID ||
			after.Status != before.Status || after.Language != before.Language || after.WorkspaceID != before.WorkspaceID {
			t.Errorf("%+v, then %+v", before, after)
		}
		if got := answer.String(t, "updateMiniProgram.query.viewer.user.id"); got != owner.ID {
			t.Errorf("the payload's query sees %q", got)
		}
		url := answer.String(t, "updateMiniProgram.miniProgram.logo.url")
		response := w.Get(t, strings.TrimPrefix(url, w.URL))
		if _, err := io.ReadAll(response.Body); err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%v, status %d, %v", err, response.StatusCode, response.Header)
		}
		if got := w.Written(t); !strings.HasPrefix(got, "1 mini programs, 1 targetings, 1 assignments, 0 idempotency keys, quota 1") {
			t.Errorf("written %s", got)
		}
	})
}

func TestUpdatedAtMovesOnlyWhenSomethingIsGiven(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		before := w.MiniProgram(t, id)
		w.Advance(time.Second)
		changed := owner.UpdateMiniProgram(t, id, apitest.Vars{}).UpdatedMiniProgram(t)
		if changed["id"] != id || changed["name"] != "小咖啡馆" {
			t.Errorf("%v", changed)
		}
		owner.UpdateMiniProgram(t, id, apitest.Vars{"name": ""}).HasUserErrors(t, "BLANK name")
		if after := w.MiniProgram(t, id); !after.UpdatedAt.Equal(before.UpdatedAt) {
			t.Errorf("updated at %v, then %v", before.UpdatedAt, after.UpdatedAt)
		}
		owner.UpdateMiniProgram(t, id, apitest.Vars{"tagline": "好茶在线点单外卖"}).UpdatedMiniProgram(t)
		if after := w.MiniProgram(t, id); after.UpdatedAt.Before(before.UpdatedAt.Add(time.Second)) || !after.CreatedAt.Equal(before.CreatedAt) {
			t.Errorf("updated at %v, then %v", before.UpdatedAt, after.UpdatedAt)
		}
	})
}

func TestUpdateAcceptsTheLogoAsAFile(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		id := owner.CreateMiniProgram(t, owner.CreateWorkspace(t, "Coffee"), "小咖啡馆")
		input := apitest.Vars{"miniProgramId": id, "logo": apitest.Vars{"file": nil}}
		upload := func(file apitest.File) *apitest.Answer {
			return owner.MutateWithFiles(t, "updateMiniProgram", input, map[string]apitest.File{"logo.file": file})
		}
		changed := upload(apitest.File{Name: "logo.png", ContentType: "image/png", Content: apitest.PNG(90, 90)}).UpdatedMiniProgram(t)
		if logo := changed["logo"].(map[string]any); logo["width"] != 90.0 || changed["name"] != "小咖啡馆" {
			t.Errorf("%v", changed)
		}
		upload(apitest.File{Name: "logo.jpg", ContentType: "image/png", Content: apitest.PNG(90, 90)}).HasUserErrors(t, "UNSUPPORTED_TYPE logo")
		upload(apitest.File{Name: "logo.png", Content: nil}).HasUserErrors(t, "BLANK logo")
	})
}

func TestUpdatesOfTwoFieldsAtOnceKeepBoth(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Join(t, workspace, master, member.RoleMASTER)
		id := owner.CreateMiniProgram(t, workspace, "小咖啡馆")
		for round := range 5 {
			tagline, phone := fmt.Sprintf("现磨咖啡在线点单 %d", round), fmt.Sprintf("0571-000000%d", round)
			for _, answer := range apitest.AtOnce(2, func(i int) *apitest.Answer {
				if i == 0 {
					return owner.UpdateMiniProgram(t, id, apitest.Vars{"tagline": tagline})
				}
				return master.UpdateMiniProgram(t, id, apitest.Vars{"servicePhone": phone})
			}) {
				answer.UpdatedMiniProgram(t)
			}
			if after := w.MiniProgram(t, id); after.Tagline != tagline || after.ServicePhone != phone {
				t.Errorf("round %d: %q and %q", round, after.Tagline, after.ServicePhone)
			}
		}
	})
}

func TestOneOfSixSimultaneousRenamesGetsTheName(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		var ids []string
		for i := range 6 {
			ids = append(ids, owner.CreateMiniProgram(t, workspace, fmt.Sprintf("小店 %d", i)))
		}
		for round := range 5 {
			name, won := fmt.Sprintf("大家都要的名 %d", round), 0
			for _, answer := range apitest.AtOnce(len(ids), func(i int) *apitest.Answer {
				return owner.UpdateMiniProgram(t, ids[i], apitest.Vars{"name": name})
			}) {
				if answer == nil {
					t.Fatal("a request without an answer")
				}
				if len(answer.Errors) == 0 && len(answer.List(t, "updateMiniProgram.userErrors")) == 0 {
					won++
					continue
				}
				answer.HasUserErrors(t, "TAKEN name")
			}
			if won != 1 {
				t.Errorf("%d won", won)
			}
		}
	})
}
