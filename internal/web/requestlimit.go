package web

import (
	"net/http"
	"sync"
	"time"

	"minidock/internal/fault"
	"minidock/internal/gqlhttp"
	"minidock/internal/request"
)

// requestLimit bounds how many requests are answered for a network address in a minute. It counts in this process only.
type requestLimit struct {
	most int
	now  func() time.Time

	mu     sync.Mutex
	minute time.Time
	counts map[string]int
}

// limited refuses requests over the limit with RATE_LIMITED; 0 is no limit.
func limited(most int, now func() time.Time, next http.Handler) http.Handler {
	if most == 0 {
		return next
	}
	limit := &requestLimit{most: most, now: now}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait, ok := limit.count(request.CallerOf(r.Context()).Network()); !ok {
			gqlhttp.Refuse(w, r, http.StatusTooManyRequests, fault.RateLimited(wait))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// count counts a request, or returns how long none is allowed.
func (l *requestLimit) count(network string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if minute := now.Truncate(time.Minute); !minute.Equal(l.minute) {
		l.minute, l.counts = minute, map[string]int{}
	}
	if l.counts[network] >= l.most {
		return l.minute.Add(time.Minute).Sub(now), false
	}
	l.counts[network]++
	return 0, true
}
