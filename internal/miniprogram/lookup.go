package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/ent/quotause"
	"minidock/ent/workspace"
	"minidock/internal/fault"
	"minidock/internal/launchtarget"
	"minidock/internal/store"
	"minidock/internal/text"
)

// lookUp records the user errors of a creation that only the database shows, in one statement: that another mini program of the workspace
// has the name, and that the workspace's quota for the target is used up. What has an error already is not looked up.
func (m *MiniPrograms) lookUp(ctx context.Context, workspaceID, name string, target *launchtarget.Target, errs *fault.UserErrors) error {
	if errs.Has("name") && errs.Has("launchTargetCode") {
		return nil
	}
	query := m.Client.Workspace.Query().Where(workspace.ID(workspaceID)).Select(workspace.FieldID)
	if !errs.Has("name") {
		query.Modify(store.Beside("other", miniprogram.Table, miniprogram.FieldName, isNamed(workspaceID, name)))
	}
	if !errs.Has("launchTargetCode") {
		query.Modify(store.Beside("used", quotause.Table, quotause.FieldUsed, isUsedUp(workspaceID, target)))
	}
	var found []struct {
		ID    string
		Other *string
		Used  *int
	}
	if err := query.Scan(ctx, &found); err != nil {
		return fmt.Errorf("look up a name and a quota: %w", err)
	}
	for _, one := range found {
		if one.Other != nil {
			errs.Add("name", fault.Taken, "value", *one.Other)
		}
		if one.Used != nil {
			errs.Add("", fault.QuotaExceeded, "used", *one.Used, "limit", target.Quota)
		}
	}
	return nil
}

// isNamed holds for the mini program of the workspace that has this name.
func isNamed(workspaceID, name string) predicate.MiniProgram {
	return miniprogram.And(miniprogram.WorkspaceID(workspaceID), miniprogram.NameKey(text.Fold(name)))
}

// isUsedUp holds for the use of the workspace's quota for the target if nothing is left of it.
func isUsedUp(workspaceID string, target *launchtarget.Target) predicate.QuotaUse {
	return quotause.And(quotause.WorkspaceID(workspaceID), quotause.LaunchTargetCode(target.Code), quotause.UsedGTE(target.Quota))
}
