package apitest

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"minidock/internal/id"
	"minidock/internal/limit"
)

const (
	// NewPassword is another password than everybody's.
	NewPassword = "a password for tomorrow"
	// WrongPassword is nobody's.
	WrongPassword = "not the password"
)

// ManySignIns are options for tests in which signing in fails often, many times at once.
var ManySignIns = Options{
	Limits: Limits(func(l *limit.Limits) { l.SignInFailures, l.AddressFailures, l.PasswordQueue = 100_000, 100_000, 1_000 }),
}

// Account is an input of signUp.
func Account(email, password, displayName string) Vars {
	return Vars{"email": email, "password": password, "displayName": displayName}
}

// Credentials is an input of signIn, and of changeEmail.
func Credentials(email, password string) Vars { return Vars{"email": email, "password": password} }

// Passwords is an input of changePassword.
func Passwords(current, next string) Vars {
	return Vars{"currentPassword": current, "newPassword": next}
}

// LongEmail returns a well-formed address of this many bytes.
func LongEmail(size int) string {
	domain := strings.Repeat("d", 60) + "." + strings.Repeat("d", 60) + "." + strings.Repeat("d", 60) + ".example"
	return strings.Repeat("l", size-len(domain)-1) + "@" + domain
}

// InsertAccount writes an account without the API, which nobody can sign in to.
func (w *World) InsertAccount(t *testing.T, name string) *Person {
	t.Helper()
	p := w.Visitor(t)
	p.ID, p.Email, p.DisplayName = id.New(id.User), name+"@example.com", name
	w.Client.User.Create().SetID(p.ID).SetEmail(p.Email).SetDisplayName(name).SetPasswordHash("none").SetEmailConfirmedAt(w.Now()).SetCreatedAt(w.Now()).ExecX(t.Context())
	return p
}

// PasswordHash returns the hash that is stored of the person's password.
func (p *Person) PasswordHash(t *testing.T) string {
	t.Helper()
	return p.world.Client.User.GetX(t.Context(), p.ID).PasswordHash
}

// ReplacePassword changes the person's password from Password to NewPassword.
func (p *Person) ReplacePassword(t *testing.T) {
	t.Helper()
	p.Mutate(t, "changePassword", Passwords(Password, NewPassword)).Succeeded(t)
}

// ResetToken requests a new password for the person and returns the token in the mail.
func (p *Person) ResetToken(t *testing.T) string {
	t.Helper()
	p.world.Visitor(t).Mutate(t, "requestPasswordReset", Vars{"email": p.Email}).Succeeded(t)
	return p.world.LetterTo(t, p.Email).Token(t)
}

// EmailToken requests another address for the person and returns the token in the mail to it.
func (p *Person) EmailToken(t *testing.T, email string) string {
	t.Helper()
	p.Mutate(t, "changeEmail", Credentials(email, Password)).Succeeded(t)
	return p.world.LetterTo(t, email).Token(t)
}

// ExpectInvalidResetToken makes sure that no password can be set by a token.
func (w *World) ExpectInvalidResetToken(t *testing.T, token string) {
	t.Helper()
	w.Visitor(t).Mutate(t, "resetPassword", Vars{"token": token, "newPassword": "a password of a thief"}).HasUserErrors(t, "INVALID_TOKEN token")
}

// ExpectSignIn signs in with these credentials and makes sure of the outcome: "" for a session, or the code of the user error or refusal.
func (p *Person) ExpectSignIn(t *testing.T, email, password, want string) *Answer {
	t.Helper()
	answer := p.Mutate(t, "signIn", Credentials(email, password))
	if got := answer.SignInOutcome(t); got != want {
		t.Errorf("%s with %q: %q, want %q", email, password, got, want)
	}
	return answer
}

// FailSignIns signs in this many times with a wrong password, each of which must be reported as such.
func (p *Person) FailSignIns(t *testing.T, email string, times int) {
	t.Helper()
	for range times {
		p.ExpectSignIn(t, email, WrongPassword, "INVALID_CREDENTIALS")
	}
}

// SignInOutcome returns the outcome of signIn as ExpectSignIn takes it, after making sure that there is a viewer and a cookie only where
// there is a session.
func (a *Answer) SignInOutcome(t *testing.T) string {
	t.Helper()
	code := a.Code(t)
	if code == "" {
		code = strings.Join(a.UserErrorCodes(t), ", ")
	}
	if code == "" && a.Get("signIn.challenge") != nil {
		code = "challenge"
	}
	if signedIn := a.Header.Get("Set-Cookie") != ""; signedIn != (code == "") || signedIn != (a.Get("signIn.viewer") != nil) {
		t.Errorf("%q: a cookie %t: %s", code, signedIn, a.Body)
	}
	return code
}

// RateLimited makes sure that an answer refuses for about this long, in its header as in its extensions, and sets no cookie.
func (a *Answer) RateLimited(t *testing.T, want time.Duration) {
	t.Helper()
	a.Refused(t, "RATE_LIMITED")
	seconds, _ := a.Errors[0].Extensions["retryAfter"].(float64)
	if header, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || float64(header) != seconds {
		t.Errorf("header %q, extension %v", a.Header.Get("Retry-After"), seconds)
	}
	if seconds > math.Ceil(want.Seconds()) || seconds < want.Seconds()/2 || seconds < 1 {
		t.Errorf("must wait %v seconds, not about %v", seconds, want)
	}
	if cookie := a.Header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("refused, but a cookie is set: %s", cookie)
	}
}
