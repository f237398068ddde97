package workspace

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/store"
)

// How often the memberships that somebody waits at are looked up, and how long that may take. What changes is told within the sum.
const (
	lookInterval = 2 * time.Second
	lookTime     = 2 * time.Second
)

// Watches tell of changes of memberships while somebody waits for them. The database is asked once for all that are waited for, and
// only while there are some.
type Watches struct {
	client *ent.Client

	mu       sync.Mutex
	open     map[string]map[*watch]bool
	watching bool
}

// NewWatches returns the watches of a database.
func NewWatches(client *ent.Client) *Watches {
	return &Watches{client: client, open: map[string]map[*watch]bool{}}
}

// watch is one that waits. It holds the latest that was not taken yet.
type watch struct {
	told  chan *ent.Member
	role  member.Role
	ended bool
}

// Membership sends the viewer's membership of a workspace as it is and with each change of its role, until it is no longer active or
// the context is done; then the channel is closed. NOT_FOUND when it is not active.
func (w *Watches) Membership(ctx context.Context, viewer *access.Viewer, workspaceID string) (<-chan *ent.Member, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := w.client.Member.Query().Where(principal.Active(), member.WorkspaceID(workspaceID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read the own membership: %w", err)
	}
	one := &watch{told: make(chan *ent.Member, 1), role: found.Role}
	one.told <- found
	w.add(found.ID, one)
	context.AfterFunc(ctx, func() { w.remove(found.ID, one) })
	return one.told, nil
}

func (w *Watches) add(memberID string, one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[memberID] == nil {
		w.open[memberID] = map[*watch]bool{}
	}
	w.open[memberID][one] = true
	if !w.watching {
		w.watching = true
		go w.watch()
	}
}

func (w *Watches) remove(memberID string, one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(memberID, one)
}

// end closes a watch once.
func (w *Watches) end(memberID string, one *watch) {
	delete(w.open[memberID], one)
	if len(w.open[memberID]) == 0 {
		delete(w.open, memberID)
	}
	if !one.ended {
		one.ended = true
		close(one.told)
	}
}

// waiting returns the watches by what they wait for; when there are none, nobody watches any more.
func (w *Watches) waiting() map[string][]*watch {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watching = len(w.open) > 0
	waiting := make(map[string][]*watch, len(w.open))
	for memberID, open := range w.open {
		waiting[memberID] = slices.Collect(maps.Keys(open))
	}
	return waiting
}

// watch looks until nobody waits. When the database cannot be read, it looks again later: the streams on which the changes are
// told end then by themselves.
func (w *Watches) watch() {
	ticker := time.NewTicker(lookInterval)
	defer ticker.Stop()
	for range ticker.C {
		waiting := w.waiting()
		if len(waiting) == 0 {
			return
		}
		if found, err := w.look(slices.Collect(maps.Keys(waiting))); err == nil {
			w.tell(waiting, found)
		}
	}
}

func (w *Watches) look(watched []string) (map[string]*ent.Member, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	found, err := w.client.Member.Query().Where(store.In(member.FieldID, watched), member.StatusEQ(member.StatusACTIVE)).All(ctx)
	if err != nil {
		return nil, err
	}
	members := make(map[string]*ent.Member, len(found))
	for _, row := range found {
		members[row.ID] = row
	}
	return members, nil
}

// tell ends the watches of memberships that count no more, and tells the others whose role has changed: those that waited when the
// database was asked.
func (w *Watches) tell(waiting map[string][]*watch, found map[string]*ent.Member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for memberID, watches := range waiting {
		for _, one := range watches {
			switch now := found[memberID]; {
			case now == nil:
				w.end(memberID, one)
			case now.Role != one.role && !one.ended:
				one.replace(now)
			}
		}
	}
}

// replace tells what is now, in place of what was not taken yet.
func (o *watch) replace(now *ent.Member) {
	// The row knows no others: whoever waits at them may see less.
	alone := *now
	alone.Siblings = nil
	select {
	case <-o.told:
	default:
	}
	o.told <- &alone
	o.role = now.Role
}
