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

// MembershipEvent is the viewer's membership of a workspace at some moment.
type MembershipEvent struct {
	Status member.Status
	Role   member.Role
	// Member is nil when the membership is no longer active.
	Member *ent.Member
}

// Membership sends the viewer's membership of a workspace as it is and with each change of its role. When it is no longer active, that is
// the last event, after which the channel is closed; it is also closed when the context is done. NOT_FOUND when it is not active.
func (w *Watches) Membership(ctx context.Context, viewer *access.Viewer, workspaceID string) (<-chan *MembershipEvent, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := store.One(w.client.Member.Query().Where(principal.Active(), member.WorkspaceID(workspaceID)).Only(ctx))
	if err != nil {
		return nil, fmt.Errorf("read the viewer's membership: %w", err)
	}
	watching := &memberWatch{events: make(chan *MembershipEvent, 1)}
	watching.send(found)
	w.open.Add(found.ID, watching)
	context.AfterFunc(ctx, func() {
		w.open.Remove(found.ID, watching)
		watching.end()
	})
	return watching.events, nil
}

// look sends the memberships that have changed, and ends the watches of those that are no longer active. When the database cannot be read
// it does nothing: the streams that the changes are sent on then end by themselves.
func (w *Watches) look(ctx context.Context, waiting map[string][]*memberWatch) {
	found, err := w.client.Member.Query().Where(store.In(member.FieldID, slices.Collect(maps.Keys(waiting)))).All(ctx)
	if err != nil {
		return
	}
	members := store.ByID(found)
	for memberID, watches := range waiting {
		for _, watching := range watches {
			row := members[memberID]
			if row != nil {
				watching.send(row)
			}
			if row == nil || row.Status != member.StatusACTIVE {
				w.open.Remove(memberID, watching)
				watching.end()
			}
		}
	}
}

// memberWatch is a viewer who waits for changes of their membership. The channel holds the latest that was not received yet.
type memberWatch struct {
	events chan *MembershipEvent

	mu      sync.Mutex
	sent    MembershipEvent
	isEnded bool
}

// send sends a membership, in place of one that was not received yet, if its status or role has changed.
func (w *memberWatch) send(row *ent.Member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	event := MembershipEvent{Status: row.Status, Role: row.Role}
	if w.isEnded || w.sent == event {
		return
	}
	w.sent = event
	if row.Status == member.StatusACTIVE {
		alone := *row
		alone.Siblings = nil // the other rows belong to other viewers, who may see more
		event.Member = &alone
	}
	select {
	case <-w.events:
	default:
	}
	w.events <- &event
}

func (w *memberWatch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isEnded {
		w.isEnded = true
		close(w.events)
	}
}
