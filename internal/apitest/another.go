package apitest

import "testing"

// Another returns a second server with its own connections to the same database.
func (w *World) Another(t *testing.T) *World {
	t.Helper()
	other := &World{SecretKey: w.SecretKey, Dir: w.Dir, options: w.options, post: w.post, clock: w.clock}
	t.Cleanup(func() { other.Log.showIfFailed(t) })
	other.start(t)
	return other
}

// At returns the same person, in the same session, at another server.
func (p *Person) At(w *World) *Person {
	moved := *p
	moved.world = w
	return &moved
}
