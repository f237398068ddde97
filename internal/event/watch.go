package event

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"minidock/ent"
	"minidock/ent/auditevent"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/id"
	"minidock/internal/store"
	"minidock/internal/watch"
)

const (
	// overlap is how long before the last look events are looked for again: the transaction of an event may have been committed a while
	// after the moment that the event has.
	overlap = 15 * time.Second
	// maxEvents is the most events of a workspace that are read at once, and maxPages how often one look reads so many. maxPending is the most
	// nodes that wait to be received.
	maxEvents, maxPages, maxPending = 200, 50, 1000
)

// Watches report changes in workspaces to those who wait for them.
type Watches struct {
	client *ent.Client
	now    func() time.Time
	open   *watch.Watchers[*Watch]

	mu     sync.Mutex
	looked time.Time // when the last look began that has succeeded
}

// NewWatches returns the watches of a database.
func NewWatches(client *ent.Client, now func() time.Time) *Watches {
	w := &Watches{client: client, now: now}
	w.open = watch.New(w.look)
	return w
}

// Watch begins to watch a workspace, until the context is done.
func (w *Watches) Watch(ctx context.Context, workspaceID string) (*Watch, error) {
	began := w.now()
	found, err := w.events(ctx, began, workspaceID)
	if err != nil {
		return nil, err
	}
	watching := &Watch{changed: make(chan struct{}, 1), from: earliest(began), seen: map[string]bool{}}
	for _, one := range found { // what has happened before is not reported
		watching.seen[one.ID] = true
	}
	w.open.Add(workspaceID, watching)
	context.AfterFunc(ctx, func() { w.open.Remove(workspaceID, watching) })
	return watching, nil
}

// look reports what has happened since the last look. When the database cannot be read it does nothing, and the next look finds it.
func (w *Watches) look(ctx context.Context, waiting map[string][]*Watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	began := w.now()
	since := w.looked
	if since.IsZero() {
		since = began
	}
	found, err := w.events(ctx, since, slices.Collect(maps.Keys(waiting))...)
	if err != nil {
		return
	}
	changed, err := nodesOf(ctx, w.client, found)
	if err != nil {
		return
	}
	w.looked = began
	byWorkspace := map[string][]*ent.AuditEvent{}
	for _, one := range found {
		byWorkspace[*one.WorkspaceID] = append(byWorkspace[*one.WorkspaceID], one)
	}
	for workspaceID, watches := range waiting {
		for _, watching := range watches {
			watching.report(byWorkspace[workspaceID], changed)
		}
	}
}

// events returns what has happened in these workspaces since a moment, and a while before it, the earliest first.
func (w *Watches) events(ctx context.Context, since time.Time, workspaceIDs ...string) ([]*ent.AuditEvent, error) {
	latest := store.Keyset{Columns: []string{auditevent.FieldID}, Descending: true, Limit: maxEvents}
	var found []*ent.AuditEvent
	for page := 0; page < maxPages && len(workspaceIDs) > 0; page++ {
		read, err := w.client.AuditEvent.Query().Where(store.PageOf(latest, children{
			Column: auditevent.FieldWorkspaceID, Parents: workspaceIDs, Filters: []predicate.AuditEvent{
				auditevent.IDGTE(earliest(since)), auditevent.OperationNEQ(string(access.ChooseWorkspace)),
			},
		})).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for events: %w", err)
		}
		found = append(found, read...)
		workspaceIDs, latest.After = unfinished(read)
	}
	slices.SortFunc(found, func(a, b *ent.AuditEvent) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(found, func(a, b *ent.AuditEvent) bool { return a.ID == b.ID }), nil
}

// unfinished returns the workspaces that may have more events than were read of them, and where to go on: at the latest event with which
// the reading of one of them ended. Of the others some are read twice.
func unfinished(read []*ent.AuditEvent) (workspaceIDs []string, after []any) {
	counts := map[string]int{}
	for _, one := range read { // the latest first
		if counts[*one.WorkspaceID]++; counts[*one.WorkspaceID] == maxEvents {
			workspaceIDs = append(workspaceIDs, *one.WorkspaceID)
			if after == nil {
				after = []any{one.ID}
			}
		}
	}
	return workspaceIDs, after
}

// earliest returns the least id of an event that is looked for since a moment.
func earliest(since time.Time) string { return id.From(id.AuditEvent, since.Add(-overlap)) }

// NodeChange says that a mutation has changed a node.
type NodeChange struct {
	Operation access.Operation
	NodeID    string
}

// Watch is somebody who waits for changes in a workspace.
type Watch struct {
	changed chan struct{}
	// from is the least id of an event that is reported: a look may find earlier ones, which were not seen when the watch began.
	from string

	mu      sync.Mutex
	seen    map[string]bool // the events that were found last
	pending []NodeChange
}

// Changed receives when there is something to take.
func (w *Watch) Changed() <-chan struct{} { return w.changed }

// Take returns what has changed since the last call, in the order in which it was last changed, each mutation of a node once.
func (w *Watch) Take() []NodeChange {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.pending
	w.pending = nil
	return taken
}

// Return gives back what was taken and could not be reported; it can be taken again after the next look.
func (w *Watch) Return(taken []NodeChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	later := w.pending
	w.pending = taken
	for _, change := range later {
		w.add(change)
	}
}

// report adds the changes of the events that were not seen before.
func (w *Watch) report(events []*ent.AuditEvent, changed map[string][]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := make(map[string]bool, len(events))
	for _, one := range events {
		seen[one.ID] = true
		if w.seen[one.ID] || one.ID < w.from {
			continue
		}
		for _, nodeID := range changed[one.ID] {
			w.add(NodeChange{access.Operation(one.Operation), nodeID})
		}
	}
	w.seen = seen
	if len(w.pending) > 0 {
		select {
		case w.changed <- struct{}{}:
		default: // it was not received yet
		}
	}
}

// add adds a change in place of an earlier one of the same kind. When somebody does not take changes, the oldest are forgotten.
func (w *Watch) add(change NodeChange) {
	w.pending = slices.DeleteFunc(w.pending, func(earlier NodeChange) bool { return earlier == change })
	w.pending = append(w.pending, change)
	w.pending = w.pending[max(0, len(w.pending)-maxPending):]
}
