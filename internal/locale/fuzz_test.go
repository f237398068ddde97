package locale

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// FuzzAccept reads foreign text as an Accept-Language header. It gives a language that texts exist in, the same one for the
// languages that the header names in their order.
func FuzzAccept(f *testing.F) {
	for _, header := range []string{"", "*", "zh-CN,zh;q=0.9,en;q=0.8", "en;q=0.8, zh;q=0.9", "zh;q=0", "i-klingon", "zh-Hant-x-private", "de_DE", "en-u-ca-buddhist", "a;q", "\x00", "zh-cmn-Hans-CN"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := Accept(header)
		if got != language.English && got != language.SimplifiedChinese {
			t.Fatalf("%q: %v", header, got)
		}
		wanted, _, err := language.ParseAcceptLanguage(header)
		if err != nil || len(wanted) == 0 {
			if got != language.English {
				t.Errorf("%q says nothing: %v", header, got)
			}
			return
		}
		names := make([]string, len(wanted))
		for i, tag := range wanted {
			names[i] = tag.String()
		}
		if again := Accept(strings.Join(names, ",")); again != got {
			t.Errorf("%q: %v; %q: %v", header, got, names, again)
		}
	})
}
