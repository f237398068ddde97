package graph_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"minidock/ent/session"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

const allMistakes = ` userErrors { code path message messageKey messageParams { name value } } `

const (
	enableTotp = `mutation($password: String!) { enableTotp(input: {password: $password}) {` + allMistakes + `
		totpSecret { secret uri } query { viewer { totpEnabled recoveryCodesLeft } } } }`
	confirmTotp = `mutation($code: String!) { confirmTotp(input: {code: $code}) {` + allMistakes + `
		viewer { totpEnabled recoveryCodesLeft } recoveryCodes } }`
	disableTotp = `mutation($password: String!, $code: String!) { disableTotp(input: {password: $password, code: $code}) {` + allMistakes + `
		viewer { totpEnabled recoveryCodesLeft } } }`
	signInForCode = `mutation($input: SignInInput!) { signIn(input: $input) {` + allMistakes + `
		viewer { user { id } } challenge { token expiresAt } query { viewer { user { id } } } } }`
	signInWithTotp = `mutation($challenge: String!, $code: String!) { signInWithTotp(input: {challenge: $challenge, code: $code}) {` + allMistakes + `
		viewer { user { id } recoveryCodesLeft } query { viewer { user { id } } } } }`
)

// codesAllowed are worlds in which signing in takes no time, and in which so many codes may be tried; 0 for the default.
func codesAllowed(tries int) apitest.Options {
	return apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) {
		if tries > 0 {
			l.TotpTries = tries
		}
	})}
}

// authenticator is somebody's app.
type authenticator struct {
	w      *apitest.World
	secret string
	// recovery are the codes that were told beside.
	recovery []string
}

// code returns what the app shows so many steps from now.
func (a authenticator) code(t *testing.T, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(a.secret, a.w.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// settle moves the clock on by so many steps of an app, to the beginning of one: nothing that follows is cut by the next.
func settle(w *apitest.World, steps int) {
	now := w.Now()
	w.Advance(now.Truncate(30 * time.Second).Add(time.Duration(steps)*30*time.Second + 2*time.Second).Sub(now))
}

// secure gives somebody a second factor; the app then shows a code that was not used.
func secure(t *testing.T, w *apitest.World, p *apitest.Person) authenticator {
	t.Helper()
	a := authenticator{w: w}
	a.secret = p.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}).String(t, "enableTotp.totpSecret.secret")
	settle(w, 1)
	for _, code := range p.Do(t, confirmTotp, apitest.Vars{"code": a.code(t, 0)}).List(t, "confirmTotp.recoveryCodes") {
		a.recovery = append(a.recovery, code.(string))
	}
	settle(w, 3)
	return a
}

// challenged signs somebody in as far as it goes without a code, and returns the challenge.
func challenged(t *testing.T, visitor, p *apitest.Person) string {
	t.Helper()
	answer := visitor.Do(t, signInForCode, credentials(p.Email, apitest.Password))
	hasMistakes(t, "signing in", answer, "signIn", "TOTP_REQUIRED")
	return answer.String(t, "signIn.challenge.token")
}

// answered sends a challenge of the person's back with a code, from a browser of its own.
func answered(t *testing.T, w *apitest.World, p *apitest.Person, code string) *apitest.Answer {
	t.Helper()
	visitor := w.Visitor(t)
	return visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenged(t, visitor, p), "code": code})
}

// hasMistakes makes sure that a mutation has these mistakes and did nothing, or has done it when there are none.
func hasMistakes(t *testing.T, name string, answer *apitest.Answer, mutation string, want ...string) {
	t.Helper()
	if code := answer.Code(t); code != "" {
		t.Fatalf("%s: top-level error %s: %s", name, code, answer.Body)
	}
	if got := apitest.Codes(answer.UserErrors(t, mutation+".userErrors")); !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", name, got, want)
	}
	if len(want) == 0 {
		return
	}
	for _, field := range []string{"viewer", "totpSecret", "recoveryCodes"} {
		if got := answer.Get(mutation + "." + field); got != nil {
			t.Errorf("%s: %s is %v beside mistakes", name, field, got)
		}
	}
	if cookie := answer.Header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("%s: refused, and yet a cookie: %s", name, cookie)
	}
}

func hasTotp(t *testing.T, p *apitest.Person, want bool, left int) {
	t.Helper()
	answer := p.Do(t, `{ viewer { totpEnabled recoveryCodesLeft } }`, nil)
	if answer.Get("viewer.totpEnabled") != want || answer.Get("viewer.recoveryCodesLeft") != float64(left) {
		t.Errorf("want %t and %d codes: %s", want, left, answer.Body)
	}
}

func TestASecondFactorFromItsBeginningToItsEnd(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		begun := ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password})
		hasMistakes(t, "enabling", begun, "enableTotp")
		a := authenticator{w: w, secret: begun.String(t, "enableTotp.totpSecret.secret")}
		uri, err := url.Parse(begun.String(t, "enableTotp.totpSecret.uri"))
		if err != nil || uri.Scheme != "otpauth" || uri.Host != "totp" || uri.Path != "/minidock:ann@example.com" ||
			uri.Query().Get("secret") != a.secret || uri.Query().Get("issuer") != "minidock" || len(a.secret) < 32 {
			t.Errorf("uri %v, %v", uri, err)
		}
		hasTotp(t, ann, false, 0) // nothing counts before the app has shown that it knows the secret
		ann.Elsewhere(t)

		settle(w, 1)
		confirmed := ann.Do(t, confirmTotp, apitest.Vars{"code": a.code(t, 0)})
		hasMistakes(t, "confirming", confirmed, "confirmTotp")
		if n := len(confirmed.List(t, "confirmTotp.recoveryCodes")); n != 10 || confirmed.Get("confirmTotp.viewer.totpEnabled") != true {
			t.Errorf("confirmed with %d codes: %s", n, confirmed.Body)
		}
		hasTotp(t, ann, true, 10)
		hasTotp(t, bob, false, 0)

		visitor, before := w.Visitor(t), w.Client.Session.Query().CountX(t.Context())
		answer := visitor.Do(t, signInForCode, credentials(ann.Email, apitest.Password))
		hasMistakes(t, "without a code", answer, "signIn", "TOTP_REQUIRED")
		lasts, err := time.Parse(time.RFC3339Nano, answer.String(t, "signIn.challenge.expiresAt"))
		if wait := lasts.Sub(w.Now()); err != nil || wait > 5*time.Minute || wait < 4*time.Minute || answer.Get("signIn.query.viewer") != nil {
			t.Errorf("lasts %v, %v: %s", wait, err, answer.Body)
		}
		isSignedOut(t, visitor)
		if n := w.Client.Session.Query().CountX(t.Context()); n != before {
			t.Errorf("%d sessions have begun without a code", n-before)
		}
		settle(w, 1)
		answer = visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": answer.String(t, "signIn.challenge.token"), "code": a.code(t, 0)})
		hasMistakes(t, "with a code", answer, "signInWithTotp")
		if answer.Get("signInWithTotp.viewer.user.id") != ann.ID || answer.Get("signInWithTotp.query.viewer.user.id") != ann.ID {
			t.Errorf("signed in: %s", answer.Body)
		}
		setCookie(t, answer)
		isSignedInAs(t, visitor, ann.ID)

		settle(w, 1)
		gone := ann.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": a.code(t, 0)})
		hasMistakes(t, "disabling", gone, "disableTotp")
		if gone.Get("disableTotp.viewer.totpEnabled") != false {
			t.Errorf("disabled: %s", gone.Body)
		}
		hasTotp(t, ann, false, 0)
		ann.Elsewhere(t)
		if n := w.Client.SecondFactor.Query().CountX(t.Context()) + w.Client.RecoveryCode.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestASecretIsReplacedUntilItIsConfirmed(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		enable := func() *apitest.Answer { return ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}) }
		first := authenticator{w: w, secret: enable().String(t, "enableTotp.totpSecret.secret")}
		second := authenticator{w: w, secret: enable().String(t, "enableTotp.totpSecret.secret")}
		if first.secret == second.secret {
			t.Error("the secret is the same")
		}
		settle(w, 1)
		hasMistakes(t, "the first secret", ann.Do(t, confirmTotp, apitest.Vars{"code": first.code(t, 0)}), "confirmTotp", "INVALID_CODE code")
		hasTotp(t, ann, false, 0)
		hasMistakes(t, "the second", ann.Do(t, confirmTotp, apitest.Vars{"code": second.code(t, 0)}), "confirmTotp")
		settle(w, 2)
		hasMistakes(t, "confirming twice", ann.Do(t, confirmTotp, apitest.Vars{"code": second.code(t, 0)}), "confirmTotp", "NOT_STARTED")
		again := enable()
		hasMistakes(t, "enabling again", again, "enableTotp", "ALREADY_ENABLED")
		if again.Get("enableTotp.query.viewer.recoveryCodesLeft") != 10.0 {
			t.Errorf("enabling again: %s", again.Body)
		}
		hasMistakes(t, "the secret that counts", answered(t, w, ann, second.code(t, 0)), "signInWithTotp")
	})
}

func TestASecondFactorIsConfirmedOnce(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		for i := range 8 {
			ann := w.SignUp(t, fmt.Sprint("ann", i))
			a := authenticator{w: w, secret: ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}).String(t, "enableTotp.totpSecret.secret")}
			settle(w, 1)
			codes := []string{a.code(t, -1), a.code(t, 0), a.code(t, 1)} // each is good
			confirmed := 0
			for _, answer := range apitest.AtOnce(6, func(i int) *apitest.Answer { return ann.Do(t, confirmTotp, apitest.Vars{"code": codes[i%3]}) }) {
				if code := answer.Code(t); code != "" {
					t.Fatalf("%s: %s", code, answer.Body)
				}
				switch got := apitest.Codes(answer.UserErrors(t, "confirmTotp.userErrors")); {
				case len(got) == 0:
					confirmed++
				case !slices.Equal(got, []string{"NOT_STARTED"}) && !slices.Equal(got, []string{"INVALID_CODE code"}):
					t.Errorf("mistakes %q", got)
				}
			}
			if confirmed != 1 {
				t.Errorf("confirmed %d times", confirmed)
			}
			hasTotp(t, ann, true, 10)
		}
	})
}

func TestEnablingAtOnceLeavesOneSecretThatWasTold(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		var told []string
		for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer {
			return ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password})
		}) {
			hasMistakes(t, "enabling", answer, "enableTotp")
			told = append(told, answer.String(t, "enableTotp.totpSecret.secret"))
		}
		if kept := w.Client.SecondFactor.Query().OnlyX(t.Context()).Secret; !slices.Contains(told, kept) {
			t.Errorf("a secret is kept that nobody was told")
		}
	})
}

func TestACodeIsTakenOnce(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := authenticator{w: w, secret: ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}).String(t, "enableTotp.totpSecret.secret")}
		settle(w, 1)
		code := a.code(t, 0)
		hasMistakes(t, "confirming", ann.Do(t, confirmTotp, apitest.Vars{"code": code}), "confirmTotp")
		hasMistakes(t, "the code of the confirmation", answered(t, w, ann, code), "signInWithTotp", "INVALID_CODE code")
		settle(w, 1)
		code = a.code(t, 0)
		wrongPassword := ann.Do(t, disableTotp, apitest.Vars{"password": "another password", "code": code})
		hasMistakes(t, "disabling", wrongPassword, "disableTotp", "INVALID_CREDENTIALS password")
		hasMistakes(t, "once", answered(t, w, ann, code), "signInWithTotp")
		hasMistakes(t, "twice", answered(t, w, ann, code), "signInWithTotp", "INVALID_CODE code")
		hasMistakes(t, "disabling", ann.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": code}), "disableTotp", "INVALID_CODE code")
		hasTotp(t, ann, true, 10)
	})
}

func TestOfManyAtOnceWithACodeOneSignsIn(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		settle(w, 1)
		for name, code := range map[string]string{"app": a.code(t, 0), "recovery": a.recovery[0]} {
			challenge := challenged(t, w.Visitor(t), ann)
			before, cookies := w.Client.Session.Query().CountX(t.Context()), 0
			for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer {
				return w.Visitor(t).Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": code})
			}) {
				if answer.Header.Get("Set-Cookie") != "" {
					hasMistakes(t, name, answer, "signInWithTotp")
					cookies++
					continue
				}
				hasMistakes(t, name, answer, "signInWithTotp", "INVALID_TOKEN challenge")
			}
			if begun := w.Client.Session.Query().CountX(t.Context()) - before; begun != 1 || cookies != 1 {
				t.Errorf("%s: %d sessions and %d cookies", name, begun, cookies)
			}
		}
	})
}

func TestCodesOfTheNextStepsAreTakenInTheirOrder(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		for _, good := range [][]int{{0}, {-1, 0, 1}, {1}} {
			settle(w, 4)
			for _, steps := range []int{-2, 2, -3, 100} {
				hasMistakes(t, fmt.Sprint(steps), answered(t, w, ann, a.code(t, steps)), "signInWithTotp", "INVALID_CODE code")
			}
			for _, steps := range good {
				hasMistakes(t, fmt.Sprint(steps), answered(t, w, ann, a.code(t, steps)), "signInWithTotp")
			}
			for steps := -1; steps <= good[len(good)-1]; steps++ {
				hasMistakes(t, fmt.Sprint("afterwards ", steps), answered(t, w, ann, a.code(t, steps)), "signInWithTotp", "INVALID_CODE code")
			}
		}
	})
}

func TestRecoveryCodesAreGoodOnceHoweverTheyAreWritten(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a, b := secure(t, w, ann), secure(t, w, bob)
		if len(slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.recovery, b.recovery))))) != 20 {
			t.Errorf("codes %q and %q", a.recovery, b.recovery)
		}
		stored := w.Stored(t)
		if !strings.Contains(stored, ann.Email) {
			t.Error("what is stored was not looked through")
		}
		for _, code := range a.recovery {
			plain := strings.ReplaceAll(code, "-", "")
			for _, written := range []string{code, plain, strings.ToUpper(plain)} {
				if strings.Contains(stored, written) {
					t.Errorf("%s is kept as it is", written)
				}
			}
		}
		write := []func(string) string{
			func(code string) string { return code },
			strings.ToUpper,
			func(code string) string { return strings.ReplaceAll(code, "-", "") },
			func(code string) string { return strings.ReplaceAll(code, "-", " ") },
			func(code string) string { return "  " + strings.ToUpper(strings.ReplaceAll(code, "-", " - ")) + "\n" },
		}
		for i, code := range a.recovery {
			hasMistakes(t, code+" of somebody else", answered(t, w, bob, code), "signInWithTotp", "INVALID_CODE code")
			answer := answered(t, w, ann, write[i%len(write)](code))
			hasMistakes(t, code, answer, "signInWithTotp")
			if left := answer.Get("signInWithTotp.viewer.recoveryCodesLeft"); left != float64(9-i) {
				t.Errorf("%v are left after %d", left, i+1)
			}
			hasMistakes(t, code+" again", answered(t, w, ann, code), "signInWithTotp", "INVALID_CODE code")
		}
		hasTotp(t, ann, true, 0)
		hasTotp(t, bob, true, 10)
		settle(w, 1)
		hasMistakes(t, "the app", answered(t, w, ann, a.code(t, 0)), "signInWithTotp")
		gone := bob.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": b.recovery[3]})
		hasMistakes(t, "disabling", gone, "disableTotp")
		hasTotp(t, bob, false, 0)
	})
}

func TestRecoveryCodesAreToldOnce(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		var fields []string
		for _, field := range ann.Do(t, `{ __type(name: "Viewer") { fields { name } } }`, nil).List(t, "__type.fields") {
			fields = append(fields, field.(map[string]any)["name"].(string))
		}
		want := []string{"user", "memberships", "currentWorkspace", "staffRole", "locale", "sessions", "totpEnabled", "recoveryCodesLeft"}
		if !slices.Equal(fields, want) {
			t.Errorf("a viewer has %q: is any of it secret?", fields)
		}
		later := ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}).Body + ann.Do(t, confirmTotp, apitest.Vars{"code": a.code(t, 0)}).Body
		for _, secret := range append(a.recovery, a.secret) {
			if strings.Contains(later, secret) {
				t.Errorf("%s is told again: %s", secret, later)
			}
		}
	})
}

// tooOften makes sure that a code is refused because too many were tried, and returns for how long.
func tooOften(t *testing.T, answer *apitest.Answer) time.Duration {
	t.Helper()
	answer.Refused(t, "RATE_LIMITED")
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || seconds < 1 || seconds > 600 || answer.Header.Get("Set-Cookie") != "" {
		t.Fatalf("Retry-After %q, cookie %q: %s", answer.Header.Get("Retry-After"), answer.Header.Get("Set-Cookie"), answer.Body)
	}
	return time.Duration(seconds) * time.Second
}

func TestTrapCodesCannotBeGuessed(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a, b := secure(t, w, ann), secure(t, w, bob)
		settle(w, 1)
		visitor := w.Visitor(t)
		challenge := challenged(t, visitor, ann)
		guess := func(code string) *apitest.Answer {
			return visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": code})
		}
		for i, wrong := range []string{a.code(t, 50), "000000x", "aaaa-aaaa-aaaa-aaaa", a.code(t, -50), a.code(t, 51)} {
			if i == 3 {
				challenge = challenged(t, visitor, ann) // another challenge is no new beginning
			}
			hasMistakes(t, wrong, guess(wrong), "signInWithTotp", "INVALID_CODE code")
		}
		wait := tooOften(t, guess(a.code(t, 0)))
		tooOften(t, guess(a.recovery[0]))
		challenge = challenged(t, visitor, ann)
		tooOften(t, guess(a.code(t, 0)))
		tooOften(t, ann.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": a.code(t, 0)}))
		isSignedOut(t, visitor)
		hasTotp(t, ann, true, 10)
		hasMistakes(t, "somebody else", answered(t, w, bob, b.code(t, 0)), "signInWithTotp")

		w.Advance(wait - 30*time.Second)
		challenge = challenged(t, visitor, ann)
		tooOften(t, guess(a.code(t, 0)))
		w.Advance(30 * time.Second)
		settle(w, 1)
		hasMistakes(t, "when it is over", guess(a.code(t, 0)), "signInWithTotp")
		isSignedInAs(t, visitor, ann.ID)
	})
}

func TestOfManyGuessesAtOnceFiveAreLookedAt(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		challenge, looked := challenged(t, w.Visitor(t), ann), 0
		for _, answer := range apitest.AtOnce(20, func(i int) *apitest.Answer {
			return w.Visitor(t).Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.code(t, 50+i)})
		}) {
			if answer.Code(t) == "" {
				hasMistakes(t, "a guess", answer, "signInWithTotp", "INVALID_CODE code")
				looked++
				continue
			}
			tooOften(t, answer)
		}
		if looked != 5 {
			t.Errorf("%d guesses were looked at", looked)
		}
	})
}

func TestARightCodeForgetsTheWrongOnes(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		for range 3 {
			settle(w, 1)
			for range 4 {
				hasMistakes(t, "a wrong code", answered(t, w, ann, a.code(t, 50)), "signInWithTotp", "INVALID_CODE code")
			}
			hasMistakes(t, "the right one", answered(t, w, ann, a.code(t, 0)), "signInWithTotp")
		}
	})
}

func TestAChallengeWaitsForFiveMinutesAndForOneSignIn(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		visitor := w.Visitor(t)
		send := func(challenge string) *apitest.Answer {
			settle(w, 1)
			return visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.code(t, 0)})
		}
		challenge := challenged(t, visitor, ann)
		w.Advance(4 * time.Minute)
		wrong := visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.code(t, 50)})
		hasMistakes(t, "a wrong code", wrong, "signInWithTotp", "INVALID_CODE code")
		hasMistakes(t, "within the time, after a wrong code", send(challenge), "signInWithTotp")
		hasMistakes(t, "a second time", send(challenge), "signInWithTotp", "INVALID_TOKEN challenge")
		challenge = challenged(t, visitor, ann)
		w.Advance(5 * time.Minute)
		hasMistakes(t, "too late", send(challenge), "signInWithTotp", "INVALID_TOKEN challenge")
		challenge = challenged(t, visitor, ann)
		challenged(t, w.Visitor(t), ann)
		hasMistakes(t, "after a later one", send(challenge), "signInWithTotp", "INVALID_TOKEN challenge")
	})
}

func TestAChallengeEndsWithWhatItWasGivenFor(t *testing.T) {
	const another = "another password of tests"
	ends := map[string]func(t *testing.T, w *apitest.World, ann *apitest.Person, a authenticator){
		"changePassword": func(t *testing.T, w *apitest.World, ann *apitest.Person, a authenticator) {
			ann.Do(t, `mutation($old: String!, $new: String!) { changePassword(input: {current: $old, new: $new}) { viewer { user { id } } } }`,
				apitest.Vars{"old": apitest.Password, "new": another}).String(t, "changePassword.viewer.user.id")
		},
		"resetPassword": func(t *testing.T, w *apitest.World, ann *apitest.Person, a authenticator) {
			setPassword(t, w, ann, another)
		},
		"disableTotp": func(t *testing.T, w *apitest.World, ann *apitest.Person, a authenticator) {
			hasMistakes(t, "disabling", ann.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": a.recovery[0]}), "disableTotp")
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
				ann := w.SignUp(t, "ann")
				a := secure(t, w, ann)
				visitor := w.Visitor(t)
				challenge := challenged(t, visitor, ann)
				end(t, w, ann, a)
				settle(w, 1)
				answer := visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.code(t, 0)})
				hasMistakes(t, "the old challenge", answer, "signInWithTotp", "INVALID_TOKEN challenge")
				isSignedOut(t, visitor)
			})
		})
	}
}

func TestAnotherPasswordLeavesTheSecondFactor(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		const another = "another password of tests"
		ann, visitor := w.SignUp(t, "ann"), w.Visitor(t)
		a := secure(t, w, ann)
		setPassword(t, w, ann, another)
		isSignedOut(t, ann)
		hasMistakes(t, "the old password", visitor.Do(t, signInForCode, credentials(ann.Email, apitest.Password)), "signIn", "INVALID_CREDENTIALS")
		answer := visitor.Do(t, signInForCode, credentials(ann.Email, another))
		hasMistakes(t, "the new password", answer, "signIn", "TOTP_REQUIRED")
		isSignedOut(t, visitor)
		hasMistakes(t, "and a code", visitor.Do(t, signInWithTotp, apitest.Vars{
			"challenge": answer.String(t, "signIn.challenge.token"), "code": a.recovery[9],
		}), "signInWithTotp")
		hasTotp(t, visitor, true, 9)
	})
}

// setPassword gives somebody another password by mail.
func setPassword(t *testing.T, w *apitest.World, p *apitest.Person, password string) {
	t.Helper()
	w.Visitor(t).Do(t, `mutation($email: String!) { requestPasswordReset(input: {email: $email}) { email } }`, apitest.Vars{"email": p.Email})
	answer := w.Visitor(t).Do(t, `mutation($token: String!, $new: String!) { resetPassword(input: {token: $token, new: $new}) { email userErrors { code } } }`,
		apitest.Vars{"token": w.LetterTo(t, p.Email).Token(t), "new": password})
	if got := answer.String(t, "resetPassword.email"); got != p.Email {
		t.Fatalf("reset for %s", got)
	}
}

func TestEachMistakeAboutASecondFactorStandsAtItsField(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob, visitor := w.SignUp(t, "ann"), w.SignUp(t, "bob"), w.Visitor(t)
		a := secure(t, w, ann)
		settle(w, 1)
		challenge, code := challenged(t, visitor, ann), a.code(t, 0)
		for _, test := range []struct {
			who      *apitest.Person
			mutation string
			vars     apitest.Vars
			want     []string
		}{
			{ann, enableTotp, apitest.Vars{"password": ""}, []string{"BLANK password", "ALREADY_ENABLED"}},
			{ann, enableTotp, apitest.Vars{"password": "another password"}, []string{"INVALID_CREDENTIALS password", "ALREADY_ENABLED"}},
			{bob, enableTotp, apitest.Vars{"password": ""}, []string{"BLANK password"}},
			{bob, enableTotp, apitest.Vars{"password": "another password"}, []string{"INVALID_CREDENTIALS password"}},
			{bob, confirmTotp, apitest.Vars{"code": " "}, []string{"BLANK code"}},
			{bob, confirmTotp, apitest.Vars{"code": code}, []string{"NOT_STARTED"}},
			{bob, disableTotp, apitest.Vars{"password": apitest.Password, "code": code}, []string{"NOT_ENABLED"}},
			{ann, disableTotp, apitest.Vars{"password": "", "code": ""}, []string{"BLANK password", "BLANK code"}},
			{ann, disableTotp, apitest.Vars{"password": "another password", "code": " \n"}, []string{"INVALID_CREDENTIALS password", "BLANK code"}},
			{ann, disableTotp, apitest.Vars{"password": "another password", "code": "x"}, []string{"INVALID_CREDENTIALS password", "INVALID_CODE code"}},
			{ann, disableTotp, apitest.Vars{"password": apitest.Password, "code": "12345"}, []string{"INVALID_CODE code"}},
			{ann, disableTotp, apitest.Vars{"password": apitest.Password, "code": strings.Repeat("9", 5000)}, []string{"INVALID_CODE code"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": "", "code": ""}, []string{"BLANK challenge", "BLANK code"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": "x", "code": code}, []string{"INVALID_TOKEN challenge"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": "x", "code": " "}, []string{"INVALID_TOKEN challenge", "BLANK code"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": challenge, "code": ""}, []string{"BLANK code"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": challenge + "x", "code": code}, []string{"INVALID_TOKEN challenge"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": challenge, "code": "１２３４５６"}, []string{"INVALID_CODE code"}},
			{visitor, signInWithTotp, apitest.Vars{"challenge": challenge, "code": "\x00\x00\x00\x00\x00\x00"}, []string{"INVALID_CODE code"}},
		} {
			answer := test.who.Do(t, test.mutation, test.vars)
			field := strings.TrimSpace(strings.Split(strings.Split(test.mutation, "{")[1], "(")[0])
			hasMistakes(t, fmt.Sprintf("%s of %.100q", field, test.vars), answer, field, test.want...)
		}
		hasMistakes(t, "after all that", visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": code}), "signInWithTotp")
		hasTotp(t, ann, true, 10)
		hasTotp(t, bob, false, 0)
	})
}

func TestACodeIsOnlyAskedForBehindTheRightPassword(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		secure(t, w, ann)
		unknown := w.Visitor(t).Do(t, signInForCode, credentials("nobody@example.com", apitest.Password))
		hasMistakes(t, "an unknown address", unknown, "signIn", "INVALID_CREDENTIALS")
		answer := w.Visitor(t).Do(t, signInForCode, credentials(ann.Email, "another password"))
		if answer.Body != unknown.Body || answer.Get("signIn.challenge") != nil {
			t.Errorf("a wrong password: %s\nan unknown address: %s", answer.Body, unknown.Body)
		}
		if n := w.Client.OneTimeToken.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d challenges are kept", n)
		}
	})
}

func TestASignInThatWaitsForACodeLeavesTheSessionAlone(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a := secure(t, w, ann)
		old := bob.Cookie(t)
		challenge := challenged(t, bob, ann)
		isSignedInAs(t, bob, bob.ID)
		wrong := bob.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": "000000x"})
		hasMistakes(t, "a wrong code", wrong, "signInWithTotp", "INVALID_CODE code")
		if wrong.Get("signInWithTotp.query.viewer.user.id") != bob.ID {
			t.Errorf("a wrong code: %s", wrong.Body)
		}
		settle(w, 1)
		hasMistakes(t, "the code", bob.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.code(t, 0)}), "signInWithTotp")
		isSignedInAs(t, bob, ann.ID)
		isSignedOut(t, w.With(t, old.Name, old.Value))
		if n := w.Client.Session.Query().Where(session.UserID(bob.ID)).CountX(t.Context()); n != 0 {
			t.Errorf("bob has %d sessions", n)
		}
	})
}

func TestAChallengeTakesItsOwnUsersCodesOnly(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a, b := secure(t, w, ann), secure(t, w, bob)
		settle(w, 1)
		hasMistakes(t, "bob's code", answered(t, w, ann, b.code(t, 0)), "signInWithTotp", "INVALID_CODE code")
		hasMistakes(t, "bob's own", answered(t, w, bob, b.code(t, 0)), "signInWithTotp")
		hasMistakes(t, "ann's own", answered(t, w, ann, a.code(t, 0)), "signInWithTotp")
	})
}

func TestOnlyWhoIsSignedInHasASecondFactor(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		for _, nobody := range []*apitest.Person{w.Visitor(t), w.With(t, ann.Cookie(t).Name, "garbage")} {
			nobody.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}).Refused(t, "UNAUTHENTICATED")
			nobody.Do(t, confirmTotp, apitest.Vars{"code": a.code(t, 0)}).Refused(t, "UNAUTHENTICATED")
			nobody.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": a.code(t, 0)}).Refused(t, "UNAUTHENTICATED")
		}
		hasTotp(t, ann, true, 10)
	})
}

func TestSecretsCodesAndChallengesAreNotLogged(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := secure(t, w, ann)
		settle(w, 1)
		visitor := w.Visitor(t)
		challenge := challenged(t, visitor, ann)
		secrets := append([]string{a.secret, challenge, "Xyzzy-wrong"}, a.recovery...)
		for _, vars := range []apitest.Vars{
			{"challenge": challenge, "code": "Xyzzy-wrong"}, {"challenge": challenge, "code": []string{a.recovery[0]}},
			{"challenge": 5, "code": a.recovery[1]}, {"challenge": challenge + "x", "code": a.recovery[2]},
			{"challenge": challenge, "code": a.recovery[3]}, {"challenge": challenge, "code": a.recovery[3]},
		} {
			body := visitor.Do(t, signInWithTotp, vars).Body
			for _, secret := range secrets {
				if strings.Contains(body, secret) {
					t.Errorf("%s is echoed: %s", secret, body)
				}
			}
		}
		ann.Do(t, disableTotp, apitest.Vars{"password": apitest.Password, "code": a.recovery[4]})
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.recovery[5]})
		w.Stop()
		logged := w.Log.String()
		if !strings.Contains(logged, `"msg":"request"`) {
			t.Errorf("logged %s", logged)
		}
		for _, secret := range secrets {
			if strings.Contains(logged, secret) || strings.Contains(logged, strings.ReplaceAll(secret, "-", "")) {
				t.Errorf("%s is logged: %s", secret, logged)
			}
		}
	})
}

func TestAChallengeOfASecondFactorThatIsGoneIsGoodForNothing(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, visitor := w.SignUp(t, "ann"), w.Visitor(t)
		a := secure(t, w, ann)
		settle(w, 1)
		challenge := challenged(t, visitor, ann)
		w.Client.SecondFactor.Delete().ExecX(t.Context()) // as when it was given up between the password and the challenge
		answer := visitor.Do(t, signInWithTotp, apitest.Vars{"challenge": challenge, "code": a.code(t, 0)})
		hasMistakes(t, "no second factor", answer, "signInWithTotp", "INVALID_TOKEN challenge")
		isSignedOut(t, visitor)
	})
}
