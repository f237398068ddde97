package session

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"minidock/ent"
	"minidock/ent/session"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// How often the sessions of open streams are looked up, and how long that may take. A session that is ended in this program
// ends its streams at once; one that another program ends, within the sum.
const (
	lookInterval = 2 * time.Second
	lookTime     = 2 * time.Second
)

// streams are the open streams of all sessions. They are looked after only while there are some.
type streams struct {
	sessions *Sessions

	mu       sync.Mutex
	open     map[string]map[*Stream]bool
	watching bool
	stopped  bool
}

func newStreams(of *Sessions) *streams {
	return &streams{sessions: of, open: map[string]map[*Stream]bool{}}
}

func (s *streams) add(opened *Stream, most int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	same := 0
	for other := range s.open[opened.sessionID] {
		if other.kind == opened.kind {
			same++
		}
	}
	switch {
	case s.stopped:
		return fault.ErrUnavailable
	case same >= most:
		return fault.ErrRateLimited
	}
	if s.open[opened.sessionID] == nil {
		s.open[opened.sessionID] = map[*Stream]bool{}
	}
	s.open[opened.sessionID][opened] = true
	if !s.watching {
		s.watching = true
		go s.watch()
	}
	return nil
}

func (s *streams) remove(closed *Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open[closed.sessionID], closed)
	if len(s.open[closed.sessionID]) == 0 {
		delete(s.open, closed.sessionID)
	}
}

// tell ends the streams of sessions that have ended.
func (s *streams) tell(end End, sessionIDs ...string) {
	for _, sessionID := range sessionIDs {
		for _, open := range s.of(sessionID) {
			open.tell(end)
		}
	}
}

// stop ends all streams and lets none be opened any more.
func (s *streams) stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.drop(ErrStopping)
}

// drop ends all streams at once.
func (s *streams) drop(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ofOne := range s.open {
		for open := range ofOne {
			open.cancel(cause)
		}
	}
}

func (s *streams) of(sessionID string) []*Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.open[sessionID]))
}

// watched returns the sessions that have streams; when there are none, nobody watches any more.
func (s *streams) watched() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watching = len(s.open) > 0
	return slices.Collect(maps.Keys(s.open))
}

// watch ends the streams of sessions that are over, until there are no streams. When it cannot see whether a session is over,
// it ends all streams: their clients come again, and nobody is served who has signed out.
func (s *streams) watch() {
	ticker := time.NewTicker(lookInterval)
	defer ticker.Stop()
	for range ticker.C {
		watched := s.watched()
		if len(watched) == 0 {
			return
		}
		if err := s.look(watched); err != nil {
			s.drop(ErrUnwatched)
		}
	}
}

func (s *streams) look(watched []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	found, err := s.sessions.db.Client.Session.Query().Where(store.In(session.FieldID, watched)).All(ctx)
	if err != nil {
		return err
	}
	there := make(map[string]*ent.Session, len(found))
	for _, one := range found {
		there[one.ID] = one
	}
	now := s.sessions.db.Now()
	for _, sessionID := range watched {
		for _, open := range s.of(sessionID) {
			switch one := there[sessionID]; {
			case one == nil && now.Before(open.expiresAt):
				open.tell(SignedOut)
			case one == nil || !s.sessions.isAlive(one, now):
				open.tell(Expired)
			}
		}
	}
	return nil
}
