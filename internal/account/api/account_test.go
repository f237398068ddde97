package api_test

import (
	"fmt"
	"strings"
	"testing"

	"minidock/ent/user"
	"minidock/internal/apitest"
)

func TestSignUpSignsInAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		answer := visitor.Mutate(t, "signUp", apitest.Account("  Ann@Example.COM ", "eight b.", " Ann "))
		if got := answer.String(t, "signUp.viewer.user.email"); got != "ann@example.com" {
			t.Errorf("email %q", got)
		}
		if got := answer.String(t, "signUp.query.viewer.user.email"); got != "ann@example.com" {
			t.Errorf("the payload's query sees %q", got)
		}
		if got := answer.Get("signUp.viewer.memberships.totalCount"); got != 0.0 {
			t.Errorf("a new account has %v memberships", got)
		}
		after := visitor.Do(t, `{ viewer { user { displayName } currentWorkspace { id } } }`, nil)
		if got := after.String(t, "viewer.user.displayName"); got != "Ann" {
			t.Errorf("name %q", got)
		}
		if got := after.Get("viewer.currentWorkspace"); got != nil {
			t.Errorf("current workspace %v before any choice", got)
		}
		if got := w.Visitor(t).Do(t, `{ viewer { user { id } } }`, nil).Get("viewer"); got != nil {
			t.Errorf("somebody else is signed in as %v", got)
		}
	})
}

func TestSignUpAcceptsInputJustWithinTheLimits(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		names := []string{"A", strings.Repeat("n", 60), strings.Repeat("👩‍👩‍👧", 60), "e\u0301"}
		passwords := []string{"eight b.", "ääää", strings.Repeat("x", 256), strings.Repeat("ä", 128)}
		emails := []string{"a@b.co", apitest.LongEmail(254), "o'neil+x@sub.example.com", "info@bücher.example"}
		for i := range names {
			answer := w.Visitor(t).Mutate(t, "signUp", apitest.Account(emails[i], passwords[i], names[i]))
			if got := answer.UserErrorCodes(t); len(got) != 0 {
				t.Errorf("account %d: %q", i, got)
			}
			if answer.Get("signUp.viewer.user.id") == nil {
				t.Errorf("account %d: no viewer in %s", i, answer.Body)
			}
		}
		stored := w.Client.User.Query().Where(user.DisplayName("é")).CountX(t.Context())
		if stored != 1 {
			t.Error("a name is not stored in NFC")
		}
	})
}

func TestSignUpReportsEachErrorByItsCode(t *testing.T) {
	tests := []struct {
		name, email, password, displayName string
		want                               string
		params                             map[string]string
	}{
		{name: "no email", password: "eight b.", displayName: "Ann", want: "BLANK email"},
		{"blank email", " \t ", "eight b.", "Ann", "BLANK email", nil},
		{"no domain", "ann", "eight b.", "Ann", "INVALID_FORMAT email", map[string]string{"format": "name@example.com"}},
		{"no dot", "ann@example", "eight b.", "Ann", "INVALID_FORMAT email", nil},
		{"display name", "Ann <ann@example.com>", "eight b.", "Ann", "INVALID_FORMAT email", nil},
		{"two addresses", "ann@example.com,bob@example.com", "eight b.", "Ann", "INVALID_FORMAT email", nil},
		{"line break", "ann@example.com\nbcc:bob", "eight b.", "Ann", "INVALID_FORMAT email", nil},
		{"255 bytes", apitest.LongEmail(255), "eight b.", "Ann", "TOO_LONG email", map[string]string{"weight": "255", "max": "254"}},
		{"no password", "ann@example.com", "", "Ann", "BLANK password", nil},
		{"7 bytes", "ann@example.com", "seven b", "Ann", "TOO_SHORT password", map[string]string{"weight": "7", "min": "8", "max": "256"}},
		{"7 bytes of 4 characters", "ann@example.com", "ääää"[:6] + ".", "Ann", "TOO_SHORT password", map[string]string{"weight": "7"}},
		{"257 bytes", "ann@example.com", strings.Repeat("x", 257), "Ann", "TOO_LONG password", map[string]string{"weight": "257", "min": "8", "max": "256"}},
		{"257 bytes of 129 characters", "ann@example.com", strings.Repeat("ä", 128) + ".", "Ann", "TOO_LONG password", map[string]string{"weight": "257"}},
		{"common password", "ann@example.com", "password", "Ann", "TOO_COMMON password", nil},
		{"common password in capitals", "ann@example.com", "PassWord1", "Ann", "TOO_COMMON password", nil},
		{"no name", "ann@example.com", "eight b.", "", "BLANK displayName", nil},
		{"blank name", "ann@example.com", "eight b.", " \n ", "BLANK displayName", nil},
		{"61 characters", "ann@example.com", "eight b.", strings.Repeat("n", 61), "TOO_LONG displayName", map[string]string{"weight": "61", "min": "1", "max": "60"}},
		{"61 clusters", "ann@example.com", "eight b.", strings.Repeat("👩‍👩‍👧", 61), "TOO_LONG displayName", map[string]string{"weight": "61"}},
		{"bell", "ann@example.com", "eight b.", "A\ann", "INVALID_CHARACTER displayName", map[string]string{"character": "U+0007"}},
		{"line break in the name", "ann@example.com", "eight b.", "Ann\nAnn", "INVALID_CHARACTER displayName", map[string]string{"character": "U+000A"}},
		{"direction", "ann@example.com", "eight b.", "Ann\u202Enna", "INVALID_CHARACTER displayName", map[string]string{"character": "U+202E"}},
		{"zero width", "ann@example.com", "eight b.", "An\u200Bn", "INVALID_CHARACTER displayName", map[string]string{"character": "U+200B"}},
		{"web address", "ann@example.com", "eight b.", "www.ann.example", "INVALID_FORMAT displayName", nil},
		{"long and with a bell", "ann@example.com", "eight b.", strings.Repeat("n", 61) + "\a", "INVALID_CHARACTER displayName", map[string]string{"character": "U+0007"}},
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		for _, test := range tests {
			answer := visitor.Mutate(t, "signUp", apitest.Account(test.email, test.password, test.displayName))
			answer.HasUserErrors(t, test.want)
			for name, want := range test.params {
				if got := answer.UserErrors(t, "signUp.userErrors")[0].Params[name]; got != want {
					t.Errorf("%s: %s is %q, want %s", test.name, name, got, want)
				}
			}
		}
		nothingSignedUp(t, w)
	})
}

func TestSignUpReportsAllErrorsInTheOrderOfTheInput(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		visitor.Mutate(t, "signUp", apitest.Account("nobody", "short", "")).
			HasUserErrors(t, "INVALID_FORMAT email", "TOO_SHORT password", "BLANK displayName")
		nothingSignedUp(t, w)

		w.SignUp(t, "ann")
		visitor.Mutate(t, "signUp", apitest.Account("ann@example.com", "password", strings.Repeat("n", 61))).
			HasUserErrors(t, "TAKEN email", "TOO_COMMON password", "TOO_LONG displayName")
	})
}

func TestOtherSpellingsOfATakenAddressAreTaken(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.Visitor(t).Mutate(t, "signUp", apitest.Account("Ann@Bücher.example", "eight b.", "Ann"))
		for _, same := range []string{
			"Ann@Bücher.example", "ann@bücher.example", " ANN@BÜCHER.EXAMPLE\n", "ann@xn--bcher-kva.example",
			"ann@bu\u0308cher.example", "ann@bücher。example", "ann@ｂücher.example",
		} {
			answer := w.Visitor(t).Mutate(t, "signUp", apitest.Account(same, "eight b.", "Bob"))
			answer.HasUserErrors(t, "TAKEN email")
			if strings.Contains(answer.Body, "Ann") {
				t.Errorf("%s: the answer reveals whose it is: %s", same, answer.Body)
			}
		}
		if n := w.Client.User.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d accounts", n)
		}
	})
}

func TestOneOfManySimultaneousSignUpsGetsTheAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		answers := apitest.AtOnce(6, func(i int) *apitest.Answer {
			address := []string{"ann@example.com", "Ann@Example.com"}[i%2]
			return w.Visitor(t).Mutate(t, "signUp", apitest.Account(address, "eight b.", fmt.Sprint("Ann ", i)))
		})
		accepted := 0
		for _, answer := range answers {
			if len(answer.UserErrorCodes(t)) == 0 {
				accepted++
				continue
			}
			answer.HasUserErrors(t, "TAKEN email")
		}
		users, sessions := w.Client.User.Query().CountX(t.Context()), w.Client.Session.Query().CountX(t.Context())
		if accepted != 1 || users != 1 || sessions != 1 {
			t.Errorf("%d accepted, %d accounts, %d sessions; want one of each", accepted, users, sessions)
		}
	})
}

func TestSignUpWhileSignedInChangesTheAccount(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		old := ann.Cookie(t)
		refused := ann.Mutate(t, "signUp", apitest.Account("bob@example.com", "short", "Bob"))
		refused.HasUserErrors(t, "TOO_SHORT password")
		if got := ann.Do(t, `{ viewer { user { email } } }`, nil).Get("viewer.user.email"); got != "ann@example.com" {
			t.Errorf("after a refused sign-up the viewer is %v", got)
		}
		answer := ann.Mutate(t, "signUp", apitest.Account("bob@example.com", "eight b.", "Bob"))
		if got := answer.String(t, "signUp.viewer.user.email"); got != "bob@example.com" {
			t.Errorf("the viewer is %s", got)
		}
		if got := w.With(t, old.Name, old.Value).Do(t, `{ viewer { user { id } } }`, nil).Get("viewer"); got != nil {
			t.Errorf("the old session still is that of %v", got)
		}
	})
}

func nothingSignedUp(t *testing.T, w *apitest.World) {
	t.Helper()
	users, sessions := w.Client.User.Query().CountX(t.Context()), w.Client.Session.Query().CountX(t.Context())
	if users != 0 || sessions != 0 {
		t.Errorf("%d accounts and %d sessions were written", users, sessions)
	}
}
