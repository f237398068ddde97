package app

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"minidock/internal/web"
)

// What the log says at start leads nowhere that is closed, and never to people whose password everybody knows in production.
func TestTheLogSuggestsOnlyWhatIsOpen(t *testing.T) {
	t.Parallel()
	const http, https = "http://127.0.0.1:8080", "https://mini.example.com"
	for _, test := range []struct {
		publicURL           string
		introspection       web.Audience
		playground, suggest bool
	}{
		{http, "", true, true},
		{http, web.Everyone, true, true},
		{http, web.Staff, false, true},
		{http, web.Nobody, false, true},
		{https, "", false, false},
		{https, web.Everyone, true, false},
		{https, web.Nobody, false, false},
	} {
		said := fmt.Sprint(settings{introspection: test.introspection}.announcement(test.publicURL, Options{}.demoCommand())...)
		if strings.Contains(said, "/playground") != test.playground || strings.Contains(said, "demo") != test.suggest || !strings.Contains(said, test.publicURL) {
			t.Errorf("%+v: %s", test, said)
		}
	}
}

func TestTheBannerShowsNoPassword(t *testing.T) {
	t.Parallel()
	o := Options{Data: Data{Folder: "/data", DatabaseURL: "postgres://dock:secret@db.example.com/mini?sslmode=disable"}, SMTPURL: "smtps://post:secret@mail.example.com:465"}
	var text strings.Builder
	writeBanner(&text, o.banner("http://127.0.0.1:8080", settings{introspection: web.Nobody}))
	shown := text.String()
	for _, want := range []string{"http://127.0.0.1:8080\n", "postgres://dock@db.example.com:5432/mini\n", "sent through mail.example.com:465\n", "/data\n"} {
		if !strings.Contains(shown, want) {
			t.Errorf("want %q in\n%s", want, shown)
		}
	}
	if strings.Contains(shown, "secret") || strings.Contains(shown, "/playground") {
		t.Errorf("shown:\n%s", shown)
	}
}

func TestTheVersionIsThatOfTheBuild(t *testing.T) {
	t.Parallel()
	build := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	got := versionOf(build).String()
	for _, want := range []string{"minidock  v1.2.3\n", "commit    abc and changes\n", "date      2026-01-02T03:04:05Z\n", "go        go1.", "sqlite    3."} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	build.Main.Version = "(devel)"
	if got := versionOf(build).Program; got != "abc and changes" {
		t.Errorf("a build without a version is %q", got)
	}
	if got := versionOf(nil).Program; got != "development build" {
		t.Errorf("a build of which nothing is known is %q", got)
	}
}
