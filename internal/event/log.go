package event

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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

// Filter says which events to list: those that fit all that is given.
type Filter struct {
	// Operations are mutations; nil for any.
	Operations []access.Operation
	// ActorID and SubjectID are ids; nil for any.
	ActorID, SubjectID *string
	// Since and Until bound when it happened, Until not among it; nil for any time.
	Since, Until *time.Time
}

// ByIDs returns those of the events that the viewer may see, by id.
func (l *Log) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.AuditEvent, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.AuditEvent, error) {
		return l.Client.AuditEvent.Query().Where(store.In(auditevent.FieldID, ids), principal.AuditEvents()).All(ctx)
	})
}

// Platform returns a page of the events outside all workspaces that the viewer may see, the latest first.
func (l *Log) Platform(ctx context.Context, viewer *access.Viewer, args page.Args, filter Filter) (page.Page[*ent.AuditEvent], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return page.Page[*ent.AuditEvent]{}, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return page.Page[*ent.AuditEvent]{}, err
	}
	found, err := l.Client.AuditEvent.Query().Where(auditevent.WorkspaceIDIsNil()).Where(filter.predicates(principal)...).
		Where(store.Page(request.ByID(auditevent.FieldID, true))).All(ctx)
	if err != nil {
		return page.Page[*ent.AuditEvent]{}, fmt.Errorf("list events: %w", err)
	}
	return page.Cut(request, found, position), nil
}

// CountPlatform returns how many events outside all workspaces fit the filter and may be seen by the viewer.
func (l *Log) CountPlatform(ctx context.Context, viewer *access.Viewer, filter Filter) (int, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return 0, err
	}
	n, err := l.Client.AuditEvent.Query().Where(auditevent.WorkspaceIDIsNil()).Where(filter.predicates(principal)...).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count events: %w", err)
	}
	return n, nil
}

func position(e *ent.AuditEvent) page.Position { return page.Position{ID: e.ID} }

// Of returns the same page of each workspace's events that the viewer may see, by workspace, the latest first.
func (l *Log) Of(ctx context.Context, viewer *access.Viewer, workspaceIDs []string, args page.Args, filter Filter) (map[string]page.Page[*ent.AuditEvent], error) {
	request, err := args.Request(orderLatest)
	if err != nil {
		return nil, err
	}
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	found, err := l.Client.AuditEvent.Query().
		Where(store.OfEach(request.ByID(auditevent.FieldID, true), auditevent.FieldWorkspaceID, workspaceIDs, filter.predicates(principal)...)).All(ctx)
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
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	var counts store.Counts
	err = l.Client.AuditEvent.Query().Where(store.In(auditevent.FieldWorkspaceID, workspaceIDs)).
		Where(filter.predicates(principal)...).
		GroupBy(auditevent.FieldWorkspaceID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	return counts.ByWorkspace(), nil
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

func (f Filter) predicates(principal *access.Principal) []predicate.AuditEvent {
	predicates := []predicate.AuditEvent{principal.AuditEvents()}
	if f.Operations != nil {
		names := make([]string, len(f.Operations))
		for i, operation := range f.Operations {
			names[i] = string(operation)
		}
		predicates = append(predicates, auditevent.OperationIn(names...))
	}
	if f.ActorID != nil {
		predicates = append(predicates, auditevent.ActorIDIn(findable(*f.ActorID)...))
	}
	if f.SubjectID != nil {
		predicates = append(predicates, auditevent.SubjectIDIn(findable(*f.SubjectID)...))
	}
	if f.Since != nil {
		predicates = append(predicates, auditevent.CreatedAtGTE(*f.Since))
	}
	if f.Until != nil {
		predicates = append(predicates, auditevent.CreatedAtLT(*f.Until))
	}
	return predicates
}

// findable returns the texts without those that hold a NUL, which PostgreSQL does not take and no event has.
func findable(texts ...string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return strings.ContainsRune(text, 0) })
}
