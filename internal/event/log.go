package event

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/auditevent"
	"minidock/ent/predicate"
	"minidock/internal/access"
	"minidock/internal/page"
	"minidock/internal/store"
)

// orderLatest sorts events by when they happened, which is the order of their ids, the latest first.
const orderLatest = "LATEST EVENT"

// Log reads events.
type Log struct{ Client *ent.Client }

// ByIDs returns those of the events that the viewer may see, by id.
func (l *Log) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.AuditEvent, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.AuditEvent, error) {
		return l.Client.AuditEvent.Query().Select(store.Shown(ctx, auditevent.Table)...).Where(store.In(auditevent.FieldID, ids), principal.AuditEvents()).All(ctx)
	})
}

// Platform returns a page of the events outside all workspaces that the viewer may see, the latest first.
func (l *Log) Platform(ctx context.Context, viewer *access.Viewer, args page.Args, filter Filter) (page.Page[*ent.AuditEvent], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return page.Page[*ent.AuditEvent]{}, err
	}
	if err := seesPlatform(ctx, viewer); err != nil {
		return page.Page[*ent.AuditEvent]{}, err
	}
	found, err := l.Client.AuditEvent.Query().Select(store.Shown(ctx, auditevent.Table)...).Where(outsideWorkspaces).Where(filter.period()...).
		Where(filter.listed()...).Where(store.Page(request.ByID(auditevent.FieldID, true))).All(ctx)
	if err != nil {
		return page.Page[*ent.AuditEvent]{}, fmt.Errorf("list events: %w", err)
	}
	return page.Cut(request, found, position), nil
}

// CountPlatform returns how many events outside all workspaces fit the filter and may be seen by the viewer.
func (l *Log) CountPlatform(ctx context.Context, viewer *access.Viewer, filter Filter) (int, error) {
	if err := seesPlatform(ctx, viewer); err != nil {
		return 0, err
	}
	n := 0
	for _, period := range filter.periods() {
		of, err := l.Client.AuditEvent.Query().Where(outsideWorkspaces).Where(period...).Where(filter.counted()...).Count(ctx)
		if err != nil {
			return 0, fmt.Errorf("count events: %w", err)
		}
		n += of
	}
	return n, nil
}

// seesPlatform refuses a viewer who may not see events outside workspaces.
func seesPlatform(ctx context.Context, viewer *access.Viewer) error {
	return viewer.Require(ctx, access.ViewPlatformAuditEvents, "")
}

func position(e *ent.AuditEvent) page.Position { return page.Position{ID: e.ID} }

// Of returns the same page of each workspace's events that the viewer may see, by workspace, the latest first.
func (l *Log) Of(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, args page.Args, filter Filter) (map[string]page.Page[*ent.AuditEvent], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return nil, err
	}
	of, err := visible(ctx, viewer, workspaceIDs)
	if err != nil {
		return nil, err
	}
	of.Filters = append(filter.listed(), filter.period()...)
	found, err := l.Client.AuditEvent.Query().Select(store.Shown(ctx, auditevent.Table)...).Where(store.PageOf(request.ByID(auditevent.FieldID, true), of)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return page.CutEach(request, workspaceIDs, found,
		func(e *ent.AuditEvent) string { return *e.WorkspaceID },
		position,
	), nil
}

// Count returns how many events of each workspace fit the filter and may be seen by the viewer.
func (l *Log) Count(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, filter Filter) (map[string]int, error) {
	of, err := visible(ctx, viewer, workspaceIDs)
	if err != nil {
		return nil, err
	}
	var parts []children
	for _, period := range filter.periods() {
		of.Filters = append(filter.counted(), period...)
		parts = append(parts, of)
	}
	var counts store.Counts
	if err := l.Client.AuditEvent.Query().Modify(store.CountOf(parts...)).Scan(ctx, &counts); err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	return counts.ByParent(), nil
}

// children are the events of workspaces.
type children = store.Children[predicate.AuditEvent]

// visible returns the events of these workspaces that may be seen by the viewer: those of workspaces that the viewer manages.
func visible(ctx context.Context, viewer *access.Viewer, workspaceIDs []string) (children, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return children{}, err
	}
	managing, _, err := principal.Divide(ctx, workspaceIDs)
	return children{Column: auditevent.FieldWorkspaceID, Parents: access.WorkspaceIDs(managing...)}, err
}

// Actors returns who did each of these, by user id, for a viewer who sees the event: people who act in a workspace are members there,
// and owners and masters see past members, too.
func (l *Log) Actors(ctx context.Context, viewer *access.Viewer, events []*ent.AuditEvent) (map[string]*ent.User, error) {
	return access.WithEmails(access.UsersNamedBy(ctx, viewer, events, (*access.Principal).KeepAuditEvents, func(e *ent.AuditEvent) string {
		if e.ActorID == nil {
			return ""
		}
		return *e.ActorID
	}))
}
