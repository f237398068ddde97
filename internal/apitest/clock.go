package apitest

import (
	"sync/atomic"
	"time"
)

// clock is a clock that does not depend on how fast the machine is: it moves when a test advances it, and a millisecond with each
// reading, so that no two moments are the same.
type clock struct {
	start  time.Time
	passed atomic.Int64
}

func newClock() *clock { return &clock{start: time.Now().UTC().Truncate(time.Millisecond)} }

func (c *clock) now() time.Time {
	return c.start.Add(time.Duration(c.passed.Add(int64(time.Millisecond))))
}

func (c *clock) advance(d time.Duration) { c.passed.Add(int64(d)) }
