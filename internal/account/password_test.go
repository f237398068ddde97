package account

import (
	"strings"
	"testing"

	"github.com/trustelem/zxcvbn/frequency"

	"minidock/internal/fault"
)

func TestPasswordsAreJudgedByTheirBytes(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]fault.Code{
		"": fault.Blank, "1234567": fault.TooShort, "äää.": fault.TooShort, "ääää": "", "        ": "", "\x00\x01\x02\x03\x04\x05\x06\x07": "",
		strings.Repeat("x", 256): "", strings.Repeat("x", 257): fault.TooLong, "12345678": fault.TooCommon, "password": fault.TooCommon,
		"PASSWORD": fault.TooCommon, "iloveyou": fault.TooCommon, "trustno1": fault.TooCommon, "password ": "", "demo-password-1": "",
	} {
		var errs fault.UserErrors
		checkPassword("password", password, &errs)
		got := fault.Code("")
		if errs.Err() != nil {
			got = errs.All()[0].Code
		}
		if got != want {
			t.Errorf("%.20q: %q, want %q", password, got, want)
		}
		for _, userError := range errs.All() {
			for _, param := range userError.Params {
				if param.Value == password {
					t.Errorf("%.20q is in the parameters", password)
				}
			}
		}
	}
}

func TestTheCommonestPasswordsAreTooCommon(t *testing.T) {
	t.Parallel()
	for _, password := range frequency.FrequencyLists["passwords"] {
		if long := len(password) >= minPassword; isCommon(password) != long || isCommon(strings.ToUpper(password)) != long {
			t.Fatalf("%q is not judged as the list says: run go generate", password)
		}
	}
	if isCommon("") || isCommon("password\npassword1") || isCommon("correct horse") {
		t.Error("a password that is not in the list is common")
	}
}
