package apitest

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// Authenticator is a person's authenticator app.
type Authenticator struct {
	// Secret and URI are what the app was told.
	Secret, URI   string
	RecoveryCodes []string

	world *World
}

// Code returns what the app shows this many steps of 30 seconds from now.
func (a Authenticator) Code(t *testing.T, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(a.Secret, a.world.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// AdvanceSteps moves the clock forward by this many steps of 30 seconds, to the beginning of one, so that a code stays the same in what
// follows.
func (w *World) AdvanceSteps(steps int) {
	now := w.Now()
	w.Advance(now.Truncate(30 * time.Second).Add(time.Duration(steps)*30*time.Second + 2*time.Second).Sub(now))
}

// BeginTotp enables a second factor, which is not confirmed yet.
func (p *Person) BeginTotp(t *testing.T) Authenticator {
	t.Helper()
	answer := p.Mutate(t, "enableTotp", Vars{"password": Password}).Succeeded(t)
	secret := func(field string) string { return answer.String(t, "enableTotp.totpSecret."+field) }
	return Authenticator{world: p.world, Secret: secret("secret"), URI: secret("uri")}
}

// SetUpTotp gives the person a second factor. The app then shows a code that was not used.
func (p *Person) SetUpTotp(t *testing.T) Authenticator {
	t.Helper()
	a := p.BeginTotp(t)
	p.world.AdvanceSteps(1)
	answer := p.Mutate(t, "confirmTotp", Vars{"code": a.Code(t, 0)}).Succeeded(t)
	for _, code := range answer.List(t, "confirmTotp.recoveryCodes") {
		a.RecoveryCodes = append(a.RecoveryCodes, code.(string))
	}
	p.world.AdvanceSteps(3)
	return a
}

// Challenge sends the password of somebody who has a second factor, and returns the challenge that asks for a code.
func (p *Person) Challenge(t *testing.T, somebody *Person) string {
	t.Helper()
	answer := p.Mutate(t, "signIn", Credentials(somebody.Email, Password))
	answer.HasUserErrors(t)
	return answer.String(t, "signIn.challenge.token")
}
