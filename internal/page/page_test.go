package page

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"

	"minidock/internal/fault"
)

func TestRequestTakesSizesWithinTheLimits(t *testing.T) {
	t.Parallel()
	after, before := cursor("NAME ASC", "a", "1"), cursor("NAME ASC", "b", "2")
	tests := []struct {
		args     Args
		limit    int
		backward bool
	}{
		{Args{}, 20, false},
		{Args{First: new(1)}, 1, false},
		{Args{First: new(100)}, 100, false},
		{Args{Last: new(1)}, 1, true},
		{Args{Last: new(100)}, 100, true},
		{Args{After: &after}, 20, false},
		{Args{Before: &before}, 20, true},
		{Args{First: new(5), Before: &before}, 5, false},
		{Args{Last: new(5), After: &after}, 5, true},
		{Args{After: &after, Before: &before}, 20, false},
	}
	for i, test := range tests {
		got, err := test.args.Request("NAME ASC")
		if err != nil || got.Limit != test.limit || got.Backward != test.backward || got.Order != "NAME ASC" {
			t.Errorf("%d: %+v, %v", i, got, err)
		}
		if (got.After != nil) != (test.args.After != nil) || (got.Before != nil) != (test.args.Before != nil) {
			t.Errorf("%d: cursors %v %v", i, got.After, got.Before)
		}
	}
}

func TestRequestRefusesWhatIsOutOfRange(t *testing.T) {
	t.Parallel()
	foreign, junk := cursor("NAME DESC", "a", "1"), "junk"
	for i, args := range []Args{
		{First: new(0)}, {First: new(-1)}, {First: new(101)}, {Last: new(0)}, {Last: new(-1)}, {Last: new(101)}, {First: new(1), Last: new(1)},
		{After: &foreign}, {Before: &foreign}, {After: &junk}, {Before: &junk},
	} {
		_, err := args.Request("NAME ASC")
		if refusal := (*fault.Refusal)(nil); !errors.As(err, &refusal) || refusal.Code != "BAD_USER_INPUT" {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestACursorComesBackAsItsPosition(t *testing.T) {
	t.Parallel()
	for _, at := range []Position{{"", "x"}, {"小店", "mpr_1"}, {`",]\`, `"`}, {"2026-01-01T00:00:00.123456Z", "mpr_2"}} {
		page := Cut(Request{Order: "O", Limit: 1}, []Position{at}, func(p Position) Position { return p })
		text := page.Cursor(at)
		got, err := Args{After: &text}.Request("O")
		if err != nil || *got.After != at {
			t.Errorf("%v comes back as %v, %v", at, got.After, err)
		}
	}
}

func TestACursorOfAnotherMakingIsRefused(t *testing.T) {
	t.Parallel()
	good := cursor("O", "v", "id")
	encoded := base64.RawURLEncoding.EncodeToString
	for _, text := range []string{
		"", " ", good + "=", good + "A", good[1:], " " + good, encoded([]byte("null")), encoded([]byte(`["O","v"]`)), encoded([]byte(`["O","v","id","x"]`)),
		encoded([]byte(`["O","v",""]`)), encoded([]byte(`["P","v","id"]`)), encoded([]byte(`["O",1,"id"]`)), encoded([]byte(`["O","v","id"]x`)),
		base64.StdEncoding.EncodeToString([]byte(`["O","???","~~"]`)),
	} {
		if _, err := (Args{After: &text}).Request("O"); err == nil {
			t.Errorf("taken: %q", text)
		}
	}
}

func TestPagesOfASliceWalkAllOfIt(t *testing.T) {
	t.Parallel()
	all := []string{"a", "b", "c", "d", "e", "f", "g"}
	for size := 1; size <= 8; size++ {
		var forward, backward []string
		var after, before *string
		for range 8 {
			p := slicePage(t, Args{First: &size, After: after}, all)
			forward = append(forward, p.Nodes...)
			if p.HasPreviousPage != (after != nil) {
				t.Errorf("size %d after %d: previous %t", size, len(forward), p.HasPreviousPage)
			}
			if !p.HasNextPage {
				break
			}
			after = new(p.Cursor(p.Nodes[len(p.Nodes)-1]))
		}
		for range 8 {
			p := slicePage(t, Args{Last: &size, Before: before}, all)
			backward = append(slices.Clone(p.Nodes), backward...)
			if p.HasNextPage != (before != nil) {
				t.Errorf("size %d before %d: next %t", size, len(backward), p.HasNextPage)
			}
			if !p.HasPreviousPage {
				break
			}
			before = new(p.Cursor(p.Nodes[0]))
		}
		if !slices.Equal(forward, all) || !slices.Equal(backward, all) {
			t.Errorf("size %d: %q and %q", size, forward, backward)
		}
	}
	if !slices.Equal(all, []string{"a", "b", "c", "d", "e", "f", "g"}) {
		t.Errorf("the list itself was changed: %q", all)
	}
}

func TestASliceKnowsItsOwnElementsOnly(t *testing.T) {
	t.Parallel()
	gone := cursor("O", "", "z")
	for _, args := range []Args{{After: &gone}, {Before: &gone}} {
		if _, err := OfSlice(args, "O", []string{"a"}, itself); err == nil {
			t.Error("a cursor of what is not in the list was taken")
		}
	}
	a, c := cursor("O", "", "a"), cursor("O", "", "c")
	if p := slicePage(t, Args{After: &c, Before: &a}, []string{"a", "b", "c"}); len(p.Nodes) != 0 {
		t.Errorf("after the last and before the first: %q", p.Nodes)
	}
	if p := slicePage(t, Args{}, nil); len(p.Nodes) != 0 || p.HasNextPage || p.HasPreviousPage {
		t.Errorf("nothing: %+v", p)
	}
}

func TestEachParentHasItsOwnPage(t *testing.T) {
	t.Parallel()
	rows := []string{"a1", "b1", "a2", "a3", "b2"}
	parent := func(row string) string { return row[:1] }
	position := func(row string) Position { return Position{ID: row} }
	pages := CutEach(Request{Order: "O", Limit: 2}, []string{"a", "b", "c"}, rows, parent, position)
	if got := fmt.Sprint(pages["a"].Nodes, pages["b"].Nodes, pages["c"].Nodes); got != "[a1 a2] [b1 b2] []" {
		t.Errorf("pages %s", got)
	}
	if !pages["a"].HasNextPage || pages["b"].HasNextPage || pages["c"].HasNextPage {
		t.Error("invalid pages have a next one")
	}
	pages = CutEach(Request{Order: "O", Limit: 2, Backward: true}, []string{"a"}, []string{"a3", "a2", "a1"}, parent, position)
	if got := pages["a"]; fmt.Sprint(got.Nodes) != "[a2 a3]" || !got.HasPreviousPage || got.HasNextPage {
		t.Errorf("backward: %+v", got)
	}
}

func cursor(order, value, id string) string {
	at := Position{Value: value, ID: id}
	return Cut(Request{Order: order, Limit: 1}, []Position{at}, func(p Position) Position { return p }).Cursor(at)
}

func slicePage(t *testing.T, args Args, all []string) Page[string] {
	t.Helper()
	p, err := OfSlice(args, "O", all, itself)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func itself(s string) string { return s }
