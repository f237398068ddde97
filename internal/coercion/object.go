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
	switch value := (&parser{text: text}).value().(type) {
	case nil:
		return &Object{}, nil
	case *Object:
		return value, nil
	}
	return nil, errNotAnObject
}

// parser reads valid JSON. The tokens of encoding/json would take five times as long.
type parser struct {
	text []byte
	at   int
}

func (p *parser) value() any {
	switch p.next() {
	case '{':
		return p.object()
	case '[':
		return p.list()
	case '"':
		return p.string()
	case 't':
		p.at += len("true")
		return true
	case 'f':
		p.at += len("false")
		return false
	case 'n':
		p.at += len("null")
		return nil
	}
	return p.number()
}

// next skips white space, and returns the byte that follows without reading it.
func (p *parser) next() byte {
	for {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return c
		}
	}
}

func (p *parser) object() *Object {
	object := &Object{}
	p.at++
	for p.next() != '}' {
		name := p.string()
		p.next()
		p.at++ // the colon
		object.Set(name, p.value())
		p.skipComma()
	}
	p.at++
	return object
}

func (p *parser) list() []any {
	list := []any{}
	p.at++
	for p.next() != ']' {
		list = append(list, p.value())
		p.skipComma()
	}
	p.at++
	return list
}

func (p *parser) skipComma() {
	if p.next() == ',' {
		p.at++
	}
}

func (p *parser) string() string {
	start, isEscaped := p.at, false
	for p.at++; p.text[p.at] != '"'; p.at++ {
		if p.text[p.at] == '\\' {
			isEscaped = true
			p.at++
		}
	}
	p.at++
	quoted := p.text[start:p.at]
	if !isEscaped {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // it is valid
	return text
}

func (p *parser) number() json.Number {
	start := p.at
	for p.at < len(p.text) && bytes.IndexByte([]byte("+-.0123456789eE"), p.text[p.at]) >= 0 {
		p.at++
	}
	return json.Number(p.text[start:p.at])
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
