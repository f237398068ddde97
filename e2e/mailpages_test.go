//go:build e2e

package e2e_test

import (
	"cmp"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var mailPictures = flag.String("mail-pictures", "", "folder where TestMailPages leaves pictures of the pages")

// TestMailPages follows the links in the mails of the data folder, as mailpages.js says. No token comes to the log.
func TestMailPages(t *testing.T) {
	t.Parallel()
	needNodeModules(t)
	chromium := cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")
	if _, err := os.Stat(chromium); err != nil {
		missing(t, "Chromium is not installed: %v", err)
	}
	data := t.TempDir()
	s := start(t, data)
	mails := filepath.Join(data, "mail")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "node", "mailpages.js", s.URL, mails, *mailPictures).CombinedOutput(); err != nil {
		t.Fatalf("the journey failed: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(mails, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails: %v", err)
	}
	token := regexp.MustCompile(`#token=([\w-]+)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range token.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(s.log.String(), found[1]) {
				t.Errorf("the log has the token of %s", file)
			}
		}
	}
}
