package account

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"minidock/internal/fault"
)

func TestAnAccountThatDoesNotExistCostsTheSameHash(t *testing.T) {
	t.Parallel()
	real, err := hashPassword(t.Context(), "a real password")
	if err != nil {
		t.Fatal(err)
	}
	dummyParams, dummySalt, dummyKey, err := argon2id.DecodeHash(nobodysHash)
	if err != nil {
		t.Fatal(err)
	}
	realParams, realSalt, realKey, err := argon2id.DecodeHash(real)
	if err != nil {
		t.Fatal(err)
	}
	if *dummyParams != *realParams || len(dummySalt) != len(realSalt) || len(dummyKey) != len(realKey) {
		t.Errorf("an unknown account costs %+v, a known one %+v", *dummyParams, *realParams)
	}
	if realParams.Memory != 19*1024 || realParams.Iterations != 2 || realParams.Parallelism < 1 || len(realSalt) < 16 || len(realKey) < 32 {
		t.Errorf("parameters %+v", *realParams)
	}
}

func TestAHashMatchesItsPasswordOnly(t *testing.T) {
	t.Parallel()
	const password = "pass\x00word ä 🔑"
	hash, err := hashPassword(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	other, err := hashPassword(t.Context(), password)
	if err != nil || other == hash || strings.Contains(hash, "word") || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %s and %s, %v", hash, other, err)
	}
	for text, want := range map[string]bool{password: true, "pass": false, password + " ": false, "": false, strings.ToUpper(password): false} {
		if got, err := matchesHash(t.Context(), text, hash); got != want || err != nil {
			t.Errorf("%q: %t, %v", text, got, err)
		}
	}
}

func TestPasswordsAreJudgedByTheirBytes(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]fault.Code{
		"": fault.Blank, "1234567": fault.TooShort, "äää.": fault.TooShort, "ääää": "", "        ": "", "\x00\x01\x02\x03\x04\x05\x06\x07": "",
		strings.Repeat("x", 256): "", strings.Repeat("x", 257): fault.TooLong, "12345678": fault.TooCommon, "password": fault.TooCommon,
		"PASSWORD": fault.TooCommon, "iloveyou": fault.TooCommon, "trustno1": fault.TooCommon, "password ": "", "demo-password-1": "",
	} {
		wrong := fault.NewList("password")
		checkPassword(password, wrong)
		got := fault.Code("")
		if !wrong.Empty() {
			got = wrong.Errors()[0].Code
		}
		if got != want {
			t.Errorf("%.20q: %q, want %q", password, got, want)
		}
		for _, mistake := range wrong.Errors() {
			for _, param := range mistake.Params {
				if param.Value == password {
					t.Errorf("%.20q is in the mistake's parameters", password)
				}
			}
		}
	}
}
