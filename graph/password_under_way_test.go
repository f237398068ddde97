package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"minidock/ent/mail"
	"minidock/internal/apitest"
)

// A request has found its session before it reads its body.
func TestAPasswordChangeUnderWayBringsNoEndedSessionBack(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		body, err := io.ReadAll(query(t, changePassword, passwords(apitest.Password, newPassword)))
		if err != nil {
			t.Fatal(err)
		}
		reads, send := io.Pipe()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", reads)
		request.Header.Set("Content-Type", "application/json")
		request.AddCookie(ann.Cookie(t))
		recorder := httptest.NewRecorder()
		var wg sync.WaitGroup
		wg.Go(func() { w.Server.ServeHTTP(recorder, request) })
		if _, err := send.Write(body[:1]); err != nil { // when this is read, the session has been found
			t.Fatal(err)
		}
		ann.Elsewhere(t).Do(t, `mutation { signOutEverywhere { viewer { user { id } } } }`, nil)
		if _, err := send.Write(body[1:]); err != nil {
			t.Fatal(err)
		}
		_ = send.Close()
		wg.Wait()
		if told := read(t, recorder); told.code(t) != "UNAUTHENTICATED" || strings.Contains(recorder.Header().Get("Set-Cookie"), "minidock_session=") {
			t.Errorf("answer %s, cookie %s", told.body, recorder.Header().Get("Set-Cookie"))
		}
		if n := countSessions(t, w, ann); n != 0 {
			t.Errorf("%d sessions live", n)
		}
		tries(t, w.Visitor(t), ann.Email, apitest.Password, "")
	})
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
			atOnce(2, func(i int) *apitest.Answer {
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
