package mail

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"minidock/internal/email"
	"minidock/internal/locale"
	"minidock/internal/text"
)

// Kind is what a mail is about.
type Kind string

// The kinds of mail. EmailChanged goes to the address that the account had before.
const (
	PasswordReset     Kind = "PASSWORD_RESET"
	PasswordChanged   Kind = "PASSWORD_CHANGED"
	EmailConfirmation Kind = "EMAIL_CONFIRMATION"
	EmailChanged      Kind = "EMAIL_CHANGED"
	Invitation        Kind = "INVITATION"
)

// Facts are the facts in a text. Which of them a kind needs is listed with its templates, in needs.
type Facts struct {
	// Name is the receiver's display name; empty if it is not known.
	Name string
	// Link is where the front end takes the token: an absolute address of http or https.
	Link string
	// Token is for those who send the mutation themselves.
	Token string
	// ValidFor is how long link and token are valid. The text rounds it down.
	ValidFor time.Duration
	// NewEmail is the address that the account has now.
	NewEmail string
	// Inviter invites the receiver to Workspace with this Role.
	Inviter, Workspace, Role string
}

// Compose writes the mail of this kind in the language of the tag. Names are written on one line each, cut when they are very long,
// and written so that no mail program makes a link of them. It refuses unknown kinds and missing facts, without repeating any. Send checks the address.
func Compose(kind Kind, tag language.Tag, to string, facts Facts) (Message, error) {
	facts = facts.cleaned()
	if err := facts.suffice(kind); err != nil {
		return Message{}, err
	}
	content := content{Facts: facts, ValidFor: duration(facts.ValidFor, tag)}
	content.Role = locale.Word(facts.Role, tag)
	m, err := writings()[folderOf(tag)][kind].fill(content)
	if err != nil {
		return Message{}, fmt.Errorf("compose mail: %w", err)
	}
	m.To, m.Subject = to, header(m.Subject, maxSubject)
	return m, nil
}

// content is what templates see.
type content struct {
	Facts
	ValidFor string
}

func (f Facts) cleaned() Facts {
	for _, name := range []*string{&f.Name, &f.Inviter, &f.Workspace, &f.Role} {
		*name = text.Unlinked(line(*name, maxName))
	}
	f.NewEmail = line(f.NewEmail, email.MaxBytes)
	return f
}

func (f Facts) suffice(kind Kind) error {
	needed, ok := needs[kind]
	if !ok {
		return errors.New("compose mail: unknown kind")
	}
	known := map[string]bool{
		"link": isWeb(f.Link), "token": f.Token != "", "validFor": f.ValidFor > 0, "newEmail": f.NewEmail != "",
		"inviter": f.Inviter != "", "workspace": f.Workspace != "", "role": f.Role != "",
	}
	for _, fact := range needed {
		if !known[fact] {
			return fmt.Errorf("compose mail: %s needs %s", kind, fact)
		}
	}
	return nil
}

func isWeb(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsFunc(link, unicode.IsSpace)
}

func folderOf(tag language.Tag) string {
	if locale.IsChinese(tag) {
		return "zh"
	}
	return "en"
}
