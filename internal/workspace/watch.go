package workspace

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/store"
	"minidock/internal/watch"
)

// Watches send changes of memberships to those who wait for them.
type Watches struct {
	client *ent.Client
	open   *watch.Watchers[*memberWatch]
}

// NewWatches returns the watches of a database.
func NewWatches(client *ent.Client) *Watches {
	w := &Watches{client: client}
	w.open = watch.New(w.look)
	return w
}

// Membership sends the viewer's membership of a workspace as it is and with each change of its role, until it is no longer active or
// the context is done; then the channel is closed. NOT_FOUND when it is not active.
func (w *Watches) Membership(ctx context.Context, viewer *access.Viewer, workspaceID string) (<-chan *ent.Member, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := store.One(w.client.Member.Query().Where(principal.Active(), member.WorkspaceID(workspaceID)).Only(ctx))
	if err != nil {
		return nil, fmt.Errorf("read the viewer's membership: %w", err)
	}
	watching := &memberWatch{changes: make(chan *ent.Member, 1)}
	watching.send(found)
	w.open.Add(found.ID, watching)
	context.AfterFunc(ctx, func() {
		w.open.Remove(found.ID, watching)
		watching.end()
	})
	return watching.changes, nil
}

// look ends the watches of memberships that are no longer active, and sends the others whose role has changed. When the database
// cannot be read it does nothing: the streams that the changes are sent on then end by themselves.
func (w *Watches) look(ctx context.Context, waiting map[string][]*memberWatch) {
	found, err := w.client.Member.Query().
		Where(store.In(member.FieldID, slices.Collect(maps.Keys(waiting))), member.StatusEQ(member.StatusACTIVE)).All(ctx)
	if err != nil {
		return
	}
	members := store.ByID(found)
	for memberID, watches := range waiting {
		for _, watching := range watches {
			if row := members[memberID]; row != nil {
				watching.send(row)
				continue
			}
			w.open.Remove(memberID, watching)
			watching.end()
		}
	}
}

// memberWatch is a viewer who waits for changes of their membership. The channel holds the latest that was not received yet.
type memberWatch struct {
	changes chan *ent.Member

	mu      sync.Mutex
	role    member.Role
	isEnded bool
}

// send sends a membership, in place of one that was not received yet, if its role has changed.
func (w *memberWatch) send(row *ent.Member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isEnded || w.role == row.Role {
		return
	}
	alone := *row
	alone.Siblings = nil // the other rows belong to other viewers, who may see more
	select {
	case <-w.changes:
	default:
	}
	w.changes <- &alone
	w.role = row.Role
}

func (w *memberWatch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isEnded {
		w.isEnded = true
		close(w.changes)
	}
}
