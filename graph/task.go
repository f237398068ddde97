package graph

import (
	"context"

	"minidock/ent"
	"minidock/internal/request"
	"minidock/internal/session"
	"minidock/internal/version"
)

// TaskUpdated sends a task as it is, and with each change until it has ended.
func (r *subscriptionResolver) TaskUpdated(ctx context.Context, id string) (<-chan *ent.Task, error) {
	if _, ok := session.StreamOf(ctx); !ok {
		return nil, errNoStream
	}
	return r.Versions.Watches.Task(ctx, viewer(ctx), id)
}

// Log returns what was done and found.
func (r *taskResolver) Log(_ context.Context, t *ent.Task) ([]*version.TaskLogEntry, error) {
	return version.LogOf(t)
}

// Message returns what was found, in the language of the request.
func (r *taskLogEntryResolver) Message(ctx context.Context, e *version.TaskLogEntry) (string, error) {
	return e.Text(request.Language(ctx)), nil
}
