package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestWhatARequestThatCannotBeReadHeldIsNeitherAnsweredNorLogged(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		visitor := w.Visitor(t)
		visitor.Header.Set("GraphQL-Require-Preflight", "1")
		const secret = "hunter2-hunter2"
		const signingIn = `"query":"mutation { signOut { query { viewer { user { id } } } } }","variables":{"password":"` + secret + `"`
		multipart := func(operations string) string {
			return "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n" + operations +
				"\r\n--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--x--\r\n"
		}
		for name, body := range map[string]string{
			"cut short":         `{` + signingIn,
			"no JSON":           `password=` + secret,
			"a list":            `["` + secret + `"]`,
			"a text":            `"` + secret + `"`,
			"a number as query": `{"query":1,"password":"` + secret + `"}`,
			"text as variables": `{"query":"{ viewer { user { id } } }","variables":"` + secret + `"}`,
			"a bad escape":      `{"query":"\x","password":"` + secret + `"}`,
		} {
			answer := visitor.Post(t, "application/json", []byte(body))
			answer.Refused(t, "BAD_REQUEST")
			if answer.Errors[0].Extensions["requestId"] != answer.Header.Get("X-Request-Id") {
				t.Errorf("%s: %s", name, answer.Body)
			}
			if answer.Status == http.StatusInternalServerError || strings.Contains(answer.Body, "hunter2") {
				t.Errorf("%s: status %d: %s", name, answer.Status, answer.Body)
			}
			upload := visitor.Post(t, "multipart/form-data; boundary=x", []byte(multipart(body)))
			upload.Refused(t, "BAD_REQUEST")
			if strings.Contains(upload.Body, "hunter2") {
				t.Errorf("%s beside a file: status %d: %s", name, upload.Status, upload.Body)
			}
		}
		w.Stop()
		if logged := w.Log.String(); strings.Contains(logged, "hunter2") || strings.Contains(logged, `"level":"ERROR"`) {
			t.Errorf("logged %s", logged)
		}
	})
}
