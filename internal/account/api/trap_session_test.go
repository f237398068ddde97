package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"minidock/internal/apitest"
)

// A request has found its session before it reads its body. These have, and wait with the rest of it while another one of
// the same session signs out.
func TestTrapSignedOutSessionStaysDead(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		token, workspaceID := ann.Cookie(t), ann.CreateWorkspace(t, "Ann's")
		goOn := make(chan bool)
		var wg sync.WaitGroup
		choose, signOut := apitest.Mutation("chooseWorkspace"), apitest.Mutation("signOut")
		for _, text := range []string{choose, choose, choose, apitest.ViewerQuery, apitest.ViewerQuery, signOut} {
			body, err := io.ReadAll(apitest.QueryBody(t, text, apitest.Vars{"input": apitest.Vars{"workspaceId": workspaceID}}))
			if err != nil {
				t.Fatal(err)
			}
			reads, send := io.Pipe()
			wg.Go(func() {
				request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", reads)
				request.Header.Set("Content-Type", "application/json")
				request.AddCookie(token)
				recorder := httptest.NewRecorder()
				w.Server.ServeHTTP(recorder, request)
				if answer := apitest.ReadRecorded(t, recorder); answer.Status != http.StatusOK {
					t.Errorf("in flight: status %d: %s", answer.Status, answer.Body)
				}
				if text == choose && recorder.Header().Get("Set-Cookie") != "" {
					t.Errorf("a cookie is set: %v", recorder.Header())
				}
			})
			if _, err := send.Write(body[:1]); err != nil { // when this is read, the session has been found
				t.Fatal(err)
			}
			wg.Go(func() {
				<-goOn
				_, _ = send.Write(body[1:])
				_ = send.Close()
			})
		}
		ann.Mutate(t, "signOut", nil)
		w.With(t, token.Name, token.Value).ExpectSignedOut(t)
		close(goOn)
		wg.Wait()
		w.With(t, token.Name, token.Value).ExpectSignedOut(t)
		if n := w.Client.Session.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}
