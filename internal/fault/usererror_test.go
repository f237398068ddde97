package fault

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestTheFirstErrorOfAFieldStays(t *testing.T) {
	t.Parallel()
	errs := &UserErrors{}
	if errs.Err() != nil || errs.Has("name") {
		t.Error("a new list has an error")
	}
	errs.Add("name", TooShort, "weight", 2, "min", 3)
	errs.Add("name", Taken)
	got := errs.All()
	if errs.Err() == nil || !errs.Has("name") || errs.Has("other") || len(got) != 1 || got[0].Code != TooShort {
		t.Errorf("user errors %v", got)
	}
	if !slices.Equal(got[0].Params, []Param{{"weight", 2}, {"min", 3}}) {
		t.Errorf("parameters %v", got[0].Params)
	}
}

func TestUserErrorsAreAnErrorThatRepeatsNothingThatWasEntered(t *testing.T) {
	t.Parallel()
	errs := &UserErrors{}
	errs.Add("name", Taken, "value", "a secret")
	errs.Add("", QuotaExceeded)
	var found *UserErrors
	if err := fmt.Errorf("create: %w", errs.Err()); !errors.As(err, &found) || err.Error() != "create: user errors: TAKEN name, QUOTA_EXCEEDED" {
		t.Errorf("%v", err)
	}
	if err := Refuse("name", Taken); !errors.As(err, &found) || len(found.All()) != 1 || found.All()[0].Field != "name" {
		t.Errorf("%v", err)
	}
}

func TestForbiddenNamesTheRolesThatMay(t *testing.T) {
	t.Parallel()
	for want, may := range map[string][]string{
		"Only the owner can do this.":                                    {"OWNER"},
		"Only the owner and masters can do this.":                        {"OWNER", "MASTER"},
		"Only the owner, masters and developers can do this.":            {"OWNER", "MASTER", "DEVELOPER"},
		"Only administrators of the platform can do this.":               {"ADMIN"},
		"Only reviewers and administrators of the platform can do this.": {"REVIEWER", "ADMIN"},
	} {
		err := Forbidden(may)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Code != "FORBIDDEN" || err.Error() != want {
			t.Errorf("%q: refused with %v", may, err)
		}
	}
}
