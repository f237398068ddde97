package token

import (
	"regexp"
	"strings"
	"testing"
)

var machine = regexp.MustCompile(`^mdk_[0-9A-Za-z]{49}$`)

func TestATokenForMachinesHasItsFormAndNoOther(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		made := NewForMachine()
		if !machine.MatchString(made) || !IsForMachine(made) || seen[made] {
			t.Fatalf("%q", made)
		}
		seen[made] = true
		for i := range made {
			changed := made[:i] + string(other(made[i])) + made[i+1:]
			if IsForMachine(changed) {
				t.Errorf("%q looks like %q", changed, made)
			}
		}
	}
	made := NewForMachine()
	for _, text := range []string{
		"", "mdk_", made[1:], made[:len(made)-1], made + "0", " " + made, strings.ToLower(made), strings.Repeat(made, 1000), New(), "mdk_" + strings.Repeat("0", 49),
		made[:20] + "\x00" + made[21:],
	} {
		if IsForMachine(text) {
			t.Errorf("%.80q looks like a token", text)
		}
	}
}

func TestSmallNumbersHaveLeadingZeros(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "000000", "a": "4gehkn"} {
		if got := checksum(text); got != want {
			t.Errorf("%q has the checksum %q, want %q", text, got, want)
		}
	}
}

// other returns another character.
func other(character byte) byte {
	if character == 'x' {
		return 'y'
	}
	return 'x'
}
