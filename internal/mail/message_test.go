package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"testing"
)

const from = "minidock <no-reply@example.com>"

// sent returns a message as it goes over the wire.
func sent(t *testing.T, m Message) []byte {
	t.Helper()
	head, err := newLetterhead(from)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := head.write(m)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := letter.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

// hostile are texts that would make header fields, receivers or parts of their own where they are taken as they are.
var hostile = []string{
	"x\r\nBcc: eve@example.com", "x\nBcc: eve@example.com", "x\rBcc: eve@example.com", "x\r\n\tfolded", "x\r\n\r\n<b>body</b>", "\r\n.\r\nMAIL FROM:<eve@example.com>",
	"x\x00y", "\u202Eelif\u202C", "=?utf-8?Q?=0D=0ABcc:_eve@example.com?=", "=?utf-8?B?4oCuZWxpZg==?=", "x\u2028Bcc: eve@example.com", "x\u0085Bcc: eve@example.com",
	`"eve" <eve@example.com>, y`, "eve@example.com, ", "(comment) <eve@example.com>;", strings.Repeat("x", 5_000), strings.Repeat("李", 5_000), strings.Repeat("x \r\n", 5_000),
	"\xff\xfe\r\nBcc: eve@example.com", "--\r\nContent-Type: text/html\r\n\r\n<b>part</b>",
}

func TestNoTextMakesAHeaderOrAReceiver(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		m := Message{To: "ann@example.com", Subject: text, Text: text, HTML: "<p>" + text + "</p>"}
		raw := sent(t, m)
		checkHeader(t, raw, "ann@example.com")
		read := open(t, raw)
		if read.subject != header(text, maxSubject) || strings.ContainsAny(read.subject, "\r\n\x00\u202e\u2028") {
			t.Errorf("%.60q: about %q", text, read.subject)
		}
		if bytes.Contains(raw, []byte("=?utf-8?B?4oCu")) {
			t.Errorf("%.60q went as an encoded word", text)
		}
	}
}

func TestNoFactMakesAHeaderOrAReceiver(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		for _, kind := range kinds {
			for _, tag := range languages {
				names := Facts{Name: text, Link: facts.Link, Token: text, ValidFor: facts.ValidFor, NewEmail: text, Inviter: text, Workspace: text, Role: text}
				checkHeader(t, sent(t, compose(t, kind, tag, "ann@example.com", names)), "ann@example.com")
			}
		}
	}
}

func TestADisplayNameOfTheSenderMakesNoHeader(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"minidock", "迷你码头", `"a, b"`, `"\"eve\" <eve@example.com>"`, "=?utf-8?Q?x=0D=0ABcc=3A_eve?=", "=?utf-8?Q?=E2=80=AEelif?=",
		`"=?utf-8?B?4oCuZWxpZg==?="`, strings.Repeat("long ", 1_000),
	} {
		head, err := newLetterhead(name + " <no-reply@example.com>")
		if err != nil {
			t.Errorf("%.60q: %v", name, err)
			continue
		}
		letter, err := head.write(Message{To: "ann@example.com", Subject: "x", Text: "x", HTML: "x"})
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if _, err := letter.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		checkHeader(t, raw.Bytes(), "ann@example.com")
		senders, err := open(t, raw.Bytes()).header.AddressList("From")
		if err != nil || len(senders) != 1 || senders[0].Address != "no-reply@example.com" || strings.ContainsAny(senders[0].Name, "\r\n\u202e") {
			t.Errorf("%.60q: from %v, %v", name, senders, err)
		}
	}
}

func TestASenderIsOnePlainAddress(t *testing.T) {
	t.Parallel()
	for _, from := range []string{
		"", "minidock", "minidock <>", "a@b.cc, d@e.ff", "a@localhost", "a@b.cc\r\nBcc: eve@example.com", "x\r\nBcc: eve@example.com <a@b.cc>",
		"group: a@b.cc, d@e.ff;", `"a b"@c.dd`, "a@[127.0.0.1]", "x <a@b.cc> y",
	} {
		if s, err := NewSMTP("smtp://mail.example.com", from); err != errFrom || s != nil {
			t.Errorf("%q: %v, %v", from, s, err)
		}
		if s, err := NewFolder(t.TempDir(), from, nil); err != errFrom || s != nil {
			t.Errorf("%q: %v, %v", from, s, err)
		}
	}
}

// notPlain are no plain addresses, one each.
var notPlain = []string{
	"", "ann", "ann@localhost", "Ann <ann@example.com>", "<ann@example.com>", " ann@example.com", "ann@example.com\r\n", "ann@example.com\nBcc: eve@example.com",
	"ann@example.com,eve@example.com", "ann@example.com eve@example.com", "ann@example.com;eve@example.com", "group:ann@example.com;", `"ann eve"@example.com`,
	"ann@example.com>\r\nRCPT TO:<eve@example.com", "ann@exam\x00ple.com", "ann\u202e@example.com", "李@example.com", "=?utf-8?Q?ann?=@example.com\r\n",
	"ann@[127.0.0.1]", "@relay.example:ann@example.com", strings.Repeat("a", 250) + "@example.com",
}

func TestPlainGivesWhatEveryServerTakes(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][2]string{
		"Ann.Lee+x@Example.com": {"Ann.Lee+x@example.com", "example.com"},
		"li@例子.中国":              {"li@xn--fsqu00a.xn--fiqs8s", "xn--fsqu00a.xn--fiqs8s"},
	} {
		if address, domain, ok := plain(raw); address != want[0] || domain != want[1] || !ok {
			t.Errorf("%s: %s at %s, %t", raw, address, domain, ok)
		}
	}
	for _, raw := range notPlain {
		if address, _, ok := plain(raw); ok {
			t.Errorf("%q: %q", raw, address)
		}
	}
}

func TestAMessageHasADateAndAnIDOfItsOwn(t *testing.T) {
	t.Parallel()
	m := Message{To: "ann@example.com", Subject: "x", Text: "x", HTML: "x"}
	first, second := open(t, sent(t, m)).header.Get("Message-Id"), open(t, sent(t, m)).header.Get("Message-Id")
	for _, id := range []string{first, second} {
		if !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, "@example.com>") {
			t.Errorf("%q", id)
		}
	}
	if first == second {
		t.Errorf("both are %s", first)
	}
}

func TestAMessageWithoutHTMLIsPlainText(t *testing.T) {
	t.Parallel()
	raw := sent(t, Message{To: "ann@example.com", Subject: "x", Text: "only text"})
	checkHeader(t, bytes.Replace(raw, []byte("Content-Transfer-Encoding: quoted-printable\r\n"), nil, 1), "ann@example.com")
	letter, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil || !strings.HasPrefix(letter.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%s, %v", raw, err)
	}
}

// A message in a folder has no line that is too long for one, and links in one piece.
func TestAReadableMessageIsAValidOne(t *testing.T) {
	t.Parallel()
	head, err := newLetterhead(from)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Repeat("早上好 ", 2_000)
	for name, test := range map[string]struct {
		text, encoding string
	}{
		"short":           {"a\n.\nFrom here: " + facts.Link, "8bit"},
		"long lines":      {words + "\n" + facts.Link + "\n" + words, "8bit"},
		"a long word":     {strings.Repeat("早", 400), "quoted-printable"},
		"a carriage":      {"a\rb", "quoted-printable"},
		"what is no text": {"a\x00b\xff", "quoted-printable"},
	} {
		letter, err := head.writeReadable(Message{To: "ann@example.com", Subject: "早上好", Text: test.text, HTML: "<p>" + test.text + "</p>"})
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if _, err := letter.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(raw.String(), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
				t.Errorf("%s: a line has %d bytes: %.50q", name, len(line), line)
			}
		}
		if n := strings.Count(raw.String(), "Content-Transfer-Encoding: "+test.encoding+"\r\n"); n < 2 {
			t.Errorf("%s: not %s:\n%.2000s", name, test.encoding, raw.String())
		}
		unbroken := strings.NewReplacer("\n", " ", "  ", " ")
		if read := open(t, raw.Bytes()); test.encoding == "8bit" && unbroken.Replace(read.text) != unbroken.Replace(test.text) {
			t.Errorf("%s: %.200q", name, read.text)
		}
	}
}

// SMTP servers may not take anything but ASCII.
func TestAMessageOverTheWireIsASCII(t *testing.T) {
	t.Parallel()
	raw := sent(t, compose(t, Invitation, languages[1], "ann@example.com", facts))
	if bytes.ContainsFunc(raw, func(r rune) bool { return r > '~' }) || bytes.Contains(raw, []byte("8bit")) {
		t.Errorf("%s", raw)
	}
}
