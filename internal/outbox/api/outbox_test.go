package api_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"minidock/internal/apitest"
	"minidock/internal/job"
	"minidock/internal/operation"
	"minidock/internal/outbox"
)

var (
	later = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later, ann@example.com"}
	never = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "never, ann@example.com"}
)

func TestAMailIsSentOnceAndDeleted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.ReplacePassword(t)
		if n := w.WaitingMails(t); n != 1 {
			t.Errorf("%d mails wait", n)
		}
		for range 3 {
			if n := len(w.Letters(t)); n != 1 {
				t.Errorf("%d letters", n)
			}
			w.Advance(2 * time.Hour)
		}
		if n := w.WaitingMails(t); n != 0 {
			t.Errorf("%d mails wait still", n)
		}
	})
}

func TestARolledBackChangeSendsNoMail(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		people := []*apitest.Person{ann, ann.Elsewhere(t), ann.Elsewhere(t)}
		apitest.AtOnce(len(people), func(i int) *apitest.Answer { // all but one are refused
			return people[i].Mutate(t, "changePassword", apitest.Passwords(apitest.Password, apitest.NewPassword))
		})
		tx, err := w.Client.Tx(t.Context())
		if err == nil {
			entry := outbox.Entry{Kind: "PASSWORD_CHANGED", To: "bob@example.com", About: ann.ID}
			jobs := job.New(job.Config{Store: w.Store, Now: w.Now})
			err = outbox.New(w.Client, jobs, nil, nil).Write(t.Context(), &operation.Tx{Tx: tx, Now: w.Now()}, entry)
		}
		if err == nil {
			err = tx.Rollback()
		}
		if err != nil {
			t.Fatal(err)
		}
		if letters := w.Letters(t); len(letters) != 1 || letters[0].To != ann.Email {
			t.Errorf("letters %+v", letters)
		}
	})
}

func TestATemporarilyRefusedMailIsRetriedAfterGrowingWaits(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.ReplacePassword(t)
		w.RefuseMail(later)
		triesSoFar := func() int { return w.Client.Job.Query().OnlyX(t.Context()).Tries }
		w.Letters(t)
		for i, minutes := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
			w.Advance(minutes * time.Minute * 8 / 10)
			w.Letters(t)
			if got := triesSoFar(); got != i+1 {
				t.Errorf("%d tries before the wait of %d minutes is over, not %d", got, minutes, i+1)
			}
			w.Advance(minutes * time.Minute * 2 / 10)
			if n := len(w.Letters(t)); n != 0 || triesSoFar() != i+2 {
				t.Errorf("%d tries after the wait of %d minutes, not %d; %d letters", triesSoFar(), minutes, i+2, n)
			}
		}
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		if letters := w.Letters(t); len(letters) != 1 || letters[0].To != ann.Email || w.WaitingMails(t) != 0 {
			t.Errorf("%d letters, %d waiting", len(letters), w.WaitingMails(t))
		}
	})
}

func TestATemporarilyRefusedMailIsGivenUpAfterADay(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann").ReplacePassword(t)
		w.RefuseMail(later)
		hours := 0
		for ; w.WaitingMails(t) > 0 && hours < 100; hours++ {
			w.Letters(t)
			w.Advance(time.Hour)
		}
		if hours < 20 || hours > 26 {
			t.Errorf("given up after %d hours", hours)
		}
		w.RefuseMail(nil)
		if n := len(w.Letters(t)); n != 0 {
			t.Errorf("%d letters", n)
		}
	})
}

func TestAPermanentlyRefusedMailIsGivenUpAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann").ReplacePassword(t)
		w.RefuseMail(never)
		w.Letters(t)
		w.RefuseMail(nil)
		w.Advance(48 * time.Hour)
		if n := len(w.Letters(t)); n != 0 || w.WaitingMails(t) != 0 {
			t.Errorf("%d letters, %d waiting", n, w.WaitingMails(t))
		}
	})
}

func TestTheTokenOfARetriedMailWorks(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.RefuseMail(later)
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
		w.Letters(t)
		w.RefuseMail(nil)
		w.Advance(2 * time.Hour)
		w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": w.LetterTo(t, ann.Email).Token(t), "newPassword": apitest.NewPassword}).Succeeded(t)
	})
}

func TestRefusedMailsAreLoggedWithoutReceiversAndTokens(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, refusal := range []error{later, never} {
			w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
			ann.Mutate(t, "changeEmail", apitest.Credentials("new@example.com", apitest.Password)).Succeeded(t)
			w.RefuseMail(refusal)
			w.Letters(t)
		}
		w.RefuseMail(nil)
		w.Advance(time.Hour)
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
		reset := w.LetterTo(t, ann.Email).Token(t)
		w.Stop()
		logged := w.Log.String()
		for _, entry := range []string{"is tried again", "is given up", `451 4.3.0`, `550 5.1.1`, "PASSWORD_RESET", "EMAIL_CONFIRMATION"} {
			if !strings.Contains(logged, entry) {
				t.Errorf("the log does not contain %q: %s", entry, logged)
			}
		}
		for _, secret := range []string{ann.Email, "new@example.com", reset, "#token"} {
			if strings.Contains(logged, secret) {
				t.Errorf("the log contains %q: %s", secret, logged)
			}
		}
	})
}

func TestTwoServersSendEachMailOnce(t *testing.T) {
	t.Parallel()
	here := apitest.New(t, apitest.Options{DatabaseURL: apitest.NewDatabase(t)})
	servers := []*apitest.World{here, here.Another(t), here.Another(t)}
	var want []string
	for _, name := range []string{"ann", "bob", "eva", "max", "tom", "zoe"} {
		p := here.SignUp(t, name)
		p.ReplacePassword(t)
		p.Mutate(t, "requestPasswordReset", apitest.Vars{"email": p.Email}).Succeeded(t)
		want = append(want, p.Email, p.Email)
	}
	var wg sync.WaitGroup
	for _, server := range servers {
		wg.Go(func() {
			if err := server.Server.SendMail(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var got []string
	for _, letter := range here.Letters(t) {
		got = append(got, letter.To)
	}
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) || here.WaitingMails(t) != 0 {
		t.Errorf("letters to %q", got)
	}
}

func TestANameAddsNothingToTheHeaderOfAMail(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		const evil = "Ann\r\nBcc: eva@example.com\r\n\r\nClick here"
		w.Visitor(t).Mutate(t, "signUp", apitest.Account("eva@example.com", apitest.Password, evil)).HasUserErrors(t, "INVALID_CHARACTER displayName")
		for _, name := range []string{`Ann <ann@example.com>, "Bob"`, "=?utf-8?q?Bcc:_eva?=", "<b>Ann</b>", "{{.Token}}"} {
			ann.Mutate(t, "updateProfile", apitest.Vars{"displayName": name}).Succeeded(t)
			w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
			w.LetterTo(t, ann.Email).Token(t)
		}
		w.Client.User.UpdateOneID(ann.ID).SetDisplayName(evil).ExecX(t.Context()) // as no rule would let it
		w.Visitor(t).Mutate(t, "requestPasswordReset", apitest.Vars{"email": ann.Email}).Succeeded(t)
		letters := w.Letters(t)
		if len(letters) != 5 {
			t.Errorf("%d letters", len(letters))
		}
		for _, letter := range letters {
			header, _, _ := strings.Cut(letter.Raw, "\r\n\r\n")
			if letter.To != ann.Email || letter.Subject != "Choose a new password for minidock" || strings.Contains(header, "Bcc") ||
				strings.Contains(header, "eva") || strings.Contains(letter.Text, "\nBcc") || strings.Contains(letter.HTML, "<b>Ann") {
				t.Errorf("a letter to %s: %s", letter.To, letter.Raw)
			}
		}
	})
}
