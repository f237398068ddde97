package limit

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var row = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| `(.+?)` \\| .+ \\|$")

// What the documentation sets from nothing is all of the defaults and nothing else.
func TestTheDocumentationHasEveryLimitAndItsDefault(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Limits\n")
	section, _, ended := strings.Cut(section, "\n## ")
	if !found || !ended {
		t.Fatal("there is no section on limits")
	}
	var told Limits
	rows := row.FindAllStringSubmatch(section, -1)
	for _, r := range rows {
		if err := told.Set(r[1], r[2]); err != nil {
			t.Error(err)
		}
	}
	if told != Default {
		t.Errorf("the documentation has\n%+v, the defaults are\n%+v", told, Default)
	}
	if want := len(Default.settings()); len(rows) != want || strings.Count(section, "\n| `") != want {
		t.Errorf("%d rows for %d limits", len(rows), want)
	}
}
