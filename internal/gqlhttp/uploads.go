package gqlhttp

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// uploads bounds how many files are received at once, in all and for one user, so that a user who sends slowly holds up nobody else.
type uploads struct {
	all     *semaphore.Weighted
	perUser int64

	mu    sync.Mutex
	users map[string]*userUploads
}

// userUploads is kept while the user has files that are being received or wait.
type userUploads struct {
	turns *semaphore.Weighted
	files int
}

func newUploads(all, perUser int) *uploads {
	return &uploads{all: semaphore.NewWeighted(int64(all)), perUser: int64(perUser), users: map[string]*userUploads{}}
}

// acquire waits until a file of the user may be received, and fails when the context ends first. The caller calls release.
func (u *uploads) acquire(ctx context.Context, userID string) (release func(), err error) {
	own := u.enter(userID)
	if err := own.turns.Acquire(ctx, 1); err != nil {
		u.leave(userID)
		return nil, err
	}
	if err := u.all.Acquire(ctx, 1); err != nil {
		own.turns.Release(1)
		u.leave(userID)
		return nil, err
	}
	return func() {
		u.all.Release(1)
		own.turns.Release(1)
		u.leave(userID)
	}, nil
}

func (u *uploads) enter(userID string) *userUploads {
	u.mu.Lock()
	defer u.mu.Unlock()
	own := u.users[userID]
	if own == nil {
		own = &userUploads{turns: semaphore.NewWeighted(u.perUser)}
		u.users[userID] = own
	}
	own.files++
	return own
}

func (u *uploads) leave(userID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.users[userID].files--; u.users[userID].files == 0 {
		delete(u.users, userID)
	}
}
