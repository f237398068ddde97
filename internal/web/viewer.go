package web

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/gqlhttp"
	"minidock/internal/request"
	"minidock/internal/session"
)

// Audience is those who may read the schema and open the playground.
type Audience string

// The audiences.
const (
	Everyone Audience = "everyone"
	Staff    Audience = "staff"
	Nobody   Audience = "nobody"
)

// Viewers finds out who sends a request, by the token in its cookie.
type Viewers struct {
	client        *ent.Client
	sessions      *session.Sessions
	introspection Audience
	// cookies writes the cookie, and is used for nothing else: sessions are rows that changes write.
	cookies scs.SessionManager
}

var (
	_ gqlhttp.Viewers = (*Viewers)(nil)
	_ gqlhttp.Streams = (*Viewers)(nil)
)

// NewViewers returns the viewers of a server. If isHTTPS, browsers send the cookie over https only.
func NewViewers(client *ent.Client, sessions *session.Sessions, introspection Audience, isHTTPS bool) *Viewers {
	cookie := scs.SessionCookie{
		Name: "minidock_session", HttpOnly: true, Path: "/", Persist: true, SameSite: http.SameSiteLaxMode, Secure: isHTTPS,
	}
	if isHTTPS {
		cookie.Name = "__Host-" + cookie.Name
	}
	return &Viewers{client: client, sessions: sessions, introspection: introspection, cookies: scs.SessionManager{Cookie: cookie}}
}

// identify gives each request its viewer, who is read when something first needs it.
func (v *Viewers) identify(next http.Handler) http.Handler {
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
		from := access.Request{From: request.CallerOf(r.Context()), ID: request.ID(r.Context())}
		viewer := access.NewViewer(v.client, from, v.sessions.Credential(token), setCookie)
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), viewer)))
	})
}

// UserID returns who sends the request; "" for somebody who is not signed in.
func (v *Viewers) UserID(ctx context.Context) (string, error) {
	principal, err := access.Of(ctx).Principal(ctx)
	if err != nil {
		return "", err
	}
	return principal.UserID, nil
}

// HasToken says whether the request came with a session's token, valid or not.
func (v *Viewers) HasToken(ctx context.Context) bool { return access.Of(ctx).HasCredential() }

// MayIntrospect says whether the viewer may read the schema.
func (v *Viewers) MayIntrospect(ctx context.Context) (bool, error) {
	if v.introspection != Staff {
		return v.introspection == Everyone, nil
	}
	principal, err := access.Of(ctx).Principal(ctx)
	if err != nil {
		return false, err
	}
	return principal.StaffRole != "", nil
}

// Refresh has the viewer read again when it is next needed.
func (v *Viewers) Refresh(ctx context.Context) { access.Of(ctx).Stale() }

// Renew returns a context with a viewer of its own for a further operation on the same connection.
func (v *Viewers) Renew(ctx context.Context) context.Context {
	return access.With(ctx, access.Of(ctx).Again())
}

// Open registers a connection that stays open in the viewer's session.
func (v *Viewers) Open(ctx context.Context, kind gqlhttp.StreamKind, max int) (context.Context, gqlhttp.Stream, error) {
	return v.sessions.Open(ctx, access.Of(ctx), session.Kind(kind), max)
}
