package page

import (
	"encoding/base64"
	"strings"
	"testing"
)

// FuzzCursor reads foreign text as a cursor. It is refused, or it is a position in this order that makes the same position again.
func FuzzCursor(f *testing.F) {
	for _, parts := range []string{`["order","value","id"]`, `["other","value","id"]`, `["order","","id"]`, `["order","value",""]`, `["order","\u0000","id"]`, `{}`, `[1,2,3]`, `["order","a","b","c"]`, `[]`, ""} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(parts)))
	}
	f.Add("not base64!")
	f.Add("====")
	f.Fuzz(func(t *testing.T, cursor string) {
		r, err := Args{After: &cursor}.Request("order")
		if err != nil {
			if err.Error() != BadCursor("after").Error() {
				t.Errorf("%q: %v", cursor, err)
			}
			return
		}
		if r.After.ID == "" || strings.ContainsRune(r.After.ID+r.After.Value, 0) {
			t.Errorf("%q: %+v", cursor, r.After)
		}
		again := Cut(r, []Position{*r.After}, func(p Position) Position { return p }).Cursor(*r.After)
		if reread, err := (Args{Before: &again}).Request("order"); err != nil || *reread.Before != *r.After {
			t.Errorf("%q is %+v, and again %+v, %v", cursor, r.After, reread.Before, err)
		}
	})
}
