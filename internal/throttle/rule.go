package throttle

import (
	"time"

	"minidock/ent"
)

// Rule says how often something may be tried.
type Rule struct {
	// Name is what is tried.
	Name string
	// Most is how many tries are allowed within the time Within, counted from the first.
	Most   int
	Within time.Duration
	// MaxWait makes the rule back off, unless it is 0: the last allowed try blocks further ones for Within, and each one after that for
	// twice as long as the one before, up to MaxWait. Without it, the count starts again when Within is over.
	MaxWait time.Duration
}

// counted returns the tries that count now.
func (r Rule) counted(so *ent.Throttle, now time.Time) ent.Throttle {
	if so == nil || !now.Before(so.ForgottenAt) {
		return ent.Throttle{Since: now}
	}
	return ent.Throttle{Tries: so.Tries, Since: so.Since}
}

// hasRoom says whether this many more tries are allowed. A rule that backs off allows any number while it does not block.
func (r Rule) hasRoom(so *ent.Throttle, now time.Time, times int) bool {
	return r.MaxWait > 0 || r.counted(so, now).Tries+times <= r.Most
}

// next returns the count after this many more tries.
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

// wait returns how long tries are blocked after this many over the limit.
func (r Rule) wait(over int) time.Duration {
	wait := r.Within
	for ; over > 0 && wait < r.MaxWait; over-- {
		wait *= 2
	}
	return min(wait, max(r.MaxWait, r.Within))
}
