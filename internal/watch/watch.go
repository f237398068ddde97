// Package watch looks for changes in the database while somebody waits for them.
package watch

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// How often watched rows are looked up, and how long that may take. A change that another process makes is seen within the sum.
const (
	interval = 2 * time.Second
	timeout  = 2 * time.Second
)

// Watchers are those who wait, by the id of the row that they wait for. While there are some, look is called every two seconds, by
// one goroutine, with those who wait then.
type Watchers[W comparable] struct {
	look func(context.Context, map[string][]W)

	mu        sync.Mutex
	open      map[string]map[W]bool
	isLooking bool
}

// New returns an empty set of watchers.
func New[W comparable](look func(ctx context.Context, waiting map[string][]W)) *Watchers[W] {
	return &Watchers[W]{look: look, open: map[string]map[W]bool{}}
}

// Add adds a watcher of a row.
func (w *Watchers[W]) Add(id string, added W) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[id] == nil {
		w.open[id] = map[W]bool{}
	}
	w.open[id][added] = true
	if !w.isLooking {
		w.isLooking = true
		go w.run()
	}
}

// Remove removes a watcher; twice does no harm.
func (w *Watchers[W]) Remove(id string, removed W) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open[id], removed)
	if len(w.open[id]) == 0 {
		delete(w.open, id)
	}
}

// Of returns those who wait for a row.
func (w *Watchers[W]) Of(id string) []W {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.open[id]))
}

// All returns all who wait.
func (w *Watchers[W]) All() []W {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []W
	for _, watchers := range w.open {
		all = slices.AppendSeq(all, maps.Keys(watchers))
	}
	return all
}

// waiting returns those who wait by the row's id. If there are none, run ends.
func (w *Watchers[W]) waiting() map[string][]W {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isLooking = len(w.open) > 0
	waiting := make(map[string][]W, len(w.open))
	for id, watchers := range w.open {
		waiting[id] = slices.Collect(maps.Keys(watchers))
	}
	return waiting
}

func (w *Watchers[W]) run() {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for range ticker.C {
		waiting := w.waiting()
		if len(waiting) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		w.look(ctx, waiting)
		cancel()
	}
}
