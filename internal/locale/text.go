package locale

import "golang.org/x/text/language"

// Text is a text in each language.
type Text struct{ English, Chinese string }

// Of returns a text in both languages.
func Of(english, chinese string) Text { return Text{English: english, Chinese: chinese} }

// In returns the text in Chinese for any kind of Chinese, and in English otherwise.
func (t Text) In(tag language.Tag) string {
	if IsChinese(tag) {
		return t.Chinese
	}
	return t.English
}
