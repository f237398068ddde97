package graph_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

const (
	requestReset = `mutation($email: String!) {
	requestPasswordReset(input: {email: $email}) { email query { viewer { user { id } } } userErrors { code path message messageKey messageParams { name value } } }
}`
	resetPassword = `mutation($input: ResetPasswordInput!) {
	resetPassword(input: $input) { email query { viewer { user { id } } } userErrors { code path message messageKey messageParams { name value } } }
}`
)

func tokenAnd(token, next string) apitest.Vars {
	return apitest.Vars{"input": apitest.Vars{"token": token, "new": next}}
}

// requestsReset asks for a new password and returns the token that comes by mail.
func requestsReset(t *testing.T, w *apitest.World, p *apitest.Person) string {
	t.Helper()
	done(t, w.Visitor(t).Do(t, requestReset, apitest.Vars{"email": p.Email}), "requestPasswordReset")
	return w.LetterTo(t, p.Email).Token(t)
}

// isGoodForNothing makes sure that a token sets no password.
func isGoodForNothing(t *testing.T, w *apitest.World, spent string) {
	t.Helper()
	answer := w.Visitor(t).Do(t, resetPassword, tokenAnd(spent, "a password of a thief"))
	if got := mistakes(t, answer, "resetPassword"); !slices.Equal(got, []string{"INVALID_TOKEN token"}) || answer.Get("resetPassword.email") != nil {
		t.Errorf("a token that should be good for nothing: %s", answer.Body)
	}
}

func TestAPasswordResetIsAnsweredAlikeWhetherOrNotThereIsAnAccount(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		known, unknown := from(w.Visitor(t), "203.0.113.1"), from(w.Visitor(t), "203.0.113.2")
		for n := range 6 {
			var told [2]string
			var statements [2]int64
			for i, p := range []*apitest.Person{known, unknown} {
				email := []string{"ann@example.com", "eva@example.com"}[i]
				statements[i] = w.Statements(func() {
					answer := p.Do(t, requestReset, apitest.Vars{"email": email})
					if code := answer.Code(t); (code != "") != (n == 5) {
						t.Errorf("request %d: %s", n, answer.Body)
					}
					told[i] = strings.Replace(answer.Anonymous(), email, "", 1)
				})
			}
			if n == 5 {
				told = [2]string{}
			}
			if told[0] != told[1] || statements[0] != statements[1] || statements[0] == 0 {
				t.Errorf("request %d: %d and %d statements:\n%s\n%s", n, statements[0], statements[1], told[0], told[1])
			}
		}
		letters := w.Letters(t)
		if len(letters) != 5 || waiting(t, w) != 0 {
			t.Errorf("%d letters, %d waiting", len(letters), waiting(t, w))
		}
		for _, letter := range letters {
			if letter.To != "ann@example.com" {
				t.Errorf("a letter to %s", letter.To)
			}
		}
	})
}

func TestAPasswordResetNeedsAnAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for email, want := range map[string]string{
			"": "BLANK email", " \n": "BLANK email", "ann": "INVALID_FORMAT email", "ann@example.com\nbcc: bob@example.com": "INVALID_FORMAT email",
			"Ann <ann@example.com>": "INVALID_FORMAT email", longEmail(255): "TOO_LONG email",
		} {
			answer := w.Visitor(t).Do(t, requestReset, apitest.Vars{"email": email})
			if got := mistakes(t, answer, "requestPasswordReset"); !slices.Equal(got, []string{want}) || answer.Get("requestPasswordReset.email") != nil {
				t.Errorf("%q: %s", email, answer.Body)
			}
		}
		if n := waiting(t, w); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestAPasswordResetEndsAllSessionsAndSignsNobodyIn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		elsewhere := ann.Elsewhere(t)
		socket := w.OpenSocket(t, elsewhere)
		socket.Subscribe("1", apitest.SessionEnded)
		visitor := w.Visitor(t)
		answer := visitor.Do(t, resetPassword, tokenAnd(requestsReset(t, w, ann), newPassword))
		done(t, answer, "resetPassword")
		if answer.Get("resetPassword.email") != ann.Email || answer.Header.Get("Set-Cookie") != "" || answer.Get("resetPassword.query.viewer") != nil {
			t.Errorf("%s, %v", answer.Body, answer.Header)
		}
		socket.Expect("next", "1", "SIGNED_OUT")
		for _, p := range []*apitest.Person{ann, elsewhere, visitor} {
			isSignedOut(t, p)
		}
		isSignedInAs(t, bob, bob.ID)
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "INVALID_CREDENTIALS")
		tries(t, w.Visitor(t), ann.Email, newPassword, "")
		tries(t, w.Visitor(t), bob.Email, apitest.Password, "")
		if letter := w.LetterTo(t, ann.Email); letter.Subject != "Your minidock password was changed" {
			t.Errorf("the last letter is %q", letter.Subject)
		}
	})
}

func TestAResetTokenWorksOnceAlsoForManyAtOnce(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := requestsReset(t, w, ann)
		winner := -1
		for i, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			return w.Visitor(t).Do(t, resetPassword, tokenAnd(reset, fmt.Sprintf("password number %d", i)))
		}) {
			switch got := mistakes(t, answer, "resetPassword"); {
			case len(got) == 0 && winner < 0:
				winner = i
			case !slices.Equal(got, []string{"INVALID_TOKEN token"}):
				t.Errorf("number %d: %s", i, answer.Body)
			}
		}
		tries(t, w.Visitor(t), ann.Email, fmt.Sprintf("password number %d", winner), "")
		isGoodForNothing(t, w, reset)
	})
}

func TestAResetTokenIsGoodForThirtyMinutes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		inTime := requestsReset(t, w, ann)
		w.Advance(29*time.Minute + 30*time.Second)
		done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(inTime, newPassword)), "resetPassword")
		late := requestsReset(t, w, ann)
		w.Advance(30 * time.Minute)
		isGoodForNothing(t, w, late)
		tries(t, w.Visitor(t), ann.Email, newPassword, "")
		if err := w.Server.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Client.OneTimeToken.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d tokens are left", n)
		}
	})
}

func TestAResetTokenIsReplacedByALaterOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		ofBob, first, second := requestsReset(t, w, bob), requestsReset(t, w, ann), requestsReset(t, w, ann)
		isGoodForNothing(t, w, first)
		done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(second, newPassword)), "resetPassword")
		done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(ofBob, newPassword)), "resetPassword")
	})
}

func TestAResetTokenEndsWithThePasswordThatItWasToReplace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := requestsReset(t, w, ann)
		changesPassword(t, ann)
		isGoodForNothing(t, w, reset)
		tries(t, w.Visitor(t), ann.Email, newPassword, "")
	})
}

func TestAResetMailThatWaitsEndsWithThePasswordThatItWasToReplace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.RefuseMail(&smtp.SMTPError{Code: 451, Message: "later"})
		done(t, w.Visitor(t).Do(t, requestReset, apitest.Vars{"email": ann.Email}), "requestPasswordReset")
		w.Letters(t)
		changesPassword(t, ann)
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		for _, letter := range w.Letters(t) {
			if strings.Contains(letter.Text, "#token=") {
				t.Errorf("a token is sent after the change: %q", letter.Subject)
			}
		}
		if n := waiting(t, w); n != 0 {
			t.Errorf("%d mails wait", n)
		}
	})
}

func TestATokenIsGoodForItsOwnPurposeOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset, confirmation := requestsReset(t, w, ann), requestsEmail(t, w, ann, "new@example.com")
		isGoodForNothing(t, w, confirmation)
		isGoodForNothing(t, w, ann.Cookie(t).Value)
		answer := w.Visitor(t).Do(t, confirmEmail, apitest.Vars{"token": reset})
		if got := mistakes(t, answer, "confirmEmail"); !slices.Equal(got, []string{"INVALID_TOKEN token"}) {
			t.Errorf("%s", answer.Body)
		}
		isSignedOut(t, w.With(t, ann.Cookie(t).Name, reset))
		done(t, w.Visitor(t).Do(t, confirmEmail, apitest.Vars{"token": confirmation}), "confirmEmail")
	})
}

func TestResetPasswordRefusesEachMistakeAndKeepsTheToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset, hash := requestsReset(t, w, ann), hashOf(t, w, ann)
		for _, c := range []struct {
			token, next string
			want        []string
		}{
			{"", newPassword, []string{"BLANK token"}},
			{"x", newPassword, []string{"INVALID_TOKEN token"}},
			{reset + "x", newPassword, []string{"INVALID_TOKEN token"}},
			{strings.ToUpper(reset), newPassword, []string{"INVALID_TOKEN token"}},
			{"' OR 1=1 --\x00", newPassword, []string{"INVALID_TOKEN token"}},
			{reset, "", []string{"BLANK new"}},
			{reset, "seven b", []string{"TOO_SHORT new"}},
			{reset, strings.Repeat("x", 257), []string{"TOO_LONG new"}},
			{reset, "password", []string{"TOO_COMMON new"}},
			{"", "", []string{"BLANK token", "BLANK new"}},
			{"x", "short", []string{"INVALID_TOKEN token", "TOO_SHORT new"}},
		} {
			answer := w.Visitor(t).Do(t, resetPassword, tokenAnd(c.token, c.next))
			if got := mistakes(t, answer, "resetPassword"); !slices.Equal(got, c.want) || answer.Get("resetPassword.email") != nil {
				t.Errorf("%q, %.20q: %s, want %q", c.token, c.next, answer.Body, c.want)
			}
		}
		if hashOf(t, w, ann) != hash || waiting(t, w) != 0 {
			t.Error("refused, and yet something was written")
		}
		isSignedInAs(t, ann, ann.ID)
		done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(reset, newPassword)), "resetPassword")
	})
}

func TestAPasswordResetOpensAClosedAccount(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		owner, stranger := from(w.Visitor(t), "203.0.113.1"), from(w.Visitor(t), "203.0.113.66")
		fails(t, stranger, ann.Email, 10)
		tries(t, owner, ann.Email, apitest.Password, "RATE_LIMITED")
		done(t, owner.Do(t, resetPassword, tokenAnd(requestsReset(t, w, ann), newPassword)), "resetPassword")
		fails(t, stranger, ann.Email, 10) // and the owner is known where the mail was read
		tries(t, owner, ann.Email, newPassword, "")
	})
}

func TestATokenStandsInNoTableAndInNoLog(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset, confirmation := requestsReset(t, w, ann), requestsEmail(t, w, ann, "new@example.com")
		if w.Client.OneTimeToken.Query().CountX(t.Context()) != 2 {
			t.Error("the tokens' hashes are not in the database")
		}
		for _, secret := range []string{reset, confirmation} {
			if kept := everyRow(t, w); bytes.Contains(kept, []byte(secret)) || !bytes.Contains(kept, []byte(ann.Email)) {
				t.Error("the database knows a token")
			}
		}
		isGoodForNothing(t, w, w.Client.OneTimeToken.Query().FirstIDX(t.Context()))
		done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(reset, newPassword)), "resetPassword")
		w.Stop()
		for _, secret := range []string{reset, confirmation, ann.Email, "new@example.com"} {
			if strings.Contains(w.Log.String(), secret) {
				t.Errorf("the log tells %s", secret)
			}
		}
	})
}

// everyRow returns what the database holds of accounts, and all files of the data folder.
func everyRow(t *testing.T, w *apitest.World) []byte {
	t.Helper()
	ctx, c := t.Context(), w.Client
	var all bytes.Buffer
	fmt.Fprint(&all, c.User.Query().AllX(ctx), c.Session.Query().AllX(ctx), c.OneTimeToken.Query().AllX(ctx), c.Mail.Query().AllX(ctx),
		c.Throttle.Query().AllX(ctx), c.KnownAddress.Query().AllX(ctx), c.SecondFactor.Query().AllX(ctx))
	err := filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.Bytes()
}

func TestResetMailsAreLimitedToFiveInHalfAnHour(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		for _, email := range []string{"ann@example.com", "nobody@example.com"} {
			for i, spelling := range []string{email, strings.ToUpper(email), " " + email, email + "\n", email} {
				answer := from(w.Visitor(t), fmt.Sprint("203.0.113.", i)).Do(t, requestReset, apitest.Vars{"email": spelling})
				done(t, answer, "requestPasswordReset")
			}
			isToWait(t, from(w.Visitor(t), "203.0.113.99").Do(t, requestReset, apitest.Vars{"email": email}), 30*time.Minute)
		}
		done(t, w.Visitor(t).Do(t, requestReset, apitest.Vars{"email": "other@example.com"}), "requestPasswordReset")
		if n := len(w.Letters(t)); n != 5 {
			t.Errorf("%d letters", n)
		}
		w.Advance(time.Hour)
		done(t, w.Visitor(t).Do(t, requestReset, apitest.Vars{"email": "ann@example.com"}), "requestPasswordReset")
	})
}

func TestResetMailsFromAnAddressAreLimited(t *testing.T) {
	options := behindAProxy
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.AddressMailRequests = 3 })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := from(w.Visitor(t), "203.0.113.7")
		for i := range 3 {
			done(t, visitor.Do(t, requestReset, apitest.Vars{"email": fmt.Sprintf("ann%d@example.com", i)}), "requestPasswordReset")
		}
		isToWait(t, visitor.Do(t, requestReset, apitest.Vars{"email": "bob@example.com"}), 30*time.Minute)
		done(t, from(w.Visitor(t), "203.0.113.8").Do(t, requestReset, apitest.Vars{"email": "bob@example.com"}), "requestPasswordReset")
	})
}

func TestMailsAreInTheLanguageOfTheirReceiverOrElseOfTheRequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, c := range []struct{ locale, request, subject string }{
			{"", "fr", "Choose a new password for minidock"},
			{"", "zh-CN,zh;q=0.9", "重设您的 minidock 密码"},
			{"en", "zh-CN", "Choose a new password for minidock"},
			{"zh-Hans", "en", "重设您的 minidock 密码"},
		} {
			if c.locale != "" {
				w.Client.User.UpdateOneID(ann.ID).SetLocale(c.locale).ExecX(t.Context())
			}
			visitor := w.Visitor(t)
			visitor.Header.Set("Accept-Language", c.request)
			done(t, visitor.Do(t, requestReset, apitest.Vars{"email": ann.Email}), "requestPasswordReset")
			if letter := w.LetterTo(t, ann.Email); letter.Subject != c.subject {
				t.Errorf("locale %q, request %q: %q", c.locale, c.request, letter.Subject)
			}
		}
	})
}

func TestMailsLinkToTheFrontEnd(t *testing.T) {
	apitest.RunWith(t, apitest.Options{AppURL: "https://shop.example/app"}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := requestsReset(t, w, ann)
		letter := w.LetterTo(t, ann.Email)
		if link := "https://shop.example/app/reset-password#token=" + reset; !strings.Contains(letter.Text, link) || !strings.Contains(letter.HTML, link) ||
			strings.Contains(letter.Raw, w.URL) {
			t.Errorf("no %s in %s", link, letter.Text)
		}
		confirmation := requestsEmail(t, w, ann, "new@example.com")
		letter = w.LetterTo(t, "new@example.com")
		if link := "https://shop.example/app/confirm-email#token=" + confirmation; !strings.Contains(letter.Text, link) || !strings.Contains(letter.HTML, link) {
			t.Errorf("no %s in %s", link, letter.Text)
		}
	})
}
