package gqlhttp

import (
	"errors"
	"minidock/internal/fault"
	"runtime"
	"testing"
	"time"
)

func TestAnUploadMustKeepItsPace(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	start := now
	var deadline time.Time
	p := &pace{
		step: 160, within: 10 * time.Second, end: now.Add(25 * time.Second), now: func() time.Time { return now },
		setDeadline: func(at time.Time) error { deadline = at; return nil },
	}
	p.begin()
	for _, step := range []struct {
		seconds       int
		n             int64
		deadlineAfter int
	}{{1, 159, 10}, {9, 1, 19}, {10, 100, 19}, {11, 60, 21}, {12, 500, 22}, {20, 160, 25}, {24, 1, 25}} {
		now = start.Add(time.Duration(step.seconds) * time.Second)
		p.received(step.n)
		if got := deadline.Sub(start); got != time.Duration(step.deadlineAfter)*time.Second {
			t.Errorf("%d bytes after %d s: the next must arrive by %v, want %d s", step.n, step.seconds, got, step.deadlineAfter)
		}
	}
}

func TestTheWaitForSpaceIsNotTheClientsTime(t *testing.T) {
	t.Parallel()
	now, deadline := time.Unix(1_000_000, 0), time.Time{}
	p := &pace{
		step: 160, within: 10 * time.Second, end: now.Add(time.Hour), now: func() time.Time { return now },
		setDeadline: func(at time.Time) error { deadline = at; return nil },
	}
	p.begin()
	b := newBudget(10, 10, 10)
	other := b.hold("")
	if !other.tryGrow(1) {
		t.Fatal("no space")
	}
	received := spool(t.Context(), b.hold(""), p)
	now = now.Add(9 * time.Second)
	go func() {
		for !b.isWaitedFor() {
			runtime.Gosched()
		}
		other.release()
	}()
	if err := received(1); err != nil {
		t.Error(err)
	}
	if want := now.Add(10 * time.Second); !deadline.Equal(want) {
		t.Errorf("the next must arrive by %v, want %v", deadline, want)
	}
	if err := spool(ended(t), b.hold(""), p)(1); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("without space: %v", err)
	}
}

func (b *budget) isWaitedFor() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting) > 0
}
