package web

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// stoppingWriteTime is how long a client may take to receive an answer when the server stops.
const stoppingWriteTime = 5 * time.Second

// timed limits how long each client may take to receive its answer, from its first byte; less when the server stops. Then the connection is
// closed. A handler that writes for longer sets its own deadlines after the first byte.
func timed(stopping context.Context, writeTime time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timed := &timedWriter{ResponseWriter: w, controller: http.NewResponseController(w), writeTime: writeTime}
		defer context.AfterFunc(stopping, timed.hurry)()
		next.ServeHTTP(timed, r)
	})
}

type timedWriter struct {
	http.ResponseWriter
	controller *http.ResponseController

	mu        sync.Mutex
	writeTime time.Duration
	// end is the client's deadline, once the answer has begun.
	end time.Time
}

// WriteHeader begins the answer, unless the connection is taken over for another protocol.
func (w *timedWriter) WriteHeader(status int) {
	if status != http.StatusSwitchingProtocols {
		w.begin()
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write begins the answer unless it has begun.
func (w *timedWriter) Write(text []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(text)
}

func (w *timedWriter) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.end.IsZero() {
		w.within(w.writeTime)
	}
}

// hurry shortens the time, also of an answer that has begun.
func (w *timedWriter) hurry() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeTime = min(w.writeTime, stoppingWriteTime)
	if time.Until(w.end) > w.writeTime {
		w.within(w.writeTime)
	}
}

func (w *timedWriter) within(d time.Duration) {
	w.end = time.Now().Add(d)
	_ = w.controller.SetWriteDeadline(w.end)
}

// Unwrap lets http.ResponseController reach what it needs.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
