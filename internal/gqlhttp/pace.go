package gqlhttp

import (
	"context"
	"net/http"
	"time"

	"minidock/internal/limit"
)

// pace ends reading from a client that sends a file too slowly: each step of it must arrive within some time, and all of it by the end.
type pace struct {
	// step is how many bytes must arrive within the time.
	step   int64
	within time.Duration
	end    time.Time
	// left is what has not arrived of the current step.
	left        int64
	setDeadline func(time.Time) error
	now         func() time.Time
}

// newPace returns the pace of a request whose file is to be received from now on.
func newPace(w http.ResponseWriter, limits limit.GraphQL) *pace {
	p := &pace{
		step: max(1, int64(float64(limits.UploadRate)*limits.UploadRateTime.Seconds())), within: limits.UploadRateTime,
		end: time.Now().Add(limits.UploadTime), setDeadline: http.NewResponseController(w).SetReadDeadline, now: time.Now,
	}
	p.begin()
	return p
}

// begin begins a step.
func (p *pace) begin() {
	p.left = p.step
	deadline := p.now().Add(p.within)
	if deadline.After(p.end) {
		deadline = p.end
	}
	_ = p.setDeadline(deadline) // if the connection is gone, reading fails
}

// received counts bytes that have arrived.
func (p *pace) received(n int64) {
	if p.left -= n; p.left <= 0 {
		p.begin()
	}
}

// spool returns what keeps account of a file that is received: it waits until there is space for what has arrived, which is not
// counted as the client's time.
func spool(ctx context.Context, space *holding, pace *pace) func(n int64) error {
	return func(n int64) error {
		if !space.tryGrow(n) {
			if err := space.grow(ctx, n); err != nil {
				return err
			}
			pace.begin()
		}
		pace.received(n)
		return nil
	}
}
