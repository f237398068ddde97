package web

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/caller"
	"minidock/internal/requestid"
	"minidock/internal/session"
)

// viewers finds out who sends a request, by the token in its cookie.
type viewers struct {
	client   *ent.Client
	sessions *session.Sessions
	// cookies writes the cookie, and is used for nothing else: sessions are rows that changes write.
	cookies scs.SessionManager
}

// newViewers returns the viewers of a server. With secure, browsers send the cookie over https only.
func newViewers(client *ent.Client, sessions *session.Sessions, secure bool) *viewers {
	cookie := scs.SessionCookie{
		Name: "minidock_session", HttpOnly: true, Path: "/", Persist: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	}
	if secure {
		cookie.Name = "__Host-" + cookie.Name
	}
	return &viewers{client: client, sessions: sessions, cookies: scs.SessionManager{Cookie: cookie}}
}

// known gives each request its viewer, who is read when something asks.
func (v *viewers) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Cookie")
		token := ""
		if cookie, err := r.Cookie(v.cookies.Cookie.Name); err == nil {
			token = cookie.Value
		}
		setCookie := func(token string, expires time.Time) {
			w.Header().Del("Set-Cookie") // of an earlier mutation of the same request
			v.cookies.WriteSessionCookie(r.Context(), w, token, expires)
		}
		request := access.Request{From: caller.Of(r.Context()), ID: requestid.Of(r.Context())}
		viewer := access.NewViewer(v.client, request, v.sessions.Credential(token), setCookie)
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), viewer)))
	})
}
