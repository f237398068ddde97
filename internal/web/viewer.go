package web

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/apitoken"
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

// Viewers finds out who sends a request, by the token in its cookie, or by a token for machines in its header.
type Viewers struct {
	client        *ent.Client
	sessions      *session.Sessions
	tokens        *apitoken.Tokens
	introspection Audience
	// cookies writes the cookie, and is used for nothing else: sessions are rows that changes write.
	cookies scs.SessionManager
}

var (
	_ gqlhttp.Viewers = (*Viewers)(nil)
	_ gqlhttp.Streams = (*Viewers)(nil)
)

// NewViewers returns the viewers of a server. If isHTTPS, browsers send the cookie over https only.
func NewViewers(client *ent.Client, sessions *session.Sessions, tokens *apitoken.Tokens, introspection Audience, isHTTPS bool) *Viewers {
	cookie := scs.SessionCookie{
		Name: "minidock_session", HttpOnly: true, Path: "/", Persist: true, SameSite: http.SameSiteLaxMode, Secure: isHTTPS,
	}
	if isHTTPS {
		cookie.Name = "__Host-" + cookie.Name
	}
	return &Viewers{
		client: client, sessions: sessions, tokens: tokens, introspection: introspection, cookies: scs.SessionManager{Cookie: cookie},
	}
}

// identify gives each request its viewer, who is read when something first needs it: the one of a token in the header Authorization, and the
// cookie's only without one.
func (v *Viewers) identify(next http.Handler) http.Handler {
	byCookie := v.identifyByCookie(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Authorization")
		sent, ok := bearerToken(r)
		if !ok {
			byCookie.ServeHTTP(w, r)
			return
		}
		viewer := access.NewViewer(v.client, requestOf(r), v.tokens.Credential(sent), nil)
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), viewer)))
	})
}

// identifyByCookie gives each request the viewer of its cookie, who is read when something first needs it.
func (v *Viewers) identifyByCookie(next http.Handler) http.Handler {
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
		viewer := access.NewViewer(v.client, requestOf(r), v.sessions.Credential(token), setCookie)
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), viewer)))
	})
}

func requestOf(r *http.Request) access.Request {
	return access.Request{From: request.CallerOf(r.Context()), ID: request.ID(r.Context())}
}

// UserID returns who sends the request, the user or the token; "" for somebody who is not signed in. A bad token is refused.
func (v *Viewers) UserID(ctx context.Context) (string, error) {
	principal, err := access.Of(ctx).Principal(ctx)
	if err != nil {
		return "", err
	}
	return cmp.Or(principal.TokenID(), principal.UserID), nil
}

// HasToken says whether the request came with a token of a session, or for machines, valid or not.
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

// Open registers a connection that stays open no longer than the viewer's session or token.
func (v *Viewers) Open(ctx context.Context, kind gqlhttp.StreamKind, max int) (context.Context, gqlhttp.Stream, error) {
	return v.sessions.Open(ctx, access.Of(ctx), session.Kind(kind), max)
}
