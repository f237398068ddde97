package session

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"minidock/ent/apitoken"
	"minidock/ent/session"
	"minidock/internal/fault"
	"minidock/internal/store"
	"minidock/internal/watch"
)

// streams are the open streams of all sessions and tokens. A session that ends in this process ends its streams at once, and so does a token;
// while there are streams, their sessions and tokens are looked up for those that end in another.
type streams struct {
	sessions *Sessions
	open     *watch.Watchers[*Stream]

	mu        sync.Mutex // held while streams are added
	isStopped bool
	// running counts the streams that are not closed.
	running sync.WaitGroup
}

func newStreams(of *Sessions) *streams {
	s := &streams{sessions: of}
	s.open = watch.New(s.look)
	return s
}

// add registers a stream unless its session or token has max of its kind, or the server stops.
func (s *streams) add(opened *Stream, max int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isStopped {
		return fault.ErrUnavailable
	}
	same := 0
	for _, other := range s.open.Of(opened.key) {
		if other.kind == opened.kind {
			same++
		}
	}
	if same >= max {
		return fault.ErrRateLimited
	}
	s.running.Add(1)
	s.open.Add(opened.key, opened)
	return nil
}

// end ends the streams of sessions or tokens that have ended.
func (s *streams) end(how Ending, keys ...string) {
	for _, key := range keys {
		for _, open := range s.open.Of(key) {
			open.endWith(how)
		}
	}
}

// stop ends all streams; none can be opened any more.
func (s *streams) stop() {
	s.mu.Lock()
	s.isStopped = true
	s.mu.Unlock()
	for _, open := range s.open.All() {
		open.cancel(fault.ErrUnavailable)
	}
}

// wait returns when all streams are closed, or with the context's error.
func (s *streams) wait(ctx context.Context) error {
	closed := make(chan struct{})
	go func() {
		s.running.Wait()
		close(closed)
	}()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// look ends the streams of sessions and tokens that have ended. When it cannot see whether one has ended, it ends all streams: their clients
// connect again, and nobody who has signed out is served.
func (s *streams) look(ctx context.Context, watched map[string][]*Stream) {
	ofSessions, ofTokens := map[string][]*Stream{}, map[string][]*Stream{}
	for key, streams := range watched {
		if streams[0].isByToken {
			ofTokens[key] = streams
		} else {
			ofSessions[key] = streams
		}
	}
	if errors.Join(s.lookForSessions(ctx, ofSessions), s.lookForTokens(ctx, ofTokens)) != nil {
		for _, open := range s.open.All() {
			open.cancel(fault.ErrUnavailable)
		}
	}
}

func (s *streams) lookForSessions(ctx context.Context, watched map[string][]*Stream) error {
	if len(watched) == 0 {
		return nil
	}
	found, err := s.sessions.db.Client.Session.Query().Where(store.In(session.FieldID, slices.Collect(maps.Keys(watched)))).All(ctx)
	if err != nil {
		return err
	}
	rows, now := store.ByID(found), s.sessions.db.Now()
	for sessionID, streams := range watched {
		row := rows[sessionID]
		for _, open := range streams {
			switch {
			case row == nil && now.Before(open.expiresAt):
				open.endWith(SignedOut)
			case row == nil || !s.sessions.isAlive(row, now):
				open.endWith(Expired)
			}
		}
	}
	return nil
}

func (s *streams) lookForTokens(ctx context.Context, watched map[string][]*Stream) error {
	if len(watched) == 0 {
		return nil
	}
	found, err := s.sessions.db.Client.ApiToken.Query().Where(store.In(apitoken.FieldID, slices.Collect(maps.Keys(watched)))).All(ctx)
	if err != nil {
		return err
	}
	now := s.sessions.db.Now()
	for _, row := range found {
		switch {
		case row.RevokedAt != nil:
			s.end(SignedOut, row.ID)
		case !row.ExpiresAt.After(now):
			s.end(Expired, row.ID)
		}
	}
	return nil
}
