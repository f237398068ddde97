package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/session"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// maxOwn is the most sessions that are told of one user.
const maxOwn = 100

// PublicID returns the id by which clients know a session. What stands in the database, the hash of its token, is not told.
func PublicID(s *ent.Session) string {
	sum := sha256.Sum256([]byte("session " + s.ID))
	return id.Of(id.Session, hex.EncodeToString(sum[:16]))
}

// Own returns the actor's sessions that live, those used last first; not more than are told.
func (s *Sessions) Own(ctx context.Context, actor access.Actor) ([]*ent.Session, error) {
	found, err := s.own(actor).Order(ent.Desc(session.FieldLastUsedAt, session.FieldID)).Limit(maxOwn).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return found, nil
}

// ByIDs returns those of the sessions that are the actor's own, by the ids that clients know them by.
func (s *Sessions) ByIDs(ctx context.Context, actor access.Actor, ids []string) (map[string]*ent.Session, error) {
	own, err := s.own(actor).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	found := map[string]*ent.Session{}
	for _, one := range own {
		if public := PublicID(one); slices.Contains(ids, public) {
			found[public] = one
		}
	}
	return found, nil
}

func (s *Sessions) own(actor access.Actor) *ent.SessionQuery {
	return s.table.client.Session.Query().Where(session.UserID(actor.UserID), s.table.alive())
}

// End ends one of the actor's own sessions; when it is the request's, the rest of the request is signed out. Refused with
// NOT_FOUND when the actor has no such session.
func (s *Sessions) End(ctx context.Context, actor access.Actor, publicID string) error {
	found, err := s.ByIDs(ctx, actor, []string{publicID})
	if err != nil {
		return err
	}
	one := found[publicID]
	if one == nil {
		return fault.ErrNotFound
	}
	if err := s.table.endBy(ctx, actor, "endSession", publicID, session.ID(one.ID)); err != nil {
		return err
	}
	if one.ID == actor.SessionID {
		return s.forget(ctx)
	}
	return nil
}

// SignOutEverywhere ends all of the actor's sessions; the rest of the request is signed out.
func (s *Sessions) SignOutEverywhere(ctx context.Context, actor access.Actor) error {
	if err := s.table.endBy(ctx, actor, "signOutEverywhere", actor.UserID, session.UserID(actor.UserID)); err != nil {
		return err
	}
	return s.forget(ctx)
}
