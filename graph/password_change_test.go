package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/session"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

const (
	newPassword = "a password for tomorrow"

	changePassword = `mutation($input: ChangePasswordInput!) {
	changePassword(input: $input) {
		viewer { user { id } currentWorkspace { id } }
		query { viewer { user { id } currentWorkspace { id } } }
		userErrors { code path message messageKey messageParams { name value } }
	}
}`
)

// manyFailures is a limit for tests in which signing in fails often.
var manyFailures = apitest.Options{
	Limits: apitest.Limits(func(l *limit.Limits) {
		l.SignInFailures, l.AddressFailures, l.PasswordQueue, l.RequestTime = 100_000, 100_000, 1_000, time.Minute
	}),
}

func passwords(current, next string) apitest.Vars {
	return apitest.Vars{"input": apitest.Vars{"current": current, "new": next}}
}

// mistakes returns the user errors in short of the mutation with this name.
func mistakes(t *testing.T, answer *apitest.Answer, mutation string) []string {
	t.Helper()
	if code := answer.Code(t); code != "" {
		t.Fatalf("refused with %s: %s", code, answer.Body)
	}
	return apitest.Codes(answer.UserErrors(t, mutation+".userErrors"))
}

// done makes sure that a mutation found no mistake.
func done(t *testing.T, answer *apitest.Answer, mutation string) {
	t.Helper()
	if got := mistakes(t, answer, mutation); len(got) != 0 {
		t.Fatalf("%s: %q", mutation, got)
	}
}

// changesPassword changes everybody's password to the new one.
func changesPassword(t *testing.T, p *apitest.Person) {
	t.Helper()
	done(t, p.Do(t, changePassword, passwords(apitest.Password, newPassword)), "changePassword")
}

// waiting counts the mails that are not sent yet.
func waiting(t *testing.T, w *apitest.World) int {
	t.Helper()
	return w.Client.Mail.Query().CountX(t.Context())
}

func countSessions(t *testing.T, w *apitest.World, p *apitest.Person) int {
	t.Helper()
	return w.Client.Session.Query().Where(session.UserID(p.ID)).CountX(t.Context())
}

func TestAPasswordChangeEndsAllSessionsButItsOwnWhichGetsANewToken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		ann.Do(t, chooseWorkspace, apitest.Vars{"id": workspaceID})
		elsewhere, old := ann.Elsewhere(t), ann.Cookie(t)
		answer := ann.Do(t, changePassword, passwords(apitest.Password, newPassword))
		done(t, answer, "changePassword")
		for _, at := range []string{"changePassword.", "changePassword.query."} {
			if answer.Get(at+"viewer.user.id") != ann.ID || answer.Get(at+"viewer.currentWorkspace.id") != workspaceID {
				t.Errorf("%s: %s", at, answer.Body)
			}
		}
		if ann.Cookie(t).Value == old.Value {
			t.Error("the token is the old one")
		}
		isSignedOut(t, w.With(t, old.Name, old.Value))
		isSignedOut(t, elsewhere)
		isSignedInAs(t, bob, bob.ID)
		if got := ann.Do(t, `{ viewer { currentWorkspace { id } } }`, nil).Get("viewer.currentWorkspace.id"); got != workspaceID {
			t.Errorf("the current workspace is %v", got)
		}
		if n := countSessions(t, w, ann); n != 1 {
			t.Errorf("%d sessions", n)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "INVALID_CREDENTIALS")
		tries(t, w.Visitor(t), ann.Email, newPassword, "")
	})
}

func TestThePasswordsOwnerIsToldOfItsChange(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.SignUp(t, "bob")
		changesPassword(t, ann)
		letters := w.Letters(t)
		if len(letters) != 1 || letters[0].To != ann.Email || letters[0].Subject != "Your minidock password was changed" {
			t.Fatalf("letters %+v", letters)
		}
		for _, secret := range []string{apitest.Password, newPassword, "argon2id", "token"} {
			if strings.Contains(letters[0].Raw, secret) {
				t.Errorf("the mail tells %q: %s", secret, letters[0].Raw)
			}
		}
	})
}

func TestChangePasswordRefusesEachMistakeAndWritesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		elsewhere, cookie, hash := ann.Elsewhere(t), ann.Cookie(t).Value, hashOf(t, w, ann)
		for _, c := range []struct {
			name, current, next string
			want                []string
		}{
			{"no current", "", newPassword, []string{"BLANK current"}},
			{"wrong current", wrongPassword, newPassword, []string{"INVALID_CREDENTIALS current"}},
			{"another case", strings.ToUpper(apitest.Password), newPassword, []string{"INVALID_CREDENTIALS current"}},
			{"no new", apitest.Password, "", []string{"BLANK new"}},
			{"7 bytes", apitest.Password, "seven b", []string{"TOO_SHORT new"}},
			{"257 bytes", apitest.Password, strings.Repeat("x", 257), []string{"TOO_LONG new"}},
			{"common", apitest.Password, "PassWord1", []string{"TOO_COMMON new"}},
			{"both blank", "", "", []string{"BLANK current", "BLANK new"}},
			{"both wrong", wrongPassword, "short", []string{"INVALID_CREDENTIALS current", "TOO_SHORT new"}},
		} {
			answer := ann.Do(t, changePassword, passwords(c.current, c.next))
			if got := mistakes(t, answer, "changePassword"); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			if answer.Get("changePassword.viewer") != nil || answer.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s: refused, and yet %s, %v", c.name, answer.Body, answer.Header)
			}
			if strings.Contains(answer.Body, apitest.Password) {
				t.Errorf("%s: the answer tells the password: %s", c.name, answer.Body)
			}
		}
		if hashOf(t, w, ann) != hash || ann.Cookie(t).Value != cookie || waiting(t, w) != 0 {
			t.Error("refused, and yet something was written")
		}
		isSignedInAs(t, ann, ann.ID)
		isSignedInAs(t, elsewhere, ann.ID)
		w.Visitor(t).Do(t, changePassword, passwords(apitest.Password, newPassword)).Refused(t, "UNAUTHENTICATED")
	})
}

func TestOfManyPasswordChangesAtOnceOneWins(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		people := []*apitest.Person{ann}
		for range 5 {
			people = append(people, ann.Elsewhere(t))
		}
		winner := -1
		for i, answer := range apitest.AtOnce(len(people), func(i int) *apitest.Answer {
			return people[i].Do(t, changePassword, passwords(apitest.Password, fmt.Sprintf("password number %d", i)))
		}) {
			if answer.Code(t) == "UNAUTHENTICATED" { // ended by the winner
				continue
			}
			switch got := mistakes(t, answer, "changePassword"); {
			case len(got) == 0 && winner < 0:
				winner = i
			case !slices.Equal(got, []string{"INVALID_CREDENTIALS current"}):
				t.Errorf("number %d: %q", i, got)
			}
		}
		if winner < 0 {
			t.Fatal("nobody has won")
		}
		for i, p := range people {
			if i == winner {
				isSignedInAs(t, p, ann.ID)
				tries(t, w.Visitor(t), ann.Email, fmt.Sprintf("password number %d", i), "")
				continue
			}
			isSignedOut(t, p)
		}
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

// Without care, a sign-in that has compared the old password begins its session after the change has ended all of them.
func TestASignInUnderWayDuringAPasswordChangeLeavesNoSession(t *testing.T) {
	apitest.RunWith(t, manyFailures, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		password := apitest.Password
		for round := range 20 {
			next := fmt.Sprintf("password of round %d", round)
			answers := apitest.AtOnce(5, func(i int) *apitest.Answer {
				if i == 2 {
					return ann.Do(t, changePassword, passwords(password, next))
				}
				return w.Visitor(t).Do(t, signIn, credentials(ann.Email, password))
			})
			done(t, answers[2], "changePassword")
			if n := countSessions(t, w, ann); n != 1 {
				t.Fatalf("round %d: %d sessions are left", round, n)
			}
			isSignedInAs(t, ann, ann.ID)
			password = next
		}
	})
}

func TestAPasswordChangeEndsWhatIsOpenInOtherSessions(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		elsewhere := ann.Elsewhere(t)
		socket := w.OpenSocket(t, elsewhere)
		socket.Subscribe("1", apitest.SessionEnded)
		stream := w.Listen(t, elsewhere, apitest.EventStream, apitest.SessionEnded)
		changesPassword(t, ann)
		socket.Expect("next", "1", "SIGNED_OUT")
		socket.Expect("complete", "1")
		socket.ExpectClosed(4401)
		if body := apitest.Rest(t, stream); !strings.Contains(body, "SIGNED_OUT") || !strings.HasSuffix(body, "event: complete\ndata:\n\n") {
			t.Errorf("told %q", body)
		}
	})
}

func TestAWorkspaceChosenInTheSameRequestOutlivesAPasswordChange(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		first, second := ann.CreateWorkspace(t, "First"), ann.CreateWorkspace(t, "Second")
		ann.Do(t, chooseWorkspace, apitest.Vars{"id": first})
		answer := ann.Do(t, `mutation($id: ID!, $input: ChangePasswordInput!) {
			chooseWorkspace(input: {workspaceId: $id}) { userErrors { code } }
			changePassword(input: $input) { viewer { currentWorkspace { id } } userErrors { code path } }
		}`, apitest.Vars{"id": second, "input": passwords(apitest.Password, newPassword)["input"]})
		done(t, answer, "changePassword")
		if got := answer.Get("changePassword.viewer.currentWorkspace.id"); got != second {
			t.Errorf("the current workspace is %v, not %s", got, second)
		}
	})
}

func TestASessionWithANewTokenLastsTwelveHoursFromThen(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 20 {
			w.Advance(20 * time.Minute)
			isSignedInAs(t, ann, ann.ID)
		}
		changesPassword(t, ann)
		for range 35 {
			w.Advance(20 * time.Minute)
			isSignedInAs(t, ann, ann.ID)
		}
		w.Advance(20 * time.Minute)
		isSignedOut(t, ann)
	})
}

func TestAPasswordIsChangedOnlySoOften(t *testing.T) {
	// Its owner is told each time, at an address that may be a stranger's.
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.AddressMailRequests = 3 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		current, next := apitest.Password, newPassword
		for range 3 {
			done(t, ann.Do(t, changePassword, passwords(current, next)), "changePassword")
			current, next = next, current
		}
		isToWait(t, ann.Do(t, changePassword, passwords(current, next)), 30*time.Minute)
		tries(t, w.Visitor(t), ann.Email, current, "")
		if n := len(w.Letters(t)); n != 3 {
			t.Errorf("%d mails", n)
		}
		changesPassword(t, bob)
		w.Advance(30 * time.Minute)
		ann.Jar = w.Visitor(t).Jar
		tries(t, ann, ann.Email, current, "")
		done(t, ann.Do(t, changePassword, passwords(current, next)), "changePassword")
	})
}
