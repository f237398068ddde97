// Package session keeps people signed in: a random token in a cookie, and its hash beside the user in the database.
package session

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"minidock/ent"
	"minidock/internal/access"
)

// lifetime is how long a session lasts from signing in, used or not.
const lifetime = 12 * time.Hour

// What a session holds, written when signing in and never changed.
const (
	keyUser       = "userID"
	keySignedInAt = "signedInAt"
)

// Sessions begins, finds and ends sessions.
type Sessions struct {
	manager *scs.SessionManager
	now     func() time.Time
}

// New returns the sessions of a database. With secure, browsers send the cookie over https only.
func New(client *ent.Client, secure bool, now func() time.Time) *Sessions {
	manager := scs.New()
	manager.Lifetime = lifetime
	manager.HashTokenInStore = true
	manager.Store = table{client: client, now: now}
	manager.Cookie.Name = "minidock_session"
	if secure {
		manager.Cookie.Name = "__Host-minidock_session"
	}
	manager.Cookie.Secure = secure
	manager.Cookie.HttpOnly = true
	manager.Cookie.Path = "/"
	manager.Cookie.SameSite = http.SameSiteLaxMode
	return &Sessions{manager: manager, now: now}
}

// visit is what one request knows of its session.
type visit struct {
	writer http.ResponseWriter
	actor  access.Actor
	// signingIn tells that the token was made in this request: only then may it be stored.
	signingIn bool
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	if v == nil {
		return &visit{}
	}
	return v
}

// Actor returns whoever sends the request.
func Actor(ctx context.Context) access.Actor { return visitOf(ctx).actor }

// Handler finds the session of each request before next. When the sessions cannot be read, failed answers instead.
func (s *Sessions) Handler(next http.Handler, failed func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Cookie")
		var token string
		if cookie, err := r.Cookie(s.manager.Cookie.Name); err == nil {
			token = cookie.Value
		}
		ctx := context.WithValue(r.Context(), visitKey{}, &visit{writer: w})
		ctx, err := s.manager.Load(ctx, token)
		if err != nil {
			failed(w, r, fmt.Errorf("load the session: %w", err))
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// SignIn ends the request's session, if there is one, and begins a new one for the user; it sets the cookie.
func (s *Sessions) SignIn(ctx context.Context, userID string) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	v := visitOf(ctx)
	v.actor, v.signingIn = access.Actor{UserID: userID}, true
	s.manager.Put(ctx, keyUser, userID)
	s.manager.Put(ctx, keySignedInAt, s.now().Unix())
	token, expiry, err := s.manager.Commit(ctx)
	if err != nil {
		v.actor = access.Actor{}
		return fmt.Errorf("store the session: %w", err)
	}
	s.setCookie(ctx, token, expiry)
	return nil
}

// SignOut ends the request's session, if there is one, and removes the cookie.
func (s *Sessions) SignOut(ctx context.Context) error {
	v := visitOf(ctx)
	if !v.actor.SignedIn() {
		return nil
	}
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	v.actor, v.signingIn = access.Actor{}, false
	s.setCookie(ctx, "", time.Time{})
	return nil
}

// setCookie replaces what an earlier mutation of the same request has set.
func (s *Sessions) setCookie(ctx context.Context, token string, expiry time.Time) {
	w := visitOf(ctx).writer
	w.Header().Del("Set-Cookie")
	s.manager.WriteSessionCookie(ctx, w, token, expiry)
}
