package fault

import (
	"errors"
	"slices"
	"testing"
)

func TestMistakesComeInTheOrderOfTheInput(t *testing.T) {
	t.Parallel()
	wrong := NewList("a", "b", "c", "")
	for _, field := range []string{"", "c", "a", "b"} {
		wrong.Add(field, Blank)
	}
	var order []string
	for _, e := range wrong.Errors() {
		order = append(order, e.Field)
	}
	if !slices.Equal(order, []string{"a", "b", "c", ""}) {
		t.Errorf("order %q", order)
	}
	unlisted := NewList("a")
	unlisted.Add("a", Blank)
	unlisted.Add("", InvalidCredentials)
	if got := unlisted.Errors()[0].Field; got != "" {
		t.Errorf("the whole request comes after %q", got)
	}
}

func TestTheFirstMistakeOfAFieldStays(t *testing.T) {
	t.Parallel()
	wrong := NewList("name")
	if !wrong.Empty() || wrong.Has("name") {
		t.Error("a new list has a mistake")
	}
	wrong.Add("name", TooShort, "weight", 2, "min", 3)
	wrong.Add("name", Taken)
	got := wrong.Errors()
	if wrong.Empty() || !wrong.Has("name") || wrong.Has("other") || len(got) != 1 || got[0].Code != TooShort {
		t.Errorf("mistakes %v", got)
	}
	if !slices.Equal(got[0].Params, []Param{{"weight", 2}, {"min", 3}}) {
		t.Errorf("parameters %v", got[0].Params)
	}
}

func TestNoListHasNoMistakes(t *testing.T) {
	t.Parallel()
	if got := (*List)(nil).Errors(); len(got) != 0 {
		t.Errorf("mistakes %v", got)
	}
}

func TestForbiddenNamesTheRolesThatMay(t *testing.T) {
	t.Parallel()
	err := Forbidden([]string{"OWNER", "MASTER"})
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != "FORBIDDEN" || err.Error() != "Only these roles may: OWNER, MASTER." {
		t.Errorf("refused with %v", err)
	}
}
