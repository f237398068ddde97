package throttle

import (
	"testing"
	"time"

	"minidock/ent"
)

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// try is when something is tried, in minutes, and for how long all is closed after it.
type try struct{ at, closedFor int }

func TestARuleClosesAndForgets(t *testing.T) {
	t.Parallel()
	plain := Rule{Most: 3, Within: 10 * time.Minute}
	backingOff := Rule{Most: 3, Within: 10 * time.Minute, MaxWait: 30 * time.Minute}
	for name, c := range map[string]struct {
		rule  Rule
		tries []try
	}{
		"fewer than the most":                                                {plain, []try{{0, 0}, {1, 0}}},
		"the most close until the time is over":                              {plain, []try{{0, 0}, {1, 0}, {4, 6}}},
		"after that counting starts again":                                   {plain, []try{{0, 0}, {1, 0}, {4, 6}, {10, 0}, {11, 0}, {12, 8}}},
		"the first one begins the time":                                      {plain, []try{{0, 0}, {9, 0}, {10, 0}, {11, 0}, {19, 1}}},
		"one that is allowed closes at once":                                 {Rule{Most: 1, Within: time.Minute}, []try{{0, 1}, {1, 1}}},
		"backing off, the last one closes for it":                            {backingOff, []try{{0, 0}, {1, 0}, {9, 10}}},
		"backing off, each further one for twice as long, up to the longest": {backingOff, []try{{0, 0}, {0, 0}, {0, 10}, {10, 20}, {30, 30}, {60, 30}, {90, 30}}},
		"backing off, also when it comes late":                               {backingOff, []try{{0, 0}, {0, 0}, {0, 10}, {19, 20}, {48, 30}}},
		"backing off, a quiet time forgets":                                  {backingOff, []try{{0, 0}, {0, 0}, {0, 10}, {20, 0}, {20, 0}, {20, 10}}},
		"backing off, a long closure forgets not":                            {backingOff, []try{{0, 0}, {0, 0}, {0, 10}, {10, 20}, {39, 30}}},
		"backing off, fewer are forgotten":                                   {backingOff, []try{{0, 0}, {9, 0}, {10, 0}, {11, 0}, {12, 10}}},
		"a longest wait below the time is none":                              {Rule{Most: 1, Within: 10 * time.Minute, MaxWait: time.Minute}, []try{{0, 10}, {10, 10}}},
	} {
		var so *ent.Throttle
		for i, one := range c.tries {
			now := began.Add(time.Duration(one.at) * time.Minute)
			if err := refuse(so, now); err != nil {
				t.Errorf("%s: try %d is refused", name, i)
			}
			next := c.rule.next(so, now, 1)
			so = &next
			closed := refuse(so, now) != nil
			if want := one.closedFor > 0; closed != want || want && !so.ClosedUntil.Equal(now.Add(time.Duration(one.closedFor)*time.Minute)) {
				t.Errorf("%s: try %d closes until %v, want for %d minutes from %v", name, i, so.ClosedUntil, one.closedFor, now)
			}
			if so.ClosedUntil != nil && so.ForgottenAt.Before(*so.ClosedUntil) {
				t.Errorf("%s: try %d is forgotten at %v, before it opens at %v", name, i, so.ForgottenAt, so.ClosedUntil)
			}
		}
	}
}
