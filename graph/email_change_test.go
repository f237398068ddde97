package graph_test

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
	changeEmail = `mutation($input: ChangeEmailInput!) {
	changeEmail(input: $input) { email query { viewer { user { email } } } userErrors { code path message messageKey messageParams { name value } } }
}`
	confirmEmail = `mutation($token: String!) {
	confirmEmail(input: {token: $token}) { email query { viewer { user { email } } } userErrors { code path message messageKey messageParams { name value } } }
}`
	myEmail = `{ viewer { user { email } } }`
)

// requestsEmail asks for another address and returns the token that comes there by mail.
func requestsEmail(t *testing.T, w *apitest.World, p *apitest.Person, email string) string {
	t.Helper()
	done(t, p.Do(t, changeEmail, credentials(email, apitest.Password)), "changeEmail")
	return w.LetterTo(t, email).Token(t)
}

// isNoConfirmation makes sure that a token changes no address.
func isNoConfirmation(t *testing.T, w *apitest.World, token, want string) {
	t.Helper()
	answer := w.Visitor(t).Do(t, confirmEmail, apitest.Vars{"token": token})
	if got := mistakes(t, answer, "confirmEmail"); !slices.Equal(got, []string{want}) || answer.Get("confirmEmail.email") != nil {
		t.Errorf("%s, want %q", answer.Body, want)
	}
}

func TestAnAddressChangesWhenTheNewOneIsConfirmed(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answer := ann.Do(t, changeEmail, credentials(" NEW@Bücher.example ", apitest.Password))
		done(t, answer, "changeEmail")
		const address = "new@xn--bcher-kva.example"
		if answer.Get("changeEmail.email") != address || answer.Get("changeEmail.query.viewer.user.email") != ann.Email {
			t.Errorf("%s", answer.Body)
		}
		confirmation := w.LetterTo(t, address).Token(t)
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters before it is confirmed", n)
		}
		tries(t, w.Visitor(t), address, apitest.Password, "INVALID_CREDENTIALS")
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "")

		visitor := w.Visitor(t)
		answer = visitor.Do(t, confirmEmail, apitest.Vars{"token": confirmation})
		done(t, answer, "confirmEmail")
		if answer.Get("confirmEmail.email") != address || answer.Get("confirmEmail.query.viewer") != nil || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s, %v", answer.Body, answer.Header)
		}
		isSignedInAs(t, ann, ann.ID)
		if got := ann.Do(t, myEmail, nil).Get("viewer.user.email"); got != address {
			t.Errorf("the address is %v", got)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "INVALID_CREDENTIALS")
		tries(t, w.Visitor(t), address, apitest.Password, "")
		letters := w.Letters(t)
		if told := letters[len(letters)-1]; len(letters) != 2 || told.To != ann.Email || !strings.Contains(told.Text, address) || strings.Contains(told.Text, "#token=") {
			t.Errorf("%d letters, the last %+v", len(letters), told)
		}
		if got := signUpCodes(t, w.Visitor(t).Do(t, signUp, account(ann.Email, apitest.Password, "Another Ann"))); len(got) != 0 {
			t.Errorf("the old address is not free: %q", got)
		}
	})
}

func TestChangeEmailRefusesEachMistakeAndWritesNothing(t *testing.T) {
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
			{longEmail(255), apitest.Password, []string{"TOO_LONG email"}},
			{"BOB@example.com", apitest.Password, []string{"TAKEN email"}},
			{"ann@example.com", apitest.Password, []string{"TAKEN email"}},
			{"new@example.com", "", []string{"BLANK password"}},
			{"new@example.com", wrongPassword, []string{"INVALID_CREDENTIALS password"}},
			{"", "", []string{"BLANK email", "BLANK password"}},
			{"bob@example.com", wrongPassword, []string{"TAKEN email", "INVALID_CREDENTIALS password"}},
		} {
			answer := ann.Do(t, changeEmail, credentials(c.email, c.password))
			if got := mistakes(t, answer, "changeEmail"); !slices.Equal(got, c.want) || answer.Get("changeEmail.email") != nil {
				t.Errorf("%.40q, %q: %s, want %q", c.email, c.password, answer.Body, c.want)
			}
		}
		w.Visitor(t).Do(t, changeEmail, credentials("new@example.com", apitest.Password)).Refused(t, "UNAUTHENTICATED")
		if n := waiting(t, w); n != 0 {
			t.Errorf("%d mails", n)
		}
		isNoConfirmation(t, w, "", "BLANK token")
		isNoConfirmation(t, w, "x", "INVALID_TOKEN token")
	})
}

func TestAnAddressThatIsTakenMeanwhileIsNotChangedTo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		confirmation := requestsEmail(t, w, ann, "bob@example.com")
		bob := w.SignUp(t, "bob")
		isNoConfirmation(t, w, confirmation, "TAKEN token")
		if got := ann.Do(t, myEmail, nil).Get("viewer.user.email"); got != ann.Email {
			t.Errorf("ann's address is %v", got)
		}
		tries(t, w.Visitor(t), bob.Email, apitest.Password, "")
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters, more than that with the token", n)
		}
	})
}

func TestOfManyWhoConfirmAnAddressAtOnceOneGetsIt(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var tokens []string
		for i := range 4 {
			tokens = append(tokens, requestsEmail(t, w, w.SignUp(t, fmt.Sprint("ann", i)), "new@example.com"))
		}
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer { // each token twice
			return w.Visitor(t).Do(t, confirmEmail, apitest.Vars{"token": tokens[i%4]})
		}) {
			outcomes[strings.Join(mistakes(t, answer, "confirmEmail"), ", ")]++
		}
		if outcomes[""] != 1 || outcomes["TAKEN token"]+outcomes["INVALID_TOKEN token"] != 7 || outcomes["TAKEN token"] < 6 {
			t.Errorf("outcomes %v", outcomes)
		}
	})
}

func TestAConfirmationIsGoodOnceForThirtyMinutesAndUntilALaterOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		replaced, used := requestsEmail(t, w, ann, "one@example.com"), requestsEmail(t, w, ann, "two@example.com")
		isNoConfirmation(t, w, replaced, "INVALID_TOKEN token")
		done(t, w.Visitor(t).Do(t, confirmEmail, apitest.Vars{"token": used}), "confirmEmail")
		late := requestsEmail(t, w, ann, "three@example.com")
		isNoConfirmation(t, w, used, "INVALID_TOKEN token")
		w.Advance(30 * time.Minute)
		isNoConfirmation(t, w, late, "INVALID_TOKEN token")
		if got := w.Client.User.GetX(t.Context(), ann.ID).Email; got != "two@example.com" {
			t.Errorf("the address is %s", got)
		}
	})
}

func TestAConfirmationEndsWithThePassword(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		confirmation := requestsEmail(t, w, ann, "thief@example.com")
		changesPassword(t, ann)
		isNoConfirmation(t, w, confirmation, "INVALID_TOKEN token")
	})
}

func TestAConfirmationThatWaitsToBeSentEndsWithThePassword(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.RefuseMail(&smtp.SMTPError{Code: 451, Message: "later"})
		done(t, ann.Do(t, changeEmail, credentials("thief@example.com", apitest.Password)), "changeEmail")
		w.Letters(t)
		changesPassword(t, ann)
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		for _, letter := range w.Letters(t) {
			if letter.To != ann.Email || strings.Contains(letter.Text, "#token=") {
				t.Errorf("sent after the change: %q to %s", letter.Subject, letter.To)
			}
		}
	})
}

func TestWhatWasSentToTheOldAddressIsDead(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := requestsReset(t, w, ann)
		done(t, w.Visitor(t).Do(t, confirmEmail, apitest.Vars{"token": requestsEmail(t, w, ann, "new@example.com")}), "confirmEmail")
		isGoodForNothing(t, w, reset)
		before := len(w.Letters(t))
		done(t, w.Visitor(t).Do(t, requestReset, apitest.Vars{"email": ann.Email}), "requestPasswordReset")
		if n := len(w.Letters(t)); n != before {
			t.Error("a token is sent to the old address")
		}
		ann.Email = "new@example.com"
		done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(requestsReset(t, w, ann), newPassword)), "resetPassword")
		tries(t, w.Visitor(t), "new@example.com", newPassword, "")
	})
}

func TestTheOwnerIsKnownWhereTheNewAddressWasConfirmed(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		ann := from(w.SignUp(t, "ann"), "203.0.113.1")
		done(t, ann.Do(t, confirmEmail, apitest.Vars{"token": requestsEmail(t, w, ann, "new@example.com")}), "confirmEmail")
		fails(t, from(w.Visitor(t), "203.0.113.66"), "new@example.com", 10)
		tries(t, from(w.Visitor(t), "203.0.113.1"), "new@example.com", apitest.Password, "")
	})
}
