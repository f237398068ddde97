package locale

import (
	"testing"

	"golang.org/x/text/language"
)

func TestAChoiceIsJoinedAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		choices          []string
		english, chinese string
	}{
		{nil, "", ""},
		{[]string{"OWNER"}, "owner", "所有者"},
		{[]string{"MASTER", "DEVELOPER"}, "master or developer", "管理员或开发者"},
		{[]string{"OWNER", "MASTER", "DEVELOPER"}, "owner, master or developer", "所有者、管理员或开发者"},
		{[]string{"image/png", "image/jpeg"}, "PNG or JPEG", "PNG 或 JPEG"},
		{[]string{"image/png", "zh-Hans"}, "PNG or Simplified Chinese", "PNG 或简体中文"},
		{[]string{"a", "b", "c"}, "a, b or c", "a、b 或 c"},
	} {
		for tag, want := range map[language.Tag]string{language.English: test.english, language.SimplifiedChinese: test.chinese} {
			words := make([]string, len(test.choices))
			for i, one := range test.choices {
				words[i] = Word(one, tag)
			}
			if got := Either(words, tag); got != want {
				t.Errorf("%v in %s: %q, want %q", test.choices, tag, got, want)
			}
		}
	}
}
