package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent/quotause"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/launchtarget"
	"minidock/internal/operation"
)

// takeQuota uses one of the workspace's quota for the target, or records QUOTA_EXCEEDED. The database decides by a condition, so that
// concurrent callers never exceed the quota.
func takeQuota(ctx context.Context, tx *operation.Tx, workspaceID string, target *launchtarget.Target) error {
	taken, err := raiseQuota(ctx, tx, workspaceID, target)
	if err != nil || taken {
		return err
	}
	err = tx.QuotaUse.Create().SetID(id.New(id.QuotaUse)).SetWorkspaceID(workspaceID).SetLaunchTargetCode(target.Code).
		OnConflictColumns(quotause.FieldWorkspaceID, quotause.FieldLaunchTargetCode).Ignore().Exec(ctx)
	if err != nil {
		return fmt.Errorf("open the quota: %w", err)
	}
	if taken, err = raiseQuota(ctx, tx, workspaceID, target); err != nil || taken {
		return err
	}
	return tx.Refuse("", fault.QuotaExceeded, "used", target.Quota, "limit", target.Quota)
}

// raiseQuota says whether the count was raised; it is not if there is no row for the target yet.
func raiseQuota(ctx context.Context, tx *operation.Tx, workspaceID string, target *launchtarget.Target) (bool, error) {
	raised, err := tx.QuotaUse.Update().AddUsed(1).
		Where(quotause.WorkspaceID(workspaceID), quotause.LaunchTargetCode(target.Code), quotause.UsedLT(target.Quota)).
		Save(ctx)
	if err != nil {
		return false, fmt.Errorf("take a place of the quota: %w", err)
	}
	return raised > 0, nil
}
