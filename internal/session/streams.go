package session

import (
	"context"
	"slices"
	"sync"

	"maps"

	"minidock/ent/session"
	"minidock/internal/fault"
	"minidock/internal/store"
	"minidock/internal/watch"
)

// streams are the open streams of all sessions. A session that ends in this process ends its streams at once; while there are
// streams, their sessions are looked up for those that end in another.
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

// add registers a stream unless its session has max of its kind, or the server stops.
func (s *streams) add(opened *Stream, max int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isStopped {
		return fault.ErrUnavailable
	}
	same := 0
	for _, other := range s.open.Of(opened.sessionID) {
		if other.kind == opened.kind {
			same++
		}
	}
	if same >= max {
		return fault.ErrRateLimited
	}
	s.running.Add(1)
	s.open.Add(opened.sessionID, opened)
	return nil
}

// end ends the streams of sessions that have ended.
func (s *streams) end(how Ending, sessionIDs ...string) {
	for _, sessionID := range sessionIDs {
		for _, open := range s.open.Of(sessionID) {
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

// look ends the streams of sessions that have ended. When it cannot see whether a session has ended, it ends all streams: their
// clients connect again, and nobody who has signed out is served.
func (s *streams) look(ctx context.Context, watched map[string][]*Stream) {
	found, err := s.sessions.db.Client.Session.Query().Where(store.In(session.FieldID, slices.Collect(maps.Keys(watched)))).All(ctx)
	if err != nil {
		for _, open := range s.open.All() {
			open.cancel(fault.ErrUnavailable)
		}
		return
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
}
