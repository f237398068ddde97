package locale

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func TestAccept(t *testing.T) {
	t.Parallel()
	for header, chinese := range map[string]bool{
		"": false, "*": false, "en": false, "en-US,en;q=0.9": false, "fr": false, "fr-CH, fr;q=0.9": false, "ja": false, "ko,en": false,
		"zh": true, "zh-CN": true, "zh-Hans": true, "zh-Hans-CN": true, "zh-SG": true, "ZH-cn": true, "zh-CN,zh;q=0.9,en;q=0.8": true,
		"en;q=0.8, zh;q=0.9": true, "zh;q=0.8, en;q=0.9": false, "de, zh;q=0.5": true, "zh;q=0": false,
		"garbage;;q": false, "zh-": false, strings.Repeat("zh,", 2000): true, "\x00": false,
	} {
		if got := IsChinese(Accept(header)); got != chinese {
			t.Errorf("%.40q: Chinese %t, want %t", header, got, chinese)
		}
	}
}

func TestMatchGivesOneOfTwoLanguages(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"und", "zh-Hant", "zh-TW", "en-GB", "pt-BR", "i-klingon"} {
		if got := Match(language.Make(tag)); got != language.English && got != language.SimplifiedChinese {
			t.Errorf("%s: %v", tag, got)
		}
	}
	if got := Match(); got != language.English {
		t.Errorf("nothing wanted: %v", got)
	}
}
