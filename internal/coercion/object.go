package coercion

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Object is a JSON object whose fields are in the order in which they were sent, as errors repeat them. Its values are those of
// encoding/json, with json.Number for numbers and *Object for objects.
type Object struct {
	names  []string
	values map[string]any
}

// errNotAnObject is the error for JSON of another kind, and for what is not JSON.
var errNotAnObject = errors.New("not a JSON object")

// ParseObject reads a JSON object; null is one without fields. Of fields with the same name the last counts.
func ParseObject(text []byte) (*Object, error) {
	if !json.Valid(text) { // which also bounds how deep it is nested
		return nil, errNotAnObject
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := parse(decoder)
	if err != nil {
		return nil, err
	}
	if value == nil {
		return &Object{}, nil
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, errNotAnObject
	}
	return object, nil
}

func parse(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return parseFields(decoder)
	case json.Delim('['):
		return parseElements(decoder)
	}
	return token, nil
}

func parseFields(decoder *json.Decoder) (*Object, error) {
	object := &Object{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := parse(decoder)
		if err != nil {
			return nil, err
		}
		object.Set(name.(string), value)
	}
	_, err := decoder.Token()
	return object, err
}

func parseElements(decoder *json.Decoder) ([]any, error) {
	elements := []any{}
	for decoder.More() {
		element, err := parse(decoder)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := decoder.Token()
	return elements, err
}

// Get returns the value of a field, and whether the object has it. A nil object has no fields.
func (o *Object) Get(name string) (value any, ok bool) {
	if o == nil {
		return nil, false
	}
	value, ok = o.values[name]
	return value, ok
}

// Set sets a field, which is the last one if the object did not have it.
func (o *Object) Set(name string, value any) {
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	if o.values == nil {
		o.values = map[string]any{}
	}
	o.values[name] = value
}

// Values returns the values of all fields.
func (o *Object) Values() map[string]any {
	if o == nil {
		return nil
	}
	return o.values
}

// plainOf returns a value with maps in place of objects.
func plainOf(value any) any {
	switch value := value.(type) {
	case *Object:
		plain := make(map[string]any, len(value.names))
		for name, field := range value.values {
			plain[name] = plainOf(field)
		}
		return plain
	case []any:
		plain := make([]any, len(value))
		for i, element := range value {
			plain[i] = plainOf(element)
		}
		return plain
	}
	return value
}
