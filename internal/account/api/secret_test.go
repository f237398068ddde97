package api_test

import (
	"errors"
	"strings"
	"testing"

	"minidock/ent/secondfactor"
	"minidock/internal/account"
	"minidock/internal/apitest"
	"minidock/internal/secret"
)

// stored returns the secret of the person's second factor as the database holds it.
func stored(t *testing.T, w *apitest.World, p *apitest.Person) string {
	t.Helper()
	return w.Client.SecondFactor.Query().Where(secondfactor.UserID(p.ID)).OnlyX(t.Context()).Secret
}

func TestSecretsOfAuthenticatorAppsAreSealedForTheirOwner(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, mal := w.SignUp(t, "ann"), w.SignUp(t, "mal")
		annsApp, malsApp := ann.SetUpTotp(t), mal.SetUpTotp(t)
		sealed := stored(t, w, ann)
		if strings.Contains(sealed, annsApp.Secret) || !strings.HasPrefix(sealed, w.SecretKey.Mark()) {
			t.Errorf("stored as %q", sealed)
		}
		if opened, err := w.SecretKey.Open(sealed, ann.ID); opened != annsApp.Secret || err != nil {
			t.Errorf("opened as %q, %v", opened, err)
		}
		w.AdvanceSteps(1)
		answered(t, w, ann, annsApp.Code(t, 0)).Succeeded(t)

		// Who can write to the database does not sign in as another with an app of their own.
		w.Client.SecondFactor.Update().Where(secondfactor.UserID(ann.ID)).SetSecret(stored(t, w, mal)).ExecX(t.Context())
		w.AdvanceSteps(1)
		answered(t, w, ann, malsApp.Code(t, 0)).Refused(t, "INTERNAL_SERVER_ERROR")
	})
}

func TestPlainSecretsAreSealedAndThoseOfAnotherKeyRefused(t *testing.T) {
	apitest.RunWith(t, codesAllowed(100), func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		app := ann.SetUpTotp(t)
		bob.SetUpTotp(t)
		ctx := t.Context()
		isSealed := func(want bool) {
			t.Helper()
			if has, err := account.HasSealedSecrets(ctx, w.Client); has != want || err != nil {
				t.Errorf("sealed secrets: %t, %v", has, err)
			}
		}
		isSealed(true)
		w.Client.SecondFactor.Update().Where(secondfactor.UserID(ann.ID)).SetSecret(app.Secret).ExecX(ctx)

		other, err := secret.NewKey([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		if err := account.SealSecrets(ctx, w.Client, other); !errors.Is(err, account.ErrOtherKey) {
			t.Errorf("with another key: %v", err)
		}
		if stored(t, w, ann) != app.Secret {
			t.Error("another key sealed a secret")
		}
		before := stored(t, w, bob)
		for range 2 {
			if err := account.SealSecrets(ctx, w.Client, w.SecretKey); err != nil {
				t.Error(err)
			}
		}
		if opened, err := w.SecretKey.Open(stored(t, w, ann), ann.ID); opened != app.Secret || err != nil || stored(t, w, bob) != before {
			t.Errorf("opened as %q, %v", opened, err)
		}
		w.AdvanceSteps(1)
		answered(t, w, ann, app.Code(t, 0)).Succeeded(t)
		w.Client.SecondFactor.Delete().ExecX(ctx)
		isSealed(false)
	})
}
