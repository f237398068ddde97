package graph

import (
	"context"
	"fmt"

	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/industry"
	"minidock/internal/launchtarget"
)

// maxNodes is the most ids of one request.
const maxNodes = 100

// Node returns the object with this id, or nil when it is absent or hidden.
func (r *queryResolver) Node(ctx context.Context, id string) (model.Node, error) {
	nodes, err := r.Nodes(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// Nodes returns the objects with these ids, and nil for those that are absent or hidden. It reads once for each type.
func (r *queryResolver) Nodes(ctx context.Context, wanted []string) ([]model.Node, error) {
	if len(wanted) > maxNodes {
		return nil, fault.BadInput(fmt.Sprintf("ids can have at most %d elements; you sent %d.", maxNodes, len(wanted)))
	}
	found, err := r.nodesByID(ctx, wanted)
	if err != nil {
		return nil, err
	}
	nodes := make([]model.Node, len(wanted))
	for i, one := range wanted {
		nodes[i] = found[one]
	}
	return nodes, nil
}

// nodesByID returns, by id, those of the nodes that the viewer may see. It reads once for each type.
func (r *Resolver) nodesByID(ctx context.Context, wanted []string) (map[string]model.Node, error) {
	byKind := map[id.Kind][]string{}
	for _, one := range wanted {
		byKind[id.KindOf(one)] = append(byKind[id.KindOf(one)], one)
	}
	found := map[string]model.Node{}
	for kind, ids := range byKind {
		if err := r.nodesOf(ctx, kind, ids, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// nodesOf adds to found the nodes of one kind that the viewer may see.
func (r *Resolver) nodesOf(ctx context.Context, kind id.Kind, ids []string, found map[string]model.Node) error {
	switch kind {
	case id.Viewer:
		return addViewer(ctx, found)
	case id.User:
		return add(ctx, found, ids, r.Accounts.ByIDs)
	case id.Session:
		return add(ctx, found, ids, r.Sessions.ByIDs)
	case id.Workspace:
		return add(ctx, found, ids, r.Workspaces.ByIDs)
	case id.Member:
		return add(ctx, found, ids, r.Workspaces.MembersByIDs)
	case id.Invitation:
		return add(ctx, found, ids, r.Workspaces.InvitationsByIDs)
	case id.ApiToken:
		return add(ctx, found, ids, r.Tokens.ByIDs)
	case id.AuditEvent:
		return add(ctx, found, ids, r.Audit.ByIDs)
	case id.StaffMember:
		return add(ctx, found, ids, r.Accounts.StaffByIDs)
	case id.MiniProgram:
		return add(ctx, found, ids, r.MiniPrograms.ByIDs)
	case id.Version:
		return add(ctx, found, ids, r.Versions.ByIDs)
	case id.Task:
		return add(ctx, found, ids, r.Versions.TasksByIDs)
	case id.Industry:
		addKnown(found, ids, industry.ByCode)
	case id.LaunchTarget:
		addKnown(found, ids, launchtarget.ByCode)
	}
	return nil
}

// add reads rows of the database. Viewers who are not signed in see none.
func add[N model.Node](ctx context.Context, found map[string]model.Node, ids []string, read func(context.Context, *access.Viewer, []string) (map[string]N, error)) error {
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil || !principal.SignedIn() {
		return err
	}
	rows, err := read(ctx, viewer(ctx), ids)
	for key, row := range rows {
		found[key] = row
	}
	return err
}

// addViewer adds the viewer, who sees no other. A token is none.
func addViewer(ctx context.Context, found map[string]model.Node) error {
	principal, err := viewer(ctx).Principal(ctx)
	if err == nil && principal.PersonID() != "" {
		found[viewerID(principal)] = &model.Viewer{}
	}
	return err
}

// addKnown finds ids in a catalogue that everyone may see.
func addKnown[N model.Node](found map[string]model.Node, ids []string, byCode func(string) (N, bool)) {
	for _, one := range ids {
		_, code, _ := id.Split(one)
		if known, ok := byCode(code); ok {
			found[one] = known
		}
	}
}
