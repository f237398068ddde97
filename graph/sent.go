package graph

import (
	"fmt"
	"reflect"
)

// copySent copies the fields of an update's input that were sent into the fields of the same name: to has a pointer for each, which
// stays nil for a field that was not sent. Null becomes the empty value, which rules take for blank. It panics when to has no such
// field, so that no field of the schema is lost.
func copySent(input, to any) {
	from, into := reflect.ValueOf(input), reflect.ValueOf(to).Elem()
	for i := range from.NumField() {
		omittable, ok := from.Field(i).Interface().(interface{ IsSet() bool })
		if !ok || !omittable.IsSet() {
			continue
		}
		name := from.Type().Field(i).Name
		field := into.FieldByName(name)
		value := from.Field(i).MethodByName("Value").Call(nil)[0]
		if !field.IsValid() || field.Type() != value.Type() {
			panic(fmt.Sprintf("%T has no field %s for that of %T", to, name, input))
		}
		if value.IsNil() {
			value = reflect.New(field.Type().Elem())
		}
		field.Set(value)
	}
}
