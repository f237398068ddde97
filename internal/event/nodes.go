package event

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/id"
	"minidock/internal/store"
)

// The fields of changes that hold ids of what has changed as well as the subject: of invitations and mini programs, and of the users whose
// membership has changed.
var (
	nodeFields = []string{"invitation", "invitations", "miniProgram", "miniPrograms"}
	userFields = []string{"owner"}
)

// nodesOf returns the ids of what each event has changed, by the event's id: the subject, and what else is named in the changes.
func nodesOf(ctx context.Context, client *ent.Client, events []*ent.AuditEvent) (map[string][]string, error) {
	nodes, users := map[string][]string{}, map[string][]string{}
	var userIDs, workspaceIDs []string
	for _, one := range events {
		changes, err := Changes(one)
		if err != nil {
			return nil, err
		}
		nodes[one.ID] = append(nodes[one.ID], one.SubjectID)
		for _, change := range changes {
			switch named := slices.Concat(change.Before.texts(), change.After.texts()); {
			case slices.Contains(nodeFields, change.Field):
				nodes[one.ID] = append(nodes[one.ID], named...)
			case slices.Contains(userFields, change.Field):
				users[one.ID] = named
				userIDs, workspaceIDs = append(userIDs, named...), append(workspaceIDs, *one.WorkspaceID)
			}
		}
	}
	if len(userIDs) == 0 {
		return nodes, nil
	}
	members, err := client.Member.Query().Where(store.In(member.FieldUserID, userIDs), store.In(member.FieldWorkspaceID, workspaceIDs)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for members: %w", err)
	}
	for _, one := range events {
		for _, row := range members {
			if row.WorkspaceID == *one.WorkspaceID && row.ID != one.SubjectID && slices.Contains(users[one.ID], row.UserID) {
				nodes[one.ID] = append(nodes[one.ID], row.ID)
			}
		}
	}
	return nodes, nil
}

// texts returns the value's texts, without those that are nothing.
func (v Value) texts() []string {
	if v.text != "" {
		return []string{v.text}
	}
	return v.list
}

// IsOf says whether the node that has changed is of this kind.
func (c NodeChange) IsOf(kind id.Kind) bool { return id.KindOf(c.NodeID) == kind }
