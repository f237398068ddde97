package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"minidock/internal/apitest"
)

const (
	myEmail = `{ viewer { user { email } } }`
)

// isNoConfirmation makes sure that a token changes no address.
func isNoConfirmation(t *testing.T, w *apitest.World, token, want string) {
	t.Helper()
	answer := w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": token})
	if got := answer.UserErrorCodes(t); !slices.Equal(got, []string{want}) || answer.Get("confirmEmail.email") != nil {
		t.Errorf("%s, want %q", answer.Body, want)
	}
}

func TestOnlyTheLastAddressThatWasEnteredGetsAConfirmation(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, address := range []string{"mistyped@example.com", "right@example.com"} {
			ann.Mutate(t, "changeEmail", apitest.Credentials(address, apitest.Password)).Succeeded(t)
		}
		letters := w.Letters(t)
		if len(letters) != 1 || letters[0].To != "right@example.com" {
			t.Errorf("letters %+v", letters)
		}
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": w.LetterTo(t, "right@example.com").Token(t)}).Succeeded(t)
	})
}

func TestAnAddressChangesWhenTheNewOneIsConfirmed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answer := ann.Mutate(t, "changeEmail", apitest.Credentials(" NEW@Bücher.example ", apitest.Password)).Succeeded(t)
		const address = "new@xn--bcher-kva.example"
		if answer.Get("changeEmail.email") != address || answer.Get("changeEmail.query.viewer.user.email") != ann.Email {
			t.Errorf("%s", answer.Body)
		}
		confirmation := w.LetterTo(t, address).Token(t)
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters before it is confirmed", n)
		}
		w.Visitor(t).ExpectSignIn(t, address, apitest.Password, "INVALID_CREDENTIALS")
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "")

		visitor := w.Visitor(t)
		answer = visitor.Mutate(t, "confirmEmail", apitest.Vars{"token": confirmation}).Succeeded(t)
		if answer.Get("confirmEmail.email") != address || answer.Get("confirmEmail.query.viewer") != nil || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s, %v", answer.Body, answer.Header)
		}
		ann.ExpectSignedInAs(t, ann.ID)
		if got := ann.Do(t, myEmail, nil).Get("viewer.user.email"); got != address {
			t.Errorf("the address is %v", got)
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "INVALID_CREDENTIALS")
		w.Visitor(t).ExpectSignIn(t, address, apitest.Password, "")
		letters := w.Letters(t)
		if last := letters[len(letters)-1]; len(letters) != 2 || last.To != ann.Email || !strings.Contains(last.Text, address) || strings.Contains(last.Text, "#token=") {
			t.Errorf("%d letters, the last %+v", len(letters), last)
		}
		if got := w.Visitor(t).Mutate(t, "signUp", apitest.Account(ann.Email, apitest.Password, "Another Ann")).UserErrorCodes(t); len(got) != 0 {
			t.Errorf("the old address is not free: %q", got)
		}
	})
}

func TestChangeEmailReportsEachErrorAndWritesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.SignUp(t, "bob")
		for _, c := range []struct {
			email, password string
			want            []string
		}{
			{"", apitest.Password, []string{"BLANK email"}},
			{"ann", apitest.Password, []string{"INVALID_FORMAT email"}},
			{"new@example.com\r\nbcc: eva@example.com", apitest.Password, []string{"INVALID_FORMAT email"}},
			{apitest.LongEmail(255), apitest.Password, []string{"TOO_LONG email"}},
			{"BOB@example.com", apitest.Password, []string{"TAKEN email"}},
			{"ann@example.com", apitest.Password, []string{"TAKEN email"}},
			{"new@example.com", "", []string{"BLANK password"}},
			{"new@example.com", apitest.WrongPassword, []string{"INVALID_CREDENTIALS password"}},
			{"", "", []string{"BLANK email", "BLANK password"}},
			{"bob@example.com", apitest.WrongPassword, []string{"TAKEN email", "INVALID_CREDENTIALS password"}},
		} {
			answer := ann.Mutate(t, "changeEmail", apitest.Credentials(c.email, c.password))
			if got := answer.UserErrorCodes(t); !slices.Equal(got, c.want) || answer.Get("changeEmail.email") != nil {
				t.Errorf("%.40q, %q: %s, want %q", c.email, c.password, answer.Body, c.want)
			}
		}
		w.Visitor(t).Mutate(t, "changeEmail", apitest.Credentials("new@example.com", apitest.Password)).Refused(t, "UNAUTHENTICATED")
		if n := w.WaitingMails(t); n != 0 {
			t.Errorf("%d mails", n)
		}
		isNoConfirmation(t, w, "", "BLANK token")
		isNoConfirmation(t, w, "x", "INVALID_TOKEN token")
	})
}

func TestAnAddressTakenInTheMeantimeIsNotConfirmed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		confirmation := ann.EmailToken(t, "bob@example.com")
		bob := w.SignUp(t, "bob")
		isNoConfirmation(t, w, confirmation, "TAKEN token")
		if got := ann.Do(t, myEmail, nil).Get("viewer.user.email"); got != ann.Email {
			t.Errorf("ann's address is %v", got)
		}
		w.Visitor(t).ExpectSignIn(t, bob.Email, apitest.Password, "")
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters, more than that with the token", n)
		}
	})
}

func TestOneOfManySimultaneousConfirmationsGetsTheAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var tokens []string
		for i := range 4 {
			tokens = append(tokens, w.SignUp(t, fmt.Sprint("ann", i)).EmailToken(t, "new@example.com"))
		}
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer { // each token twice
			return w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": tokens[i%4]})
		}) {
			outcomes[strings.Join(answer.UserErrorCodes(t), ", ")]++
		}
		if outcomes[""] != 1 || outcomes["TAKEN token"]+outcomes["INVALID_TOKEN token"] != 7 || outcomes["TAKEN token"] < 6 {
			t.Errorf("outcomes %v", outcomes)
		}
	})
}

func TestAConfirmationIsValidOnceForThirtyMinutesUntilALaterRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		replaced, used := ann.EmailToken(t, "one@example.com"), ann.EmailToken(t, "two@example.com")
		isNoConfirmation(t, w, replaced, "INVALID_TOKEN token")
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": used}).Succeeded(t)
		late := ann.EmailToken(t, "three@example.com")
		isNoConfirmation(t, w, used, "INVALID_TOKEN token")
		w.Advance(30 * time.Minute)
		isNoConfirmation(t, w, late, "INVALID_TOKEN token")
		if got := w.Client.User.GetX(t.Context(), ann.ID).Email; got != "two@example.com" {
			t.Errorf("the address is %s", got)
		}
	})
}

func TestAPasswordChangeInvalidatesAConfirmation(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		confirmation := ann.EmailToken(t, "thief@example.com")
		ann.ReplacePassword(t)
		isNoConfirmation(t, w, confirmation, "INVALID_TOKEN token")
	})
}

func TestAPasswordChangeInvalidatesAConfirmationNotYetSent(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.RefuseMail(&smtp.SMTPError{Code: 451, Message: "later"})
		ann.Mutate(t, "changeEmail", apitest.Credentials("thief@example.com", apitest.Password)).Succeeded(t)
		w.Letters(t)
		ann.ReplacePassword(t)
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		for _, letter := range w.Letters(t) {
			if letter.To != ann.Email || strings.Contains(letter.Text, "#token=") {
				t.Errorf("sent after the change: %q to %s", letter.Subject, letter.To)
			}
		}
	})
}

func TestTokensSentToTheOldAddressAreInvalid(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := ann.ResetToken(t)
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": ann.EmailToken(t, "new@example.com")}).Succeeded(t)
		w.ExpectInvalidResetToken(t, reset)
		before := len(w.Letters(t))
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
		if n := len(w.Letters(t)); n != before {
			t.Error("a token is sent to the old address")
		}
		ann.Email = "new@example.com"
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": ann.ResetToken(t), "newPassword": apitest.NewPassword}).Succeeded(t)
		w.Visitor(t).ExpectSignIn(t, "new@example.com", apitest.NewPassword, "")
	})
}

func TestTheOwnerIsKnownWhereTheNewAddressWasConfirmed(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann").From("203.0.113.1")
		ann.Mutate(t, "confirmEmail", apitest.Vars{"token": ann.EmailToken(t, "new@example.com")}).Succeeded(t)
		w.Visitor(t).From("203.0.113.66").FailSignIns(t, "new@example.com", 10)
		w.Visitor(t).From("203.0.113.1").ExpectSignIn(t, "new@example.com", apitest.Password, "")
	})
}
