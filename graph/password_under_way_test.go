package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"minidock/ent/mail"
	"minidock/internal/apitest"
)

// underWay is a request whose body is sent in two parts.
type underWay struct {
	recorder *httptest.ResponseRecorder
	send     *io.PipeWriter
	rest     []byte
	done     chan struct{}
}

// beginRequest sends the first bytes of a request, as many as the server asks for at first.
func beginRequest(t *testing.T, w *apitest.World, p *apitest.Person, contentType string, body []byte, first int) *underWay {
	t.Helper()
	reads, send := io.Pipe()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", reads)
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("GraphQL-Require-Preflight", "1")
	request.AddCookie(p.Cookie(t))
	u := &underWay{recorder: httptest.NewRecorder(), send: send, rest: body[first:], done: make(chan struct{})}
	go func() {
		defer close(u.done)
		w.Server.ServeHTTP(u.recorder, request)
		_ = reads.Close()
	}()
	if _, err := send.Write(body[:first]); err != nil {
		t.Fatal(err)
	}
	return u
}

// finish sends the rest and returns the answer.
func (u *underWay) finish(t *testing.T) *apitest.Recorded {
	t.Helper()
	_, _ = u.send.Write(u.rest) // who is refused before is not read to the end
	_ = u.send.Close()
	<-u.done
	return apitest.ReadRecorded(t, u.recorder)
}

func TestAPasswordChangeUnderWayBringsNoEndedSessionBack(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		body, err := io.ReadAll(apitest.QueryBody(t, changePassword, passwords(apitest.Password, newPassword)))
		if err != nil {
			t.Fatal(err)
		}
		change := beginRequest(t, w, ann, "application/json", body, 1)
		ann.Elsewhere(t).Do(t, signOutEverywhere, nil)
		if told := change.finish(t); told.Code(t) != "UNAUTHENTICATED" || strings.Contains(change.recorder.Header().Get("Set-Cookie"), "minidock_session=") {
			t.Errorf("answer %s, cookie %s", told.Body, change.recorder.Header().Get("Set-Cookie"))
		}
		if n := countSessions(t, w, ann); n != 0 {
			t.Errorf("%d sessions live", n)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "")
	})
}

// Headers first, the end of the session meanwhile, then the body: however the body comes, nothing is changed.
func TestASessionThatEndsUnderWayChangesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		before := w.Written(t)
		input := apitest.CreateInput(workspaceID)
		short := jsonBody(t, apitest.CreateMutation, apitest.Vars{"input": input})
		long := jsonBody(t, apitest.CreateMutation, apitest.Vars{"input": input.With("logo", apitest.Vars{"base64": apitest.Base64(apitest.Padded(apitest.PNG(64, 64), 200_000))})})
		picture := apitest.File{Name: "a.png", Content: apitest.Padded(apitest.PNG(64, 64), 200_000)}
		form, contentType := apitest.Multipart(t, apitest.CreateMutation, apitest.Vars{"input": input.With("logo", apitest.Vars{"file": nil})},
			map[string]apitest.File{"variables.input.logo.file": picture})
		for name, sent := range map[string]struct {
			contentType string
			body        []byte
			first       int
		}{
			"nothing of a short body":   {"application/json", short, 0},
			"all of it but its end":     {"application/json", short, len(short) - 1},
			"a long body's beginning":   {"application/json", long, 1},
			"more than is read at once": {"application/json", long, 100_000},
			"a form's beginning":        {contentType, form, 1},
			"half of a file":            {contentType, form, 100_000},
		} {
			ann.SignIn(t)
			create := beginRequest(t, w, ann, sent.contentType, sent.body, sent.first)
			if code := ann.Elsewhere(t).Do(t, signOutEverywhere, nil).Code(t); code != "" {
				t.Fatal(code)
			}
			if told := create.finish(t); told.Code(t) != "UNAUTHENTICATED" {
				t.Errorf("%s: %s", name, told.Body)
			}
			if after := w.Written(t); after != before {
				t.Errorf("%s: %s has become %s", name, before, after)
			}
		}
		ann.SignIn(t)
		if told := beginRequest(t, w, ann, contentType, form, 100_000).finish(t); told.Code(t) != "" || w.Written(t) == before {
			t.Errorf("in a session that lives: %s", told.Body)
		}
	})
}

func jsonBody(t *testing.T, text string, variables apitest.Vars) []byte {
	t.Helper()
	body, err := io.ReadAll(apitest.QueryBody(t, text, variables))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestASecondFactorThatWasBegunEndsWithThePassword(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ends := map[string]func(p *apitest.Person){
			"change": func(p *apitest.Person) { changesPassword(t, p) },
			"reset": func(p *apitest.Person) {
				done(t, w.Visitor(t).Do(t, resetPassword, tokenAnd(requestsReset(t, w, p), newPassword)), "resetPassword")
			},
		}
		for name, end := range ends {
			ann := w.SignUp(t, name)
			thief := ann.Elsewhere(t)
			secret := thief.Do(t, enableTotp, apitest.Vars{"password": apitest.Password}).String(t, "enableTotp.totpSecret.secret")
			end(ann)
			again := w.Visitor(t)
			tries(t, again, ann.Email, newPassword, "")
			code := authenticator{w: w, secret: secret}.code(t, 0)
			hasMistakes(t, name, again.Do(t, confirmTotp, apitest.Vars{"code": code}), "confirmTotp", "NOT_STARTED")
		}
	})
}

func TestAnEmailChangeUnderWayEndsWithThePassword(t *testing.T) {
	apitest.RunWith(t, manyFailures, func(t *testing.T, w *apitest.World) {
		for i := range 10 {
			w.Client.Mail.Delete().ExecX(t.Context())
			w.Client.Throttle.Delete().ExecX(t.Context())
			ann := w.SignUp(t, fmt.Sprint("ann", i))
			token := requestsReset(t, w, ann)
			apitest.AtOnce(2, func(i int) *apitest.Answer {
				if i == 0 {
					return w.Visitor(t).Do(t, resetPassword, tokenAnd(token, newPassword))
				}
				return ann.Do(t, changeEmail, credentials("thief@example.com", apitest.Password))
			})
			if n := w.Client.Mail.Query().Where(mail.KindEQ(mail.KindEMAIL_CONFIRMATION)).CountX(t.Context()); n != 0 {
				t.Fatalf("%d mails would hand the account over", n)
			}
		}
	})
}
