package workspace

import (
	"context"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/store"
)

func TestAWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.Now()
	db.Client.User.Create().SetID("usr_ann").SetEmail("ann@example.com").SetDisplayName("Ann").SetPasswordHash("x").SetCreatedAt(now).SaveX(t.Context())
	db.Client.Workspace.Create().SetID("wsp_1").SetName("Ann's").SetCreatedAt(now).SaveX(t.Context())
	db.Client.Member.Create().SetID("mem_1").SetUserID("usr_ann").SetWorkspaceID("wsp_1").SetRole(member.RoleOWNER).
		SetCreatedAt(now).SetJoinedAt(now).SaveX(t.Context())
	watches := NewWatches(db.Client)
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := watches.Membership(ctx, access.NewViewer(db.Client, access.Request{}, access.Account("usr_ann"), nil), "wsp_1")
	if err != nil {
		t.Fatal(err)
	}
	if first := <-changes; first.Member.ID != "mem_1" {
		t.Errorf("sent %s", first.Member.ID)
	}
	if watched := watches.open.All(); len(watched) != 1 {
		t.Errorf("%d watches", len(watched))
	}
	cancel()
	if _, more := <-changes; more {
		t.Error("sent more after the end")
	}
	if watched := watches.open.All(); len(watched) != 0 {
		t.Errorf("%d watches are left", len(watched))
	}
}
