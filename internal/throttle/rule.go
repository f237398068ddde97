package throttle

import (
	"time"

	"minidock/ent"
)

// Rule says how often something may be tried.
type Rule struct {
	// Name tells what is tried.
	Name string
	// Most is how many tries there may be within the time Within, counted from the first.
	Most   int
	Within time.Duration
	// MaxWait makes the rule back off, where it is not 0: the last try that there may be closes for Within, and each that
	// follows when that is over for twice as long as the one before, up to MaxWait. Otherwise all is open again, and nothing
	// counts any more, when Within is over.
	MaxWait time.Duration
}

// counted returns what counts now.
func (r Rule) counted(so *ent.Throttle, now time.Time) ent.Throttle {
	if so == nil || !now.Before(so.ForgottenAt) {
		return ent.Throttle{Since: now}
	}
	return ent.Throttle{Tries: so.Tries, Since: so.Since}
}

// hasRoom tells whether so many tries more may be counted. A rule that backs off has room whenever it is open.
func (r Rule) hasRoom(so *ent.Throttle, now time.Time, times int) bool {
	return r.MaxWait > 0 || r.counted(so, now).Tries+times <= r.Most
}

// next returns what is counted after so many tries more.
func (r Rule) next(so *ent.Throttle, now time.Time, times int) ent.Throttle {
	next := r.counted(so, now)
	next.Tries += times
	next.ForgottenAt = next.Since.Add(r.Within)
	if next.Tries < r.Most {
		return next
	}
	closedUntil := next.ForgottenAt
	if r.MaxWait > 0 {
		closedUntil = now.Add(r.wait(next.Tries - r.Most))
		next.ForgottenAt = closedUntil.Add(r.Within)
	}
	next.ClosedUntil = &closedUntil
	return next
}

// wait returns how long all is closed after so many tries over the most.
func (r Rule) wait(over int) time.Duration {
	wait := r.Within
	for ; over > 0 && wait < r.MaxWait; over-- {
		wait *= 2
	}
	return min(wait, max(r.MaxWait, r.Within))
}
