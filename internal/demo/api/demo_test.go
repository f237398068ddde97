package api_test

import (
	"errors"
	"testing"

	"minidock/ent/user"
	"minidock/internal/apitest"
	"minidock/internal/app"
	"minidock/internal/demo"
)

func TestTheDemoHasPeopleAndMiniProgramsAndIsLoadedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for range 2 {
			if err := app.LoadDemo(t.Context(), w.Data(), false); err != nil {
				t.Fatal(err)
			}
		}
		for _, person := range demo.People() {
			visitor := w.Visitor(t)
			visitor.ExpectSignIn(t, person[0], demo.Password, "")
			answer := visitor.Do(t, `{ viewer { staffRole memberships { nodes { role workspace { name miniPrograms { totalCount nodes { logo { url } } } } } } } }`, nil)
			if person[0] == "admin@demo.example" {
				if answer.Get("viewer.staffRole") != "ADMIN" {
					t.Errorf("%s: %s", person[0], answer.Body)
				}
				continue
			}
			if person[0] == "owner@demo.example" && (answer.Get("viewer.memberships.nodes.0.role") != "OWNER" ||
				answer.Get("viewer.memberships.nodes.0.workspace.miniPrograms.totalCount") != 3.0) {
				t.Errorf("%s: %s", person[0], answer.Body)
			}
		}
		if n := w.Client.User.Query().CountX(t.Context()); n != len(demo.People()) {
			t.Errorf("%d accounts", n)
		}
	})
}

func TestTheDemoNeverGivesAStrangerARole(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		stranger := w.Visitor(t)
		stranger.Mutate(t, "signUp", apitest.Account("admin@demo.example", apitest.Password, "Stranger")).Succeeded(t)
		for _, withOthers := range []bool{false, true} {
			if err := app.LoadDemo(t.Context(), w.Data(), withOthers); err == nil {
				t.Errorf("loaded with the address of a stranger, %t", withOthers)
			}
		}
		if role := stranger.Do(t, `{ viewer { staffRole } }`, nil).Get("viewer.staffRole"); role != nil {
			t.Errorf("the stranger is %v", role)
		}
		if n := w.Client.User.Query().Where(user.StaffRoleNotNil()).CountX(t.Context()); n != 0 {
			t.Errorf("%d staff members", n)
		}
	})
}

func TestTheDemoIsLoadedBesideOthersOnlyOnRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		if err := app.LoadDemo(t.Context(), w.Data(), false); !errors.Is(err, demo.ErrOtherPeople) {
			t.Errorf("loaded beside ann: %v", err)
		}
		if n := w.Client.User.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d accounts", n)
		}
		if err := app.LoadDemo(t.Context(), w.Data(), true); err != nil {
			t.Fatal(err)
		}
		w.Visitor(t).ExpectSignIn(t, "admin@demo.example", demo.Password, "")
		if role := ann.Do(t, `{ viewer { staffRole } }`, nil).Get("viewer.staffRole"); role != nil {
			t.Errorf("ann is %v", role)
		}
	})
}
