package graph_test

import (
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"minidock/internal/apitest"
	"minidock/internal/limit"
	"minidock/internal/web"
)

const wrongPassword = "not the password"

// crowded is for many at once: nobody runs out of time, however slow the machine.
var crowded = apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.RequestTime = time.Minute })}

// behindAProxy has the requests come from where their X-Forwarded-For says.
var behindAProxy = apitest.Options{Proxies: web.Proxies{netip.MustParsePrefix("127.0.0.0/8")}}

// from returns the person, whose requests come from this address.
func from(p *apitest.Person, address string) *apitest.Person {
	p.Header.Set("X-Forwarded-For", address)
	return p
}

// whatBecameOf says what became of a sign-in: the code of its refusal or its mistake, or "" for a session.
func whatBecameOf(t *testing.T, answer *apitest.Answer) string {
	t.Helper()
	code := answer.Code(t)
	if code == "" {
		code = strings.Join(apitest.Codes(answer.UserErrors(t, "signIn.userErrors")), ", ")
	}
	if signedIn := answer.Header.Get("Set-Cookie") != ""; signedIn != (code == "") || signedIn != (answer.Get("signIn.viewer") != nil) {
		t.Errorf("%q: a cookie %t: %s", code, signedIn, answer.Body)
	}
	return code
}

// tries signs in and makes sure of what becomes of it.
func tries(t *testing.T, p *apitest.Person, email, password, want string) *apitest.Answer {
	t.Helper()
	answer := p.Do(t, signIn, credentials(email, password))
	if got := whatBecameOf(t, answer); got != want {
		t.Errorf("%s with %q: %q, want %q", email, password, got, want)
	}
	return answer
}

// fails signs in so many times with a wrong password.
func fails(t *testing.T, p *apitest.Person, email string, times int) {
	t.Helper()
	for range times {
		tries(t, p, email, wrongPassword, "INVALID_CREDENTIALS")
	}
}

// isToWait makes sure that an answer refuses for about this long, in its header as in its extensions.
func isToWait(t *testing.T, answer *apitest.Answer, want time.Duration) {
	t.Helper()
	answer.Refused(t, "RATE_LIMITED")
	told, _ := answer.Errors[0].Extensions["retryAfter"].(float64)
	if header, err := strconv.Atoi(answer.Header.Get("Retry-After")); err != nil || float64(header) != told {
		t.Errorf("header %q, extension %v", answer.Header.Get("Retry-After"), told)
	}
	if told > math.Ceil(want.Seconds()) || told < want.Seconds()/2 || told < 1 {
		t.Errorf("to wait %v seconds, not about %v", told, want)
	}
}

func TestAnAccountIsClosedAfterTenFailuresWhetherOrNotThereIsOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		wait := regexp.MustCompile(`"retryAfter":\d+`)
		var told [2][]string
		for i, email := range []string{"ann@example.com", "nobody@example.com"} {
			for n := range 12 {
				answer := w.Visitor(t).Do(t, signIn, credentials(email, wrongPassword))
				want := "INVALID_CREDENTIALS"
				if n >= 10 {
					want = "RATE_LIMITED"
					isToWait(t, answer, 10*time.Minute)
				}
				if got := whatBecameOf(t, answer); got != want || answer.Status != 200 {
					t.Errorf("%s, failure %d: status %d, %q, want %q", email, n+1, answer.Status, got, want)
				}
				told[i] = append(told[i], wait.ReplaceAllString(answer.Anonymous(), ""))
			}
			tries(t, w.Visitor(t), email, apitest.Password, "RATE_LIMITED")
		}
		for n := range told[0] {
			if told[0][n] != told[1][n] {
				t.Errorf("answer %d differs:\n%s\n%s", n, told[0][n], told[1][n])
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
		fails(t, visitor, "ann@example.com", 9)
		for _, minutes := range []time.Duration{10, 20, 30, 30} {
			fails(t, visitor, "ann@example.com", 1)
			isToWait(t, tries(t, visitor, "ann@example.com", apitest.Password, "RATE_LIMITED"), minutes*time.Minute)
			w.Advance(minutes*time.Minute - 30*time.Second)
			isToWait(t, tries(t, visitor, "ann@example.com", apitest.Password, "RATE_LIMITED"), 30*time.Second)
			w.Advance(30 * time.Second)
		}
		tries(t, visitor, "ann@example.com", apitest.Password, "")
		fails(t, visitor, "ann@example.com", 10)
		isToWait(t, tries(t, visitor, "ann@example.com", wrongPassword, "RATE_LIMITED"), 10*time.Minute)
	})
}

func TestFailuresAreForgottenInQuietTimes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		visitor := w.Visitor(t)
		for range 3 {
			fails(t, visitor, "ann@example.com", 9)
			w.Advance(10 * time.Minute)
		}
		for range 2 {
			fails(t, visitor, "ann@example.com", 10)
			isToWait(t, tries(t, visitor, "ann@example.com", wrongPassword, "RATE_LIMITED"), 10*time.Minute)
			w.Advance(20 * time.Minute)
		}
		if err := w.Server.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Client.Throttle.Query().CountX(t.Context()); n > 1 { // the hour of the sign-up
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestASuccessForgetsTheFailuresBefore(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		for i := range 3 {
			visitor := from(w.Visitor(t), fmt.Sprint("203.0.113.", i))
			fails(t, visitor, "ann@example.com", 9)
			tries(t, visitor, "ann@example.com", apitest.Password, "")
		}
	})
}

func TestOnlyFailuresCount(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for i, answer := range apitest.AtOnce(64, func(int) *apitest.Answer {
			return w.Visitor(t).Do(t, signIn, credentials(ann.Email, apitest.Password))
		}) {
			if got := whatBecameOf(t, answer); got != "" {
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
			return w.Visitor(t).Do(t, "mutation($input: SignInInput!) { "+fields+"}", credentials("ann@example.com", wrongPassword))
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

func TestOfTwentyFailuresAtOnceTenAreTold(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		told := map[string]int{}
		for _, answer := range apitest.AtOnce(20, func(int) *apitest.Answer {
			return w.Visitor(t).Do(t, signIn, credentials(ann.Email, wrongPassword))
		}) {
			told[whatBecameOf(t, answer)]++
		}
		if told["INVALID_CREDENTIALS"] != 10 || told["RATE_LIMITED"] != 10 {
			t.Errorf("outcomes %v", told)
		}
	})
}

func TestFailuresAreNotForgottenByARestart(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		fails(t, w.Visitor(t), ann.Email, 9)
		w.Restart(t)
		fails(t, w.Visitor(t), ann.Email, 1)
		w.Restart(t)
		isToWait(t, tries(t, w.Visitor(t), ann.Email, apitest.Password, "RATE_LIMITED"), 10*time.Minute)
	})
}

func TestServersCountFailuresTogether(t *testing.T) {
	t.Parallel()
	options := crowded
	options.DatabaseURL = apitest.NewDatabase(t)
	here := apitest.New(t, options)
	servers := []*apitest.World{here, here.Another(t)}
	ann := here.SignUp(t, "ann")
	told := map[string]int{}
	for _, answer := range apitest.AtOnce(20, func(i int) *apitest.Answer {
		return servers[i%2].Visitor(t).Do(t, signIn, credentials(ann.Email, wrongPassword))
	}) {
		told[whatBecameOf(t, answer)]++
	}
	if told["INVALID_CREDENTIALS"] != 10 || told["RATE_LIMITED"] != 10 {
		t.Errorf("outcomes %v", told)
	}
	for _, server := range servers {
		tries(t, server.Visitor(t), ann.Email, apitest.Password, "RATE_LIMITED")
	}
}

func TestAnAddressIsClosedAfterThirtyFailures(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		stranger, another := from(w.Visitor(t), "203.0.113.7"), from(w.Visitor(t), "203.0.113.8")
		for i := range 30 {
			fails(t, stranger, fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		isToWait(t, tries(t, stranger, "somebody@example.com", wrongPassword, "RATE_LIMITED"), 3*time.Minute)
		tries(t, stranger, ann.Email, apitest.Password, "RATE_LIMITED")
		tries(t, another, ann.Email, apitest.Password, "")
		fails(t, another, "somebody@example.com", 1)
		w.Advance(3 * time.Minute)
		fails(t, stranger, "somebody@example.com", 1)
		tries(t, stranger, ann.Email, apitest.Password, "")
	})
}

func TestAStrangersForwardedForIsNotBelieved(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		for i := range 10 {
			fails(t, from(w.Visitor(t), fmt.Sprint("203.0.113.", i)), "ann@example.com", 1)
		}
		tries(t, from(w.Visitor(t), "203.0.113.99"), "ann@example.com", apitest.Password, "RATE_LIMITED")
		for i := range 20 {
			fails(t, from(w.Visitor(t), fmt.Sprint("203.0.113.", i)), fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		isToWait(t, tries(t, from(w.Visitor(t), "203.0.113.99"), "somebody@example.com", wrongPassword, "RATE_LIMITED"), 3*time.Minute)
	})
}

func TestWhatAStrangerForwardsThroughAProxyIsNotBelieved(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		for i := range 30 {
			stranger := from(w.Visitor(t), fmt.Sprintf("198.51.100.%d, 203.0.113.7", i))
			fails(t, stranger, fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		tries(t, from(w.Visitor(t), "198.51.100.99, 203.0.113.7"), "somebody@example.com", wrongPassword, "RATE_LIMITED")
		tries(t, from(w.Visitor(t), "203.0.113.7, 198.51.100.99"), "somebody@example.com", wrongPassword, "INVALID_CREDENTIALS")
	})
}

func TestAddressesOfIPv6AreCountedByTheirNetworks(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		for i := range 30 {
			fails(t, from(w.Visitor(t), fmt.Sprintf("2001:db8:0:1:%x::1", i)), fmt.Sprintf("nobody%d@example.com", i), 1)
		}
		tries(t, from(w.Visitor(t), "2001:db8:0:1:ffff::1"), "somebody@example.com", wrongPassword, "RATE_LIMITED")
		tries(t, from(w.Visitor(t), "2001:db8:0:2::1"), "somebody@example.com", wrongPassword, "INVALID_CREDENTIALS")
	})
}

func TestAStrangerDoesNotLockTheOwnerOut(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		tries(t, from(w.Visitor(t), "203.0.113.1"), ann.Email, apitest.Password, "")
		stranger := from(w.Visitor(t), "203.0.113.66")
		fails(t, stranger, ann.Email, 10)
		tries(t, stranger, ann.Email, apitest.Password, "RATE_LIMITED")
		tries(t, from(w.Visitor(t), "203.0.113.2"), ann.Email, apitest.Password, "RATE_LIMITED")
		tries(t, from(w.Visitor(t), "203.0.113.1"), ann.Email, apitest.Password, "")
		tries(t, stranger, ann.Email, apitest.Password, "RATE_LIMITED")
		fails(t, from(w.Visitor(t), "203.0.113.1"), ann.Email, 10)
		tries(t, from(w.Visitor(t), "203.0.113.1"), ann.Email, apitest.Password, "RATE_LIMITED")
	})
}

func TestTheAddressOfASignUpIsKnown(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		ann := from(w.Visitor(t), "203.0.113.1")
		ann.Do(t, signUp, account("ann@example.com", apitest.Password, "Ann"))
		fails(t, from(w.Visitor(t), "203.0.113.66"), "ann@example.com", 10)
		tries(t, ann, "ann@example.com", apitest.Password, "")
	})
}

func TestAnAddressIsKnownForNinetyDays(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		w.SignUp(t, "ann")
		home, stranger := from(w.Visitor(t), "203.0.113.1"), from(w.Visitor(t), "203.0.113.66")
		for _, days := range []time.Duration{0, 80, 80} {
			w.Advance(days * 24 * time.Hour)
			fails(t, stranger, "bob@example.com", 1)
			tries(t, home, "ann@example.com", apitest.Password, "")
		}
		w.Advance(91 * 24 * time.Hour)
		fails(t, stranger, "ann@example.com", 10)
		tries(t, home, "ann@example.com", apitest.Password, "RATE_LIMITED")
		if err := w.Server.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Client.KnownAddress.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d addresses are still known", n)
		}
	})
}

func TestOtherSpellingsOfAnAddressCountAsTheSame(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		w.Visitor(t).Do(t, signUp, account("ann@bücher.example", apitest.Password, "Ann"))
		visitor := w.Visitor(t)
		for _, same := range []string{"ann@bücher.example", "ANN@bücher.example", " ann@xn--bcher-kva.example\n", "ann@BU\u0308CHER.example", "ann@bücher。example"} {
			fails(t, visitor, same, 2)
		}
		tries(t, visitor, "Ann@Bücher.Example", apitest.Password, "RATE_LIMITED")
		for _, none := range []string{"no address", "NO ADDRESS", " no address "} {
			fails(t, visitor, none, 3)
		}
		fails(t, visitor, "No Address", 1)
		tries(t, visitor, "no address", wrongPassword, "RATE_LIMITED")
		fails(t, visitor, "other@bücher.example", 1)
	})
}

func TestSignUpsFromAnAddressAreLimited(t *testing.T) {
	options := behindAProxy
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.SignUps = 3 })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		visitor := from(w.Visitor(t), "203.0.113.7")
		for i := range 3 {
			refusedSignUp(t, "a short password", visitor.Do(t, signUp, account("x@example.com", "short", "X")), "TOO_SHORT password")
			answer := visitor.Do(t, signUp, account(fmt.Sprintf("ann%d@example.com", i), apitest.Password, "Ann"))
			if got := signUpCodes(t, answer); len(got) != 0 {
				t.Errorf("sign-up %d: %q", i, got)
			}
		}
		answer := w.Visitor(t).Do(t, signUp, account("bob@example.com", apitest.Password, "Bob"))
		if got := signUpCodes(t, answer); len(got) != 0 {
			t.Errorf("from elsewhere: %q", got)
		}
		refused := visitor.Do(t, signUp, account("max@example.com", apitest.Password, "Max"))
		isToWait(t, refused, time.Hour)
		if refused.Header.Get("Set-Cookie") != "" || w.Client.User.Query().CountX(t.Context()) != 4 {
			t.Error("refused, and yet an account")
		}
		w.Advance(time.Hour)
		answer = visitor.Do(t, signUp, account("max@example.com", apitest.Password, "Max"))
		if got := signUpCodes(t, answer); len(got) != 0 {
			t.Errorf("after an hour: %q", got)
		}
	})
}

func TestAHundredSignUpsAtOnceFromAnAddressAreAllowed(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.PasswordQueue, l.RequestTime = 1000, time.Minute })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		told := map[string]int{}
		for _, answer := range apitest.AtOnce(105, func(i int) *apitest.Answer {
			return w.Visitor(t).Do(t, signUp, account(fmt.Sprintf("ann%d@example.com", i), apitest.Password, "Ann"))
		}) {
			told[answer.Code(t)]++
		}
		if n := w.Client.User.Query().CountX(t.Context()); told[""] != 100 || told["RATE_LIMITED"] != 5 || n != 100 {
			t.Errorf("outcomes %v, %d accounts", told, n)
		}
	})
}

func TestMorePasswordsThanMayWaitAreRefused(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.PasswordQueue = 1 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		told := map[string]int{}
		for _, answer := range apitest.AtOnce(40, func(i int) *apitest.Answer {
			return w.Visitor(t).Do(t, signIn, credentials(fmt.Sprintf("nobody%d@example.com", i%20), wrongPassword))
		}) {
			code := whatBecameOf(t, answer)
			told[code]++
			if code == "RATE_LIMITED" && answer.Header.Get("Retry-After") == "" {
				t.Errorf("refused without Retry-After: %s", answer.Body)
			}
		}
		if told["RATE_LIMITED"] == 0 || told["INVALID_CREDENTIALS"] == 0 || len(told) != 2 {
			t.Errorf("outcomes %v", told)
		}
		w.SignUp(t, "ann").SignIn(t) // the places are free again
	})
}

func TestPasswordsThatAreAskedForAgainCountAsSignIns(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		asking := []string{
			`mutation($p: String!) { changePassword(input: {current: $p, new: "another password"}) { userErrors { code } } }`,
			`mutation($p: String!) { changeEmail(input: {email: "new@example.com", password: $p}) { userErrors { code } } }`,
			`mutation($p: String!) { enableTotp(input: {password: $p}) { userErrors { code } } }`,
			`mutation($p: String!) { disableTotp(input: {password: $p, code: ""}) { userErrors { code } } }`,
		}
		for i := range 10 {
			answer := ann.Do(t, asking[i%len(asking)], apitest.Vars{"p": wrongPassword})
			if answer.Code(t) != "" || !strings.Contains(answer.Body, "INVALID_CREDENTIALS") {
				t.Errorf("failure %d: %s", i+1, answer.Body)
			}
		}
		for _, mutation := range asking {
			isToWait(t, ann.Do(t, mutation, apitest.Vars{"p": apitest.Password}), 10*time.Minute)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "RATE_LIMITED")
		isSignedInAs(t, ann, ann.ID)
		if n := len(w.Letters(t)); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestHashesThatCostTooLittleAreReplacedAtSignIn(t *testing.T) {
	apitest.RunWith(t, apitest.Options{PasswordCost: apitest.RealPasswords}, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		const weak = "$argon2id$v=19$m=32,t=1,p=1$"
		setHash(t, w, ann, cheaply(t, apitest.Password))
		tries(t, w.Visitor(t), ann.Email, wrongPassword, "INVALID_CREDENTIALS")
		if stored := hashOf(t, w, ann); !strings.HasPrefix(stored, weak) {
			t.Errorf("replaced by a wrong password: %s", stored)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "")
		replaced := hashOf(t, w, ann)
		if !strings.HasPrefix(replaced, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("stored %s", replaced)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "")
		tries(t, w.Visitor(t), ann.Email, wrongPassword, "INVALID_CREDENTIALS")
		if hashOf(t, w, ann) != replaced {
			t.Error("replaced again")
		}
	})
}

func TestManyAtOnceSignInWhoseHashIsReplaced(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		setHash(t, w, ann, cheaply(t, apitest.Password))
		for i, answer := range apitest.AtOnce(8, func(int) *apitest.Answer {
			return w.Visitor(t).Do(t, signIn, credentials(ann.Email, apitest.Password))
		}) {
			if got := whatBecameOf(t, answer); got != "" {
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

func hashOf(t *testing.T, w *apitest.World, p *apitest.Person) string {
	t.Helper()
	return w.Client.User.GetX(t.Context(), p.ID).PasswordHash
}

func TestNothingEnteredAsAnAccountCountsAtAKnownAddress(t *testing.T) {
	apitest.RunWith(t, behindAProxy, func(t *testing.T, w *apitest.World) {
		ann := from(w.Visitor(t), "203.0.113.1")
		ann.Do(t, signUp, account("ann@example.com", apitest.Password, "Ann"))
		for _, entered := range []string{"ann@example.com from 203.0.113.1", "ann@example.com\x00203.0.113.1"} {
			for range 12 {
				from(w.Visitor(t), "198.51.100.7").Do(t, signIn, credentials(entered, wrongPassword))
			}
		}
		tries(t, from(w.Visitor(t), "203.0.113.1"), "ann@example.com", apitest.Password, "")
	})
}

func TestWhoAsksForManyAddressesIsToldNoMore(t *testing.T) {
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SignUps = 5 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for range 5 {
			refusedSignUp(t, "taken", w.Visitor(t).Do(t, signUp, account(ann.Email, "", "Bob")), "TAKEN email", "BLANK password")
		}
		w.Visitor(t).Do(t, signUp, account(ann.Email, "", "Bob")).Refused(t, "RATE_LIMITED")
		w.Visitor(t).Do(t, signUp, account("free@example.com", "", "Bob")).Refused(t, "RATE_LIMITED")
		w.Advance(time.Hour)
		refusedSignUp(t, "free", w.Visitor(t).Do(t, signUp, account("free@example.com", "", "Bob")), "BLANK password")
	})
}
