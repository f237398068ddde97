package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/ent/targeting"
	"minidock/internal/access"
	"minidock/internal/launchtarget"
	"minidock/internal/store"
)

// ByIDs returns those of the mini programs that the viewer sees, by id.
func (m *MiniPrograms) ByIDs(ctx context.Context, viewer *access.Viewer, ids []string) (map[string]*ent.MiniProgram, error) {
	return access.ByIDs(ctx, viewer, func(principal *access.Principal) ([]*ent.MiniProgram, error) {
		return m.Client.MiniProgram.Query().Select(store.Shown(ctx, miniprogram.Table)...).Where(store.In(miniprogram.FieldID, ids), principal.MiniPrograms()).All(ctx)
	})
}

func (m *MiniPrograms) byID(ctx context.Context, viewer *access.Viewer, miniProgramID string) (*ent.MiniProgram, error) {
	found, err := m.ByIDs(ctx, viewer, []string{miniProgramID})
	return store.OneOf(found, miniProgramID, err)
}

// LaunchTargets returns the targets that each of these mini programs is made for, those of one in the order of their codes, for a
// viewer who sees the mini program.
func (m *MiniPrograms) LaunchTargets(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) (map[string][]*launchtarget.Target, error) {
	ids, err := access.NamedBy(ctx, viewer, miniPrograms, (*access.Principal).KeepMiniPrograms, func(m *ent.MiniProgram) string { return m.ID })
	if err != nil {
		return nil, err
	}
	found, err := m.Client.Targeting.Query().Where(store.In(targeting.FieldMiniProgramID, ids)).
		Order(targeting.ByLaunchTargetCode()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read launch targets: %w", err)
	}
	targets := map[string][]*launchtarget.Target{}
	for _, row := range found {
		if target, ok := launchtarget.ByCode(row.LaunchTargetCode); ok {
			targets[row.MiniProgramID] = append(targets[row.MiniProgramID], target)
		}
	}
	return targets, nil
}

// Creators returns who created each of these mini programs, by user id, for a viewer who sees the mini program.
func (m *MiniPrograms) Creators(ctx context.Context, viewer *access.Viewer, miniPrograms []*ent.MiniProgram) (map[string]*ent.User, error) {
	return access.UsersNamedBy(ctx, viewer, miniPrograms, (*access.Principal).KeepMiniPrograms, func(m *ent.MiniProgram) string { return m.CreatedByID })
}
