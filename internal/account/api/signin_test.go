package api_test

import (
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
)

func TestSignInAcceptsOtherSpellingsOfTheAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		made := w.Visitor(t).Mutate(t, "signUp", apitest.Account("ann@bücher.example", "eight b.", "Ann"))
		for _, same := range []string{"ann@bücher.example", " ANN@Bücher.Example ", "ann@xn--bcher-kva.example"} {
			answer := w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(same, "eight b."))
			if got, want := answer.Get("signIn.viewer.user.id"), made.Get("signUp.viewer.user.id"); got != want {
				t.Errorf("%s: signed in as %v, not %v: %s", same, got, want, answer.Body)
			}
			if n := len(answer.List(t, "signIn.userErrors")); n != 0 {
				t.Errorf("%s: %d user errors", same, n)
			}
		}
	})
}

// failing are credentials that do not sign in, for different reasons.
var failing = map[string]apitest.Vars{
	"wrong password":       apitest.Credentials("ann@example.com", "another password"),
	"password in capitals": apitest.Credentials("ann@example.com", strings.ToUpper(apitest.Password)),
	"password and a space": apitest.Credentials("ann@example.com", apitest.Password+" "),
	"no password":          apitest.Credentials("ann@example.com", ""),
	"a long password":      apitest.Credentials("ann@example.com", strings.Repeat("x", 10_000)),
	"unknown email":        apitest.Credentials("nobody@example.com", apitest.Password),
	"malformed email":      apitest.Credentials("ann at example", apitest.Password),
	"email with quote":     apitest.Credentials("' OR 1=1 --@example.com", apitest.Password),
	"NUL in the email":     apitest.Credentials("ann@example.com\x00", apitest.Password),
	"no email":             apitest.Credentials("", apitest.Password),
	"nothing":              apitest.Credentials("", ""),
	"the dummy's":          apitest.Credentials("nobody@example.com", "no account has this password"),
	"the email twice":      apitest.Credentials("ann@example.com,ann@example.com", apitest.Password),
	"a prefix":             apitest.Credentials("ann@example.com", apitest.Password[:len(apitest.Password)-1]),
}

func TestSignInAnswersEveryFailingPairAlike(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		first := ""
		for name, pair := range failing {
			visitor := w.Visitor(t)
			answer := visitor.Mutate(t, "signIn", pair)
			if first == "" {
				first = answer.Body
			}
			if answer.Body != first || answer.Status != 200 {
				t.Errorf("%s: status %d: %s\nanother pair: %s", name, answer.Status, answer.Body, first)
			}
			if answer.Get("signIn.viewer") != nil || answer.Get("signIn.query.viewer") != nil {
				t.Errorf("%s: signed in: %s", name, answer.Body)
			}
			if answer.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s: a cookie", name)
			}
			errs := answer.UserErrors(t, "signIn.userErrors")
			if len(errs) != 1 || errs[0].Code != "INVALID_CREDENTIALS" || len(errs[0].Path) != 0 || len(errs[0].Params) != 0 {
				t.Errorf("%s: %s", name, answer.Body)
			}
		}
		if n := w.Client.Session.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d sessions; only that of the sign-up is right", n)
		}
	})
}

func TestAFailedSignInLeavesTheSessionAlone(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		answer := ann.Mutate(t, "signIn", apitest.Credentials("ann@example.com", "another password"))
		if got := apitest.Codes(answer.UserErrors(t, "signIn.userErrors")); got[0] != "INVALID_CREDENTIALS" {
			t.Errorf("user errors %q", got)
		}
		if got := answer.Get("signIn.query.viewer.user.id"); got != ann.ID {
			t.Errorf("the viewer is %v, not %s", got, ann.ID)
		}
		if answer.Get("signIn.viewer") != nil {
			t.Errorf("a viewer beside user errors: %s", answer.Body)
		}
	})
}

// Without the dummy hash an unknown address is answered some twenty times faster than a wrong password.
func TestAnUnknownAddressCostsAsMuchAsAWrongPassword(t *testing.T) {
	apitest.RunWith(t, apitest.Options{PasswordCost: apitest.RealPasswords}, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		pairs := []string{"wrong password", "unknown email", "malformed email", "no email"}
		fastest := map[string]time.Duration{}
		for range 6 {
			for _, pair := range pairs {
				start := time.Now()
				w.Visitor(t).Mutate(t, "signIn", failing[pair])
				if took := time.Since(start); fastest[pair] == 0 || took < fastest[pair] {
					fastest[pair] = took
				}
			}
		}
		for _, pair := range pairs {
			if fastest[pair] < fastest["wrong password"]/5 || fastest[pair] > 5*fastest["wrong password"] {
				t.Errorf("%s took %v at least, a wrong password %v", pair, fastest[pair], fastest["wrong password"])
			}
		}
	})
}

func TestPasswordsAreNeitherAnsweredNorLogged(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		const secret = "Xyzzy-plugh-4711"
		visitor := w.Visitor(t)
		answers := []*apitest.Answer{
			visitor.Mutate(t, "signIn", apitest.Credentials("ann@example.com", secret)),
			visitor.Mutate(t, "signUp", apitest.Account("", secret, "")),
			visitor.Mutate(t, "signUp", apitest.Account("ann@example.com", strings.Repeat(secret, 17), "Ann")),
			visitor.Mutate(t, "signUp", apitest.Account("ann@example.com", secret, "Ann")),
			visitor.Mutate(t, "signIn", apitest.Credentials("ann@example.com", secret)),
			visitor.Mutate(t, "signIn", apitest.Credentials("ann@example.com", secret+"!")),
			visitor.Do(t, apitest.Mutation("signIn"), apitest.Vars{"input": secret}),
			visitor.Mutate(t, "signIn", apitest.Vars{"email": 5, "password": secret}),
			visitor.Mutate(t, "signIn", apitest.Vars{"email": "a@b.co", "password": []string{secret}}),
			visitor.Mutate(t, "signIn", apitest.Vars{"email": "a@b.co", "password": secret, "more": secret}),
		}
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		answers = append(answers,
			w.Visitor(t).Mutate(t, "signIn", apitest.Credentials("ann@example.com", secret)),
			w.Visitor(t).Mutate(t, "signUp", apitest.Account("bob@example.com", secret, "Bob")))
		w.Stop()
		logged := w.Log.String()
		for i, answer := range answers {
			if strings.Contains(answer.Body, secret) || strings.Contains(answer.Body, "argon2id") {
				t.Errorf("answer %d gives the password away: %s", i, answer.Body)
			}
		}
		if n := strings.Count(logged, `"msg":"request"`); n != len(answers) {
			t.Errorf("%d requests are logged, not %d", n, len(answers))
		}
		if strings.Contains(logged, secret) || strings.Contains(logged, "argon2id") {
			t.Errorf("the log gives the password away: %s", logged)
		}
	})
}
