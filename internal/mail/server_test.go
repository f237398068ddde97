package mail

import (
	"errors"
	"strings"
	"testing"

	gomail "github.com/wneessen/go-mail"
)

func TestParseServer(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]server{
		"smtp://mail.example.com":                    {host: "mail.example.com", port: "587", startTLS: gomail.TLSOpportunistic},
		"smtp://mail.example.com:25/":                {host: "mail.example.com", port: "25", startTLS: gomail.TLSOpportunistic},
		"smtp://[::1]:2525?tls=none":                 {host: "::1", port: "2525", startTLS: gomail.NoTLS},
		"SMTP://u%40x:p%3Aw%2F%20@h.example":         {host: "h.example", port: "587", user: "u@x", password: "p:w/ ", startTLS: gomail.TLSOpportunistic},
		"smtp://user:secret@h.example?tls=required":  {host: "h.example", port: "587", user: "user", password: "secret", startTLS: gomail.TLSMandatory},
		"smtps://user:secret@mail.example.com":       {host: "mail.example.com", port: "465", user: "user", password: "secret", isTLS: true, startTLS: gomail.TLSOpportunistic},
		"smtps://user:secret@mail.example.com:65535": {host: "mail.example.com", port: "65535", user: "user", password: "secret", isTLS: true, startTLS: gomail.TLSOpportunistic},
	} {
		if got, err := parseServer(address); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", address, got, err, want)
		}
	}
}

func TestAnAddressThatCannotBeReadIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "secret", "//user:secret@h.example", "h.example:25", "http://user:secret@h.example", "smtp:user:secret@h.example", "smtp://",
		"smtp://user:secret@", "smtp://user:secret@:25", "smtp://user:sec/ret@h.example", "smtp://user:25#secret@h.example",
		"smtp://user:25?secret@h.example", "smtp://user:%secret@h.example", "smtp://user:secret@h.example:0", "smtp://user:secret@h.example:65536",
		"smtp://user:secret@h.example:smtp", "smtp://user:secret@h.example/inbox", "smtp://user:secret@h.example#x",
		"smtp://secret@h.example", "smtp://secret:@h.example", "smtp://:secret@h.example",
		"smtp://user:secret@h.example?tls", "smtp://user:secret@h.example?tls=", "smtp://user:secret@h.example?tls=maybe", "smtp://user:secret@h.example?TLS=none",
		"smtp://user:secret@h.example?tls=none&tls=required", "smtp://user:secret@h.example?tls=none&x=y", "smtp://user:secret@h.example?x=none",
		"smtp://user:secret@h.example?tls=%zz", "smtps://user:secret@h.example?tls=none", "smtps://user:secret@h.example?tls=required",
		"smtp://user:secret@h.example\r\n", "smtp://user:secret@h\x00.example",
	} {
		s, err := NewSMTP(address, "no-reply@example.com")
		if !errors.Is(err, errServer) || s != nil {
			t.Errorf("%q: %v, %v", address, s, err)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q is repeated: %v", address, err)
		}
	}
}
