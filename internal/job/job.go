// Package job does work in the background. A job is a row that is written in the transaction of its cause: none is lost, and none is about
// what was rolled back.
//
// A process takes a job by making itself the owner of the row for some seconds, and prolongs that while it works. Once the process is dead,
// its lease lapses and another one takes the job. The result is written in the transaction that deletes the row if the owner is still the
// same: so a job that is worked on twice has one result. What a handler does outside that transaction, such as to send a mail, may happen
// twice.
//
// Leases go by the database's clock, and when a job is due by that of the process: where clocks differ, a job begins sooner or later, and is
// not taken from one who works on it.
package job

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"minidock/ent"
)

// Kind says how jobs of one kind are worked on.
type Kind struct {
	// Name is written with each job; jobs that wait are lost if it changes.
	Name string
	// Workers is how many jobs of the kind a process works on at once, whatever the other kinds do.
	Workers int
	// Timeout is how long a try may take.
	Timeout time.Duration
	// MaxTries is how often a job is tried before it is given up. A try during which the process dies counts, one that ends because the
	// process is stopped does not.
	MaxTries int
	// FirstWait is how long a job waits after the first try that failed. Each further wait is twice as long as the one before, up to
	// LongestWait; all are shortened by up to a tenth, at random.
	FirstWait, LongestWait time.Duration
	// GiveUp records that a job about this was given up, and why, in the transaction that deletes it; nil if nothing is recorded.
	GiveUp func(ctx context.Context, tx *ent.Tx, about string, cause error) error
}

// Handler does the work of a job. It returns an error if the job is to be tried again, and one made by Permanent if it is not. The text of an
// error is stored and logged, and must have nothing secret. The context ends when the try has taken too long, when another process
// has taken the job, or when this one stops.
type Handler func(ctx context.Context, try *Try) error

// ErrLost says that another process has taken the job, so that nothing was written.
var ErrLost = errors.New("another process has taken the job")

var (
	errTimeout = errors.New("the try has taken too long")
	errStopped = errors.New("the process stops")
	errDied    = errors.New("the process that worked on it has died, or was cut off from the database")
)

// Permanent makes an error one after which a job is given up at once.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

// Unwrap returns the error that was made permanent.
func (p permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	_, is := errors.AsType[permanent](err)
	return is
}

// wait returns how long a job waits after this many tries.
func (k Kind) wait(tries int) time.Duration {
	wait := k.FirstWait
	for ; tries > 1 && wait < k.LongestWait; tries-- {
		wait *= 2
	}
	wait = min(wait, k.LongestWait)
	return wait - rand.N(wait/10+1)
}

// longestError is the most bytes of an error that are stored.
const longestError = 500

// brief returns an error's text as the database can store it.
func brief(err error) string {
	text := strings.ReplaceAll(err.Error(), "\x00", "")
	return strings.ToValidUTF8(text[:min(len(text), longestError)], "")
}
