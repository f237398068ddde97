package graph

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryFieldOfATableSaysWhatItIsMadeFrom(t *testing.T) {
	t.Parallel()
	for name, of := range tables {
		for _, field := range parsedSchema.Types[name].Fields {
			columns, ok := of.fields[field.Name]
			if !ok && !strings.HasPrefix(field.Name, "__") {
				t.Errorf("%s.%s is not listed", name, field.Name)
			}
			for _, column := range append(columns, of.always...) {
				if !slices.Contains(of.all, column) {
					t.Errorf("%s.%s: %s has no column %s", name, field.Name, of.name, column)
				}
			}
		}
		for field := range of.fields {
			if parsedSchema.Types[name].Fields.ForName(field) == nil {
				t.Errorf("%s has no field %s", name, field)
			}
		}
	}
}

func TestColumnsFollowFromTheFields(t *testing.T) {
	t.Parallel()
	of := tables["User"]
	for _, c := range []struct{ fields, want []string }{
		{nil, []string{"id"}}, {[]string{"displayName", "__typename"}, []string{"id", "display_name"}}, {[]string{"email", "displayName"}, []string{"id", "email", "display_name"}},
		{[]string{"displayName", "email"}, []string{"id", "email", "display_name"}}, {[]string{"id", "shoeSize"}, nil},
	} {
		if got := of.columns(c.fields); !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%q: %q, want %q", c.fields, got, c.want)
		}
	}
}
