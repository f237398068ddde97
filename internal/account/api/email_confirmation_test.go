package api_test

import (
	"testing"
	"time"

	"minidock/ent/user"
	"minidock/internal/apitest"
)

const isConfirmed = `{ viewer { emailConfirmed } }`

func expectConfirmed(t *testing.T, p *apitest.Person, want bool) {
	t.Helper()
	if got := p.Do(t, isConfirmed, nil).Get("viewer.emailConfirmed"); got != want {
		t.Errorf("%s is confirmed: %v, want %t", p.Email, got, want)
	}
}

func TestSigningUpSendsAMailThatConfirmsTheAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		expectConfirmed(t, ann, false)
		token := w.LetterTo(t, ann.Email).Token(t)
		visitor := w.Visitor(t)
		answer := visitor.Mutate(t, "confirmEmail", apitest.Vars{"token": token}).Succeeded(t)
		if answer.Get("confirmEmail.email") != ann.Email || answer.Get("confirmEmail.query.viewer") != nil {
			t.Errorf("%s", answer.Body)
		}
		visitor.ExpectSignedOut(t)
		expectConfirmed(t, ann, true)
		isNoConfirmation(t, w, token, "INVALID_TOKEN token")
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}

func TestAConfirmationIsRequestedAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		first := w.LetterTo(t, ann.Email).Token(t)
		if got := ann.Mutate(t, "requestEmailConfirmation", nil).Succeeded(t).Get("requestEmailConfirmation.email"); got != ann.Email {
			t.Errorf("sent to %v", got)
		}
		second := w.LetterTo(t, ann.Email).Token(t)
		isNoConfirmation(t, w, first, "INVALID_TOKEN token")
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": second}).Succeeded(t)
		expectConfirmed(t, ann, true)

		ann.Mutate(t, "requestEmailConfirmation", nil).Succeeded(t)
		if n := len(w.Letters(t)); n != 2 {
			t.Errorf("%d letters: a confirmed address got another", n)
		}
		w.Visitor(t).Mutate(t, "requestEmailConfirmation", nil).Refused(t, "UNAUTHENTICATED")
	})
}

func TestAConfirmationThatWaitsIsNotSentWhenItIsNoLongerNeeded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		w.Client.User.UpdateOneID(ann.ID).SetEmailConfirmedAt(w.Now()).ExecX(t.Context())
		if n := len(w.Letters(t)); n != 0 || w.WaitingMails(t) != 0 {
			t.Errorf("%d letters, %d wait", n, w.WaitingMails(t))
		}
	})
}

func TestAConfirmationExpires(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		token := w.LetterTo(t, ann.Email).Token(t)
		w.Advance(30*time.Minute + time.Second)
		isNoConfirmation(t, w, token, "INVALID_TOKEN token")
		if w.Client.User.GetX(t.Context(), ann.ID).EmailConfirmedAt != nil {
			t.Error("it was confirmed")
		}
	})
}

// The limits are those of all mails that are requested to an address.
func TestConfirmationsAreLimited(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		for range 5 {
			ann.Mutate(t, "requestEmailConfirmation", nil).Succeeded(t)
		}
		ann.Mutate(t, "requestEmailConfirmation", nil).Refused(t, "RATE_LIMITED")
	})
}

func TestOnlyAConfirmedAddressInvitesAndSetsUpASecondFactor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		invitationID := ann.Invite(t, workspaceID, apitest.MasterInvitation("bob@example.com"))[0]
		w.Letters(t)
		w.Client.User.UpdateOneID(ann.ID).ClearEmailConfirmedAt().ExecX(t.Context())

		invite := func(address string) apitest.Vars {
			return apitest.Vars{"workspaceId": workspaceID, "invitations": []apitest.Vars{apitest.MasterInvitation(address)}}
		}
		w.WritesNothing(t, "a refusal", func() {
			ann.Mutate(t, "inviteMembers", invite("cid@example.com")).HasUserErrors(t, "EMAIL_NOT_CONFIRMED")
			ann.Mutate(t, "inviteMembers", invite("no address")).HasUserErrors(t, "INVALID_FORMAT invitations.0.email", "EMAIL_NOT_CONFIRMED")
			ann.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": invitationID}).HasUserErrors(t, "EMAIL_NOT_CONFIRMED")
			ann.Mutate(t, "enableTotp", apitest.Vars{"password": apitest.Password}).HasUserErrors(t, "EMAIL_NOT_CONFIRMED")
			ann.Mutate(t, "enableTotp", apitest.Vars{"password": "another password"}).HasUserErrors(t, "INVALID_CREDENTIALS password", "EMAIL_NOT_CONFIRMED")
		})
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters", n)
		}
		ann.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": invitationID}).Succeeded(t)
	})
}

func TestAnInvitationThatCameByMailConfirmsTheAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		bob := w.SignUpUnconfirmed(t, "bob")
		toBob := ann.InvitationToken(t, workspaceID, apitest.MasterInvitation(bob.Email))
		toCid := ann.InvitationToken(t, workspaceID, apitest.MasterInvitation("cid@example.com"))
		bob.Mutate(t, "acceptInvitation", apitest.Vars{"token": toBob}).Succeeded(t)
		expectConfirmed(t, bob, true)
		cid, _ := w.AcceptAsNewcomer(t, toCid, "Cid")
		expectConfirmed(t, cid, true)
	})
}

func TestAChangeOfTheAddressConfirmsTheNewOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		token := ann.EmailToken(t, "ann@new.example")
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": token}).Succeeded(t)
		expectConfirmed(t, ann, true)
	})
}

// Somebody signs up with the address of a person who then takes the account over by mail: no way in that was set up before stays.
func TestAResetByMailConfirmsTheAddressAndEndsASecondFactorFromBefore(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		app := ann.SetUpTotp(t)
		w.Client.User.UpdateOneID(ann.ID).ClearEmailConfirmedAt().ExecX(t.Context())
		challenge := w.Visitor(t).Challenge(t, ann)
		token := ann.ResetToken(t)
		owner := w.Visitor(t)
		owner.Mutate(t, "resetPassword", apitest.Vars{"token": token, "newPassword": apitest.NewPassword}).Succeeded(t)

		ann.ExpectSignedOut(t)
		w.Visitor(t).Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": app.RecoveryCodes[0]}).HasUserErrors(t, "INVALID_TOKEN challenge")
		owner.ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
		expectConfirmed(t, owner, true)
		answer := owner.Do(t, `{ viewer { totpEnabled recoveryCodesLeft } }`, nil)
		if answer.Get("viewer.totpEnabled") != false || answer.Get("viewer.recoveryCodesLeft") != 0.0 {
			t.Errorf("%s", answer.Body)
		}
	})
}

func TestAResetByMailKeepsTheSecondFactorOfAConfirmedAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.SetUpTotp(t)
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": ann.ResetToken(t), "newPassword": apitest.NewPassword}).Succeeded(t)
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.NewPassword, "challenge")
	})
}

// Of a token that is used twice at once, one use succeeds.
func TestAConfirmationIsUsedOnceAtTheSameTime(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		token := w.LetterTo(t, ann.Email).Token(t)
		visitors := []*apitest.Person{w.Visitor(t), w.Visitor(t)}
		answers := apitest.AtOnce(2, func(i int) *apitest.Answer {
			return visitors[i].Mutate(t, "confirmEmail", apitest.Vars{"token": token})
		})
		if n := len(answers[0].UserErrorCodes(t)) + len(answers[1].UserErrorCodes(t)); n != 1 {
			t.Errorf("%d were refused", n)
		}
		if n := w.Client.User.Query().Where(user.EmailConfirmedAtNotNil()).CountX(t.Context()); n != 1 {
			t.Errorf("%d are confirmed", n)
		}
	})
}
