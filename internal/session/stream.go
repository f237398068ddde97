package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"minidock/internal/access"
)

// Kind tells streams apart that are counted on their own.
type Kind string

// The kinds of streams.
const (
	Socket      Kind = "socket"
	EventStream Kind = "event stream"
)

// End is what ended a session.
type End string

// What can end a session.
const (
	SignedOut End = "SIGNED_OUT"
	Expired   End = "EXPIRED"
)

// What can end a stream beside its client.
var (
	// ErrSessionEnded is the cause where the stream's session has ended.
	ErrSessionEnded = errors.New("the session has ended")
	// ErrUnwatched is the cause where it cannot be seen whether the session still lives.
	ErrUnwatched = errors.New("the sessions cannot be read")
	// ErrStopping is the cause where the server stops.
	ErrStopping = errors.New("the server stops")
)

// farewell is how long what runs on a stream may take to tell its client that the session has ended.
const farewell = 500 * time.Millisecond

// Stream is a connection that lives no longer than the session it was opened in. Whatever sends on it stops when its context
// is done.
type Stream struct {
	kind      Kind
	sessionID string
	expiresAt time.Time

	cancel context.CancelCauseFunc
	close  func()
	once   sync.Once
	ended  chan struct{}
	end    End
}

type streamKey struct{}

// Open opens a stream in the viewer's session, which may have so many of this kind. The context is done when the stream
// must end: after ErrSessionEnded has been told for a moment, or at once for another cause. Refused with UNAUTHENTICATED when
// signed out and with RATE_LIMITED when there are too many. The caller closes the stream.
func (s *Sessions) Open(ctx context.Context, viewer *access.Viewer, kind Kind, most int) (context.Context, *Stream, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := principal.Require(); err != nil {
		return nil, nil, err
	}
	opened := &Stream{kind: kind, sessionID: principal.SessionID, expiresAt: principal.ExpiresAt, ended: make(chan struct{})}
	ctx, opened.cancel = context.WithCancelCause(context.WithValue(ctx, streamKey{}, opened))
	if err := s.streams.add(opened, most); err != nil {
		opened.cancel(err)
		return nil, nil, err
	}
	opened.close = func() {
		s.streams.remove(opened)
		opened.cancel(context.Canceled)
	}
	return ctx, opened, nil
}

// StreamOf returns the stream that an operation runs on.
func StreamOf(ctx context.Context) (*Stream, bool) {
	s, ok := ctx.Value(streamKey{}).(*Stream)
	return s, ok
}

// Ended is closed when the session has ended.
func (s *Stream) Ended() <-chan struct{} { return s.ended }

// End returns what ended the session, once it has.
func (s *Stream) End() End { return s.end }

// Close ends the stream and takes it out of the count.
func (s *Stream) Close() { s.close() }

// tell ends the stream because its session has ended.
func (s *Stream) tell(end End) {
	s.once.Do(func() {
		s.end = end
		close(s.ended)
		time.AfterFunc(farewell, func() { s.cancel(ErrSessionEnded) })
	})
}
