package api_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/quotause"
	"minidock/internal/apitest"
)

func TestAWorkspaceHasTenMiniProgramsAndNoMore(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		owner.CreateMiniPrograms(t, workspace, 10)
		before := w.Written(t)
		input := apitest.CreateInput(workspace).With("logo", apitest.Vars{"base64": apitest.Base64(apitest.PNG(65, 65))})
		refused := owner.Create(t, input.With("idempotencyKey", "a key")).HasUserErrors(t, "QUOTA_EXCEEDED")
		if got := refused[0]; len(got.Path) != 0 || !maps.Equal(got.Params, map[string]string{"used": "10", "limit": "10"}) {
			t.Errorf("%+v", got)
		}
		if after := w.Written(t); after != before || owner.QuotaUsed(t, workspace) != 10 {
			t.Errorf("refused, but written: %s, then %s", before, after)
		}
		owner.Create(t, apitest.CreateInput(owner.CreateWorkspace(t, "Tea"))).CreatedMiniProgram(t)
	})
}

func TestAFullQuotaIsReportedBesideOtherErrors(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		owner.CreateMiniPrograms(t, workspace, 10)
		input := apitest.CreateInput(workspace).With("name", "小店 0 号").With("servicePhone", "")
		answer := owner.Create(t, input)
		codes := answer.UserErrorCodes(t)
		slices.Sort(codes)
		if !slices.Equal(codes, []string{"BLANK servicePhone", "QUOTA_EXCEEDED", "TAKEN name"}) || answer.Get("createMiniProgram.miniProgram") != nil {
			t.Errorf("user errors %q", codes)
		}
	})
}

func TestTheQuotaIsSharedByTheWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Join(t, workspace, master, member.RoleMASTER)
		owner.CreateMiniPrograms(t, workspace, 9)
		master.Create(t, apitest.CreateInput(workspace)).CreatedMiniProgram(t)
		master.Create(t, apitest.CreateInput(workspace).With("name", "另一家店")).HasUserErrors(t, "QUOTA_EXCEEDED")
	})
}

func TestNineOfFortySimultaneousCreationsFitTheQuota(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master := w.SignUp(t, "ann"), w.SignUp(t, "max")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Join(t, workspace, master, member.RoleMASTER)
		owner.CreateMiniPrograms(t, workspace, 1)
		people := []*apitest.Person{owner, master}
		answers := apitest.AtOnce(40, func(i int) *apitest.Answer {
			return people[i%2].Create(t, apitest.CreateInput(workspace).With("name", fmt.Sprintf("同时开店 %d", i)))
		})
		made := map[string]bool{}
		for _, answer := range answers {
			if answer == nil {
				t.Fatal("a request without an answer")
			}
			if codes := answer.UserErrorCodes(t); len(codes) == 0 {
				made[answer.String(t, "createMiniProgram.miniProgram.id")] = true
				continue
			}
			refused := answer.HasUserErrors(t, "QUOTA_EXCEEDED")
			if !maps.Equal(refused[0].Params, map[string]string{"used": "10", "limit": "10"}) {
				t.Errorf("%+v", refused[0])
			}
		}
		if len(made) != 9 {
			t.Errorf("%d were created, want 9", len(made))
		}
		if rows := w.Client.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspace)).CountX(t.Context()); rows != 10 {
			t.Errorf("%d rows", rows)
		}
		if quota := w.Client.QuotaUse.Query().Where(quotause.WorkspaceID(workspace)).OnlyX(t.Context()); quota.Used != 10 {
			t.Errorf("quota %d", quota.Used)
		}
		if used := owner.QuotaUsed(t, workspace); used != 10 {
			t.Errorf("quota is shown as %v", used)
		}
	})
}

func TestOneOfEightSimultaneousCreationsGetsTheName(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		people := []*apitest.Person{owner}
		for i := range 7 {
			master := w.SignUp(t, fmt.Sprintf("max%d", i))
			w.Join(t, workspace, master, member.RoleMASTER)
			people = append(people, master)
		}
		names := []string{"Coffee 馆", "COFFEE 馆", "ｃｏｆｆｅｅ 馆", "coffee\u3000馆"}
		answers := apitest.AtOnce(len(people), func(i int) *apitest.Answer {
			return people[i].Create(t, apitest.CreateInput(workspace).With("name", names[i%len(names)]))
		})
		won := 0
		for _, answer := range answers {
			if codes := answer.UserErrorCodes(t); len(codes) == 0 {
				won++
				continue
			}
			answer.HasUserErrors(t, "TAKEN name")
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
		if got, want := w.Written(t), "1 mini programs, 1 targetings, 1 assignments, 0 idempotency keys, quota 1, 1 logos"; got != want {
			t.Errorf("written %s, want %s", got, want)
		}
	})
}
