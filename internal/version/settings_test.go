package version

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"minidock/ent"
	"minidock/internal/bundle"
)

// settings compares two texts of app.json.
func settings(t *testing.T, before, after string) []SettingChange {
	t.Helper()
	details := func(text string) *Details { return &Details{AppJSON: &text, Report: &bundle.Report{}} }
	changes, err := compareSettings(&ent.Version{}, &ent.Version{}, details(before), details(after))
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestNumbersAreComparedWhateverTheirSize(t *testing.T) {
	t.Parallel()
	before, after := "12345678901234567890", "12345678901234567891"
	if got := settings(t, `{"n": `+before+`, "huge": 1e999}`, `{"n": `+after+`, "huge": 1e999}`); !reflect.DeepEqual(got, []SettingChange{{"n", &before, &after}}) {
		t.Errorf("%+v", got)
	}
}

func TestSettingsOfOnePathDoNotDifferFromThemselves(t *testing.T) {
	t.Parallel()
	text := `{"a.b": 1, "a": {"b": 2}, "c": {"d.e": 1, "d": {"e": 2}}}`
	for range 50 {
		if got := settings(t, text, text); len(got) != 0 {
			t.Fatalf("%+v", got)
		}
	}
}

// Thousands of settings in an object with a very long name would fill the memory if each repeated it.
func TestALongNameIsNotRepeatedForEachSetting(t *testing.T) {
	t.Parallel()
	var inner strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&inner, `"%d": %d, `, i, i)
	}
	long := strings.Repeat("k", longestPath+1)
	got := settings(t, `{"`+long+`": {`+inner.String()+`"x": 1}}`, `{"`+long+`": {`+inner.String()+`"x": 2}}`)
	if len(got) != 1 || got[0].Name != long || !strings.HasPrefix(*got[0].Before, `{"0":0,`) {
		t.Errorf("%d settings, the first is %.300s", len(got), got[0].Name)
	}
	if got := settings(t, `{"window": {"a": {"b": 1, "c": 2}}}`, `{"window": {"a": {"b": 1}}}`); len(got) != 1 || got[0].Name != "window.a.c" || got[0].After != nil {
		t.Errorf("%+v", got)
	}
}
