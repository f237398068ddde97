package mail

import (
	"embed"
	"html/template"
	"strings"
	"sync"
	texttemplate "text/template"
)

// needs has the facts that the templates of a kind use without a condition.
var needs = map[Kind][]string{
	PasswordReset:     {"link", "token", "validFor"},
	PasswordChanged:   {},
	EmailConfirmation: {"link", "token", "validFor"},
	EmailChanged:      {"newEmail"},
	Invitation:        {"link", "token", "validFor", "inviter", "workspace", "role"},
}

//go:embed templates
var files embed.FS

// writing is one kind of mail in one language. The text has the subject, and both have a body for the language's layout.
type writing struct {
	text *texttemplate.Template
	html *template.Template
}

// writings holds the kinds by the folder of their language, from when they are first needed.
var writings = sync.OnceValue(func() map[string]map[Kind]writing {
	return map[string]map[Kind]writing{"en": parse("en"), "zh": parse("zh")}
})

func parse(folder string) map[Kind]writing {
	parsed := make(map[Kind]writing, len(needs))
	for kind := range needs {
		layout, body := "templates/"+folder+"/layout", "templates/"+folder+"/"+strings.ToLower(string(kind))
		parsed[kind] = writing{
			text: texttemplate.Must(texttemplate.ParseFS(files, layout+".txt", body+".txt")),
			html: template.Must(template.ParseFS(files, layout+".html", body+".html")),
		}
	}
	return parsed
}

// fill returns a message to nobody.
func (w writing) fill(content content) (Message, error) {
	var subject, text, html strings.Builder
	if err := w.text.ExecuteTemplate(&subject, "subject", content); err != nil {
		return Message{}, err
	}
	if err := w.text.ExecuteTemplate(&text, "mail", content); err != nil {
		return Message{}, err
	}
	if err := w.html.ExecuteTemplate(&html, "mail", content); err != nil {
		return Message{}, err
	}
	return Message{Subject: subject.String(), Text: text.String(), HTML: html.String()}, nil
}
