package graph

import (
	"context"

	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/id"
	"minidock/internal/session"
)

// WorkspaceChanged sends what changes in a workspace, until the viewer is no longer a member.
func (r *subscriptionResolver) WorkspaceChanged(ctx context.Context, workspaceID string) (<-chan *model.WorkspaceChange, error) {
	if _, ok := session.StreamOf(ctx); !ok {
		return nil, errNoStream
	}
	watching, err := r.Changes.Watch(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	membership, err := r.Workspaces.Watches.Membership(ctx, viewer(ctx), workspaceID)
	if err != nil {
		return nil, err
	}
	changes := make(chan *model.WorkspaceChange)
	go func() {
		defer close(changes)
		for {
			select {
			case own, more := <-membership:
				if !more || own.Member == nil {
					return
				}
			case <-watching.Changed():
				taken := watching.Take()
				isMember, err := r.sendChanges(ctx, workspaceID, taken, changes)
				if err != nil {
					watching.Return(taken) // an end would say that the viewer is no longer a member
				} else if !isMember {
					return
				}
			}
		}
	}()
	return changes, nil
}

// sendChanges sends those of the changes that the viewer may see, and says whether the viewer is still a member. It sends nothing if it
// fails before the stream ends.
func (r *subscriptionResolver) sendChanges(ctx context.Context, workspaceID string, taken []event.NodeChange, to chan<- *model.WorkspaceChange) (isMember bool, err error) {
	viewer(ctx).Stale() // what the viewer may see is decided now
	own, err := r.membershipIn(ctx, workspaceID)
	if err != nil || own.ID == "" {
		return false, err
	}
	nodes, err := r.nodesByID(ctx, ids(taken, func(c event.NodeChange) string { return c.NodeID }))
	if err != nil {
		return true, err
	}
	for _, change := range taken {
		node, isVisible := nodes[change.NodeID]
		if !own.ManagesPeople() && isHidden(change, isVisible, own) {
			continue
		}
		select {
		case to <- &model.WorkspaceChange{Operation: change.Operation, NodeID: change.NodeID, Node: node}:
		case <-ctx.Done():
			return true, ctx.Err()
		}
	}
	return true, nil
}

// isHidden says whether a developer does not learn of a change: of a node that is hidden, other than a member who has left, and of what other
// developers are assigned to. A token learns of what it sees only.
func isHidden(change event.NodeChange, isVisible bool, own access.Membership) bool {
	if !own.SeesPeople() {
		return !isVisible
	}
	if change.Operation == access.AssignMiniPrograms && change.IsOf(id.Member) {
		return change.NodeID != own.ID
	}
	return !isVisible && !change.IsOf(id.Member)
}

// membershipIn returns the viewer's membership of a workspace; one without an id if there is none.
func (r *Resolver) membershipIn(ctx context.Context, workspaceID string) (access.Membership, error) {
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil {
		return access.Membership{}, err
	}
	memberships, err := principal.Memberships(ctx, workspaceID)
	return memberships[workspaceID], err
}
