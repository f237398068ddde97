package access

import (
	"context"

	"minidock/ent/assignment"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/internal/store"
)

// Divide returns the principal's memberships in these workspaces: those as owner or master, and those as developer. They decide what the
// principal sees of the workspaces' lists before these are read, so that their rows need not be asked one by one.
func (p *Principal) Divide(ctx context.Context, workspaceIDs []string) (managing, developing []Membership, err error) {
	memberships, err := p.Memberships(ctx, workspaceIDs...)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range workspaceIDs {
		own, ok := memberships[id]
		switch {
		case !ok:
		case own.Manages():
			managing = append(managing, own)
		default:
			developing = append(developing, own)
		}
	}
	return managing, developing, nil
}

// WorkspaceIDs returns the workspaces of the memberships.
func WorkspaceIDs(memberships ...Membership) []string {
	ids := make([]string, len(memberships))
	for i, one := range memberships {
		ids[i] = one.WorkspaceID
	}
	return ids
}

// Assigned narrows a query to the mini programs that the principal is assigned to by these memberships as developer, perhaps with others
// that the principal is assigned to.
func (p *Principal) Assigned(developing []Membership) predicate.MiniProgram {
	if p.isListed {
		return store.In(miniprogram.FieldID, p.assignedIDs())
	}
	memberIDs := make([]string, len(developing))
	for i, one := range developing {
		memberIDs[i] = one.ID
	}
	return store.Among(miniprogram.FieldID, assignment.Table, assignmentMiniProgram,
		predicate.Assignment(store.In(assignment.FieldMemberID, memberIDs)))
}
