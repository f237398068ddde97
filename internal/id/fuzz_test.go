package id

import "testing"

// FuzzSplit takes foreign text for an id. It is none, or it is made of its parts, plain and short.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{New(MiniProgram), "ind_5812", "ltg_ALIPAY_CN", "", "_", "a_", "_a", "a__b", "usr_\x00", "usr_é", "usr-1", "usr_" + string(make([]byte, 100))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind, key, ok := Split(text)
		if !ok {
			if kind != "" || key != "" || KindOf(text) != "" {
				t.Errorf("%q is no id, and yet %q and %q", text, kind, key)
			}
			return
		}
		if Of(kind, key) != text || KindOf(text) != kind || len(text) > maxLength {
			t.Errorf("%q is %q and %q", text, kind, key)
		}
		for _, c := range text {
			if c > 'z' || c < '0' {
				t.Errorf("%q holds %q", text, c)
			}
		}
	})
}
