package mail

import (
	"crypto/rand"
	"errors"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"minidock/internal/email"
)

var (
	errReceiver = errors.New("mail: the receiver is not one plain address")
	errFrom     = errors.New("mail: the sender is not one plain address, with or without a display name")
)

// letterhead is what all messages of a sender share.
type letterhead struct {
	from   netmail.Address
	domain string
}

// IsSender says whether mails can come from this: one plain address, with or without a display name.
func IsSender(from string) bool {
	_, err := newLetterhead(from)
	return err == nil
}

func newLetterhead(from string) (letterhead, error) {
	named, err := netmail.ParseAddress(from)
	if err != nil {
		return letterhead{}, errFrom
	}
	address, domain, ok := plain(named.Address)
	if !ok {
		return letterhead{}, errFrom
	}
	return letterhead{from: netmail.Address{Name: header(named.Name, maxName), Address: address}, domain: domain}, nil
}

// write returns the message as it goes over the wire, with a date and an id of its own, or errReceiver. Its lines are short and in ASCII,
// which every mail server takes.
func (l letterhead) write(m Message) (*gomail.Msg, error) { return l.writeIn(gomail.EncodingQP, m) }

// writeReadable is write for a message that people read as it is: its text is in UTF-8 and its links are in one piece, if the lines are not
// too long for that.
func (l letterhead) writeReadable(m Message) (*gomail.Msg, error) {
	text, textOK := inLines(m.Text)
	html, htmlOK := inLines(m.HTML)
	if !textOK || !htmlOK {
		return l.write(m)
	}
	m.Text, m.HTML = text, html
	letter, err := l.writeIn(gomail.NoEncoding, m)
	if err == nil && m.HTML != "" { // of the parts together; go-mail writes those of each
		letter.SetGenHeader(gomail.HeaderContentTransferEnc, gomail.NoEncoding.String())
	}
	return letter, err
}

func (l letterhead) writeIn(encoding gomail.Encoding, m Message) (*gomail.Msg, error) {
	to, _, ok := plain(m.To)
	if !ok {
		return nil, errReceiver
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(encoding))
	letter.FromMailAddress(&l.from)
	letter.ToMailAddress(&netmail.Address{Address: to})
	letter.Subject(header(m.Subject, maxSubject))
	letter.SetDate()
	letter.SetMessageIDWithValue(rand.Text() + "@" + l.domain)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // asks for no "out of office"
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}

// plain returns an address that is one already, with its domain in punycode: any mail server takes it.
func plain(raw string) (address, domain string, ok bool) {
	parsed, err := email.Parse(raw)
	if err != nil || parsed.String() != raw {
		return "", "", false
	}
	local, _, _ := strings.Cut(raw, "@")
	_, domain, _ = strings.Cut(parsed.Canonical(), "@")
	return local + "@" + domain, domain, true
}
