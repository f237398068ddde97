package miniprogram

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/ent"
	"minidock/internal/launchtarget"
)

// A field that has no row in the table cannot be forgotten: it would be neither judged nor written.
func TestEveryFieldOfTheFormIsARow(t *testing.T) {
	t.Parallel()
	of := reflect.TypeFor[Profile]()
	if of.NumField() != len(fields) {
		t.Errorf("%d fields, %d rows", of.NumField(), len(fields))
	}
	for i := range of.NumField() {
		var in Profile
		reflect.ValueOf(&in).Elem().Field(i).Set(reflect.New(of.Field(i).Type.Elem()))
		sent := sentFields(&in)
		if len(sent) != 1 || !strings.EqualFold(sent[0].name, of.Field(i).Name) {
			t.Errorf("%s is the rows %v", of.Field(i).Name, names(sent))
		}
	}
	if sent := sentFields(&Profile{}); len(sent) != 0 {
		t.Errorf("nothing is the rows %v", names(sent))
	}
}

func TestTheRowsAreInTheOrderOfTheContractAndOfTheRules(t *testing.T) {
	t.Parallel()
	for _, target := range launchtarget.All() {
		var rules []string
		for _, rule := range target.FieldRules {
			rules = append(rules, rule.Field)
		}
		if !slices.Equal(rules, names(fields)) {
			t.Errorf("%s has rules for %q, the form the fields %q", target.Code, rules, names(fields))
		}
	}
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	beside := []string{"workspaceId", "launchTargetCode", "miniProgramId", "idempotencyKey"}
	for _, input := range []string{"CreateMiniProgramInput", "UpdateMiniProgramInput"} {
		var inputs []string
		for _, field := range schema.Types[input].Fields {
			if !slices.Contains(beside, field.Name) {
				inputs = append(inputs, field.Name)
			}
		}
		if !slices.Equal(inputs, names(fields)) {
			t.Errorf("%s has %q, the form the fields %q", input, inputs, names(fields))
		}
	}
}

// What makes a change is what is written and what the event says: the same row does all three.
func TestARowWritesWhatItNotes(t *testing.T) {
	t.Parallel()
	before := &ent.MiniProgram{
		Name: "a", Tagline: "a", Description: "a", LogoName: "a", IndustryCode: "a", ServicePhone: "a", ServiceEmail: "a",
	}
	after := &ent.MiniProgram{
		Name: "b", Tagline: "b", Description: "b", LogoName: "b", IndustryCode: "b", ServicePhone: "b", ServiceEmail: "b",
	}
	for _, one := range fields {
		to := ent.NewClient().MiniProgram.UpdateOneID("mpr_1").Mutation()
		changes := apply(to, before, after, []field{one})
		if len(changes) != 1 || changes[0].Field != one.name || changes[0].Before.String() != "a" || changes[0].After.String() != "b" {
			t.Errorf("%s: changes %v", one.name, changes)
		}
		written := false
		for _, column := range to.Fields() {
			if value, _ := to.Field(column); value == "b" {
				written = true
			}
		}
		if !written {
			t.Errorf("%s: %v are written", one.name, to.Fields())
		}
		unchanged := ent.NewClient().MiniProgram.UpdateOneID("mpr_1").Mutation()
		if changes := apply(unchanged, before, before, []field{one}); len(changes) != 0 || len(unchanged.Fields()) != 0 {
			t.Errorf("%s as it was: %v, and %v are written", one.name, changes, unchanged.Fields())
		}
	}
}

func names(fields []field) []string {
	names := make([]string, len(fields))
	for i, one := range fields {
		names[i] = one.name
	}
	return names
}
