package gqlhttp

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"minidock/internal/limit"
)

// newSpace returns the budget of the files on disk, of which one network address has half.
func newSpace(limits limit.GraphQL) *budget {
	return newBudget(limits.UploadSpace, limits.FileBytes+2*formBytes, limits.UploadSpace/2)
}

// uploads bounds how many files are worked on at once, and how many of one user are received or worked on. A client that sends slowly
// has no place.
type uploads struct {
	places *semaphore.Weighted
	// ofNetwork bounds the places of a network address to half of them.
	ofNetwork, ofUser *turns
}

func newUploads(all, perUser int) *uploads {
	return &uploads{places: semaphore.NewWeighted(int64(all)), ofNetwork: newTurns(max(1, all/2)), ofUser: newTurns(perUser)}
}

// work waits for a place to work on a file from a network address, and fails when the context ends first. The caller calls release.
func (u *uploads) work(ctx context.Context, network string) (release func(), err error) {
	releaseTurn, err := u.ofNetwork.acquire(ctx, network)
	if err != nil {
		return nil, err
	}
	if err := u.places.Acquire(ctx, 1); err != nil {
		releaseTurn()
		return nil, err
	}
	return func() {
		u.places.Release(1)
		releaseTurn()
	}, nil
}

// turns bounds how much is done at once for each key.
type turns struct {
	perKey int64

	mu   sync.Mutex
	keys map[string]*keyTurns
}

// keyTurns is kept while something is done for the key, or waits.
type keyTurns struct {
	free *semaphore.Weighted
	used int
}

func newTurns(perKey int) *turns { return &turns{perKey: int64(perKey), keys: map[string]*keyTurns{}} }

// acquire waits for a turn of the key, and fails when the context ends first. The caller calls release.
func (t *turns) acquire(ctx context.Context, key string) (release func(), err error) {
	own := t.enter(key)
	if err := own.free.Acquire(ctx, 1); err != nil {
		t.leave(key)
		return nil, err
	}
	return func() {
		own.free.Release(1)
		t.leave(key)
	}, nil
}

func (t *turns) enter(key string) *keyTurns {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.keys[key]
	if own == nil {
		own = &keyTurns{free: semaphore.NewWeighted(t.perKey)}
		t.keys[key] = own
	}
	own.used++
	return own
}

func (t *turns) leave(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys[key].used--; t.keys[key].used == 0 {
		delete(t.keys, key)
	}
}
