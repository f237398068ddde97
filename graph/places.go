package graph

import (
	"context"
	"sync"
)

// places are those that files are received in at once. A user has only some of them, so that whoever sends slowly holds up
// nobody else.
type places struct {
	all    chan struct{}
	ofUser int

	mu    sync.Mutex
	users map[string]*userPlaces
}

// userPlaces are kept while the user has files that are received or wait.
type userPlaces struct {
	taken chan struct{}
	files int
}

func newPlaces(all, ofUser int) *places {
	return &places{all: make(chan struct{}, all), ofUser: ofUser, users: map[string]*userPlaces{}}
}

// take waits for a place of the user's, and fails when the context ends before. The caller gives it back by release.
func (p *places) take(ctx context.Context, userID string) (release func(), err error) {
	own := p.join(userID)
	if err := enter(ctx, own.taken); err != nil {
		p.part(userID)
		return nil, err
	}
	if err := enter(ctx, p.all); err != nil {
		<-own.taken
		p.part(userID)
		return nil, err
	}
	return func() {
		<-p.all
		<-own.taken
		p.part(userID)
	}, nil
}

func enter(ctx context.Context, taken chan struct{}) error {
	select {
	case taken <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *places) join(userID string) *userPlaces {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := p.users[userID]
	if own == nil {
		own = &userPlaces{taken: make(chan struct{}, p.ofUser)}
		p.users[userID] = own
	}
	own.files++
	return own
}

func (p *places) part(userID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users[userID].files--; p.users[userID].files == 0 {
		delete(p.users, userID)
	}
}
