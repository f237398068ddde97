package apitest

import "testing"

// Another returns the world as a second server sees it, with connections of its own to the same database.
func (w *World) Another(t *testing.T) *World {
	t.Helper()
	other := &World{Dir: w.Dir, options: w.options, post: w.post, clock: w.clock}
	t.Cleanup(func() { other.Log.showIfFailed(t) })
	other.start(t)
	return other
}

// At returns the same person, in the same session, talking to another server.
func (p *Person) At(w *World) *Person {
	moved := *p
	moved.world = w
	return &moved
}
