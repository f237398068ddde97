package api_test

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
	_, _ = u.send.Write(u.rest) // a request that was refused is not read to the end
	_ = u.send.Close()
	<-u.done
	return apitest.ReadRecorded(t, u.recorder)
}

func TestAPasswordChangeUnderWayBringsNoEndedSessionBack(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		body, err := io.ReadAll(apitest.QueryBody(t, apitest.Mutation("changePassword"), apitest.Vars{"input": apitest.Passwords(apitest.Password, apitest.NewPassword)}))
		if err != nil {
			t.Fatal(err)
		}
		change := beginRequest(t, w, ann, "application/json", body, 1)
		ann.Elsewhere(t).Mutate(t, "signOutEverywhere", nil)
		if answer := change.finish(t); answer.Code(t) != "UNAUTHENTICATED" || strings.Contains(change.recorder.Header().Get("Set-Cookie"), "minidock_session=") {
			t.Errorf("answer %s, cookie %s", answer.Body, change.recorder.Header().Get("Set-Cookie"))
		}
		if n := ann.CountSessions(t); n != 0 {
			t.Errorf("%d sessions live", n)
		}
		w.Visitor(t).ExpectSignIn(t, ann.Email, apitest.Password, "")
	})
}

// Headers first, the end of the session meanwhile, then the body: however the body comes, nothing is changed.
func TestASessionThatEndsUnderWayChangesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		before := w.Written(t)
		input := apitest.CreateInput(workspaceID)
		short := jsonBody(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input})
		long := jsonBody(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input.With("logo", apitest.Vars{"base64": apitest.Base64(apitest.Padded(apitest.PNG(64, 64), 200_000))})})
		picture := apitest.File{Name: "a.png", Content: apitest.Padded(apitest.PNG(64, 64), 200_000)}
		form, contentType := apitest.Multipart(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input.With("logo", apitest.Vars{"file": nil})},
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
			if code := ann.Elsewhere(t).Mutate(t, "signOutEverywhere", nil).Code(t); code != "" {
				t.Fatal(code)
			}
			if answer := create.finish(t); answer.Code(t) != "UNAUTHENTICATED" {
				t.Errorf("%s: %s", name, answer.Body)
			}
			if after := w.Written(t); after != before {
				t.Errorf("%s: %s has become %s", name, before, after)
			}
		}
		ann.SignIn(t)
		if answer := beginRequest(t, w, ann, contentType, form, 100_000).finish(t); answer.Code(t) != "" || w.Written(t) == before {
			t.Errorf("in a session that lives: %s", answer.Body)
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

func TestAPasswordChangeEndsAnUnconfirmedSecondFactor(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ends := map[string]func(p *apitest.Person){
			"change": func(p *apitest.Person) { p.ReplacePassword(t) },
			"reset": func(p *apitest.Person) {
				w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": p.ResetToken(t), "newPassword": apitest.NewPassword}).Succeeded(t)
			},
		}
		for name, end := range ends {
			ann := w.SignUp(t, name)
			thief := ann.Elsewhere(t)
			app := thief.BeginTotp(t)
			end(ann)
			again := w.Visitor(t)
			again.ExpectSignIn(t, ann.Email, apitest.NewPassword, "")
			code := app.Code(t, 0)
			again.Mutate(t, "confirmTotp", apitest.Vars{"code": code}).HasUserErrors(t, "NOT_STARTED")
		}
	})
}

func TestAPasswordResetEndsAnEmailChangeUnderWay(t *testing.T) {
	apitest.RunWith(t, apitest.ManySignIns, func(t *testing.T, w *apitest.World) {
		for i := range 10 {
			w.Client.Mail.Delete().ExecX(t.Context())
			w.Client.Throttle.Delete().ExecX(t.Context())
			ann := w.SignUp(t, fmt.Sprint("ann", i))
			token := ann.ResetToken(t)
			apitest.AtOnce(2, func(i int) *apitest.Answer {
				if i == 0 {
					return w.Visitor(t).Mutate(t, "resetPassword", apitest.Vars{"token": token, "newPassword": apitest.NewPassword})
				}
				return ann.Mutate(t, "changeEmail", apitest.Credentials("thief@example.com", apitest.Password))
			})
			if n := w.Client.Mail.Query().Where(mail.KindEQ(mail.KindEMAIL_CONFIRMATION)).CountX(t.Context()); n != 0 {
				t.Fatalf("%d mails would hand the account over", n)
			}
		}
	})
}
