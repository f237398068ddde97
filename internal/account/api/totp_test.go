package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"minidock/ent/session"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// codesAllowed are worlds in which signing in takes no time, and in which so many codes may be tried; 0 for the default.
func codesAllowed(tries int) apitest.Options {
	return apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) {
		if tries > 0 {
			l.TotpTries = tries
		}
	})}
}

// answered sends a challenge of the person's back with a code, from a browser of its own.
func answered(t *testing.T, w *apitest.World, p *apitest.Person, code string) *apitest.Answer {
	t.Helper()
	visitor := w.Visitor(t)
	return visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": visitor.Challenge(t, p), "code": code})
}

func hasTotp(t *testing.T, p *apitest.Person, want bool, left int) {
	t.Helper()
	answer := p.Do(t, `{ viewer { totpEnabled recoveryCodesLeft } }`, nil)
	if answer.Get("viewer.totpEnabled") != want || answer.Get("viewer.recoveryCodesLeft") != float64(left) {
		t.Errorf("want %t and %d codes: %s", want, left, answer.Body)
	}
}

func TestTheLifeOfASecondFactor(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a := ann.BeginTotp(t)
		uri, err := url.Parse(a.URI)
		if err != nil || uri.Scheme != "otpauth" || uri.Host != "totp" || uri.Path != "/minidock:ann@example.com" ||
			uri.Query().Get("secret") != a.Secret || uri.Query().Get("issuer") != "minidock" || len(a.Secret) < 32 {
			t.Errorf("uri %v, %v", uri, err)
		}
		hasTotp(t, ann, false, 0) // nothing counts before the app has shown that it knows the secret
		ann.Elsewhere(t)

		w.AdvanceSteps(1)
		confirmed := ann.Mutate(t, "confirmTotp", apitest.Vars{"code": a.Code(t, 0)}).Succeeded(t)
		if n := len(confirmed.List(t, "confirmTotp.recoveryCodes")); n != 10 || confirmed.Get("confirmTotp.viewer.totpEnabled") != true {
			t.Errorf("confirmed with %d codes: %s", n, confirmed.Body)
		}
		hasTotp(t, ann, true, 10)
		hasTotp(t, bob, false, 0)

		visitor, before := w.Visitor(t), w.Client.Session.Query().CountX(t.Context())
		answer := visitor.Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.Password))
		answer.HasUserErrors(t)
		lasts, err := time.Parse(time.RFC3339Nano, answer.String(t, "signIn.challenge.expiresAt"))
		if wait := lasts.Sub(w.Now()); err != nil || wait > 5*time.Minute || wait < 4*time.Minute || answer.Get("signIn.query.viewer") != nil {
			t.Errorf("lasts %v, %v: %s", wait, err, answer.Body)
		}
		visitor.ExpectSignedOut(t)
		if n := w.Client.Session.Query().CountX(t.Context()); n != before {
			t.Errorf("%d sessions have begun without a code", n-before)
		}
		w.AdvanceSteps(1)
		answer = visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": answer.String(t, "signIn.challenge.token"), "code": a.Code(t, 0)}).Succeeded(t)
		if answer.Get("signInWithTotp.viewer.user.id") != ann.ID || answer.Get("signInWithTotp.query.viewer.user.id") != ann.ID {
			t.Errorf("signed in: %s", answer.Body)
		}
		answer.SetCookie(t)
		visitor.ExpectSignedInAs(t, ann.ID)

		w.AdvanceSteps(1)
		gone := ann.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": a.Code(t, 0)}).Succeeded(t)
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
		enable := func() *apitest.Answer { return ann.Mutate(t, "enableTotp", apitest.Vars{"password": apitest.Password}) }
		first, second := ann.BeginTotp(t), ann.BeginTotp(t)
		if first.Secret == second.Secret {
			t.Error("the secret is the same")
		}
		w.AdvanceSteps(1)
		ann.Mutate(t, "confirmTotp", apitest.Vars{"code": first.Code(t, 0)}).HasUserErrors(t, "INVALID_CODE code")
		hasTotp(t, ann, false, 0)
		ann.Mutate(t, "confirmTotp", apitest.Vars{"code": second.Code(t, 0)}).Succeeded(t)
		w.AdvanceSteps(2)
		ann.Mutate(t, "confirmTotp", apitest.Vars{"code": second.Code(t, 0)}).HasUserErrors(t, "NOT_STARTED")
		again := enable()
		again.HasUserErrors(t, "ALREADY_ENABLED")
		if again.Get("enableTotp.query.viewer.recoveryCodesLeft") != 10.0 {
			t.Errorf("enabling again: %s", again.Body)
		}
		answered(t, w, ann, second.Code(t, 0)).Succeeded(t)
	})
}

func TestASecondFactorIsConfirmedOnce(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		for i := range 8 {
			ann := w.SignUp(t, fmt.Sprint("ann", i))
			a := ann.BeginTotp(t)
			w.AdvanceSteps(1)
			codes := []string{a.Code(t, -1), a.Code(t, 0), a.Code(t, 1)} // each is good
			confirmed := 0
			for _, answer := range apitest.AtOnce(6, func(i int) *apitest.Answer { return ann.Mutate(t, "confirmTotp", apitest.Vars{"code": codes[i%3]}) }) {
				if code := answer.Code(t); code != "" {
					t.Fatalf("%s: %s", code, answer.Body)
				}
				switch got := apitest.Codes(answer.UserErrors(t, "confirmTotp.userErrors")); {
				case len(got) == 0:
					confirmed++
				case !slices.Equal(got, []string{"NOT_STARTED"}) && !slices.Equal(got, []string{"INVALID_CODE code"}):
					t.Errorf("user errors %q", got)
				}
			}
			if confirmed != 1 {
				t.Errorf("confirmed %d times", confirmed)
			}
			hasTotp(t, ann, true, 10)
		}
	})
}

func TestEnablingAtOnceKeepsOneOfTheIssuedSecrets(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		var issued []string
		for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer {
			return ann.Mutate(t, "enableTotp", apitest.Vars{"password": apitest.Password})
		}) {
			answer.Succeeded(t)
			issued = append(issued, answer.String(t, "enableTotp.totpSecret.secret"))
		}
		kept, err := w.SecretKey.Open(stored(t, w, ann), ann.ID)
		if err != nil || !slices.Contains(issued, kept) {
			t.Errorf("the stored secret was never issued: %v", err)
		}
	})
}

func TestACodeIsAcceptedOnce(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.BeginTotp(t)
		w.AdvanceSteps(1)
		code := a.Code(t, 0)
		ann.Mutate(t, "confirmTotp", apitest.Vars{"code": code}).Succeeded(t)
		answered(t, w, ann, code).HasUserErrors(t, "INVALID_CODE code")
		w.AdvanceSteps(1)
		code = a.Code(t, 0)
		ann.Mutate(t, "disableTotp", apitest.Vars{"password": "another password", "code": code}).HasUserErrors(t, "INVALID_CREDENTIALS password")
		answered(t, w, ann, code).Succeeded(t)
		answered(t, w, ann, code).HasUserErrors(t, "INVALID_CODE code")
		ann.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": code}).HasUserErrors(t, "INVALID_CODE code")
		hasTotp(t, ann, true, 10)
	})
}

func TestOneOfManySimultaneousSignInsWithACodeSucceeds(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		w.AdvanceSteps(1)
		for name, code := range map[string]string{"app": a.Code(t, 0), "recovery": a.RecoveryCodes[0]} {
			challenge := w.Visitor(t).Challenge(t, ann)
			before, cookies := w.Client.Session.Query().CountX(t.Context()), 0
			for _, answer := range apitest.AtOnce(8, func(int) *apitest.Answer {
				return w.Visitor(t).Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": code})
			}) {
				if answer.Header.Get("Set-Cookie") != "" {
					answer.Succeeded(t)
					cookies++
					continue
				}
				answer.HasUserErrors(t, "INVALID_TOKEN challenge")
			}
			if begun := w.Client.Session.Query().CountX(t.Context()) - before; begun != 1 || cookies != 1 {
				t.Errorf("%s: %d sessions and %d cookies", name, begun, cookies)
			}
		}
	})
}

func TestCodesOfNeighbouringStepsAreAcceptedInOrder(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		for _, good := range [][]int{{0}, {-1, 0, 1}, {1}} {
			w.AdvanceSteps(4)
			for _, steps := range []int{-2, 2, -3, 100} {
				answered(t, w, ann, a.Code(t, steps)).HasUserErrors(t, "INVALID_CODE code")
			}
			for _, steps := range good {
				answered(t, w, ann, a.Code(t, steps)).Succeeded(t)
			}
			for steps := -1; steps <= good[len(good)-1]; steps++ {
				answered(t, w, ann, a.Code(t, steps)).HasUserErrors(t, "INVALID_CODE code")
			}
		}
	})
}

func TestRecoveryCodesWorkOnceInAnySpelling(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a, b := ann.SetUpTotp(t), bob.SetUpTotp(t)
		if len(slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.RecoveryCodes, b.RecoveryCodes))))) != 20 {
			t.Errorf("codes %q and %q", a.RecoveryCodes, b.RecoveryCodes)
		}
		stored := w.Stored(t)
		if !strings.Contains(stored, ann.Email) {
			t.Error("what is stored was not looked through")
		}
		for _, code := range a.RecoveryCodes {
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
		for i, code := range a.RecoveryCodes {
			answered(t, w, bob, code).HasUserErrors(t, "INVALID_CODE code")
			answer := answered(t, w, ann, write[i%len(write)](code))
			answer.Succeeded(t)
			if left := answer.Get("signInWithTotp.viewer.recoveryCodesLeft"); left != float64(9-i) {
				t.Errorf("%v are left after %d", left, i+1)
			}
			answered(t, w, ann, code).HasUserErrors(t, "INVALID_CODE code")
		}
		hasTotp(t, ann, true, 0)
		hasTotp(t, bob, true, 10)
		w.AdvanceSteps(1)
		answered(t, w, ann, a.Code(t, 0)).Succeeded(t)
		bob.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": b.RecoveryCodes[3]}).Succeeded(t)
		hasTotp(t, bob, false, 0)
	})
}

func TestRecoveryCodesAreShownOnce(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		var fields []string
		for _, field := range ann.Do(t, `{ __type(name: "Viewer") { fields { name } } }`, nil).List(t, "__type.fields") {
			fields = append(fields, field.(map[string]any)["name"].(string))
		}
		want := []string{"id", "user", "emailConfirmed", "memberships", "currentWorkspace", "staffRole", "locale", "sessions", "totpEnabled", "recoveryCodesLeft"}
		if !slices.Equal(fields, want) {
			t.Errorf("a viewer has %q: is any of it secret?", fields)
		}
		later := ann.Mutate(t, "enableTotp", apitest.Vars{"password": apitest.Password}).Body + ann.Mutate(t, "confirmTotp", apitest.Vars{"code": a.Code(t, 0)}).Body
		for _, secret := range append(a.RecoveryCodes, a.Secret) {
			if strings.Contains(later, secret) {
				t.Errorf("%s is shown again: %s", secret, later)
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
		a, b := ann.SetUpTotp(t), bob.SetUpTotp(t)
		w.AdvanceSteps(1)
		visitor := w.Visitor(t)
		challenge := visitor.Challenge(t, ann)
		guess := func(code string) *apitest.Answer {
			return visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": code})
		}
		for i, wrong := range []string{a.Code(t, 50), "000000x", "aaaa-aaaa-aaaa-aaaa", a.Code(t, -50), a.Code(t, 51)} {
			if i == 3 {
				challenge = visitor.Challenge(t, ann) // another challenge is no new beginning
			}
			guess(wrong).HasUserErrors(t, "INVALID_CODE code")
		}
		wait := tooOften(t, guess(a.Code(t, 0)))
		tooOften(t, guess(a.RecoveryCodes[0]))
		challenge = visitor.Challenge(t, ann)
		tooOften(t, guess(a.Code(t, 0)))
		tooOften(t, ann.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": a.Code(t, 0)}))
		visitor.ExpectSignedOut(t)
		hasTotp(t, ann, true, 10)
		answered(t, w, bob, b.Code(t, 0)).Succeeded(t)

		w.Advance(wait - 30*time.Second)
		challenge = visitor.Challenge(t, ann)
		tooOften(t, guess(a.Code(t, 0)))
		w.Advance(30 * time.Second)
		w.AdvanceSteps(1)
		guess(a.Code(t, 0)).Succeeded(t)
		visitor.ExpectSignedInAs(t, ann.ID)
	})
}

func TestFiveOfManySimultaneousGuessesAreChecked(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		challenge, looked := w.Visitor(t).Challenge(t, ann), 0
		for _, answer := range apitest.AtOnce(20, func(i int) *apitest.Answer {
			return w.Visitor(t).Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.Code(t, 50+i)})
		}) {
			if answer.Code(t) == "" {
				answer.HasUserErrors(t, "INVALID_CODE code")
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

func TestACorrectCodeResetsTheFailures(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		for range 3 {
			w.AdvanceSteps(1)
			for range 4 {
				answered(t, w, ann, a.Code(t, 50)).HasUserErrors(t, "INVALID_CODE code")
			}
			answered(t, w, ann, a.Code(t, 0)).Succeeded(t)
		}
	})
}

func TestAChallengeIsValidForFiveMinutesAndOneSignIn(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		visitor := w.Visitor(t)
		send := func(challenge string) *apitest.Answer {
			w.AdvanceSteps(1)
			return visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.Code(t, 0)})
		}
		challenge := visitor.Challenge(t, ann)
		w.Advance(4 * time.Minute)
		visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.Code(t, 50)}).HasUserErrors(t, "INVALID_CODE code")
		send(challenge).Succeeded(t)
		send(challenge).HasUserErrors(t, "INVALID_TOKEN challenge")
		challenge = visitor.Challenge(t, ann)
		w.Advance(5 * time.Minute)
		send(challenge).HasUserErrors(t, "INVALID_TOKEN challenge")
		challenge = visitor.Challenge(t, ann)
		w.Visitor(t).Challenge(t, ann)
		send(challenge).HasUserErrors(t, "INVALID_TOKEN challenge")
	})
}

func TestAChallengeEndsWithThePasswordOrTheSecondFactor(t *testing.T) {
	const another = "another password of tests"
	ends := map[string]func(t *testing.T, w *apitest.World, ann *apitest.Person, a apitest.Authenticator){
		"changePassword": func(t *testing.T, w *apitest.World, ann *apitest.Person, a apitest.Authenticator) {
			ann.Mutate(t, "changePassword", apitest.Passwords(apitest.Password, another)).Succeeded(t)
		},
		"resetPassword": func(t *testing.T, w *apitest.World, ann *apitest.Person, a apitest.Authenticator) {
			setPassword(t, w, ann, another)
		},
		"disableTotp": func(t *testing.T, w *apitest.World, ann *apitest.Person, a apitest.Authenticator) {
			ann.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": a.RecoveryCodes[0]}).Succeeded(t)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
				ann := w.SignUp(t, "ann")
				a := ann.SetUpTotp(t)
				visitor := w.Visitor(t)
				challenge := visitor.Challenge(t, ann)
				end(t, w, ann, a)
				w.AdvanceSteps(1)
				answer := visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.Code(t, 0)})
				answer.HasUserErrors(t, "INVALID_TOKEN challenge")
				visitor.ExpectSignedOut(t)
			})
		})
	}
}

func TestAChallengeAloneSaysThatACodeIsNeeded(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		ann.SetUpTotp(t)
		answer := bob.Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.Password))
		if len(answer.HasUserErrors(t)) != 0 || answer.Get("signIn.viewer") != nil || answer.String(t, "signIn.challenge.token") == "" {
			t.Errorf("answered %s", answer.Body)
		}
		bob.ExpectSignedInAs(t, bob.ID) // until the code has come
		refused := bob.Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.WrongPassword))
		if refused.HasUserErrors(t, "INVALID_CREDENTIALS"); refused.Get("signIn.challenge") != nil {
			t.Errorf("a challenge for a wrong password: %s", refused.Body)
		}
		if plain := w.Visitor(t).ExpectSignIn(t, bob.Email, apitest.Password, ""); plain.Get("signIn.challenge") != nil {
			t.Errorf("a challenge without a second factor: %s", plain.Body)
		}
	})
}

func TestAnotherPasswordLeavesTheSecondFactor(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		const another = "another password of tests"
		ann, visitor := w.SignUp(t, "ann"), w.Visitor(t)
		a := ann.SetUpTotp(t)
		setPassword(t, w, ann, another)
		ann.ExpectSignedOut(t)
		visitor.Mutate(t, "signIn", apitest.Credentials(ann.Email, apitest.Password)).HasUserErrors(t, "INVALID_CREDENTIALS")
		answer := visitor.Mutate(t, "signIn", apitest.Credentials(ann.Email, another))
		answer.HasUserErrors(t)
		visitor.ExpectSignedOut(t)
		visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": answer.String(t, "signIn.challenge.token"), "code": a.RecoveryCodes[9]}).Succeeded(t)
		hasTotp(t, visitor, true, 9)
	})
}

// setPassword gives somebody another password by mail.
func setPassword(t *testing.T, w *apitest.World, p *apitest.Person, password string) {
	t.Helper()
	w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": p.ResetToken(t), "newPassword": password}).Succeeded(t)
}

func TestSecondFactorErrorsNameTheirField(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob, visitor := w.SignUp(t, "ann"), w.SignUp(t, "bob"), w.Visitor(t)
		a := ann.SetUpTotp(t)
		w.AdvanceSteps(1)
		challenge, code := visitor.Challenge(t, ann), a.Code(t, 0)
		for _, test := range []struct {
			by       *apitest.Person
			mutation string
			input    apitest.Vars
			want     []string
		}{
			{ann, "enableTotp", apitest.Vars{"password": ""}, []string{"BLANK password", "ALREADY_ENABLED"}},
			{ann, "enableTotp", apitest.Vars{"password": "another password"}, []string{"INVALID_CREDENTIALS password", "ALREADY_ENABLED"}},
			{bob, "enableTotp", apitest.Vars{"password": ""}, []string{"BLANK password"}},
			{bob, "enableTotp", apitest.Vars{"password": "another password"}, []string{"INVALID_CREDENTIALS password"}},
			{bob, "confirmTotp", apitest.Vars{"code": code}, []string{"NOT_STARTED"}},
			{bob, "confirmTotp", apitest.Vars{"code": " "}, []string{"BLANK code", "NOT_STARTED"}},
			{bob, "disableTotp", apitest.Vars{"password": apitest.Password, "code": code}, []string{"NOT_ENABLED"}},
			{bob, "disableTotp", apitest.Vars{"password": apitest.WrongPassword, "code": ""}, []string{"INVALID_CREDENTIALS password", "BLANK code", "NOT_ENABLED"}},
			{ann, "disableTotp", apitest.Vars{"password": "", "code": ""}, []string{"BLANK password", "BLANK code"}},
			{ann, "disableTotp", apitest.Vars{"password": "another password", "code": " \n"}, []string{"INVALID_CREDENTIALS password", "BLANK code"}},
			{ann, "disableTotp", apitest.Vars{"password": "another password", "code": "x"}, []string{"INVALID_CREDENTIALS password", "INVALID_CODE code"}},
			{ann, "disableTotp", apitest.Vars{"password": apitest.Password, "code": "12345"}, []string{"INVALID_CODE code"}},
			{ann, "disableTotp", apitest.Vars{"password": apitest.Password, "code": strings.Repeat("9", 5000)}, []string{"INVALID_CODE code"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": "", "code": ""}, []string{"BLANK challenge", "BLANK code"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": "x", "code": code}, []string{"INVALID_TOKEN challenge"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": "x", "code": " "}, []string{"INVALID_TOKEN challenge", "BLANK code"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": ""}, []string{"BLANK code"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": challenge + "x", "code": code}, []string{"INVALID_TOKEN challenge"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": "１２３４５６"}, []string{"INVALID_CODE code"}},
			{visitor, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": "\x00\x00\x00\x00\x00\x00"}, []string{"INVALID_CODE code"}},
		} {
			test.by.Mutate(t, test.mutation, test.input).HasUserErrors(t, test.want...)
		}
		visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": code}).Succeeded(t)
		hasTotp(t, ann, true, 10)
		hasTotp(t, bob, false, 0)
	})
}

func TestACodeIsRequiredOnlyAfterTheCorrectPassword(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.SetUpTotp(t)
		unknown := w.Visitor(t).Mutate(t, "signIn", apitest.Credentials("nobody@example.com", apitest.Password))
		unknown.HasUserErrors(t, "INVALID_CREDENTIALS")
		answer := w.Visitor(t).Mutate(t, "signIn", apitest.Credentials(ann.Email, "another password"))
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
		a := ann.SetUpTotp(t)
		old := bob.Cookie(t)
		challenge := bob.Challenge(t, ann)
		bob.ExpectSignedInAs(t, bob.ID)
		wrong := bob.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": "000000x"})
		wrong.HasUserErrors(t, "INVALID_CODE code")
		if wrong.Get("signInWithTotp.query.viewer.user.id") != bob.ID {
			t.Errorf("a wrong code: %s", wrong.Body)
		}
		w.AdvanceSteps(1)
		bob.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.Code(t, 0)}).Succeeded(t)
		bob.ExpectSignedInAs(t, ann.ID)
		w.With(t, old.Name, old.Value).ExpectSignedOut(t)
		if n := w.Client.Session.Query().Where(session.UserID(bob.ID)).CountX(t.Context()); n != 0 {
			t.Errorf("bob has %d sessions", n)
		}
	})
}

func TestAChallengeAcceptsOnlyItsUsersCodes(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		a, b := ann.SetUpTotp(t), bob.SetUpTotp(t)
		w.AdvanceSteps(1)
		answered(t, w, ann, b.Code(t, 0)).HasUserErrors(t, "INVALID_CODE code")
		answered(t, w, bob, b.Code(t, 0)).Succeeded(t)
		answered(t, w, ann, a.Code(t, 0)).Succeeded(t)
	})
}

func TestSecondFactorMutationsNeedASession(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		for _, nobody := range []*apitest.Person{w.Visitor(t), w.With(t, ann.Cookie(t).Name, "garbage")} {
			nobody.Mutate(t, "enableTotp", apitest.Vars{"password": apitest.Password}).Refused(t, "UNAUTHENTICATED")
			nobody.Mutate(t, "confirmTotp", apitest.Vars{"code": a.Code(t, 0)}).Refused(t, "UNAUTHENTICATED")
			nobody.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": a.Code(t, 0)}).Refused(t, "UNAUTHENTICATED")
		}
		hasTotp(t, ann, true, 10)
	})
}

func TestSecretsCodesAndChallengesAreNotLogged(t *testing.T) {
	apitest.RunWith(t, codesAllowed(0), func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		a := ann.SetUpTotp(t)
		w.AdvanceSteps(1)
		visitor := w.Visitor(t)
		challenge := visitor.Challenge(t, ann)
		secrets := append([]string{a.Secret, challenge, "Xyzzy-wrong"}, a.RecoveryCodes...)
		for _, vars := range []apitest.Vars{
			{"challenge": challenge, "code": "Xyzzy-wrong"}, {"challenge": challenge, "code": []string{a.RecoveryCodes[0]}},
			{"challenge": 5, "code": a.RecoveryCodes[1]}, {"challenge": challenge + "x", "code": a.RecoveryCodes[2]},
			{"challenge": challenge, "code": a.RecoveryCodes[3]}, {"challenge": challenge, "code": a.RecoveryCodes[3]},
		} {
			body := visitor.Mutate(t, "signInWithTotp", vars).Body
			for _, secret := range secrets {
				if strings.Contains(body, secret) {
					t.Errorf("%s is echoed: %s", secret, body)
				}
			}
		}
		ann.Mutate(t, "disableTotp", apitest.Vars{"password": apitest.Password, "code": a.RecoveryCodes[4]})
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.RecoveryCodes[5]})
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

func TestAChallengeOfARemovedSecondFactorIsInvalid(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, visitor := w.SignUp(t, "ann"), w.Visitor(t)
		a := ann.SetUpTotp(t)
		w.AdvanceSteps(1)
		challenge := visitor.Challenge(t, ann)
		w.Client.SecondFactor.Delete().ExecX(t.Context()) // as if it was disabled between the password and the challenge
		visitor.Mutate(t, "signInWithTotp", apitest.Vars{"challenge": challenge, "code": a.Code(t, 0)}).HasUserErrors(t, "INVALID_TOKEN challenge")
		visitor.ExpectSignedOut(t)
	})
}
