package account

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"

	"minidock/internal/fault"
)

// Cost is what hashing a password with argon2id costs.
type Cost struct {
	// Memory is in KiB.
	Memory     uint32
	Iterations uint32
}

// DefaultCost is the least that OWASP's cheat sheet on storing passwords asks for. Hashes that cost less are replaced when their
// owner signs in.
var DefaultCost = Cost{Memory: 19 * 1024, Iterations: 2}

// nobodysHash stands in for the hash of an account that does not exist, so that its absence costs the same. What it is the
// hash of, at the default cost, was drawn at random and kept nowhere.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$Z5AVuhDLL88coqY0fE+ZGA$xN2IHIyQkB31BpXIpYied7fTtYmSGHR9tcIaGHM8AOs"

// Passwords hashes passwords and compares them with hashes, as many at once as there are cores: each takes 19 MiB and all of a
// core.
type Passwords struct {
	cost  Cost
	turns chan struct{}
	// inside counts those that are hashed or wait; places is the most of them.
	inside atomic.Int64
	places int64
}

// NewPasswords returns what hashes passwords at this cost, while at most so many others wait.
func NewPasswords(cost Cost, queue int) *Passwords {
	cores := runtime.NumCPU()
	return &Passwords{cost: cost, turns: make(chan struct{}, cores), places: int64(cores + queue)}
}

// hash returns the hash of a password in PHC form. Refused with RATE_LIMITED when too many wait.
func (p *Passwords) hash(ctx context.Context, password string) (string, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, &argon2id.Params{
		Memory: p.cost.Memory, Iterations: p.cost.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	})
}

// matches tells whether a hash is that of the password. Refused with RATE_LIMITED when too many wait.
func (p *Passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return argon2id.ComparePasswordAndHash(password, hash)
}

// isTooCheap tells that a hash costs less than those that are made now.
func (p *Passwords) isTooCheap(hash string) bool {
	used, _, _, err := argon2id.DecodeHash(hash)
	return err == nil && (used.Memory < p.cost.Memory || used.Iterations < p.cost.Iterations)
}

// enter waits for a core. Whoever gives up meanwhile costs nothing.
func (p *Passwords) enter(ctx context.Context) (leave func(), err error) {
	if p.inside.Add(1) > p.places {
		p.inside.Add(-1)
		return nil, fault.RateLimited(time.Second)
	}
	select {
	case p.turns <- struct{}{}:
		return func() {
			<-p.turns
			p.inside.Add(-1)
		}, nil
	case <-ctx.Done():
		p.inside.Add(-1)
		return nil, ctx.Err()
	}
}
