package session

import (
	"cmp"
	"context"
	"sync"
	"time"

	"minidock/internal/access"
	"minidock/internal/fault"
)

// Kind distinguishes streams that are counted separately.
type Kind string

// Ending is what ended a session.
type Ending string

// What can end a session.
const (
	SignedOut Ending = "SIGNED_OUT"
	Expired   Ending = "EXPIRED"
)

// Stream is a connection that stays open no longer than the session, or the token for machines, by which it was opened. What sends on it
// stops when its context is done.
type Stream struct {
	kind Kind
	// key is the id of the session or of the token.
	key       string
	isByToken bool
	expiresAt time.Time
	// lastMessages is how long what runs on the stream may take to send its last messages when the session has ended.
	lastMessages time.Duration

	cancel context.CancelCauseFunc
	close  func()
	once   sync.Once
	ended  chan struct{}
	end    Ending
}

type streamKey struct{}

// Open opens a stream by the viewer's session or token, which may have at most max of this kind. The context is done when the stream must
// end: a moment after its session or token has ended, with the cause UNAUTHENTICATED, or when the server stops or cannot see whether the
// session has ended, with the cause UNAVAILABLE. Refused with UNAUTHENTICATED when signed out and with RATE_LIMITED when there are
// too many. The caller closes the stream.
func (s *Sessions) Open(ctx context.Context, viewer *access.Viewer, kind Kind, max int) (context.Context, *Stream, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := principal.Require(); err != nil {
		return nil, nil, err
	}
	opened := &Stream{
		kind: kind, key: cmp.Or(principal.TokenID(), principal.SessionID), isByToken: principal.Token != nil,
		expiresAt: principal.ExpiresAt, lastMessages: s.lastMessages, ended: make(chan struct{}),
	}
	ctx, opened.cancel = context.WithCancelCause(context.WithValue(ctx, streamKey{}, opened))
	if err := s.streams.add(opened, max); err != nil {
		opened.cancel(err)
		return nil, nil, err
	}
	opened.close = sync.OnceFunc(func() {
		s.streams.open.Remove(opened.key, opened)
		opened.cancel(context.Canceled)
		s.streams.running.Done()
	})
	return ctx, opened, nil
}

// StreamOf returns the stream that an operation runs on.
func StreamOf(ctx context.Context) (*Stream, bool) {
	s, ok := ctx.Value(streamKey{}).(*Stream)
	return s, ok
}

// Ended is closed when the session or token has ended.
func (s *Stream) Ended() <-chan struct{} { return s.ended }

// End returns what ended the session, once it has.
func (s *Stream) End() Ending { return s.end }

// Close ends the stream and removes it from the session's count.
func (s *Stream) Close() { s.close() }

// EndToken ends the streams of these tokens, which were revoked.
func (s *Sessions) EndToken(tokenIDs ...string) { s.streams.end(SignedOut, tokenIDs...) }

// endWith ends the stream because its session has ended.
func (s *Stream) endWith(end Ending) {
	s.once.Do(func() {
		s.end = end
		close(s.ended)
		time.AfterFunc(s.lastMessages, func() { s.cancel(fault.ErrUnauthenticated) })
	})
}
