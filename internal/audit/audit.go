// Package audit notes who changed what, in the transaction of the change, and tells it to those who may know.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/id"
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

// Write notes an event in the transaction of its cause, and that the actor was active in its workspace.
func Write(ctx context.Context, tx *ent.Tx, actor access.Actor, event Event, now time.Time) error {
	if event.Changes == nil {
		event.Changes = []Change{}
	}
	changes, err := json.Marshal(event.Changes)
	if err != nil {
		return fmt.Errorf("note an event: %w", err)
	}
	create := tx.AuditEvent.Create().SetID(id.New(id.AuditEvent)).SetOperation(event.Operation).SetSubjectID(event.SubjectID).
		SetChanges(string(changes)).SetAddress(actor.From.Host()).SetRequestID(actor.RequestID).SetCreatedAt(now)
	if actor.SignedIn() {
		create.SetActorID(actor.UserID)
	}
	if event.WorkspaceID != "" {
		create.SetWorkspaceID(event.WorkspaceID)
	}
	if err := create.Exec(ctx); err != nil {
		return fmt.Errorf("note an event: %w", err)
	}
	if event.WorkspaceID == "" {
		return nil
	}
	err = tx.Member.Update().SetLastActiveAt(now).
		Where(member.WorkspaceID(event.WorkspaceID), member.UserID(actor.UserID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note an activity: %w", err)
	}
	return nil
}
