package mail

import (
	"strings"
	"testing"
	"time"
)

// FuzzComposeMakesOneMessage takes foreign text for each name of a mail. Whatever is in it, the message has the header fields
// of every other one, the receiver that was given, and two parts that contain the link and the token.
func FuzzComposeMakesOneMessage(f *testing.F) {
	for i, text := range hostile {
		f.Add(uint8(i), text, "Eve", text, "DEVELOPER", "eve@example.com", int64(time.Hour))
	}
	f.Fuzz(func(t *testing.T, choice uint8, name, inviter, workspace, role, newEmail string, validFor int64) {
		kind, tag := kinds[int(choice)%len(kinds)], languages[int(choice)/len(kinds)%len(languages)]
		input := Facts{Name: name, Inviter: inviter, Workspace: workspace, Role: role, NewEmail: newEmail, Link: facts.Link, Token: facts.Token, ValidFor: time.Duration(validFor)}
		m, err := Compose(kind, tag, "ann@example.com", input)
		if err != nil {
			if input.cleaned().suffice(kind) == nil {
				t.Fatal(err)
			}
			return
		}
		raw := sent(t, m)
		checkHeader(t, raw, "ann@example.com")
		read := open(t, raw)
		if read.subject != m.Subject || read.text != m.Text || read.html != m.HTML {
			t.Errorf("got %+v, want %+v", read, m)
		}
		takesToken := mutations[kind] != ""
		for _, body := range bodies(m) {
			if takesToken && (!strings.Contains(body, facts.Link) || !strings.Contains(body, mutations[kind])) {
				t.Errorf("no link or mutation: %q", body)
			}
		}
		if strings.ContainsAny(m.Subject, "\r\n") || strings.Contains(m.Subject, "=?") {
			t.Errorf("about %q", m.Subject)
		}
	})
}
