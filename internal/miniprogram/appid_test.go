package miniprogram

import (
	"regexp"
	"testing"
)

func TestAppIDsHave16DigitsAndTheFirstIsNot0(t *testing.T) {
	t.Parallel()
	wellFormed, seen, first := regexp.MustCompile(`^[1-9][0-9]{15}$`), map[string]bool{}, map[byte]bool{}
	for range 10_000 {
		appID := newAppID()
		if !wellFormed.MatchString(appID) || seen[appID] {
			t.Fatalf("app id %q after %d", appID, len(seen))
		}
		seen[appID], first[appID[0]] = true, true
	}
	if len(first) != 9 {
		t.Errorf("first digits %v, want all but 0", first)
	}
}
