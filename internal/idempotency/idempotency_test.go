package idempotency

import (
	"bytes"
	"strings"
	"testing"

	"minidock/internal/fault"
)

func TestFingerprintsTellInputsApart(t *testing.T) {
	t.Parallel()
	type input struct{ A, B string }
	fingerprint := func(in input) []byte {
		request, err := Of(Caller{UserID: "usr_1"}, "createMiniProgram", nil, in)
		if err != nil {
			t.Fatal(err)
		}
		return request.fingerprint
	}
	first := fingerprint(input{"a", "b"})
	if !bytes.Equal(first, fingerprint(input{"a", "b"})) {
		t.Error("the same input has two fingerprints")
	}
	for _, other := range []input{{"ab", ""}, {"b", "a"}, {"a", "b "}, {"A", "b"}, {}} {
		if bytes.Equal(first, fingerprint(other)) {
			t.Errorf("%v has the fingerprint of another input", other)
		}
	}
}

func TestCheckJudgesTheKey(t *testing.T) {
	t.Parallel()
	for key, code := range map[string]fault.Code{
		"": fault.Blank, "k": "", strings.Repeat("键", 255): "", strings.Repeat("键", 256): fault.TooLong, "a\x00": fault.InvalidCharacter, "a\xff": fault.InvalidCharacter,
	} {
		request, err := Of(Caller{UserID: "usr_1"}, "createMiniProgram", &key, nil)
		if err != nil {
			t.Fatal(err)
		}
		errs := &fault.UserErrors{}
		request.Check(errs)
		var got fault.Code
		if errs.Err() != nil {
			got = errs.All()[0].Code
		}
		if got != code {
			t.Errorf("%q: %q, want %q", key, got, code)
		}
	}
	without, errs := Request{}, &fault.UserErrors{}
	if without.Check(errs); errs.Err() != nil {
		t.Errorf("no key is wrong: %v", errs.All())
	}
}
