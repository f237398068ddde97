package gqlhttp

import (
	"context"
	"slices"
	"sync"

	"minidock/internal/fault"
)

// budget bounds the bytes that requests hold together. A request holds more as more of it arrives, so that one that stalls holds
// only what it has sent.
//
// Requests that hold something and wait for more cannot block each other: as many bytes as the largest request needs are reserved
// for one of them at a time, which can therefore be completed.
type budget struct {
	// largest is the most that one request holds, share the most of one network address unless it is the one to be completed.
	largest, share int64

	mu       sync.Mutex
	free     int64
	networks map[string]int64
	// completing is the request that may use the reserved bytes; nil while they are all free.
	completing *holding
	waiting    []*waiter
}

// holding is what one request holds of a budget.
type holding struct {
	budget  *budget
	network string
	bytes   int64
	// hasWaited says that the request had to wait for bytes.
	hasWaited bool
}

// waiter is a request that waits for more bytes.
type waiter struct {
	*holding
	more    int64
	granted chan struct{}
}

func newBudget(total, largest, share int64) *budget {
	return &budget{largest: largest, share: share, free: max(total, largest), networks: map[string]int64{}}
}

// hold returns what a request from a network address holds: nothing yet. The caller releases it.
func (b *budget) hold(network string) *holding { return &holding{budget: b, network: network} }

// tryGrow takes more bytes if they are free.
func (h *holding) tryGrow(more int64) bool {
	h.budget.mu.Lock()
	defer h.budget.mu.Unlock()
	return h.budget.grant(h, more)
}

// grow takes more bytes, and waits until they are free. Refused with UNAVAILABLE when the context ends first.
func (h *holding) grow(ctx context.Context, more int64) error {
	b := h.budget
	b.mu.Lock()
	if b.grant(h, more) {
		b.mu.Unlock()
		return nil
	}
	h.hasWaited = true
	waits := &waiter{h, more, make(chan struct{})}
	b.waiting = append(b.waiting, waits)
	b.mu.Unlock()
	select {
	case <-waits.granted:
		return nil
	case <-ctx.Done():
		return b.giveUp(waits)
	}
}

// giveUp removes a waiter, unless it has just been granted what it waits for.
func (b *budget) giveUp(waits *waiter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.waiting, waits)
	if i < 0 {
		return nil
	}
	b.waiting = slices.Delete(b.waiting, i, i+1)
	return fault.ErrUnavailable
}

// release returns all that is held, and grants it to those that wait, the first ones first.
func (h *holding) release() {
	b := h.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count(h, -h.bytes)
	if b.completing == h {
		b.completing = nil
	}
	b.waiting = slices.DeleteFunc(b.waiting, func(waits *waiter) bool {
		isGranted := b.grant(waits.holding, waits.more)
		if isGranted {
			close(waits.granted)
		}
		return isGranted
	})
}

// grant takes more bytes for a request if it may have them now. The lock must be held.
func (b *budget) grant(h *holding, more int64) bool {
	if b.free-more < b.largest || b.networks[h.network]+more > b.share {
		if b.completing == nil {
			b.completing = h
		}
		if b.completing != h {
			return false
		}
	}
	b.count(h, more)
	return true
}

func (b *budget) count(h *holding, more int64) {
	h.bytes += more
	b.free -= more
	if b.networks[h.network] += more; b.networks[h.network] == 0 {
		delete(b.networks, h.network)
	}
}
