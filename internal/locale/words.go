package locale

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// words are what people call the values of enums, languages and media types.
var words = map[string]Text{
	"OWNER":      Of("owner", "所有者"),
	"MASTER":     Of("master", "管理员"),
	"DEVELOPER":  Of("developer", "开发者"),
	"en":         Of("English", "英语"),
	"zh-Hans":    Of("Simplified Chinese", "简体中文"),
	"image/png":  Of("PNG", "PNG"),
	"image/jpeg": Of("JPEG", "JPEG"),
}

// Word returns what people call a value in a language, or the value itself if there is no word for it.
func Word(value string, tag language.Tag) string {
	if word, ok := words[value]; ok {
		return word.In(tag)
	}
	return value
}

// Either joins words to a choice: "a, b or c", "甲、乙或丙".
func Either(choices []string, tag language.Tag) string {
	if len(choices) == 0 {
		return ""
	}
	last := choices[len(choices)-1]
	if len(choices) == 1 {
		return last
	}
	if !IsChinese(tag) {
		return strings.Join(choices[:len(choices)-1], ", ") + " or " + last
	}
	first := strings.Join(choices[:len(choices)-1], "、")
	return first + spaceAfter(first) + "或" + spaceBefore(last) + last
}

// spaceAfter and spaceBefore return the space that Chinese puts between its own characters and Latin ones.
func spaceAfter(text string) string {
	r, _ := utf8.DecodeLastRuneInString(text)
	return spaceUnlessHan(r)
}

func spaceBefore(text string) string {
	r, _ := utf8.DecodeRuneInString(text)
	return spaceUnlessHan(r)
}

func spaceUnlessHan(r rune) string {
	if unicode.Is(unicode.Han, r) {
		return ""
	}
	return " "
}
