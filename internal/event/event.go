// Package event records who changed what, in the transaction of the change. The audit log reads the same rows.
package event

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

// Event is a change that somebody made.
type Event struct {
	// Operation is the name of the mutation.
	Operation string
	// WorkspaceID is the workspace that it happened in; "" for what concerns an account alone.
	WorkspaceID string
	// SubjectID is the id of what was changed; "" where it has none.
	SubjectID string
	// Changes are its fields before and after. They never hold passwords, tokens or codes.
	Changes []Change
}

// Actor is who changes something, and where the request comes from.
type Actor struct {
	// UserID is "" for somebody who is not signed in.
	UserID string
	// TokenID is the token by which the user does it; "" for somebody in person.
	TokenID            string
	Address, RequestID string
}

// Write records events in the transaction of their cause, and that the actor, if it is a person, was active in their workspaces.
func Write(ctx context.Context, tx *ent.Tx, actor Actor, now time.Time, events ...Event) error {
	creates := make([]*ent.AuditEventCreate, len(events))
	workspaceIDs := map[string]bool{}
	for i, event := range events {
		changes, err := json.Marshal(append([]Change{}, event.Changes...))
		if err != nil {
			return fmt.Errorf("record an event: %w", err)
		}
		creates[i] = tx.AuditEvent.Create().SetID(id.At(id.AuditEvent, now)).SetOperation(event.Operation).SetSubjectID(event.SubjectID).
			SetChanges(string(changes)).SetAddress(actor.Address).SetRequestID(actor.RequestID).SetCreatedAt(now)
		if actor.UserID != "" {
			creates[i].SetActorID(actor.UserID)
		}
		if actor.TokenID != "" {
			creates[i].SetAPITokenID(actor.TokenID)
		}
		if event.WorkspaceID != "" {
			creates[i].SetWorkspaceID(event.WorkspaceID)
			workspaceIDs[event.WorkspaceID] = true
		}
	}
	if err := insert(ctx, tx, creates); err != nil {
		return fmt.Errorf("record events: %w", err)
	}
	if len(workspaceIDs) == 0 || actor.TokenID != "" {
		return nil
	}
	err := tx.Member.Update().SetLastActiveAt(now).Where(member.UserID(actor.UserID), store.In(member.FieldWorkspaceID, slices.Collect(maps.Keys(workspaceIDs)))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record an activity: %w", err)
	}
	return nil
}

// insert writes one event without asking for its id, as Ent does for several.
func insert(ctx context.Context, tx *ent.Tx, creates []*ent.AuditEventCreate) error {
	if len(creates) == 1 {
		return creates[0].Exec(ctx)
	}
	return tx.AuditEvent.CreateBulk(creates...).Exec(ctx)
}
