package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/quotause"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/launchtarget"
	"minidock/internal/operation"
)

// checkQuota records that the workspace's quota for the target is used up.
func (m *MiniPrograms) checkQuota(ctx context.Context, workspaceID string, target *launchtarget.Target, errs *fault.UserErrors) error {
	used, err := m.Client.QuotaUse.Query().
		Where(quotause.WorkspaceID(workspaceID), quotause.LaunchTargetCode(target.Code), quotause.UsedGTE(target.Quota)).
		Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("read the quota: %w", err)
	}
	errs.Add("", fault.QuotaExceeded, "used", used.Used, "limit", target.Quota)
	return nil
}

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
