package graph

import (
	"context"

	"minidock/graph/model"
	"minidock/internal/account"
	"minidock/internal/event"
	"minidock/internal/page"
)

// Staff returns a page of the staff.
func (r *queryResolver) Staff(ctx context.Context, first *int, after *string, last *int, before *string) (*model.StaffMemberConnection, error) {
	members, err := r.Accounts.Staff(ctx, page.Args{First: first, After: after, Last: last, Before: before})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(members, r.Accounts.CountStaff), nil
}

// PlatformAuditEvents returns a page of the events outside all workspaces.
func (r *queryResolver) PlatformAuditEvents(ctx context.Context, first *int, after *string, last *int, before *string, filter *event.Filter) (*model.AuditEventConnection, error) {
	wanted := orNone(filter)
	events, err := r.Audit.Platform(ctx, viewer(ctx), page.Args{First: first, After: after, Last: last, Before: before}, wanted)
	if err != nil {
		return nil, err
	}
	return model.NewConnection(events, func(ctx context.Context) (int, error) {
		return r.Audit.CountPlatform(ctx, viewer(ctx), wanted)
	}), nil
}

// AddStaff gives an account a role on the staff.
func (r *mutationResolver) AddStaff(ctx context.Context, in account.AddStaffInput) (*model.AddStaffPayload, error) {
	added, err := r.Accounts.AddStaff(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	payload := &model.AddStaffPayload{StaffMember: added, UserErrors: errs, Query: &model.Query{}}
	if added != nil {
		payload.StaffMemberEdge = model.EdgeOf(account.StaffPage(added))
	}
	return payload, err
}

// RemoveStaff takes an account off the staff.
func (r *mutationResolver) RemoveStaff(ctx context.Context, in model.RemoveStaffInput) (*model.RemoveStaffPayload, error) {
	removed, err := r.Accounts.RemoveStaff(ctx, viewer(ctx), in.Email)
	errs, err := userErrors(ctx, err)
	payload := &model.RemoveStaffPayload{User: removed, UserErrors: errs, Query: &model.Query{}}
	if removed != nil {
		payload.DeletedStaffMemberID = unlessEmpty((&account.StaffMember{User: removed}).ID())
	}
	return payload, err
}
