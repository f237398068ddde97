package id

import (
	"regexp"
	"slices"
	"testing"
)

var kinds = []Kind{
	User, Workspace, Member, MiniProgram, Industry, LaunchTarget, Session, Invitation, AuditEvent, QuotaUse, IdempotencyKey, Targeting, Mail,
	SecondFactor, Version, Task,
}

func TestAnIDTellsItsKindAndNothingElse(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$`)
	for _, kind := range kinds {
		one := New(kind)
		if !form.MatchString(one) || KindOf(one) != kind {
			t.Errorf("%s of kind %s", one, KindOf(one))
		}
		if got, key, ok := Split(one); !ok || got != kind || Of(kind, key) != one {
			t.Errorf("%s is split into %s and %s", one, got, key)
		}
	}
	if sorted := slices.Compact(slices.Sorted(slices.Values(kinds))); len(sorted) != len(kinds) {
		t.Error("two kinds have the same prefix")
	}
}
