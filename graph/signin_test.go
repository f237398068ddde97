package graph_test

import (
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
)

const signIn = `mutation($input: SignInInput!) {
	signIn(input: $input) {
		viewer { user { id email } }
		userErrors { code path message messageKey messageParams { name value } }
		query { viewer { user { id } } }
	}
}`

func credentials(email, password string) apitest.Vars {
	return apitest.Vars{"input": apitest.Vars{"email": email, "password": password}}
}

func TestSignInKnowsTheAccountHoweverTheAddressIsWritten(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		made := w.Visitor(t).Do(t, signUp, account("ann@bücher.example", "eight b.", "Ann"))
		for _, same := range []string{"ann@bücher.example", " ANN@Bücher.Example ", "ann@xn--bcher-kva.example"} {
			answer := w.Visitor(t).Do(t, signIn, credentials(same, "eight b."))
			if got, want := answer.Get("signIn.viewer.user.id"), made.Get("signUp.viewer.user.id"); got != want {
				t.Errorf("%s: signed in as %v, not %v: %s", same, got, want, answer.Body)
			}
			if n := len(answer.List(t, "signIn.userErrors")); n != 0 {
				t.Errorf("%s: %d mistakes", same, n)
			}
		}
	})
}

// failing are pairs that do not sign in, whatever is wrong with them.
var failing = map[string]apitest.Vars{
	"wrong password":       credentials("ann@example.com", "another password"),
	"password in capitals": credentials("ann@example.com", strings.ToUpper(apitest.Password)),
	"password and a space": credentials("ann@example.com", apitest.Password+" "),
	"no password":          credentials("ann@example.com", ""),
	"a long password":      credentials("ann@example.com", strings.Repeat("x", 10_000)),
	"unknown e-mail":       credentials("nobody@example.com", apitest.Password),
	"malformed e-mail":     credentials("ann at example", apitest.Password),
	"e-mail with quote":    credentials("' OR 1=1 --@example.com", apitest.Password),
	"NUL in the e-mail":    credentials("ann@example.com\x00", apitest.Password),
	"no e-mail":            credentials("", apitest.Password),
	"nothing":              credentials("", ""),
	"the dummy's":          credentials("nobody@example.com", "no account has this password"),
	"the e-mail twice":     credentials("ann@example.com,ann@example.com", apitest.Password),
	"a prefix":             credentials("ann@example.com", apitest.Password[:len(apitest.Password)-1]),
}

func TestSignInAnswersEveryFailingPairAlike(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		first := ""
		for name, pair := range failing {
			visitor := w.Visitor(t)
			answer := visitor.Do(t, signIn, pair)
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
			wrong := answer.UserErrors(t, "signIn.userErrors")
			if len(wrong) != 1 || wrong[0].Code != "INVALID_CREDENTIALS" || len(wrong[0].Path) != 0 || len(wrong[0].Params) != 0 {
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
		answer := ann.Do(t, signIn, credentials("ann@example.com", "another password"))
		if got := apitest.Codes(answer.UserErrors(t, "signIn.userErrors")); got[0] != "INVALID_CREDENTIALS" {
			t.Errorf("mistakes %q", got)
		}
		if got := answer.Get("signIn.query.viewer.user.id"); got != ann.ID {
			t.Errorf("the viewer is %v, not %s", got, ann.ID)
		}
		if answer.Get("signIn.viewer") != nil {
			t.Errorf("a viewer beside mistakes: %s", answer.Body)
		}
	})
}

// Without the dummy hash an unknown address is answered some twenty times faster than a wrong password.
func TestAnUnknownAddressCostsAsMuchAsAWrongPassword(t *testing.T) {
	apitest.RunWith(t, apitest.Options{PasswordCost: apitest.RealPasswords}, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		pairs := []string{"wrong password", "unknown e-mail", "malformed e-mail", "no e-mail"}
		fastest := map[string]time.Duration{}
		for range 6 {
			for _, pair := range pairs {
				start := time.Now()
				w.Visitor(t).Do(t, signIn, failing[pair])
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
			visitor.Do(t, signIn, credentials("ann@example.com", secret)),
			visitor.Do(t, signUp, account("", secret, "")),
			visitor.Do(t, signUp, account("ann@example.com", strings.Repeat(secret, 17), "Ann")),
			visitor.Do(t, signUp, account("ann@example.com", secret, "Ann")),
			visitor.Do(t, signIn, credentials("ann@example.com", secret)),
			visitor.Do(t, signIn, credentials("ann@example.com", secret+"!")),
			visitor.Do(t, signIn, apitest.Vars{"input": secret}),
			visitor.Do(t, signIn, apitest.Vars{"input": apitest.Vars{"email": 5, "password": secret}}),
			visitor.Do(t, signIn, apitest.Vars{"input": apitest.Vars{"email": "a@b.co", "password": []string{secret}}}),
			visitor.Do(t, signIn, apitest.Vars{"input": apitest.Vars{"email": "a@b.co", "password": secret, "more": secret}}),
		}
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		answers = append(answers,
			w.Visitor(t).Do(t, signIn, credentials("ann@example.com", secret)),
			w.Visitor(t).Do(t, signUp, account("bob@example.com", secret, "Bob")))
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
