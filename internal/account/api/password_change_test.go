package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestAPasswordChangeEndsAllSessionsButItsOwnWhichGetsANewToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": workspaceID})
		elsewhere, old := ann.Elsewhere(t), ann.Cookie(t)
		answer := ann.Mutate(t, "changePassword", apitest.Passwords(apitest.Password, apitest.NewPassword)).Succeeded(t)
		for _, at := range []string{"changePassword.", "changePassword.query."} {
			if answer.Get(at+"viewer.user.id") != ann.ID || answer.Get(at+"viewer.currentWorkspace.id") != workspaceID {
				t.Errorf("%s: %s", at, answer.Body)
			}
		}
		if ann.Cookie(t).Value == old.Value {
			t.Error("the token is the old one")
		}
		w.With(t, old.Name, old.Value).ExpectSignedOut(t)
		elsewhere.ExpectSignedOut(t)
		bob.ExpectSignedInAs(t, bob.ID)
		if got := ann.CurrentWorkspace(t); got != workspaceID {
			t.Errorf("the current workspace is %v", got)
		}
		if n := ann.CountSessions(t); n != 1 {
			t.Errorf("%d sessions", n)
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "INVALID_CREDENTIALS")
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
	})
}

func TestTheOwnerIsNotifiedOfAPasswordChange(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.SignUp(t, "bob")
		ann.ReplacePassword(t)
		letters := w.Letters(t)
		if len(letters) != 1 || letters[0].To != ann.Email || letters[0].Subject != "Your minidock password was changed" {
			t.Fatalf("letters %+v", letters)
		}
		for _, secret := range []string{apitest.Password, apitest.NewPassword, "argon2id", "token"} {
			if strings.Contains(letters[0].Raw, secret) {
				t.Errorf("the mail contains %q: %s", secret, letters[0].Raw)
			}
		}
	})
}

func TestChangePasswordReportsEachErrorAndWritesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		elsewhere, cookie, hash := ann.Elsewhere(t), ann.Cookie(t).Value, ann.PasswordHash(t)
		for _, c := range []struct {
			name, current, next string
			want                []string
		}{
			{"no current", "", apitest.NewPassword, []string{"BLANK currentPassword"}},
			{"wrong current", apitest.WrongPassword, apitest.NewPassword, []string{"INVALID_CREDENTIALS currentPassword"}},
			{"another case", strings.ToUpper(apitest.Password), apitest.NewPassword, []string{"INVALID_CREDENTIALS currentPassword"}},
			{"no new", apitest.Password, "", []string{"BLANK newPassword"}},
			{"7 bytes", apitest.Password, "seven b", []string{"TOO_SHORT newPassword"}},
			{"257 bytes", apitest.Password, strings.Repeat("x", 257), []string{"TOO_LONG newPassword"}},
			{"common", apitest.Password, "PassWord1", []string{"TOO_COMMON newPassword"}},
			{"both blank", "", "", []string{"BLANK currentPassword", "BLANK newPassword"}},
			{"both wrong", apitest.WrongPassword, "short", []string{"INVALID_CREDENTIALS currentPassword", "TOO_SHORT newPassword"}},
		} {
			answer := ann.Mutate(t, "changePassword", apitest.Passwords(c.current, c.next))
			if got := answer.UserErrorCodes(t); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			if answer.Get("changePassword.viewer") != nil || answer.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s: refused, but %s, %v", c.name, answer.Body, answer.Header)
			}
			if strings.Contains(answer.Body, apitest.Password) {
				t.Errorf("%s: the answer contains the password: %s", c.name, answer.Body)
			}
			for _, one := range answer.UserErrors(t, "changePassword.userErrors") {
				if one.Code == "TOO_SHORT" && !strings.HasSuffix(one.Message, " characters; it must have at least 8.") {
					t.Errorf("%s: %s", c.name, one.Message)
				}
			}
		}
		if ann.PasswordHash(t) != hash || ann.Cookie(t).Value != cookie || w.WaitingMails(t) != 0 {
			t.Error("refused, but something was written")
		}
		ann.ExpectSignedInAs(t, ann.ID)
		elsewhere.ExpectSignedInAs(t, ann.ID)
		w.Visitor(t).Mutate(t, "changePassword", apitest.Passwords(apitest.Password, apitest.NewPassword)).Refused(t, "UNAUTHENTICATED")
	})
}

func TestOneOfManySimultaneousPasswordChangesSucceeds(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		people := []*apitest.Person{ann}
		for range 5 {
			people = append(people, ann.Elsewhere(t))
		}
		winner := -1
		for i, answer := range apitest.AtOnce(len(people), func(i int) *apitest.Answer {
			return people[i].Mutate(t, "changePassword", apitest.Passwords(apitest.Password, fmt.Sprintf("password number %d", i)))
		}) {
			if answer.Code(t) == "UNAUTHENTICATED" { // ended by the winner
				continue
			}
			switch got := answer.UserErrorCodes(t); {
			case len(got) == 0 && winner < 0:
				winner = i
			case !slices.Equal(got, []string{"INVALID_CREDENTIALS currentPassword"}):
				t.Errorf("number %d: %q", i, got)
			}
		}
		if winner < 0 {
			t.Fatal("none succeeded")
		}
		for i, p := range people {
			if i == winner {
				p.ExpectSignedInAs(t, ann.ID)
				w.Visitor(t).ExpectSignIn(t, ann.Email, fmt.Sprintf("password number %d", i), "")
				continue
			}
			p.ExpectSignedOut(t)
		}
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

// Without care, a sign-in that has compared the old password begins its session after the change has ended all of them.
func TestASignInUnderWayDuringAPasswordChangeLeavesNoSession(t *testing.T) {
	apitest.RunWith(t, apitest.ManySignIns, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		password := apitest.Password
		for round := range 20 {
			next := fmt.Sprintf("password of round %d", round)
			answers := apitest.AtOnce(5, func(i int) *apitest.Answer {
				if i == 2 {
					return ann.Mutate(t, "changePassword", apitest.Passwords(password, next))
				}
				return w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, password))
			})
			answers[2].Succeeded(t)
			if n := ann.CountSessions(t); n != 1 {
				t.Fatalf("round %d: %d sessions are left", round, n)
			}
			ann.ExpectSignedInAs(t, ann.ID)
			password = next
		}
	})
}

func TestAPasswordChangeEndsWhatIsOpenInOtherSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		elsewhere := ann.Elsewhere(t)
		socket := w.OpenSocket(t, elsewhere)
		socket.AwaitEnd("1")
		stream := w.Listen(t, elsewhere, apitest.EventStream, apitest.SessionEnded)
		ann.ReplacePassword(t)
		socket.Expect("next", "1", "SIGNED_OUT")
		socket.Expect("complete", "1")
		socket.ExpectClosed(4401)
		if body := apitest.Rest(t, stream); !strings.Contains(body, "SIGNED_OUT") || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
			t.Errorf("the stream sent %q", body)
		}
	})
}

func TestAWorkspaceChosenInTheSameRequestOutlivesAPasswordChange(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		first, second := ann.CreateWorkspace(t, "First"), ann.CreateWorkspace(t, "Second")
		ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": first})
		answer := ann.Do(t, `mutation($id: ID!, $input: ChangePasswordInput!) {
			chooseWorkspace(input: {workspaceId: $id}) { userErrors { code } }
			changePassword(input: $input) { viewer { currentWorkspace { id } } userErrors { code path } }
		}`, apitest.Vars{"id": second, "input": apitest.Passwords(apitest.Password, apitest.NewPassword)})
		if got := answer.Get("changePassword.viewer.currentWorkspace.id"); got != second {
			t.Errorf("the current workspace is %v, not %s: %s", got, second, answer.Body)
		}
	})
}

func TestASessionWithANewTokenLastsTwelveHoursFromThen(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 20 {
			w.Advance(20 * time.Minute)
			ann.ExpectSignedInAs(t, ann.ID)
		}
		ann.ReplacePassword(t)
		for range 35 {
			w.Advance(20 * time.Minute)
			ann.ExpectSignedInAs(t, ann.ID)
		}
		w.Advance(20 * time.Minute)
		ann.ExpectSignedOut(t)
	})
}

func TestPasswordChangesAreLimited(t *testing.T) {
	// The owner is notified each time, at an address that may be a stranger's.
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.AddressMailRequests = 3 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		current, next := apitest.Password, apitest.NewPassword
		for range 3 {
			ann.Mutate(t, "changePassword", apitest.Passwords(current, next)).Succeeded(t)
			current, next = next, current
		}
		ann.Mutate(t, "changePassword", apitest.Passwords(current, next)).RateLimited(t, 30*time.Minute)
		w.Visitor(t).ExpectSignIn(t, ann.Email, current, "")
		if n := len(w.Letters(t)); n != 3 {
			t.Errorf("%d mails", n)
		}
		bob.ReplacePassword(t)
		w.Advance(30 * time.Minute)
		ann.Jar = w.Visitor(t).Jar
		ann.ExpectSignIn(t, ann.Email, current, "")
		ann.Mutate(t, "changePassword", apitest.Passwords(current, next)).Succeeded(t)
	})
}
