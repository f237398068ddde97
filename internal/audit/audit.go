// Package audit notes who changed what, in the transaction of the change, and tells it to those who may know.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/id"
	"minidock/internal/store"
)

// Event is what somebody did.
type Event struct {
	// Operation is the name of the mutation.
	Operation string
	// WorkspaceID is where; "" for what concerns an account alone.
	WorkspaceID string
	// SubjectID is the id of what was changed; "" where it has none.
	SubjectID string
	// Changes are what it was before and is after. Passwords, tokens and codes never stand among them.
	Changes []Change
}

// Change is one field before and after; "" where there was or is nothing.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Changed returns the changes without those that leave a field as it was.
func Changed(changes ...Change) []Change {
	var changed []Change
	for _, change := range changes {
		if change.Before != change.After {
			changed = append(changed, change)
		}
	}
	return changed
}

// Actor is who did something, and where the request came from.
type Actor struct {
	// UserID is "" for somebody who is signed out.
	UserID             string
	Address, RequestID string
}

// Write notes events in the transaction of their cause, and that the actor was active in their workspaces.
func Write(ctx context.Context, tx *ent.Tx, actor Actor, now time.Time, events ...Event) error {
	creates := make([]*ent.AuditEventCreate, len(events))
	workspaceIDs := map[string]bool{}
	for i, event := range events {
		changes, err := json.Marshal(append([]Change{}, event.Changes...))
		if err != nil {
			return fmt.Errorf("note an event: %w", err)
		}
		creates[i] = tx.AuditEvent.Create().SetID(id.New(id.AuditEvent)).SetOperation(event.Operation).SetSubjectID(event.SubjectID).
			SetChanges(string(changes)).SetAddress(actor.Address).SetRequestID(actor.RequestID).SetCreatedAt(now)
		if actor.UserID != "" {
			creates[i].SetActorID(actor.UserID)
		}
		if event.WorkspaceID != "" {
			creates[i].SetWorkspaceID(event.WorkspaceID)
			workspaceIDs[event.WorkspaceID] = true
		}
	}
	if err := tx.AuditEvent.CreateBulk(creates...).Exec(ctx); err != nil {
		return fmt.Errorf("note events: %w", err)
	}
	if len(workspaceIDs) == 0 {
		return nil
	}
	err := tx.Member.Update().SetLastActiveAt(now).Where(member.UserID(actor.UserID),
		store.In(member.FieldWorkspaceID, slices.Collect(maps.Keys(workspaceIDs)))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note an activity: %w", err)
	}
	return nil
}
