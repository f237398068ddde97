package api_test

import (
	"testing"

	"minidock/internal/apitest"
)

func TestOtherSpellingsOfATakenNameAreTaken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		input := apitest.CreateInput(workspace)
		for first, others := range map[string][]string{
			"Café 1":  {"Café 1", "CAFÉ 1", "cafe\u0301 1", "Ｃａｆé １", "Café ①", " Café  1 "},
			"小咖啡馆":    {"小咖啡馆", "\u3000小咖啡馆 "},
			"STRASSE": {"straße", "Strasse"},
			"ガラス":     {"ｶﾞﾗｽ"},
		} {
			owner.Create(t, input.With("name", first)).CreatedMiniProgram(t)
			before := w.Written(t)
			for _, name := range others {
				refused := owner.Create(t, input.With("name", name)).HasUserErrors(t, "TAKEN name")
				if refused[0].Path[1] != "name" || refused[0].MessageKey != "TAKEN.name" ||
					refused[0].Message != "Another mini program in this workspace already has this name." {
					t.Errorf("%+v", refused[0])
				}
			}
			if after := w.Written(t); after != before {
				t.Errorf("refused, but written: %s, then %s", before, after)
			}
		}
	})
}

func TestDifferentNamesAreNotTaken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		input := apitest.CreateInput(owner.CreateWorkspace(t, "Coffee"))
		for _, name := range []string{"cafe", "café", "cafes", "caf", "小 咖", "小咖", "国货", "國貨"} {
			owner.Create(t, input.With("name", name)).CreatedMiniProgram(t)
		}
	})
}

func TestANameIsFreeInOtherWorkspaces(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		for _, workspace := range []string{owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea")} {
			owner.Create(t, apitest.CreateInput(workspace)).CreatedMiniProgram(t)
		}
		stranger.Create(t, apitest.CreateInput(stranger.CreateWorkspace(t, "Milk"))).CreatedMiniProgram(t)
	})
}

func TestAWrongNameIsNotAlsoTaken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		w.Insert(t, workspace, apitest.Row{Name: "ab", CreatedBy: owner})
		owner.Create(t, apitest.CreateInput(workspace).With("name", "AB")).HasUserErrors(t, "TOO_SHORT name")
	})
}
