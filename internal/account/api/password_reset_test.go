package api_test

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

func TestAPasswordResetDoesNotRevealWhetherThereIsAnAccount(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		known, unknown := w.Visitor(t).From("203.0.113.1"), w.Visitor(t).From("203.0.113.2")
		for n := range 6 {
			var answers [2]string
			var statements [2]int64
			for i, p := range []*apitest.Person{known, unknown} {
				email := []string{"ann@example.com", "eva@example.com"}[i]
				statements[i] = w.Statements(func() {
					answer := p.Mutate(t, "requestPasswordReset", apitest.Vars{"email": email})
					if code := answer.Code(t); (code != "") != (n == 5) {
						t.Errorf("request %d: %s", n, answer.Body)
					}
					answers[i] = strings.Replace(answer.Anonymous(), email, "", 1)
				})
			}
			if n == 5 {
				answers = [2]string{}
			}
			if answers[0] != answers[1] || statements[0] != statements[1] || statements[0] == 0 {
				t.Errorf("request %d: %d and %d statements:\n%s\n%s", n, statements[0], statements[1], answers[0], answers[1])
			}
		}
		letters := w.Letters(t)
		if len(letters) != 5 || w.WaitingMails(t) != 0 {
			t.Errorf("%d letters, %d waiting", len(letters), w.WaitingMails(t))
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
			"Ann <ann@example.com>": "INVALID_FORMAT email", apitest.LongEmail(255): "TOO_LONG email",
		} {
			answer := w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": email})
			if got := answer.UserErrorCodes(t); !slices.Equal(got, []string{want}) || answer.Get("requestPasswordReset.email") != nil {
				t.Errorf("%q: %s", email, answer.Body)
			}
		}
		if n := w.WaitingMails(t); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestAPasswordResetEndsAllSessionsAndSignsNobodyIn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		elsewhere := ann.Elsewhere(t)
		socket := w.OpenSocket(t, elsewhere)
		socket.AwaitEnd("1")
		visitor := w.Visitor(t)
		answer := visitor.Mutate(t, "resetPassword", apitest.Vars{"token": ann.ResetToken(t), "newPassword": apitest.NewPassword}).Succeeded(t)
		if answer.Get("resetPassword.email") != ann.Email || answer.Header.Get("Set-Cookie") != "" || answer.Get("resetPassword.query.viewer") != nil {
			t.Errorf("%s, %v", answer.Body, answer.Header)
		}
		socket.Expect("next", "1", "SIGNED_OUT")
		for _, p := range []*apitest.Person{ann, elsewhere, visitor} {
			p.ExpectSignedOut(t)
		}
		bob.ExpectSignedInAs(t, bob.ID)
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "INVALID_CREDENTIALS")
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
		w.Visitor(t).ExpectSignIn(t, bob.Email, apitest.Password, "")
		if letter := w.LetterTo(t, ann.Email); letter.Subject != "Your minidock password was changed" {
			t.Errorf("the last letter is %q", letter.Subject)
		}
	})
}

func TestAResetTokenWorksForOneOfManySimultaneousRequests(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := ann.ResetToken(t)
		winner := -1
		for i, answer := range apitest.AtOnce(8, func(i int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": reset, "newPassword": fmt.Sprintf("password number %d", i)})
		}) {
			switch got := answer.UserErrorCodes(t); {
			case len(got) == 0 && winner < 0:
				winner = i
			case !slices.Equal(got, []string{"INVALID_TOKEN token"}):
				t.Errorf("number %d: %s", i, answer.Body)
			}
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, fmt.Sprintf("password number %d", winner), "")
		w.ExpectInvalidResetToken(t, reset)
	})
}

func TestAResetTokenIsValidForThirtyMinutes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		inTime := ann.ResetToken(t)
		w.Advance(29*time.Minute + 30*time.Second)
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": inTime, "newPassword": apitest.NewPassword}).Succeeded(t)
		late := ann.ResetToken(t)
		w.Advance(30 * time.Minute)
		w.ExpectInvalidResetToken(t, late)
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
		w.Sweep(t)
		if n := w.Client.OneTimeToken.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d tokens are left", n)
		}
	})
}

func TestAResetTokenIsReplacedByALaterOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		ofBob, first, second := bob.ResetToken(t), ann.ResetToken(t), ann.ResetToken(t)
		w.ExpectInvalidResetToken(t, first)
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": second, "newPassword": apitest.NewPassword}).Succeeded(t)
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": ofBob, "newPassword": apitest.NewPassword}).Succeeded(t)
	})
}

func TestAPasswordChangeInvalidatesAResetToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := ann.ResetToken(t)
		ann.ReplacePassword(t)
		w.ExpectInvalidResetToken(t, reset)
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
	})
}

func TestAPasswordChangeInvalidatesAResetMailNotYetSent(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.RefuseMail(&smtp.SMTPError{Code: 451, Message: "later"})
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
		w.Letters(t)
		ann.ReplacePassword(t)
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		for _, letter := range w.Letters(t) {
			if strings.Contains(letter.Text, "#token=") {
				t.Errorf("a token is sent after the change: %q", letter.Subject)
			}
		}
		if n := w.WaitingMails(t); n != 0 {
			t.Errorf("%d mails wait", n)
		}
	})
}

func TestATokenIsValidForItsOwnPurposeOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset, confirmation := ann.ResetToken(t), ann.EmailToken(t, "new@example.com")
		w.ExpectInvalidResetToken(t, confirmation)
		w.ExpectInvalidResetToken(t, ann.Cookie(t).Value)
		answer := w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": reset})
		if got := answer.UserErrorCodes(t); !slices.Equal(got, []string{"INVALID_TOKEN token"}) {
			t.Errorf("%s", answer.Body)
		}
		w.With(t, ann.Cookie(t).Name, reset).ExpectSignedOut(t)
		w.Visitor(t).Mutate(t, "confirmEmail", apitest.Vars{"token": confirmation}).Succeeded(t)
	})
}

func TestResetPasswordReportsEachErrorAndKeepsTheToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset, hash := ann.ResetToken(t), ann.PasswordHash(t)
		for _, c := range []struct {
			token, next string
			want        []string
		}{
			{"", apitest.NewPassword, []string{"BLANK token"}},
			{"x", apitest.NewPassword, []string{"INVALID_TOKEN token"}},
			{reset + "x", apitest.NewPassword, []string{"INVALID_TOKEN token"}},
			{strings.ToUpper(reset), apitest.NewPassword, []string{"INVALID_TOKEN token"}},
			{"' OR 1=1 --\x00", apitest.NewPassword, []string{"INVALID_TOKEN token"}},
			{reset, "", []string{"BLANK newPassword"}},
			{reset, "seven b", []string{"TOO_SHORT newPassword"}},
			{reset, strings.Repeat("x", 257), []string{"TOO_LONG newPassword"}},
			{reset, "password", []string{"TOO_COMMON newPassword"}},
			{"", "", []string{"BLANK token", "BLANK newPassword"}},
			{"x", "short", []string{"INVALID_TOKEN token", "TOO_SHORT newPassword"}},
		} {
			answer := w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": c.token, "newPassword": c.next})
			if got := answer.UserErrorCodes(t); !slices.Equal(got, c.want) || answer.Get("resetPassword.email") != nil {
				t.Errorf("%q, %.20q: %s, want %q", c.token, c.next, answer.Body, c.want)
			}
		}
		if ann.PasswordHash(t) != hash || w.WaitingMails(t) != 0 {
			t.Error("refused, but something was written")
		}
		ann.ExpectSignedInAs(t, ann.ID)
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": reset, "newPassword": apitest.NewPassword}).Succeeded(t)
	})
}

func TestAPasswordResetOpensAClosedAccount(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		owner, stranger := w.Visitor(t).From("203.0.113.1"), w.Visitor(t).From("203.0.113.66")
		stranger.FailSignIns(t, ann.Email, 10)
		owner.ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
		owner.Mutate(t, "resetPassword", apitest.Vars{"token": ann.ResetToken(t), "newPassword": apitest.NewPassword}).Succeeded(t)
		stranger.FailSignIns(t, ann.Email, 10) // and the owner is known where the mail was read
		owner.ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
	})
}

func TestATokenIsNeitherStoredNorLogged(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset, confirmation := ann.ResetToken(t), ann.EmailToken(t, "new@example.com")
		if w.Client.OneTimeToken.Query().CountX(t.Context()) != 2 {
			t.Error("the tokens' hashes are not in the database")
		}
		for _, secret := range []string{reset, confirmation} {
			if kept := everyRow(t, w); bytes.Contains(kept, []byte(secret)) || !bytes.Contains(kept, []byte(ann.Email)) {
				t.Error("the database knows a token")
			}
		}
		w.ExpectInvalidResetToken(t, w.Client.OneTimeToken.Query().FirstIDX(t.Context()))
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": reset, "newPassword": apitest.NewPassword}).Succeeded(t)
		w.Stop()
		for _, secret := range []string{reset, confirmation, ann.Email, "new@example.com"} {
			if strings.Contains(w.Log.String(), secret) {
				t.Errorf("the log contains %s", secret)
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
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		for _, email := range []string{"ann@example.com", "nobody@example.com"} {
			for i, spelling := range []string{email, strings.ToUpper(email), " " + email, email + "\n", email} {
				w.Visitor(t).From(fmt.Sprint("203.0.113.", i)).Mutate(t, "requestPasswordReset", apitest.Vars{"email": spelling}).Succeeded(t)
			}
			w.Visitor(t).From("203.0.113.99").Mutate(t, "requestPasswordReset", apitest.Vars{"email": email}).RateLimited(t, 30*time.Minute)
		}
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": "other@example.com"}).Succeeded(t)
		if n := len(w.Letters(t)); n != 5 {
			t.Errorf("%d letters", n)
		}
		w.Advance(time.Hour)
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": "ann@example.com"}).Succeeded(t)
	})
}

func TestResetMailsFromAnAddressAreLimited(t *testing.T) {
	options := apitest.BehindProxy
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.AddressMailRequests = 3 })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t).From("203.0.113.7")
		for i := range 3 {
			visitor.Mutate(t, "requestPasswordReset", apitest.Vars{"email": fmt.Sprintf("ann%d@example.com", i)}).Succeeded(t)
		}
		visitor.Mutate(t, "requestPasswordReset", apitest.Vars{"email": "bob@example.com"}).RateLimited(t, 30*time.Minute)
		w.Visitor(t).From("203.0.113.8").Mutate(t, "requestPasswordReset", apitest.Vars{"email": "bob@example.com"}).Succeeded(t)
	})
}

func TestMailsAreInTheReceiversLanguageOrElseTheRequests(t *testing.T) {
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
			visitor.Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
			if letter := w.LetterTo(t, ann.Email); letter.Subject != c.subject {
				t.Errorf("locale %q, request %q: %q", c.locale, c.request, letter.Subject)
			}
		}
	})
}

func TestMailsLinkToTheFrontEnd(t *testing.T) {
	apitest.RunWith(t, apitest.Options{AppURL: "https://shop.example/app"}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		reset := ann.ResetToken(t)
		letter := w.LetterTo(t, ann.Email)
		if link := "https://shop.example/app/reset-password#token=" + reset; !strings.Contains(letter.Text, link) || !strings.Contains(letter.HTML, link) ||
			strings.Contains(letter.Raw, w.URL) {
			t.Errorf("no %s in %s", link, letter.Text)
		}
		confirmation := ann.EmailToken(t, "new@example.com")
		letter = w.LetterTo(t, "new@example.com")
		if link := "https://shop.example/app/confirm-email#token=" + confirmation; !strings.Contains(letter.Text, link) || !strings.Contains(letter.HTML, link) {
			t.Errorf("no %s in %s", link, letter.Text)
		}
	})
}
