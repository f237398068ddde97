package coercion

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzParseObject reads foreign bytes: the result is what encoding/json reads, or both fail.
func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, ` { "a" : [ 1 , -2.5e+7 , true , false , null , { } , [ ] ] , "b\n\u00e9\ud83d" : "\\\"" } `, `{"a":1,"b":2,"a":{"c":"\\"}}`, `[]`, `1`, `"x"`, `{"a":}`, `{"a":1}x`, "", "{\"a\":\"\xff\"}", `{"":""}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) { // which is refused before
			return
		}
		got, err := ParseObject(text)
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		want := map[string]any{}
		wantErr := decoder.Decode(&want)
		if isWhole := json.Valid(text); (err == nil) != (wantErr == nil && isWhole) {
			t.Fatalf("%q: %v, want %v", text, err, wantErr)
		}
		if err == nil && want != nil && !reflect.DeepEqual(plainOf(got), any(want)) {
			t.Errorf("%q: %v, want %v", text, plainOf(got), want)
		}
	})
}
