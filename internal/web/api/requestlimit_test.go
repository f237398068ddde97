package api_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/web"
)

const someone = `{ viewer { user { id } } }`

func from(t *testing.T, w *apitest.World, address string) *apitest.Person {
	t.Helper()
	p := w.Visitor(t)
	p.Header.Set("X-Forwarded-For", address)
	return p
}

func TestRequestsOverTheLimitAreRefusedForTheRestOfTheMinute(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{RequestsPerMinute: 4, Proxies: web.Proxies{netip.MustParsePrefix("127.0.0.1/32")}})
	begunAMinute(w)
	ann, other := from(t, w, "203.0.113.7"), from(t, w, "203.0.113.8")
	for i := range 4 {
		if answer := ann.Do(t, someone, nil); answer.Status != http.StatusOK || answer.Code(t) != "" {
			t.Errorf("request %d: status %d: %s", i, answer.Status, answer.Body)
		}
	}
	refused := ann.Do(t, someone, nil)
	refused.Refused(t, "RATE_LIMITED")
	wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
	if refused.Status != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 60 || refused.Errors[0].Extensions["retryAfter"] != float64(wait) {
		t.Errorf("status %d, %v: %s", refused.Status, refused.Header, refused.Body)
	}
	if answer := other.Do(t, someone, nil); answer.Status != http.StatusOK {
		t.Errorf("another address: status %d", answer.Status)
	}
	w.Advance(time.Minute)
	if answer := ann.Do(t, someone, nil); answer.Status != http.StatusOK {
		t.Errorf("a minute later: status %d", answer.Status)
	}
}

func TestRequestsAreNotLimitedUnlessSaidSo(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	visitor := w.Visitor(t)
	for i := range 300 {
		if answer := visitor.Do(t, someone, nil); answer.Status != http.StatusOK || answer.Header.Get("Retry-After") != "" {
			t.Fatalf("request %d: status %d: %s", i, answer.Status, answer.Body)
		}
	}
}

// begunAMinute moves the clock to where a minute has just begun, so that what follows is in the same one.
func begunAMinute(w *apitest.World) {
	now := w.Now()
	w.Advance(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
}
