package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"minidock/internal/apitest"
)

func TestSigningOutEverywhereInvalidatesChangesOfTheAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		thief := ann.Elsewhere(t)
		confirmation := thief.EmailToken(t, "thief@example.com")
		ann.Mutate(t, "signOutEverywhere", nil).Succeeded(t)
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": confirmation}).HasUserErrors(t, "INVALID_TOKEN token")

		ann.SignIn(t)
		w.RefuseMail(&smtp.SMTPError{Code: 451, Message: "later"})
		ann.Mutate(t, "changeEmail", apitest.Credentials("thief@example.com", apitest.Password)).Succeeded(t)
		w.Letters(t)
		ann.Mutate(t, "signOutEverywhere", nil).Succeeded(t)
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		for _, letter := range w.Letters(t)[1:] {
			if strings.Contains(letter.Text, "#token=") {
				t.Errorf("a token is sent afterwards to %s", letter.To)
			}
		}
	})
}

func TestConfirmingASecondFactorEndsTheOtherSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		thief := ann.Elsewhere(t)
		ann.SetUpTotp(t)
		thief.ExpectSignedOut(t)
		ann.ExpectSignedInAs(t, ann.ID)
		bob.ExpectSignedInAs(t, bob.ID)
	})
}

func TestAUserHasAtMostAHundredSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		oldest, second := ann.Elsewhere(t), ann.Elsewhere(t)
		ann.Mutate(t, "signOut", nil)
		for range 98 {
			ann.Elsewhere(t)
		}
		oldest.ExpectSignedInAs(t, ann.ID)
		ann.SignIn(t)
		oldest.ExpectSignedOut(t)
		second.ExpectSignedInAs(t, ann.ID)
		bob.ExpectSignedInAs(t, bob.ID)
		if n := ann.CountSessions(t); n != 100 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestPasswordsAboutTheOwnerAreRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		for _, password := range []string{"ann-sofie@example.com", "Ann-Sofie", "ANN-SOFIE@EXAMPLE.COM", "Annika Sofie"} {
			visitor.Mutate(t, "signUp", apitest.Account("ann-sofie@example.com", password, "Annika Sofie")).HasUserErrors(t, "TOO_COMMON password")
		}
		ann := w.SignUp(t, "annasofie")
		for _, password := range []string{"annasofie@example.com", "AnnaSofie"} {
			ann.Mutate(t, "changePassword", apitest.Passwords(apitest.Password, password)).HasUserErrors(t, "TOO_COMMON newPassword")
			w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": ann.ResetToken(t), "newPassword": password}).HasUserErrors(t, "TOO_COMMON newPassword")
		}
		owner := w.SignUp(t, "owner")
		token := owner.InvitationToken(t, owner.CreateWorkspace(t, "Coffee"), apitest.MasterInvitation("newcomer@example.com"))
		for _, password := range []string{"newcomer", "Newcomer@example.com", "Nora Newcomer"} {
			w.Visitor(t).Mutate(t, "acceptInvitation", apitest.Acceptance(token, password, "Nora Newcomer")).HasUserErrors(t, "TOO_COMMON password")
		}
	})
}

func TestCommonPasswordsAreRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for i, password := range []string{"1234567890", "qwertyuiop", "1q2w3e4r", "sunshine", "superman", "football", "princess", "password123"} {
			w.Visitor(t).Mutate(t, "signUp", apitest.Account(fmt.Sprintf("ann%d@example.com", i), password, "Ann")).HasUserErrors(t, "TOO_COMMON password")
		}
	})
}
