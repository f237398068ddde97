package app

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"minidock/internal/store"
	"minidock/internal/web"
)

// announce says where the server is found: in words on a terminal, and otherwise in the log.
func (o Options) announce(publicURL string, s settings, log *slog.Logger) {
	if IsTerminal(o.Stderr) {
		writeBanner(o.Stderr, o.banner(publicURL, s))
		return
	}
	log.Info("serving", s.announcement(publicURL, o.demoCommand())...)
}

// announcement is what the log says at start. The demo's people, whose password everybody knows, are not suggested for a server in
// production, nor is a playground that is closed.
func (s settings) announcement(publicURL, demoCommand string) []any {
	said := []any{"address", publicURL, "version", ReadVersion().Program}
	if s.playgroundIsOpen(publicURL) {
		said = append(said, "playground", publicURL+"/playground")
	}
	if !isHTTPS(publicURL) {
		said = append(said, "hint", "to load people to play with, run: "+demoCommand)
	}
	return said
}

func (s settings) playgroundIsOpen(publicURL string) bool {
	return s.introspection == web.Everyone || s.introspection == "" && !isHTTPS(publicURL)
}

// banner is what a terminal shows at start: lines of a name and what it stands for.
func (o Options) banner(publicURL string, s settings) [][2]string {
	lines := [][2]string{{"minidock", ReadVersion().Program}, {"Address", publicURL}}
	switch {
	case s.playgroundIsOpen(publicURL):
		lines = append(lines, [2]string{"Playground", publicURL + "/playground"})
	case s.introspection != web.Nobody:
		lines = append(lines, [2]string{"Playground", publicURL + "/playground, for signed-in staff"})
	}
	if o.DatabaseURL != "" {
		lines = append(lines, [2]string{"Database", store.Describe(o.DatabaseURL)}, [2]string{"Files", o.Folder})
	} else {
		lines = append(lines, [2]string{"Data", o.Folder + " (SQLite)"})
	}
	lines = append(lines, [2]string{"Mails", o.mailTarget()})
	if !isHTTPS(publicURL) {
		lines = append(lines, [2]string{"Demo", "to load people to play with: " + o.demoCommand()})
	}
	return append(lines, [2]string{"Stop", "Ctrl-C"})
}

// mailTarget says where mails go, without the password of the mail server.
func (o Options) mailTarget() string {
	if o.SMTPURL == "" {
		return "written to " + o.mails() + ", as .eml files"
	}
	u, err := url.Parse(o.SMTPURL)
	if err != nil {
		return "sent by SMTP"
	}
	return "sent through " + u.Host
}

func writeBanner(to io.Writer, lines [][2]string) {
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&text, "  %-12s%s\n", line[0], line[1])
	}
	_, _ = fmt.Fprintf(to, "\n%s\n", text.String())
}

// demoCommand does not repeat the database's URL, which may hold a password.
func (o Options) demoCommand() string {
	if o.DatabaseURL != "" {
		return "minidock demo load --database-url ... (as for serve)"
	}
	return "minidock demo load --data " + o.Folder
}
