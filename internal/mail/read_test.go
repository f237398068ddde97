package mail

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
)

// opened is a message as a mail program shows it.
type opened struct {
	header              netmail.Header
	subject, text, html string
}

// open reads a message, which must have a text and an HTML part in UTF-8 and nothing else.
func open(t *testing.T, raw []byte) opened {
	t.Helper()
	letter, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, parameters, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%q, %v", kind, err)
	}
	parts := multipart.NewReader(letter.Body, parameters["boundary"])
	read := opened{header: letter.Header, subject: decoded(t, letter.Header.Get("Subject"))}
	read.text = part(t, parts, "text/plain")
	read.html = part(t, parts, "text/html")
	if extra, err := parts.NextRawPart(); err != io.EOF {
		t.Fatalf("a third part: %v, %v", extra, err)
	}
	return read
}

func part(t *testing.T, parts *multipart.Reader, want string) string {
	t.Helper()
	part, err := parts.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	kind, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil || kind != want || !strings.EqualFold(parameters["charset"], "UTF-8") {
		t.Fatalf("%v, %v; want %s", part.Header, err, want)
	}
	content, err := io.ReadAll(decodedPart(t, part))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(content), "\r\n", "\n")
}

func decodedPart(t *testing.T, part *multipart.Part) io.Reader {
	t.Helper()
	switch encoding := part.Header.Get("Content-Transfer-Encoding"); encoding {
	case "quoted-printable":
		return quotedprintable.NewReader(part)
	case "8bit":
	default:
		t.Fatalf("encoded as %q", encoding)
	}
	return part
}

func decoded(t *testing.T, header string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// written are the header fields that every message has, each exactly once.
var written = []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}

// checkHeader fails unless the message has the header fields that it ought to have and no others, and one receiver.
func checkHeader(t *testing.T, raw []byte, to string) {
	t.Helper()
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("a line of the header: %q", line)
		}
	}
	letter, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range written {
		if values := letter.Header[field]; len(values) != 1 {
			t.Errorf("%s: %q", field, values)
		}
	}
	if len(letter.Header) != len(written) {
		t.Errorf("fields that were not asked for: %v", letter.Header)
	}
	receivers, err := letter.Header.AddressList("To")
	if err != nil || len(receivers) != 1 || *receivers[0] != (netmail.Address{Address: to}) {
		t.Errorf("to %v, %v; want %s", receivers, err, to)
	}
	if _, err := letter.Header.Date(); err != nil {
		t.Error(err)
	}
}
