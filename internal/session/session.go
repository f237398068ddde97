// Package session keeps people signed in: a random token in a cookie, and its hash beside the user in the database.
package session

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"minidock/ent"
	"minidock/ent/session"
	"minidock/internal/access"
	"minidock/internal/caller"
	"minidock/internal/limit"
	"minidock/internal/requestid"
)

// What a session holds, written when signing in and never changed.
const (
	keyUser       = "userID"
	keySignedInAt = "signedInAt"
)

// Sessions begins, finds and ends sessions.
type Sessions struct {
	manager *scs.SessionManager
	table   table
	streams *streams
	now     func() time.Time
}

// New returns the sessions of a database. With secure, browsers send the cookie over https only.
func New(client *ent.Client, secure bool, limits limit.Limits, now func() time.Time) *Sessions {
	manager := scs.New()
	manager.Lifetime = limits.SessionTime
	manager.HashTokenInStore = true
	rows := table{client: client, lifetime: limits.SessionTime, idle: limits.SessionIdle, now: now}
	open := newStreams(rows)
	rows.streams = open
	manager.Store = rows
	manager.Cookie.Name = "minidock_session"
	if secure {
		manager.Cookie.Name = "__Host-minidock_session"
	}
	manager.Cookie.Secure = secure
	manager.Cookie.HttpOnly = true
	manager.Cookie.Path = "/"
	manager.Cookie.SameSite = http.SameSiteLaxMode
	return &Sessions{manager: manager, table: rows, streams: open, now: now}
}

// visit is what one request knows of its session.
type visit struct {
	writer http.ResponseWriter
	actor  access.Actor
	// workspaceID is the current workspace of a session that begins in this request.
	workspaceID *string
	// expiresAt is when the session ends by itself, used or not.
	expiresAt time.Time
	// signingIn is whoever signs in with a token that was made in this request: only then may it be stored.
	signingIn *ent.User
	// operation is what signs in.
	operation string
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	if v == nil {
		return &visit{}
	}
	return v
}

// Actor returns whoever sends the request, and from where.
func Actor(ctx context.Context) access.Actor {
	actor := visitOf(ctx).actor
	actor.From, actor.RequestID = caller.Of(ctx), requestid.Of(ctx)
	return actor
}

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

// SignIn ends the request's session, if there is one, and begins a new one for the user; it sets the cookie. Refused with
// UNAUTHENTICATED when the user's password was changed since the user was read: what was proven then counts no more. The
// operation is noted as the cause, unless it is "" because the cause was noted already.
func (s *Sessions) SignIn(ctx context.Context, who *ent.User, operation string) error {
	visitOf(ctx).workspaceID = nil
	return s.begin(ctx, who, operation)
}

// Renew begins a session in place of the request's, which has ended, with the same current workspace; it sets the cookie.
func (s *Sessions) Renew(ctx context.Context, who *ent.User, workspaceID *string) error {
	visitOf(ctx).workspaceID = workspaceID
	return s.begin(ctx, who, "")
}

func (s *Sessions) begin(ctx context.Context, who *ent.User, operation string) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	v := visitOf(ctx)
	v.actor, v.signingIn, v.operation = access.Actor{UserID: who.ID}, who, operation
	s.manager.Put(ctx, keyUser, who.ID)
	s.manager.Put(ctx, keySignedInAt, s.now().Unix())
	token, expiry, err := s.manager.Commit(ctx)
	if err != nil {
		v.actor, v.signingIn = access.Actor{}, nil
		return fmt.Errorf("store the session: %w", err)
	}
	s.setCookie(ctx, token, expiry)
	return nil
}

// SignOut ends the request's session, if there is one, and removes the cookie.
func (s *Sessions) SignOut(ctx context.Context) error {
	actor := Actor(ctx)
	if !actor.SignedIn() {
		return nil
	}
	if err := s.table.endBy(ctx, actor, "signOut", PublicID(&ent.Session{ID: actor.SessionID}), session.ID(actor.SessionID)); err != nil {
		return err
	}
	return s.forget(ctx)
}

// forget makes the rest of the request signed out, and removes the cookie.
func (s *Sessions) forget(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	v := visitOf(ctx)
	v.actor, v.signingIn, v.workspaceID = access.Actor{}, nil, nil
	s.setCookie(ctx, "", time.Time{})
	return nil
}

// StopStreams ends all streams with ErrStopping and lets none be opened any more.
func (s *Sessions) StopStreams() { s.streams.stop() }

// setCookie replaces what an earlier mutation of the same request has set.
func (s *Sessions) setCookie(ctx context.Context, token string, expiry time.Time) {
	w := visitOf(ctx).writer
	w.Header().Del("Set-Cookie")
	s.manager.WriteSessionCookie(ctx, w, token, expiry)
}
