package session

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/predicate"
	"minidock/ent/session"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/moment"
	"minidock/internal/operation"
	"minidock/internal/page"
)

// maxOwn is the most sessions of one user.
const maxOwn = 100

// orderByUse sorts sessions by when they were last used, the latest first.
const orderByUse = "LAST USED"

// Own returns a page of the viewer's active sessions, those used last first, and how many there are.
func (s *Sessions) Own(ctx context.Context, viewer *access.Viewer, args page.Args) (page.Page[*ent.Session], int, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return page.Page[*ent.Session]{}, 0, err
	}
	found, err := s.db.Client.Session.Query().Where(s.own(principal)).Order(ent.Desc(session.FieldLastUsedAt)).Limit(maxOwn).All(ctx)
	if err != nil {
		return page.Page[*ent.Session]{}, 0, fmt.Errorf("read sessions: %w", err)
	}
	own, err := page.OfDescending(args, orderByUse, found, func(one *ent.Session) page.Position {
		return page.Position{Value: moment.Text(one.LastUsedAt), ID: PublicID(one.ID)} // the row's id is the hash of the token
	})
	return own, len(found), err
}

// ByIDs returns the viewer's sessions with these public ids, by public id.
func (s *Sessions) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.Session, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	return s.byIDs(ctx, s.db.Client, principal, ids...)
}

func (s *Sessions) byIDs(ctx context.Context, client *ent.Client, principal *access.Principal, ids ...string) (map[string]*ent.Session, error) {
	own, err := client.Session.Query().Where(s.own(principal)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	found := map[string]*ent.Session{}
	for _, one := range own {
		if public := PublicID(one.ID); slices.Contains(ids, public) {
			found[public] = one
		}
	}
	return found, nil
}

func (s *Sessions) own(principal *access.Principal) predicate.Session {
	return session.And(session.UserID(principal.PersonID()), s.alive())
}

// SignOut ends the request's session, if there is one.
func (s *Sessions) SignOut(ctx context.Context, viewer *access.Viewer) error {
	_, err := operation.Run(ctx, s.db, viewer, access.SignOut, "", func(tx *operation.Tx) (struct{}, error) {
		if tx.Principal.SessionID == "" {
			return struct{}{}, nil
		}
		return struct{}{}, s.endOwn(ctx, tx, PublicID(tx.Principal.SessionID), session.ID(tx.Principal.SessionID))
	})
	return err
}

// End ends one of the viewer's sessions and returns its public id. If it is the request's, the rest of the request is signed out. Refused with NOT_FOUND when the viewer has no such session.
func (s *Sessions) End(ctx context.Context, viewer *access.Viewer, publicID string) (string, error) {
	return operation.Run(ctx, s.db, viewer, access.EndSession, "", func(tx *operation.Tx) (string, error) {
		found, err := s.byIDs(ctx, tx.Client(), tx.Principal, publicID)
		if err != nil {
			return "", err
		}
		one := found[publicID]
		if one == nil {
			return "", fault.ErrNotFound
		}
		return publicID, s.endOwn(ctx, tx, publicID, session.ID(one.ID))
	})
}

// EndOwn ends all of the viewer's sessions in an operation; the rest of the request is signed out.
func (s *Sessions) EndOwn(ctx context.Context, tx *operation.Tx) error {
	return s.endOwn(ctx, tx, tx.Principal.UserID, session.UserID(tx.Principal.UserID))
}

// EndOthers ends the viewer's sessions in an operation, but for the one of the request.
func (s *Sessions) EndOthers(ctx context.Context, tx *operation.Tx) error {
	return s.end(ctx, tx, session.And(session.UserID(tx.Principal.UserID), session.IDNEQ(tx.Principal.SessionID)))
}

// endOwn ends sessions of the viewer. If the request's is among them, the rest of the request is signed out.
func (s *Sessions) endOwn(ctx context.Context, tx *operation.Tx, subject string, which predicate.Session) error {
	ids, err := s.delete(ctx, tx.Tx, which)
	if err != nil {
		return err
	}
	tx.Changed(subject)
	tx.After(func() {
		if slices.Contains(ids, tx.Principal.SessionID) {
			tx.Viewer().SignOut()
		}
		s.streams.end(SignedOut, ids...)
	})
	return nil
}
