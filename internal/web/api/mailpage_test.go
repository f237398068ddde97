package api_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

var link = regexp.MustCompile(`https?://\S+#token=[\w-]+`)

// Without a front end of its own, the server has the pages that its mails lead to, and no log has their tokens.
func TestTheLinkInAMailLeadsToAPageOfTheServer(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUpUnconfirmed(t, "ann")
		letter := w.LetterTo(t, ann.Email)
		for _, text := range []string{letter.Text, letter.HTML} {
			address, err := url.Parse(link.FindString(text))
			if err != nil || address.RawQuery != "" || !strings.HasPrefix(address.String(), w.URL+"/confirm-email#token=") {
				t.Fatalf("%v, %v in %s", address, err, text)
			}
			response, body := send(t, w, http.MethodGet, address.Path, nil)
			if response.StatusCode != http.StatusOK || !strings.Contains(body, `data-page="confirm-email"`) || response.Header.Get("Referrer-Policy") != "no-referrer" ||
				response.Header.Get("Set-Cookie") != "" || response.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s: status %d, %v", address.Path, response.StatusCode, response.Header)
			}
		}
		response, _ := send(t, w, http.MethodPost, "/confirm-email", nil)
		if response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("a form without its script: status %d", response.StatusCode)
		}
		w.Stop()
		if token := letter.Token(t); strings.Contains(w.Log.String(), token) {
			t.Error("the log has the token")
		}
	})
}
