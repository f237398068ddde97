package version

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"minidock/ent"
	"minidock/ent/task"
	"minidock/internal/access"
	"minidock/internal/store"
	"minidock/internal/watch"
)

// maxPending is how many states of a task wait for a client that is slow; then the earliest are left out.
const maxPending = 64

// Watches report the states of tasks to those who wait for them: those that this process writes at once, and those of other processes
// when they are noticed.
type Watches struct {
	client *ent.Client
	open   *watch.Watchers[*taskWatch]
}

// channel is that of the notices which name tasks with another state.
const channel = "tasks"

// noticeTime is how long it may take to look at a task after a notice.
const noticeTime = 2 * time.Second

// NewWatches returns the watches of a database.
func NewWatches(db *store.Store) *Watches {
	w := &Watches{client: db.Client}
	w.open = watch.New(w.look)
	db.OnNotice(channel, func(taskID string) { go w.noticed(taskID) })
	return w
}

// noticed looks whether a task, which another process may have changed, has another state.
func (w *Watches) noticed(taskID string) {
	if watches := w.open.Of(taskID); len(watches) > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), noticeTime)
		defer cancel()
		w.look(ctx, map[string][]*taskWatch{taskID: watches})
	}
}

// Task sends a task as it is, and then each state that it takes. After its end the channel is closed, and also when the context is done, or the
// viewer no longer sees the task. NOT_FOUND when the viewer does not see it.
func (w *Watches) Task(ctx context.Context, viewer *access.Viewer, taskID string) (<-chan *ent.Task, error) {
	watching := &taskWatch{changed: make(chan struct{}, 1)}
	w.open.Add(taskID, watching) // before it is read, so that no state is missed
	first, err := w.visible(ctx, viewer, taskID)
	if err != nil {
		w.open.Remove(taskID, watching)
		return nil, err
	}
	watching.report(first)
	sent := make(chan *ent.Task)
	go func() {
		defer close(sent)
		defer w.open.Remove(taskID, watching)
		w.send(ctx, viewer, taskID, watching, sent)
	}()
	return sent, nil
}

// send sends states until the task has ended, or its viewer no longer sees it.
func (w *Watches) send(ctx context.Context, viewer *access.Viewer, taskID string, watching *taskWatch, to chan<- *ent.Task) {
	for isFirst := true; ; isFirst = false {
		select {
		case <-watching.changed:
		case <-ctx.Done():
			return
		}
		states, isGone := watching.take()
		if isGone {
			return
		}
		if !isFirst {
			viewer.Stale() // what the viewer may see is decided now
			if _, err := w.visible(ctx, viewer, taskID); err != nil {
				return
			}
		}
		for _, state := range states {
			select {
			case to <- state:
			case <-ctx.Done():
				return
			}
			if state.FinishedAt != nil {
				return
			}
		}
	}
}

func (w *Watches) visible(ctx context.Context, viewer *access.Viewer, taskID string) (*ent.Task, error) {
	found, err := access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.Task, error) {
		return w.client.Task.Query().Where(task.ID(taskID), principal.Tasks()).All(ctx)
	})
	return store.OneOf(found, taskID, err)
}

// Report reports a state that was committed.
func (w *Watches) Report(state *ent.Task) {
	for _, watching := range w.open.Of(state.ID) {
		watching.report(state)
	}
}

// look reports the states of the tasks that are waited for. When the database cannot be read it does nothing, and the next look finds them.
func (w *Watches) look(ctx context.Context, waiting map[string][]*taskWatch) {
	found, err := w.client.Task.Query().Where(store.In(task.FieldID, slices.Collect(maps.Keys(waiting)))).All(ctx)
	if err != nil {
		return
	}
	tasks := store.ByID(found)
	for taskID, watches := range waiting {
		for _, watching := range watches {
			if state, ok := tasks[taskID]; ok {
				watching.report(state)
			} else {
				watching.end()
			}
		}
	}
}

// taskWatch is somebody who waits for the states of a task.
type taskWatch struct {
	changed chan struct{}

	mu      sync.Mutex
	last    *ent.Task
	pending []*ent.Task
	isGone  bool
}

// report adds a state, unless it is not later than the last: it may have been read before that one was written.
func (w *taskWatch) report(state *ent.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isGone || w.last != nil && compare(state, w.last) <= 0 {
		return
	}
	alone := *state
	alone.Siblings = nil // the other rows belong to other viewers, who may see more
	w.last = &alone
	w.pending = append(w.pending, &alone)
	w.pending = w.pending[max(0, len(w.pending)-maxPending):]
	w.wake()
}

// end says that the task was deleted.
func (w *taskWatch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isGone = true
	w.wake()
}

func (w *taskWatch) wake() {
	select {
	case w.changed <- struct{}{}:
	default: // it was not received yet
	}
}

func (w *taskWatch) take() (states []*ent.Task, isGone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	states, w.pending = w.pending, nil
	return states, w.isGone
}

// ranks order the statuses that a task takes one after another.
var ranks = map[task.Status]int{task.StatusQUEUED: 0, task.StatusRUNNING: 1, task.StatusSUCCEEDED: 2, task.StatusFAILED: 2}

// compare says which of two states of a task came first: status, log and progress only grow.
func compare(a, b *ent.Task) int {
	return cmp.Or(cmp.Compare(ranks[a.Status], ranks[b.Status]), cmp.Compare(len(a.Log), len(b.Log)), cmp.Compare(a.Progress, b.Progress))
}
