package api_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestAnAccountIsClosedAfterTenFailuresWhetherOrNotThereIsOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		wait := regexp.MustCompile(`"retryAfter":\d+`)
		var answers [2][]string
		for i, email := range []string{"ann@example.com", "nobody@example.com"} {
			for n := range 12 {
				answer := w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(email, apitest.WrongPassword))
				want := "INVALID_CREDENTIALS"
				if n >= 10 {
					want = "RATE_LIMITED"
					answer.RateLimited(t, 10*time.Minute)
				}
				if got := answer.SignInOutcome(t); got != want || answer.Status != 200 {
					t.Errorf("%s, failure %d: status %d, %q, want %q", email, n+1, answer.Status, got, want)
				}
				answers[i] = append(answers[i], wait.ReplaceAllString(answer.Anonymous(), ""))
			}
			w.Visitor(t).ExpectSignIn(t, email, apitest.Password, "RATE_LIMITED")
		}
		for n := range answers[0] {
			if answers[0][n] != answers[1][n] {
				t.Errorf("answer %d differs:\n%s\n%s", n, answers[0][n], answers[1][n])
			}
		}
		w.SignUp(t, "bob").SignIn(t)
		if n := w.Client.Session.Query().CountX(t.Context()); n != 2 {
			t.Errorf("%d sessions, not those of the two sign-ups", n)
		}
	})
}

func TestEachFailureAfterAClosureClosesForLonger(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		visitor := w.Visitor(t)
		visitor.FailSignIns(t, "ann@example.com", 9)
		for _, minutes := range []time.Duration{10, 20, 30, 30} {
			visitor.FailSignIns(t, "ann@example.com", 1)
			visitor.ExpectSignIn(t, "ann@example.com", apitest.Password, "RATE_LIMITED").RateLimited(t, minutes*time.Minute)
			w.Advance(minutes*time.Minute - 30*time.Second)
			visitor.ExpectSignIn(t, "ann@example.com", apitest.Password, "RATE_LIMITED").RateLimited(t, 30*time.Second)
			w.Advance(30 * time.Second)
		}
		visitor.ExpectSignIn(t, "ann@example.com", apitest.Password, "")
		visitor.FailSignIns(t, "ann@example.com", 10)
		visitor.ExpectSignIn(t, "ann@example.com", apitest.WrongPassword, "RATE_LIMITED").RateLimited(t, 10*time.Minute)
	})
}

func TestFailuresAreForgottenAfterAQuietTime(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		visitor := w.Visitor(t)
		for range 3 {
			visitor.FailSignIns(t, "ann@example.com", 9)
			w.Advance(10 * time.Minute)
		}
		for range 2 {
			visitor.FailSignIns(t, "ann@example.com", 10)
			visitor.ExpectSignIn(t, "ann@example.com", apitest.WrongPassword, "RATE_LIMITED").RateLimited(t, 10*time.Minute)
			w.Advance(20 * time.Minute)
		}
		w.Sweep(t)
		if n := w.Client.Throttle.Query().CountX(t.Context()); n > 1 { // the hour of the sign-up
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestASuccessResetsTheFailures(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		for i := range 3 {
			visitor := w.Visitor(t).From(fmt.Sprint("203.0.113.", i))
			visitor.FailSignIns(t, "ann@example.com", 9)
			visitor.ExpectSignIn(t, "ann@example.com", apitest.Password, "")
		}
	})
}

func TestOnlyFailuresCount(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for i, answer := range apitest.AtOnce(64, func(int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.Password))
		}) {
			if got := answer.SignInOutcome(t); got != "" {
				t.Errorf("number %d: %s", i, answer.Body)
			}
		}
	})
}

func TestFailuresAreCountedForEachFieldOfARequest(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		fields := apitest.Repeated(5, func(i int) string { return fmt.Sprintf("a%d: signIn(input: $input) { userErrors { code } } ", i) })
		ask := func() *apitest.Answer {
			return w.Visitor(t).Do(t, "mutation($input: SignInInput!) { "+fields+"}",
				apitest.Vars{"input": apitest.Credentials("ann@example.com", apitest.WrongPassword)})
		}
		for range 2 {
			if answer := ask(); len(answer.Errors) != 0 || strings.Count(answer.Body, "INVALID_CREDENTIALS") != 5 {
				t.Errorf("the first ten: %s", answer.Body)
			}
		}
		answer := ask()
		if len(answer.Errors) != 5 || strings.Count(answer.Body, "RATE_LIMITED") != 5 || strings.Contains(answer.Body, "INVALID_CREDENTIALS") {
			t.Errorf("after ten: %s", answer.Body)
		}
		if answer.Header.Get("Retry-After") == "" {
			t.Error("no header Retry-After")
		}
	})
}

func TestTenOfTwentySimultaneousFailuresAreReported(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(20, func(int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.WrongPassword))
		}) {
			outcomes[answer.SignInOutcome(t)]++
		}
		if outcomes["INVALID_CREDENTIALS"] != 10 || outcomes["RATE_LIMITED"] != 10 {
			t.Errorf("outcomes %v", outcomes)
		}
	})
}

func TestFailuresAreNotForgottenByARestart(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.Visitor(t).FailSignIns(t, ann.Email, 9)
		w.Restart(t)
		w.Visitor(t).FailSignIns(t, ann.Email, 1)
		w.Restart(t)
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED").RateLimited(t, 10*time.Minute)
	})
}

func TestServersCountFailuresTogether(t *testing.T) {
	t.Parallel()
	options := apitest.Options{}
	options.DatabaseURL = apitest.NewDatabase(t)
	here := apitest.New(t, options)
	servers := []*apitest.World{here, here.Another(t)}
	ann := here.SignUp(t, "ann")
	outcomes := map[string]int{}
	for _, answer := range apitest.AtOnce(20, func(i int) *apitest.Answer {
		return servers[i%2].Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.WrongPassword))
	}) {
		outcomes[answer.SignInOutcome(t)]++
	}
	if outcomes["INVALID_CREDENTIALS"] != 10 || outcomes["RATE_LIMITED"] != 10 {
		t.Errorf("outcomes %v", outcomes)
	}
	for _, server := range servers {
		server.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
	}
}

func TestAnAddressIsClosedAfterThirtyFailures(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		stranger, another := w.Visitor(t).From("203.0.113.7"), w.Visitor(t).From("203.0.113.8")
		for i := range 30 {
			stranger.FailSignIns(t, fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		stranger.ExpectSignIn(t, "somebody@example.com", apitest.WrongPassword, "RATE_LIMITED").RateLimited(t, 3*time.Minute)
		stranger.ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
		another.ExpectSignIn(t, ann.Email, apitest.Password, "")
		another.FailSignIns(t, "somebody@example.com", 1)
		w.Advance(3 * time.Minute)
		stranger.FailSignIns(t, "somebody@example.com", 1)
		stranger.ExpectSignIn(t, ann.Email, apitest.Password, "")
	})
}

func TestForwardedForWithoutATrustedProxyIsIgnored(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		for i := range 10 {
			w.Visitor(t).From(fmt.Sprint("203.0.113.", i)).FailSignIns(t, "ann@example.com", 1)
		}
		w.Visitor(t).From("203.0.113.99").ExpectSignIn(t, "ann@example.com", apitest.Password, "RATE_LIMITED")
		for i := range 20 {
			w.Visitor(t).From(fmt.Sprint("203.0.113.", i)).FailSignIns(t, fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		w.Visitor(t).From("203.0.113.99").ExpectSignIn(t, "somebody@example.com", apitest.WrongPassword, "RATE_LIMITED").RateLimited(t, 3*time.Minute)
	})
}

func TestForwardedForSentByAClientThroughAProxyIsIgnored(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		for i := range 30 {
			stranger := w.Visitor(t).From(fmt.Sprintf("198.51.100.%d, 203.0.113.7", i))
			stranger.FailSignIns(t, fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		w.Visitor(t).From("198.51.100.99, 203.0.113.7").ExpectSignIn(t, "somebody@example.com", apitest.WrongPassword, "RATE_LIMITED")
		w.Visitor(t).From("203.0.113.7, 198.51.100.99").ExpectSignIn(t, "somebody@example.com", apitest.WrongPassword, "INVALID_CREDENTIALS")
	})
}

func TestAddressesOfIPv6AreCountedByTheirNetworks(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		for i := range 30 {
			w.Visitor(t).From(fmt.Sprintf("2001:db8:0:1:%x::1", i)).FailSignIns(t, fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		w.Visitor(t).From("2001:db8:0:1:ffff::1").ExpectSignIn(t, "somebody@example.com", apitest.WrongPassword, "RATE_LIMITED")
		w.Visitor(t).From("2001:db8:0:2::1").ExpectSignIn(t, "somebody@example.com", apitest.WrongPassword, "INVALID_CREDENTIALS")
	})
}

func TestAStrangerDoesNotLockTheOwnerOut(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		w.Visitor(t).From("203.0.113.1").ExpectSignIn(t, ann.Email, apitest.Password, "")
		stranger := w.Visitor(t).From("203.0.113.66")
		stranger.FailSignIns(t, ann.Email, 10)
		stranger.ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
		w.Visitor(t).From("203.0.113.2").ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
		w.Visitor(t).From("203.0.113.1").ExpectSignIn(t, ann.Email, apitest.Password, "")
		stranger.ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
		w.Visitor(t).From("203.0.113.1").FailSignIns(t, ann.Email, 10)
		w.Visitor(t).From("203.0.113.1").ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
	})
}

func TestTheAddressOfASignUpIsKnown(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		ann := w.Visitor(t).From("203.0.113.1")
		ann.Mutate(t, "signUp", apitest.Account("ann@example.com", apitest.Password, "Ann"))
		w.Visitor(t).From("203.0.113.66").FailSignIns(t, "ann@example.com", 10)
		ann.ExpectSignIn(t, "ann@example.com", apitest.Password, "")
	})
}

func TestAnAddressIsKnownForNinetyDays(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		home, stranger := w.Visitor(t).From("203.0.113.1"), w.Visitor(t).From("203.0.113.66")
		for _, days := range []time.Duration{0, 80, 80} {
			w.Advance(days * 24 * time.Hour)
			stranger.FailSignIns(t, "bob@example.com", 1)
			home.ExpectSignIn(t, "ann@example.com", apitest.Password, "")
		}
		w.Advance(91 * 24 * time.Hour)
		stranger.FailSignIns(t, "ann@example.com", 10)
		home.ExpectSignIn(t, "ann@example.com", apitest.Password, "RATE_LIMITED")
		w.Sweep(t)
		if n := w.Client.KnownAddress.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d addresses are still known", n)
		}
	})
}

func TestOtherSpellingsOfAnAddressShareItsFailures(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.Visitor(t).Mutate(t, "signUp", apitest.Account("ann@bücher.example", apitest.Password, "Ann"))
		visitor := w.Visitor(t)
		for _, same := range []string{"ann@bücher.example", "ANN@bücher.example", " ann@xn--bcher-kva.example\n", "ann@BU\u0308CHER.example", "ann@bücher。example"} {
			visitor.FailSignIns(t, same, 2)
		}
		visitor.ExpectSignIn(t, "Ann@Bücher.Example", apitest.Password, "RATE_LIMITED")
		for _, none := range []string{"no address", "NO ADDRESS", " no address "} {
			visitor.FailSignIns(t, none, 3)
		}
		visitor.FailSignIns(t, "No Address", 1)
		visitor.ExpectSignIn(t, "no address", apitest.WrongPassword, "RATE_LIMITED")
		visitor.FailSignIns(t, "other@bücher.example", 1)
	})
}

func TestSignUpsFromAnAddressAreLimited(t *testing.T) {
	options := apitest.BehindProxy
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.SignUps = 3 })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t).From("203.0.113.7")
		for i := range 3 {
			visitor.Mutate(t, "signUp", apitest.Account("x@example.com", "short", "X")).HasUserErrors(t, "TOO_SHORT password")
			answer := visitor.Mutate(t, "signUp", apitest.Account(fmt.Sprintf("ann%d@example.com", i), apitest.Password, "Ann"))
			if got := answer.UserErrorCodes(t); len(got) != 0 {
				t.Errorf("sign-up %d: %q", i, got)
			}
		}
		answer := w.Visitor(t).Mutate(t, "signUp", apitest.Account("bob@example.com", apitest.Password, "Bob"))
		if got := answer.UserErrorCodes(t); len(got) != 0 {
			t.Errorf("from elsewhere: %q", got)
		}
		refused := visitor.Mutate(t, "signUp", apitest.Account("max@example.com", apitest.Password, "Max"))
		refused.RateLimited(t, time.Hour)
		if refused.Header.Get("Set-Cookie") != "" || w.Client.User.Query().CountX(t.Context()) != 4 {
			t.Error("refused, but an account")
		}
		w.Advance(time.Hour)
		answer = visitor.Mutate(t, "signUp", apitest.Account("max@example.com", apitest.Password, "Max"))
		if got := answer.UserErrorCodes(t); len(got) != 0 {
			t.Errorf("after an hour: %q", got)
		}
	})
}

func TestAHundredSignUpsAtOnceFromAnAddressAreAllowed(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.PasswordQueue, l.RequestTime = 1000, time.Minute })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(105, func(i int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signUp", apitest.Account(fmt.Sprintf("ann%d@example.com", i), apitest.Password, "Ann"))
		}) {
			outcomes[answer.Code(t)]++
		}
		if n := w.Client.User.Query().CountX(t.Context()); outcomes[""] != 100 || outcomes["RATE_LIMITED"] != 5 || n != 100 {
			t.Errorf("outcomes %v, %d accounts", outcomes, n)
		}
	})
}

func TestPasswordsBeyondTheQueueAreRefused(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.PasswordQueue = 1 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		outcomes := map[string]int{}
		for _, answer := range apitest.AtOnce(40, func(i int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(fmt.Sprintf("nobody%d@example.com", i%20), apitest.WrongPassword))
		}) {
			code := answer.SignInOutcome(t)
			outcomes[code]++
			if code == "RATE_LIMITED" && answer.Header.Get("Retry-After") == "" {
				t.Errorf("refused without Retry-After: %s", answer.Body)
			}
		}
		if outcomes["RATE_LIMITED"] == 0 || outcomes["INVALID_CREDENTIALS"] == 0 || len(outcomes) != 2 {
			t.Errorf("outcomes %v", outcomes)
		}
		w.SignUp(t, "ann").SignIn(t) // the queue is empty again
	})
}

func TestPasswordsOfOtherMutationsCountAsSignIns(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		asking := []string{
			`mutation($p: String!) { changePassword(input: {currentPassword: $p, newPassword: "another password"}) { userErrors { code } } }`,
			`mutation($p: String!) { changeEmail(input: {email: "new@example.com", password: $p}) { userErrors { code } } }`,
			`mutation($p: String!) { enableTotp(input: {password: $p}) { userErrors { code } } }`,
			`mutation($p: String!) { disableTotp(input: {password: $p, code: ""}) { userErrors { code } } }`,
		}
		for i := range 10 {
			answer := ann.Do(t, asking[i%len(asking)], apitest.Vars{"p": apitest.WrongPassword})
			if answer.Code(t) != "" || !strings.Contains(answer.Body, "INVALID_CREDENTIALS") {
				t.Errorf("failure %d: %s", i+1, answer.Body)
			}
		}
		for _, mutation := range asking {
			ann.Do(t, mutation, apitest.Vars{"p": apitest.Password}).RateLimited(t, 10*time.Minute)
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "RATE_LIMITED")
		ann.ExpectSignedInAs(t, ann.ID)
		if n := len(w.Letters(t)); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestWeakHashesAreReplacedAtSignIn(t *testing.T) {
	apitest.RunWith(t, apitest.Options{PasswordCost: apitest.RealPasswords}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		const weak = "$argon2id$v=19$m=32,t=1,p=1$"
		setHash(t, w, ann, cheaply(t, apitest.Password))
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.WrongPassword, "INVALID_CREDENTIALS")
		if stored := ann.PasswordHash(t); !strings.HasPrefix(stored, weak) {
			t.Errorf("replaced by a wrong password: %s", stored)
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "")
		replaced := ann.PasswordHash(t)
		if !strings.HasPrefix(replaced, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("stored %s", replaced)
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "")
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.WrongPassword, "INVALID_CREDENTIALS")
		if ann.PasswordHash(t) != replaced {
			t.Error("replaced again")
		}
	})
}

func TestSimultaneousSignInsReplaceAWeakHash(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		setHash(t, w, ann, cheaply(t, apitest.Password))
		for i, answer := range apitest.AtOnce(8, func(int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.Password))
		}) {
			if got := answer.SignInOutcome(t); got != "" {
				t.Errorf("number %d: %s", i, answer.Body)
			}
		}
	})
}

// cheaply returns a hash of a password that costs too little, also for whom hashes are apitest.CheapPasswords.
func cheaply(t *testing.T, password string) string {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: apitest.CheapPasswords.Memory / 2, Iterations: apitest.CheapPasswords.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func setHash(t *testing.T, w *apitest.World, p *apitest.Person, hash string) {
	t.Helper()
	if err := w.Client.User.UpdateOneID(p.ID).SetPasswordHash(hash).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNoEnteredAccountNameCountsForAKnownAddress(t *testing.T) {
	apitest.RunWith(t, apitest.BehindProxy, func(t *testing.T, w *apitest.World) {
		ann := w.Visitor(t).From("203.0.113.1")
		ann.Mutate(t, "signUp", apitest.Account("ann@example.com", apitest.Password, "Ann"))
		for _, entered := range []string{"ann@example.com from 203.0.113.1", "ann@example.com\x00203.0.113.1"} {
			for range 12 {
				w.Visitor(t).From("198.51.100.7").Mutate(t, "signIn", apitest.Credentials(entered, apitest.WrongPassword))
			}
		}
		w.Visitor(t).From("203.0.113.1").ExpectSignIn(t, "ann@example.com", apitest.Password, "")
	})
}

func TestProbingForTakenAddressesIsLimited(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SignUps = 5 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 5 {
			w.Visitor(t).Mutate(t, "signUp", apitest.Account(ann.Email, "", "Bob")).HasUserErrors(t, "TAKEN email", "BLANK password")
		}
		w.Visitor(t).Mutate(t, "signUp", apitest.Account(ann.Email, "", "Bob")).Refused(t, "RATE_LIMITED")
		w.Visitor(t).Mutate(t, "signUp", apitest.Account("free@example.com", "", "Bob")).Refused(t, "RATE_LIMITED")
		w.Advance(time.Hour)
		w.Visitor(t).Mutate(t, "signUp", apitest.Account("free@example.com", "", "Bob")).HasUserErrors(t, "BLANK password")
	})
}
