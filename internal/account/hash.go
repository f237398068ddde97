package account

import (
	"context"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sync/semaphore"

	"minidock/internal/fault"
)

// Cost is what hashing a password with argon2id costs.
type Cost struct {
	// Memory is in KiB.
	Memory     uint32
	Iterations uint32
}

// DefaultCost is the minimum of OWASP's cheat sheet on storing passwords. Hashes that cost less are replaced when their owner signs in.
var DefaultCost = Cost{Memory: 19 * 1024, Iterations: 2}

// nobodysHash stands in for the hash of an account that does not exist, so that its absence costs the same. It is the
// hash, at the default cost, of random bytes that were not kept.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$Z5AVuhDLL88coqY0fE+ZGA$xN2IHIyQkB31BpXIpYied7fTtYmSGHR9tcIaGHM8AOs"

// Passwords hashes passwords and compares them with hashes, as many at once as there are processors: each takes 19 MiB and all of a
// processor.
type Passwords struct {
	cost Cost
	// admitted counts passwords that are hashed or wait, turns those that are hashed.
	admitted, turns *semaphore.Weighted
}

// NewPasswords returns what hashes passwords at this cost, while at most queue others wait.
func NewPasswords(cost Cost, queue int) *Passwords {
	cores := runtime.NumCPU()
	return &Passwords{cost: cost, admitted: semaphore.NewWeighted(int64(cores + queue)), turns: semaphore.NewWeighted(int64(cores))}
}

// hash returns the hash of a password in PHC form. Refused with RATE_LIMITED when too many wait.
func (p *Passwords) hash(ctx context.Context, password string) (string, error) {
	release, err := p.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return argon2id.CreateHash(password, &argon2id.Params{
		Memory: p.cost.Memory, Iterations: p.cost.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	})
}

// matches says whether the hash is that of the password. Refused with RATE_LIMITED when too many wait.
func (p *Passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	release, err := p.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	return argon2id.ComparePasswordAndHash(password, hash)
}

// isTooCheap says whether a hash costs less than new ones.
func (p *Passwords) isTooCheap(hash string) bool {
	used, _, _, err := argon2id.DecodeHash(hash)
	return err == nil && (used.Memory < p.cost.Memory || used.Iterations < p.cost.Iterations)
}

// acquire waits for a processor. Refused with RATE_LIMITED when too many wait.
func (p *Passwords) acquire(ctx context.Context) (release func(), err error) {
	if !p.admitted.TryAcquire(1) {
		return nil, fault.RateLimited(time.Second)
	}
	if err := p.turns.Acquire(ctx, 1); err != nil {
		p.admitted.Release(1)
		return nil, err
	}
	return func() {
		p.turns.Release(1)
		p.admitted.Release(1)
	}, nil
}
