package event

import (
	"encoding/json"
	"fmt"
	"slices"

	"minidock/ent"
)

// Change is one field before and after.
type Change struct {
	Field  string `json:"field"`
	Before Value  `json:"before,omitzero"`
	After  Value  `json:"after,omitzero"`
}

// Value is what a field holds: a text, a list of texts, or nothing. In JSON it is a string or an array of strings.
type Value struct {
	text string
	list []string
}

// Text is the change of a field that holds a text; "" is nothing.
func Text(field, before, after string) Change {
	return Change{Field: field, Before: Value{text: before}, After: Value{text: after}}
}

// List is the change of a field that holds a list; an empty list is nothing.
func List(field string, before, after []string) Change {
	return Change{Field: field, Before: Value{list: before}, After: Value{list: after}}
}

// Differing returns the changes without those that leave a field as it was.
func Differing(changes ...Change) []Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool {
		return c.Before.text == c.After.text && slices.Equal(c.Before.list, c.After.list)
	})
}

// IsZero says that the value is nothing.
func (v Value) IsZero() bool { return v.text == "" && len(v.list) == 0 }

// String returns a text as it is and a list as JSON; "" for nothing.
func (v Value) String() string {
	if len(v.list) == 0 {
		return v.text
	}
	list, err := json.Marshal(v.list)
	if err != nil {
		panic(err) // strings have a JSON form
	}
	return string(list)
}

// MarshalJSON writes a string or an array of strings.
func (v Value) MarshalJSON() ([]byte, error) {
	if len(v.list) > 0 {
		return json.Marshal(v.list)
	}
	return json.Marshal(v.text)
}

// UnmarshalJSON reads a string or an array of strings.
func (v *Value) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &v.list)
	}
	return json.Unmarshal(data, &v.text)
}

// Changes returns what an event changed.
func Changes(e *ent.AuditEvent) ([]Change, error) {
	var changes []Change
	if err := json.Unmarshal([]byte(e.Changes), &changes); err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", e.ID, err)
	}
	return changes, nil
}
