package session

import (
	"context"
	"errors"
	"time"

	"minidock/ent"
	"minidock/ent/session"
	"minidock/internal/access"
)

// table keeps the sessions in the database. It knows a token by its hash only.
type table struct {
	client *ent.Client
	now    func() time.Time
}

var errNoContext = errors.New("sessions are read and written with a context")

// Find, Commit and Delete make the table a store of scs, which calls the methods with a context instead.
func (t table) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (t table) Commit(string, []byte, time.Time) error { return errNoContext }
func (t table) Delete(string) error                    { return errNoContext }

// FindCtx returns what a session holds, unless it has ended or outlived its time, and notes whose it is.
func (t table) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	found, err := t.client.Session.Query().Where(session.ID(hash), session.ExpiresAtGT(t.now())).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	visitOf(ctx).actor = access.Actor{UserID: found.UserID, SessionID: found.ID}
	return found.Data, true, nil
}

// CommitCtx stores a session that began in this request. Any other is only changed if it is still there: a request
// that was under way when its session ended must not bring it back.
func (t table) CommitCtx(ctx context.Context, hash string, data []byte, expiry time.Time) error {
	v := visitOf(ctx)
	if !v.signingIn {
		return t.client.Session.Update().Where(session.ID(hash)).SetData(data).SetExpiresAt(expiry).Exec(ctx)
	}
	err := t.client.Session.Create().SetID(hash).SetUserID(v.actor.UserID).SetData(data).SetCreatedAt(t.now()).
		SetExpiresAt(t.now().Add(lifetime)).Exec(ctx)
	if err != nil {
		return err
	}
	v.actor.SessionID, v.signingIn = hash, false
	return nil
}

// DeleteCtx ends a session.
func (t table) DeleteCtx(ctx context.Context, hash string) error {
	_, err := t.client.Session.Delete().Where(session.ID(hash)).Exec(ctx)
	return err
}

// Sweep deletes the sessions that have outlived their time.
func (s *Sessions) Sweep(ctx context.Context) error {
	t := s.manager.Store.(table)
	_, err := t.client.Session.Delete().Where(session.ExpiresAtLTE(t.now())).Exec(ctx)
	return err
}
