package workspace

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/operation"
	"minidock/internal/store"
)

// AssignMiniProgramsInput is all that a developer is to work on.
type AssignMiniProgramsInput struct {
	MemberID       string
	MiniProgramIDs []string
}

// Assign assigns a developer to these mini programs of the workspace and no others. Owners and masters may. User errors:
// NOT_FOUND, WRONG_STATUS, WRONG_ROLE.
func (w *Workspaces) Assign(ctx context.Context, viewer *access.Viewer, in AssignMiniProgramsInput) (*MemberChange, error) {
	wanted := id.Distinct(in.MiniProgramIDs)
	return operation.Run(ctx, w.DB, viewer, access.AssignMiniPrograms, in.MemberID, func(tx *operation.Tx) (*MemberChange, error) {
		if err := checkMiniPrograms(ctx, tx, "miniProgramIds", wanted); err != nil {
			return nil, err
		}
		if checkTarget(tx, access.AssignMiniPrograms); tx.Errors.Err() != nil {
			return nil, tx.Errors.Err()
		}
		assigned, err := assignmentsOf(ctx, tx, in.MemberID)
		if err != nil {
			return nil, err
		}
		tx.Changed(in.MemberID, event.List("miniPrograms", assigned, wanted))
		change := newChange(tx.Target)
		if err := change.readMiniPrograms(ctx, tx, append(without(assigned, wanted), without(wanted, assigned)...)); err != nil {
			return nil, err
		}
		return change, reassign(ctx, tx, in.MemberID, assigned, wanted)
	})
}

// reassign changes the assignments of a member to the wanted ones.
func reassign(ctx context.Context, tx *operation.Tx, memberID string, assigned, wanted []string) error {
	if err := unassign(ctx, tx, memberID, without(assigned, wanted)); err != nil {
		return err
	}
	return assign(ctx, tx, memberID, without(wanted, assigned))
}

// assignmentsOf returns the mini programs that a member is assigned to, in the order of their ids.
func assignmentsOf(ctx context.Context, tx *operation.Tx, memberID string) ([]string, error) {
	found, err := tx.Assignment.Query().Where(assignment.MemberID(memberID)).Order(assignment.ByMiniProgramID()).All(ctx)
	assigned := make([]string, len(found))
	for i, row := range found {
		assigned[i] = row.MiniProgramID
	}
	return assigned, err
}

func assign(ctx context.Context, tx *operation.Tx, memberID string, miniProgramIDs []string) error {
	creates := make([]*ent.AssignmentCreate, len(miniProgramIDs))
	for i, miniProgramID := range miniProgramIDs {
		creates[i] = tx.Assignment.Create().SetMemberID(memberID).SetMiniProgramID(miniProgramID).SetCreatedAt(tx.Now)
	}
	return tx.Assignment.CreateBulk(creates...).Exec(ctx)
}

func unassign(ctx context.Context, tx *operation.Tx, memberID string, miniProgramIDs []string) error {
	_, err := tx.Assignment.Delete().
		Where(assignment.MemberID(memberID), store.In(assignment.FieldMiniProgramID, miniProgramIDs)).Exec(ctx)
	return err
}

// checkMiniPrograms records in this field how many of the ids do not belong to mini programs of the workspace.
func checkMiniPrograms(ctx context.Context, tx *operation.Tx, field string, ids []string) error {
	found, err := miniProgramsIn(ctx, tx.Client(), tx.Target.WorkspaceID, ids)
	if missing := len(without(ids, found)); err == nil && missing > 0 {
		tx.Errors.Add(field, fault.NotFound, "count", missing)
	}
	return err
}

// miniProgramsIn returns those of the ids that belong to mini programs of the workspace.
func miniProgramsIn(ctx context.Context, client *ent.Client, workspaceID string, ids []string) ([]string, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(one string) bool { return id.KindOf(one) != id.MiniProgram })
	found, err := client.MiniProgram.Query().Where(store.In(miniprogram.FieldID, ids), miniprogram.WorkspaceID(workspaceID)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up mini programs: %w", err)
	}
	return found, nil
}

// without returns the ids that are not among the others.
func without(ids, others []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(one string) bool { return slices.Contains(others, one) })
}
