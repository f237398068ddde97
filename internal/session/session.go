// Package session keeps people signed in: the client has a random token, and the database its hash with the user.
package session

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/predicate"
	"minidock/ent/session"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/request"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/token"
)

// maxClient is the most characters that are stored of a client's User-Agent.
const maxClient = 200

// The use of a session is recorded again after a thirtieth of the idle time, or after a minute if that is shorter.
const (
	usesPerIdle = 30
	longestUse  = time.Minute
)

// Sessions begins, finds and ends sessions.
type Sessions struct {
	db operation.DB
	// lifetime is how long a session lasts after signing in, idle how long it lasts unused.
	lifetime, idle time.Duration
	// lastMessages is how long the streams of a session that has ended may take to send their last messages.
	lastMessages time.Duration
	streams      *streams
}

// New returns the sessions of a database.
func New(db operation.DB, limits limit.Limits) *Sessions {
	s := &Sessions{db: db, lifetime: limits.SessionTime, idle: limits.SessionIdle, lastMessages: limits.SessionEnd}
	s.streams = newStreams(s)
	return s
}

// PublicID returns the id of a session that clients see. Its id in the database, the hash of its token, is not shown to them.
func PublicID(sessionID string) string {
	sum := sha256.Sum256([]byte("session " + sessionID))
	return id.Of(id.Session, hex.EncodeToString(sum[:16]))
}

// hash returns the id of a session in the database.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// alive selects the sessions that have not expired.
func (s *Sessions) alive() predicate.Session {
	now := s.db.Now()
	return session.And(session.ExpiresAtGT(now), session.LastUsedAtGT(now.Add(-s.idle)))
}

// isAlive says whether a session has not expired.
func (s *Sessions) isAlive(one *ent.Session, now time.Time) bool {
	return one.ExpiresAt.After(now) && one.LastUsedAt.After(now.Add(-s.idle))
}

// Credential returns the credential of a client's token; an empty token is nobody's.
func (s *Sessions) Credential(token string) access.Credential {
	if token == "" {
		return access.Nobody
	}
	return credential{s, hash(token)}
}

// credential is the session with this id.
type credential struct {
	sessions *Sessions
	id       string
}

// Principal reads whose session it is; nobody's when it has ended or expired.
func (c credential) Principal(ctx context.Context, client *ent.Client) (*access.Principal, error) {
	return access.OfSession(ctx, client, session.ID(c.id), c.sessions.alive())
}

// Use records, from time to time, when and from where a session is used. It does not revive a session that has ended or expired since it
// was read, and it ignores a database that cannot be written to.
func (c credential) Use(ctx context.Context, principal *access.Principal) error {
	now := c.sessions.db.Now()
	every := min(longestUse, c.sessions.idle/usesPerIdle)
	if !principal.SignedIn() || now.Sub(principal.LastUsedAt) < every {
		return nil
	}
	err := c.sessions.db.Client.Session.Update().SetLastUsedAt(now).SetAddress(request.CallerOf(ctx).Host()).
		Where(session.ID(c.id), session.LastUsedAtLTE(now.Add(-every)), c.sessions.alive()).Exec(ctx)
	if store.IsUnavailable(err) {
		return nil
	}
	return err
}

// Begin creates a session for a user, with this current workspace, in place of the request's session, and returns its public id. Refused
// with UNAUTHENTICATED when the user's password was changed since the user was read.
func (s *Sessions) Begin(ctx context.Context, tx *operation.Tx, who *ent.User, workspaceID *string) (string, error) {
	if tx.Principal.SessionID != "" {
		if err := s.end(ctx, tx, session.ID(tx.Principal.SessionID)); err != nil {
			return "", err
		}
	}
	still, err := tx.User.Update().SetSignedInAt(tx.Now).Where(user.ID(who.ID), user.PasswordHash(who.PasswordHash)).Save(ctx)
	switch {
	case err != nil:
		return "", err
	case still == 0:
		return "", fault.ErrUnauthenticated
	}
	token := token.New()
	begun, expires := credential{s, hash(token)}, tx.Now.Add(s.lifetime)
	from := tx.Viewer().From
	err = tx.Session.Create().SetID(begun.id).SetUserID(who.ID).SetNillableWorkspaceID(workspaceID).
		SetAddress(from.Host()).SetClient(text.Excerpt(from.Agent, maxClient)).SetCreatedAt(tx.Now).SetLastUsedAt(tx.Now).
		SetExpiresAt(expires).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("begin a session: %w", err)
	}
	if err := s.endOldest(ctx, tx, who.ID); err != nil {
		return "", err
	}
	tx.As(who.ID)
	tx.After(func() { tx.Viewer().SignIn(begun, token, expires) })
	return PublicID(begun.id), nil
}

// endOldest ends the sessions of a user that are too many, the oldest ones.
func (s *Sessions) endOldest(ctx context.Context, tx *operation.Tx, userID string) error {
	tooMany, err := tx.Session.Query().Where(session.UserID(userID)).
		Order(ent.Desc(session.FieldCreatedAt, session.FieldID)).Offset(maxOwn).IDs(ctx)
	if err != nil || len(tooMany) == 0 {
		return err
	}
	return s.end(ctx, tx, session.IDIn(tooMany...))
}

// EndAll ends all sessions of an account, which must be locked.
func (s *Sessions) EndAll(ctx context.Context, tx *operation.Tx, userID string) error {
	return s.end(ctx, tx, session.UserID(userID))
}

// end deletes sessions and, after the commit, ends their streams.
func (s *Sessions) end(ctx context.Context, tx *operation.Tx, which predicate.Session) error {
	ids, err := s.delete(ctx, tx.Tx, which)
	if err != nil {
		return err
	}
	tx.After(func() { s.streams.end(SignedOut, ids...) })
	return nil
}

func (s *Sessions) delete(ctx context.Context, tx *ent.Tx, which predicate.Session) ([]string, error) {
	ids, err := tx.Session.Query().Where(which).IDs(ctx)
	if err == nil && len(ids) > 0 {
		_, err = tx.Session.Delete().Where(store.In(session.FieldID, ids)).Exec(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("end sessions: %w", err)
	}
	return ids, nil
}

// Sweep deletes the sessions that have expired.
func (s *Sessions) Sweep(ctx context.Context) error {
	var ids []string
	err := store.Tx(ctx, s.db.Client, func(tx *ent.Tx) (err error) {
		ids, err = s.delete(ctx, tx, session.Not(s.alive()))
		return err
	})
	if err != nil {
		return err
	}
	s.streams.end(Expired, ids...)
	return nil
}

// StopStreams ends all streams; none can be opened any more.
func (s *Sessions) StopStreams() { s.streams.stop() }

// WaitForStreams waits, after StopStreams, until their clients have been told, or returns the context's error.
func (s *Sessions) WaitForStreams(ctx context.Context) error { return s.streams.wait(ctx) }
