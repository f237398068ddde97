package event

import (
	"encoding/json"
	"reflect"
	"testing"

	"minidock/ent"
)

func TestChangesKeepTheirValuesInJSON(t *testing.T) {
	t.Parallel()
	changes := []Change{
		Text("name", "a [b]", "c \"d\""), Text("email", "", "x"), Text("name", "x", ""),
		List("miniPrograms", []string{"m 1"}, []string{"m 1", "m 2"}), List("miniPrograms", nil, []string{"m 1"}), List("invitations", []string{"i"}, nil),
	}
	text, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"field":"name","before":"a [b]","after":"c \"d\""},{"field":"email","after":"x"},{"field":"name","before":"x"},` +
		`{"field":"miniPrograms","before":["m 1"],"after":["m 1","m 2"]},{"field":"miniPrograms","after":["m 1"]},{"field":"invitations","before":["i"]}]`
	if string(text) != want {
		t.Errorf("written as %s", text)
	}
	read, err := Changes(&ent.AuditEvent{Changes: string(text)})
	if err != nil || !reflect.DeepEqual(read, changes) {
		t.Errorf("read as %v, %v", read, err)
	}
}

func TestAValueIsShownAsATextOrAsJSON(t *testing.T) {
	t.Parallel()
	for want, value := range map[string]Value{
		"": Text("f", "", "").Before, "a b": Text("f", "a b", "").Before, `["a","b"]`: List("f", []string{"a", "b"}, nil).Before,
	} {
		if got := value.String(); got != want {
			t.Errorf("shown as %s, want %s", got, want)
		}
	}
}

func TestOnlyDifferingChangesAreKept(t *testing.T) {
	t.Parallel()
	same := []Change{Text("a", "x", "x"), Text("b", "", ""), List("c", nil, []string{}), List("d", []string{"x"}, []string{"x"})}
	if kept := Differing(same...); len(kept) != 0 {
		t.Errorf("kept %v", kept)
	}
	other := []Change{Text("a", "x", "y"), List("c", nil, []string{"x"}), List("d", []string{"x", "y"}, []string{"y", "x"})}
	if kept := Differing(other...); !reflect.DeepEqual(kept, other) {
		t.Errorf("kept %v", kept)
	}
}
