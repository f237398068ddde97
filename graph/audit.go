package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/page"
	"minidock/internal/siblings"
)

// AuditEvents returns a page of the workspace's events.
func (r *workspaceResolver) AuditEvents(ctx context.Context, w *ent.Workspace, first *int, after *string, last *int, before *string, filter *event.Filter) (*model.AuditEventConnection, error) {
	args, wanted := page.Args{First: first, After: after, Last: last, Before: before}, orNone(filter)
	pages, err := siblings.Read(w.Siblings, w, readKey("auditEvents", args, wanted), func(ws []*ent.Workspace) (map[string]page.Page[*ent.AuditEvent], error) {
		return r.Audit.Of(ctx, viewer(ctx), ids(ws, workspaceID), args, wanted)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[w.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(w.Siblings, w, readKey("auditEvents.totalCount", wanted), func(ws []*ent.Workspace) (map[string]int, error) {
			return r.Audit.Count(ctx, viewer(ctx), ids(ws, workspaceID), wanted)
		})
		return counts[w.ID], err
	}), nil
}

// Actor returns the user who made the change, or nil when the viewer may not see them.
func (r *auditEventResolver) Actor(ctx context.Context, e *ent.AuditEvent) (*ent.User, error) {
	if e.ActorID == nil {
		return nil, nil
	}
	users, err := siblings.Read(e.Siblings, e, "actor", func(es []*ent.AuditEvent) (map[string]*ent.User, error) {
		return r.Audit.Actors(ctx, viewer(ctx), es)
	})
	return users[*e.ActorID], err
}

// APIToken returns the token by which a machine made the change, or nil.
func (r *auditEventResolver) APIToken(ctx context.Context, e *ent.AuditEvent) (*ent.ApiToken, error) {
	if e.APITokenID == nil {
		return nil, nil
	}
	tokens, err := siblings.Read(e.Siblings, e, "apiToken", func(es []*ent.AuditEvent) (map[string]*ent.ApiToken, error) {
		return r.Tokens.ByIDs(ctx, viewer(ctx), known(es, func(e *ent.AuditEvent) *string { return e.APITokenID }))
	})
	return tokens[*e.APITokenID], err
}

// Operation returns the mutation that made the change.
func (r *auditEventResolver) Operation(_ context.Context, e *ent.AuditEvent) (access.Operation, error) {
	return access.Operation(e.Operation), nil
}

// Address returns the network address of the request, or nil if it is not known.
func (r *auditEventResolver) Address(_ context.Context, e *ent.AuditEvent) (*string, error) {
	return unlessEmpty(e.Address), nil
}

// RequestID returns the id of the request, or nil for a change by the command line.
func (r *auditEventResolver) RequestID(_ context.Context, e *ent.AuditEvent) (*string, error) {
	return unlessEmpty(e.RequestID), nil
}

// Subject returns what was changed, or nil if the viewer does not see it.
func (r *auditEventResolver) Subject(ctx context.Context, e *ent.AuditEvent) (model.Node, error) {
	subjects, err := siblings.Read(e.Siblings, e, "subject", func(es []*ent.AuditEvent) (map[string]model.Node, error) {
		return r.nodesByID(ctx, ids(es, func(e *ent.AuditEvent) string { return e.SubjectID }))
	})
	return subjects[e.SubjectID], err
}

// SubjectID returns the id of what was changed.
func (r *auditEventResolver) SubjectID(_ context.Context, e *ent.AuditEvent) (*string, error) {
	return unlessEmpty(e.SubjectID), nil
}

// Changes returns what it was before and is after.
func (r *auditEventResolver) Changes(_ context.Context, e *ent.AuditEvent) ([]*event.Change, error) {
	changes, err := event.Changes(e)
	pointers := make([]*event.Change, len(changes))
	for i := range changes {
		pointers[i] = &changes[i]
	}
	return pointers, err
}

// Before returns what a field was.
func (r *auditChangeResolver) Before(_ context.Context, c *event.Change) (*string, error) {
	return unlessEmpty(c.Before.String()), nil
}

// After returns what a field is.
func (r *auditChangeResolver) After(_ context.Context, c *event.Change) (*string, error) {
	return unlessEmpty(c.After.String()), nil
}

func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
