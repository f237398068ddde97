package job

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"minidock/ent"
	"minidock/internal/id"
	"minidock/internal/store"
)

// The defaults of Config. A job whose process has died is taken within the sum of both.
const (
	defaultLease = 15 * time.Second
	defaultPoll  = 3 * time.Second
)

// Config is what a Queue works with.
type Config struct {
	Store *store.Store
	// Now is the clock by which jobs are due.
	Now func() time.Time
	Log *slog.Logger
	// Observe is called with the kind and the result of each try that has ended; nil for nobody.
	Observe func(kind string, result Result)
	// Lease is how long a job stays with a process that is not heard of, 15 seconds if it is zero. It is renewed three times in it.
	Lease time.Duration
	// Poll is how often jobs are looked for without being woken, every 3 seconds if it is zero.
	Poll time.Duration
}

// Queue writes jobs, and works on them.
type Queue struct {
	Config
	// id is unique among all queues of all processes, and claims counts the tries that this one has begun.
	id     string
	claims atomic.Int64
	woken  chan struct{}
	kinds  map[string]*kind
	// notified are the open transactions that have notified others.
	notified sync.Map

	mu      sync.Mutex
	running map[string]int
}

// kind is a kind with what does its work.
type kind struct {
	Kind
	handle Handler
	// every is the time between two runs of a periodic job; 0 if it is none.
	every time.Duration
}

// channel is that of the notices which wake other processes.
const channel = "jobs"

// New returns a queue of a database. Kinds are added before it runs.
func New(c Config) *Queue {
	if c.Lease == 0 {
		c.Lease = defaultLease
	}
	if c.Poll == 0 {
		c.Poll = defaultPoll
	}
	q := &Queue{Config: c, id: rand.Text(), woken: make(chan struct{}, 1), kinds: map[string]*kind{}, running: map[string]int{}}
	c.Store.OnNotice(channel, func(string) { q.Wake() })
	return q
}

// Handle has a handler do the work of a kind of jobs.
func (q *Queue) Handle(of Kind, handler Handler) { q.kinds[of.Name] = &kind{Kind: of, handle: handler} }

// Schedule has a handler called again and again, by one process at a time: first after this interval, and then an interval after it has ended,
// well or not. Of the kind, name and time-out matter.
func (q *Queue) Schedule(of Kind, every time.Duration, handler Handler) {
	of.Workers = 1
	q.kinds[of.Name] = &kind{Kind: of, handle: handler, every: every}
}

// Write writes a job in the transaction of its cause. When that is committed and the job is due, it begins, in this or another process.
func (q *Queue) Write(ctx context.Context, tx *ent.Tx, kind, about string, due time.Time) error {
	now := q.Now()
	err := tx.Job.Create().SetID(id.New(id.Job)).SetKind(kind).SetAbout(about).SetDueAt(due).SetCreatedAt(now).Exec(ctx)
	if err == nil && !due.After(now) {
		err = q.announce(ctx, tx)
	}
	if err != nil {
		return fmt.Errorf("write a job: %w", err)
	}
	return nil
}

// announce wakes all processes when a transaction is committed. However many jobs that has, it does so once.
func (q *Queue) announce(ctx context.Context, tx *ent.Tx) error {
	if _, isKnown := q.notified.LoadOrStore(tx, true); isKnown {
		return nil
	}
	tx.OnCommit(func(next ent.Committer) ent.Committer {
		return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error {
			q.notified.Delete(tx)
			err := next.Commit(ctx, tx)
			if err == nil {
				q.Wake()
			}
			return err
		})
	})
	tx.OnRollback(func(next ent.Rollbacker) ent.Rollbacker {
		return ent.RollbackFunc(func(ctx context.Context, tx *ent.Tx) error {
			q.notified.Delete(tx)
			return next.Rollback(ctx, tx)
		})
	})
	return q.Store.Notify(ctx, tx, channel, "")
}

// Wake makes the queue look for jobs at once.
func (q *Queue) Wake() {
	select {
	case q.woken <- struct{}{}:
	default: // it is woken already
	}
}

// wakeIn makes the queue look for jobs after a time, unless it does so anyway.
func (q *Queue) wakeIn(wait time.Duration) {
	if wait < q.Poll {
		time.AfterFunc(wait, q.Wake)
	}
}

// newOwner returns who works on a try: no two tries of any process have the same.
func (q *Queue) newOwner() string { return q.id + "." + strconv.FormatInt(q.claims.Add(1), 10) }
