package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/predicate"
	"minidock/ent/session"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/caller"
	"minidock/internal/fault"
	"minidock/internal/store"
	"minidock/internal/text"
)

// maxClient is the most characters that are kept of what a client calls itself.
const maxClient = 200

// The use of a session is recorded when it was recorded a thirtieth of the idle time ago, or a minute.
const (
	usesPerIdle = 30
	longestUse  = time.Minute
)

// table keeps the sessions in the database. It knows a token by its hash only.
type table struct {
	client *ent.Client
	// lifetime is how long a session lasts from signing in, idle how long it lasts unused.
	lifetime, idle time.Duration
	streams        *streams
	now            func() time.Time
}

var errNoContext = errors.New("sessions are read and written with a context")

// Find, Commit and Delete make the table a store of scs, which calls the methods with a context instead.
func (t table) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (t table) Commit(string, []byte, time.Time) error { return errNoContext }
func (t table) Delete(string) error                    { return errNoContext }

// alive is what holds for sessions that have outlived neither time.
func (t table) alive() predicate.Session {
	now := t.now()
	return session.And(session.ExpiresAtGT(now), session.LastUsedAtGT(now.Add(-t.idle)))
}

// isAlive tells whether a session has outlived neither time.
func (t table) isAlive(one *ent.Session, now time.Time) bool {
	return one.ExpiresAt.After(now) && one.LastUsedAt.After(now.Add(-t.idle))
}

// FindCtx returns what a session holds, unless it has ended or outlived its time, and notes whose it is.
func (t table) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	found, err := t.client.Session.Query().Where(session.ID(hash), t.alive()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if err := t.use(ctx, found); err != nil {
		return nil, false, err
	}
	v := visitOf(ctx)
	v.actor = access.Actor{UserID: found.UserID, SessionID: found.ID}
	v.expiresAt = found.ExpiresAt
	return found.Data, true, nil
}

// use records now and then that a session is used, and from where. It brings none back that has ended or outlived its time since
// it was found, and where nothing can be written it leaves the session to be read.
func (t table) use(ctx context.Context, used *ent.Session) error {
	now := t.now()
	every := min(longestUse, t.idle/usesPerIdle)
	if now.Sub(used.LastUsedAt) < every {
		return nil
	}
	err := t.client.Session.Update().SetLastUsedAt(now).SetAddress(caller.Of(ctx).Host()).
		Where(session.ID(used.ID), session.LastUsedAtLTE(now.Add(-every)), t.alive()).Exec(ctx)
	if store.IsUnavailable(err) {
		return nil
	}
	return err
}

// CommitCtx stores a session that began in this request. Any other is only changed if it is still there: a request
// that was under way when its session ended must not bring it back.
func (t table) CommitCtx(ctx context.Context, hash string, data []byte, expiry time.Time) error {
	v := visitOf(ctx)
	if v.signingIn == nil {
		return t.client.Session.Update().Where(session.ID(hash)).SetData(data).SetExpiresAt(expiry).Exec(ctx)
	}
	err := store.Tx(ctx, t.client, func(tx *ent.Tx) error { return t.insert(ctx, tx, hash, data, v) })
	if err != nil {
		return err
	}
	v.actor.SessionID, v.signingIn = hash, nil
	return nil
}

// insert writes a session of somebody whose password still is the one that was proven. Whoever changes it waits for this, or
// this for the change.
func (t table) insert(ctx context.Context, tx *ent.Tx, hash string, data []byte, v *visit) error {
	now := t.now()
	still, err := tx.User.Update().SetSignedInAt(now).
		Where(user.ID(v.signingIn.ID), user.PasswordHash(v.signingIn.PasswordHash)).Save(ctx)
	switch {
	case err != nil:
		return err
	case still == 0:
		return fault.ErrUnauthenticated
	}
	from := caller.Of(ctx)
	err = tx.Session.Create().SetID(hash).SetUserID(v.signingIn.ID).SetNillableWorkspaceID(v.workspaceID).SetData(data).
		SetAddress(from.Host()).SetClient(text.Excerpt(from.Agent, maxClient)).SetCreatedAt(now).SetLastUsedAt(now).
		SetExpiresAt(now.Add(t.lifetime)).Exec(ctx)
	if err != nil || v.operation == "" {
		return err
	}
	event := audit.Event{Operation: v.operation, SubjectID: PublicID(&ent.Session{ID: hash})}
	return audit.Write(ctx, tx, Actor(ctx), event, now)
}

// DeleteCtx ends a session and what is open in it.
func (t table) DeleteCtx(ctx context.Context, hash string) error {
	return t.end(ctx, SignedOut, session.ID(hash), noteNothing)
}

// endBy ends sessions on behalf of the actor's operation, which is noted with this subject.
func (t table) endBy(ctx context.Context, actor access.Actor, operation, subject string, which predicate.Session) error {
	return t.end(ctx, SignedOut, which, func(tx *ent.Tx) error {
		event := audit.Event{Operation: operation, SubjectID: subject}
		return audit.Write(ctx, tx, actor, event, t.now())
	})
}

func noteNothing(*ent.Tx) error { return nil }

// end deletes sessions, unless there are none, and ends what is open in them. Note is called in the transaction.
func (t table) end(ctx context.Context, end End, which predicate.Session, note func(*ent.Tx) error) error {
	var ids []string
	err := store.Tx(ctx, t.client, func(tx *ent.Tx) (err error) {
		if ids, err = tx.Session.Query().Where(which).IDs(ctx); err != nil || len(ids) == 0 {
			return err
		}
		deleted, err := tx.Session.Delete().Where(which).Exec(ctx)
		if err != nil || deleted == 0 {
			return err
		}
		return note(tx)
	})
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	for _, id := range ids {
		t.streams.tell(id, end)
	}
	return nil
}

// Sweep deletes the sessions that have outlived their time.
func (s *Sessions) Sweep(ctx context.Context) error {
	return s.table.end(ctx, Expired, session.Not(s.table.alive()), noteNothing)
}
