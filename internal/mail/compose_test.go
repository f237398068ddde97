package mail

import (
	"html"
	"io/fs"
	"minidock/internal/locale"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

var (
	kinds     = []Kind{PasswordReset, PasswordChanged, EmailConfirmation, EmailChanged, Invitation}
	languages = []language.Tag{language.English, language.SimplifiedChinese}

	// mutations are those that take the token of a kind.
	mutations = map[Kind]string{PasswordReset: "resetPassword", EmailConfirmation: "confirmEmail", Invitation: "acceptInvitation"}

	facts = Facts{
		Name: "Zoë", Link: "https://front.example/take?a=1&token=to+ken-1_2", Token: "to+ken-1_2", ValidFor: 36 * time.Hour,
		NewEmail: "new@example.org", Inviter: "李雷", Workspace: "Ann & Co", Role: "DEVELOPER",
	}
)

func compose(t *testing.T, kind Kind, tag language.Tag, to string, facts Facts) Message {
	t.Helper()
	m, err := Compose(kind, tag, to, facts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bodies returns both texts of a message as a reader sees them, the HTML with its tags.
func bodies(m Message) []string { return []string{m.Text, html.UnescapeString(m.HTML)} }

func TestComposeTellsWhatItsKindIsAbout(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for _, tag := range languages {
			m := compose(t, kind, tag, "ann@example.com", facts)
			if m.To != "ann@example.com" || !strings.Contains(m.Subject, "minidock") {
				t.Errorf("%s, %v: to %q about %q", kind, tag, m.To, m.Subject)
			}
			for _, body := range append(bodies(m), m.Subject) {
				for _, not := range []string{"<no value>", "{{", "}}", "%!", "ZgotmplZ", "PASSWORD", "DEVELOPER", "36h"} {
					if strings.Contains(body, not) {
						t.Errorf("%s, %v has %q: %s", kind, tag, not, body)
					}
				}
			}
			for _, body := range bodies(m) {
				checkBody(t, kind, tag, body)
			}
		}
	}
}

// checkBody makes sure that the body contains the facts of its kind and no others.
func checkBody(t *testing.T, kind Kind, tag language.Tag, body string) {
	t.Helper()
	takesToken := mutations[kind] != ""
	contains := map[string]bool{
		facts.Name: true, facts.Link: takesToken, facts.Token: takesToken,
		map[language.Tag]string{language.English: "36 hours", language.SimplifiedChinese: "36 小时"}[tag]: takesToken,
		facts.NewEmail: kind == EmailChanged,
		facts.Inviter:  kind == Invitation, facts.Workspace: kind == Invitation,
		map[language.Tag]string{language.English: "developer", language.SimplifiedChinese: "开发者"}[tag]: kind == Invitation,
	}
	for _, mutation := range mutations {
		contains[mutation] = mutation == mutations[kind]
	}
	for fact, want := range contains {
		if strings.Contains(body, fact) != want {
			t.Errorf("%s, %v contains %q: %t, want %t\n%s", kind, tag, fact, !want, want, body)
		}
	}
	if hasHan := strings.Contains(body, "您"); hasHan != (tag == language.SimplifiedChinese) {
		t.Errorf("%s, %v is in the other language: %s", kind, tag, body)
	}
}

func TestComposeReadsAsAPersonWroteIt(t *testing.T) {
	t.Parallel()
	m := compose(t, PasswordReset, language.English, "ann@example.com", facts)
	if want := `Hello Zoë,

Someone asked to reset the password of your minidock account.

To choose a new password, open this link:

https://front.example/take?a=1&token=to+ken-1_2

Or call the mutation resetPassword with this token:

to+ken-1_2

The link and the token are valid for 36 hours.

If this was not you, ignore this email. Your password stays the same.

minidock
`; m.Text != want {
		t.Errorf("got\n%s\nwant\n%s", m.Text, want)
	}
}

func TestAnInvitationNamesWhoInvitesWhereToAndTheRole(t *testing.T) {
	t.Parallel()
	for tag, want := range map[language.Tag]string{
		language.English:           "李雷 has invited you to join the workspace “Ann & Co” on minidock. Your role will be developer.",
		language.SimplifiedChinese: "李雷 邀请您加入 minidock 工作空间“Ann & Co”，您的角色为开发者。",
	} {
		for _, body := range bodies(compose(t, Invitation, tag, "ann@example.com", facts)) {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s", tag, body)
			}
		}
	}
}

func TestMailsAreInPlainWords(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for _, tag := range languages {
			m := compose(t, kind, tag, "ann@example.com", facts)
			for _, body := range append(bodies(m), m.Subject) {
				for _, not := range []string{"e-mail", "E-mail", "tell the people", "at once", "变更", "账户", "管理者"} {
					if strings.Contains(body, not) {
						t.Errorf("%s, %s has %q: %s", kind, tag, not, body)
					}
				}
			}
		}
	}
}

func TestComposeGreetsWithoutAName(t *testing.T) {
	t.Parallel()
	nameless := facts
	nameless.Name = "\u202e"
	for tag, greeting := range map[language.Tag]string{language.English: "Hello,", language.SimplifiedChinese: "您好："} {
		m := compose(t, Invitation, tag, "ann@example.com", nameless)
		if !strings.HasPrefix(m.Text, greeting+"\n") || !strings.Contains(m.HTML, "<p>"+greeting+"</p>") {
			t.Errorf("%v: %s%s", tag, m.Text, m.HTML)
		}
	}
}

func TestComposeEscapesNamesInHTML(t *testing.T) {
	t.Parallel()
	hostile := facts
	hostile.Name, hostile.Inviter, hostile.Workspace, hostile.Role = "<b>x</b>", "<i>y</i>", `"><img src=z>`, "<u>w</u>"
	hostile.NewEmail, hostile.Token = "<s>v</s>", "<q>t</q>"
	for _, kind := range kinds {
		for _, tag := range languages {
			m := compose(t, kind, tag, "ann@example.com", hostile)
			for _, not := range []string{"<b>", "<i>", "<img", "<u>", "<s>", "<q>"} {
				if strings.Contains(m.HTML, not) {
					t.Errorf("%s, %v: %s", kind, tag, m.HTML)
				}
			}
			if !strings.Contains(m.HTML, "&lt;b&gt;x&lt;/b&gt;") || !strings.Contains(m.Text, "<b>x</b>") {
				t.Errorf("%s, %v: %s%s", kind, tag, m.Text, m.HTML)
			}
		}
	}
}

func TestComposeKeepsNamesToOneLine(t *testing.T) {
	t.Parallel()
	long := facts
	long.Inviter, long.Workspace = "Eve\r\nBcc: eve@example.com\u202e", strings.Repeat("very long ", 10_000)
	m := compose(t, Invitation, language.English, "ann@example.com", long)
	if strings.ContainsAny(m.Subject, "\r\n\u202e") || len(m.Subject) > 4*maxSubject || len(m.Text) > 2_000 {
		t.Errorf("%q %q", m.Subject, m.Text)
	}
	for _, body := range bodies(m) {
		if strings.Contains(body, "\nBcc") || strings.Contains(body, "\u202e") {
			t.Errorf("%q", body)
		}
	}
}

func TestComposeTellsTheNewAddressWhole(t *testing.T) {
	t.Parallel()
	long := facts
	long.NewEmail = "a=?b" + strings.Repeat("x", 200) + "@example.com"
	for _, body := range bodies(compose(t, EmailChanged, language.English, "ann@example.com", long)) {
		if !strings.Contains(body, long.NewEmail) {
			t.Errorf("%s", body)
		}
	}
}

func TestComposeRefusesFactsThatLackSomething(t *testing.T) {
	t.Parallel()
	without := map[string]func(*Facts){
		"link": func(f *Facts) { f.Link = "" }, "token": func(f *Facts) { f.Token = "" }, "validFor": func(f *Facts) { f.ValidFor = 0 },
		"newEmail": func(f *Facts) { f.NewEmail = "" }, "inviter": func(f *Facts) { f.Inviter = "\x00" },
		"workspace": func(f *Facts) { f.Workspace = " " }, "role": func(f *Facts) { f.Role = "" },
	}
	for _, kind := range kinds {
		for fact, drop := range without {
			lacking := facts
			drop(&lacking)
			m, err := Compose(kind, language.English, "ann@example.com", lacking)
			if needed := slices.Contains(needs[kind], fact); (err != nil) != needed || needed && m != (Message{}) {
				t.Errorf("%s without %s: %v", kind, fact, err)
			}
		}
	}
	if _, err := Compose("NEWS", language.English, "ann@example.com", facts); err == nil {
		t.Error("there is no kind NEWS")
	}
}

func TestComposeRefusesLinksThatAreNoneOfTheWebAndDoesNotRepeatThem(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"javascript:alert('secret')", "data:text/html,secret", "mailto:secret@example.com", "/secret", "//front.example/secret", "https:///secret",
		"https:secret", "https://front.example/secret\nBcc: x", "https://front.example/ secret", "https://front.example/secret\u2028", "secret\x00", "https://%secret",
	} {
		odd := facts
		odd.Link = link
		if m, err := Compose(PasswordReset, language.English, "ann@example.com", odd); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, %v", link, m, err)
		}
	}
}

func TestTemplatesAskForNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	found := 0
	err := fs.WalkDir(files, "templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		found++
		content, err := files.ReadFile(path)
		for _, not := range []string{"http:", "https:", "src=", "url(", "<img", "<script", "<link", "<style", "!"} {
			if strings.Contains(strings.ReplaceAll(string(content), "<!DOCTYPE", ""), not) {
				t.Errorf("%s has %q", path, not)
			}
		}
		return err
	})
	if want := 2 * 2 * (len(kinds) + 1); err != nil || found != want {
		t.Errorf("%d templates, %v; want %d", found, err, want)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration][2]string{
		time.Second:                    {"1 minute", "1 分钟"},
		time.Minute:                    {"1 minute", "1 分钟"},
		119 * time.Second:              {"1 minute", "1 分钟"},
		30 * time.Minute:               {"30 minutes", "30 分钟"},
		time.Hour:                      {"1 hour", "1 小时"},
		time.Hour + time.Second:        {"60 minutes", "60 分钟"},
		90 * time.Minute:               {"90 minutes", "90 分钟"},
		2*time.Hour - time.Nanosecond:  {"119 minutes", "119 分钟"},
		24*time.Hour - time.Nanosecond: {"23 hours", "23 小时"},
		24 * time.Hour:                 {"1 day", "1 天"},
		36 * time.Hour:                 {"36 hours", "36 小时"},
		7 * 24 * time.Hour:             {"7 days", "7 天"},
	} {
		for i, tag := range languages {
			if got := duration(d, tag); got != want[i] {
				t.Errorf("%v, %v: %q, want %q", d, tag, got, want[i])
			}
		}
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"OWNER": {"owner", "所有者"}, "MASTER": {"master", "管理员"}, "DEVELOPER": {"developer", "开发者"}, "Guest": {"Guest", "Guest"}, "": {"", ""},
	} {
		for i, tag := range languages {
			if got := locale.Word(name, tag); got != want[i] {
				t.Errorf("%s, %v: %q, want %q", name, tag, got, want[i])
			}
		}
	}
}
