package event

import (
	"context"
	"slices"
	"testing"
	"time"

	"minidock/internal/access"
	"minidock/internal/id"
	"minidock/internal/store"
)

// What happened before a watch began is not reported: neither what has happened since the last look for others, nor since everybody
// stopped watching.
func TestAWatchReportsNothingFromBeforeItBegan(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	db.Client.Workspace.Create().SetID("wsp_1").SetName("Ann's").SetCreatedAt(now).SaveX(t.Context())
	happens := func() {
		db.Client.AuditEvent.Create().SetID(id.At(id.AuditEvent, now)).SetWorkspaceID("wsp_1").SetSubjectID("wsp_1").
			SetOperation(string(access.RenameWorkspace)).SetCreatedAt(now).SaveX(t.Context())
	}
	watches := NewWatches(db.Client, func() time.Time { return now })
	look := func(watching ...*Watch) { watches.look(t.Context(), map[string][]*Watch{"wsp_1": watching}) }
	begin := func() *Watch {
		watching, err := watches.Watch(context.WithoutCancel(t.Context()), "wsp_1")
		if err != nil {
			t.Fatal(err)
		}
		return watching
	}

	first := begin()
	look(first)
	happens()
	for _, later := range []time.Duration{overlap + time.Second, time.Hour} {
		now = now.Add(later)
		watching := begin()
		now = now.Add(time.Second)
		look(watching)
		if got := watching.Take(); len(got) != 0 {
			t.Errorf("%s later: reported %v", later, got)
		}
		happens()
		look(watching)
		if got := watching.Take(); len(got) != 1 {
			t.Errorf("%s later: reported %v of what has happened", later, got)
		}
		now = now.Add(time.Second)
	}
}

// What could not be reported is reported after the next look, before what has happened since, and each node once.
func TestWhatIsReturnedIsTakenAfterTheNextLook(t *testing.T) {
	t.Parallel()
	change := func(nodeID string) NodeChange { return NodeChange{access.RenameWorkspace, nodeID} }
	watching := &Watch{changed: make(chan struct{}, 1)}
	watching.add(change("wsp_1"))
	watching.add(change("wsp_2"))
	taken := watching.Take()
	watching.add(change("wsp_1"))
	watching.Return(taken)
	select {
	case <-watching.Changed():
		t.Error("it can be taken before the next look")
	default:
	}
	watching.report(nil, nil)
	<-watching.Changed()
	if got := watching.Take(); !slices.Equal(got, []NodeChange{change("wsp_2"), change("wsp_1")}) {
		t.Errorf("taken %v", got)
	}
}
