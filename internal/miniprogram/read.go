package miniprogram

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/miniprogram"
	"minidock/ent/targeting"
	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/launchtarget"
	"minidock/internal/store"
)

// ByIDs returns those of the mini programs that the actor may see, by id.
func (m *MiniPrograms) ByIDs(ctx context.Context, actor access.Actor, ids []string) (map[string]*ent.MiniProgram, error) {
	found, err := m.Client.MiniProgram.Query().Where(store.In(miniprogram.FieldID, ids), access.MiniPrograms(actor)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read mini programs: %w", err)
	}
	miniPrograms := make(map[string]*ent.MiniProgram, len(found))
	for _, row := range found {
		miniPrograms[row.ID] = row
	}
	return miniPrograms, nil
}

func (m *MiniPrograms) byID(ctx context.Context, actor access.Actor, miniProgramID string) (*ent.MiniProgram, error) {
	found, err := m.ByIDs(ctx, actor, []string{miniProgramID})
	if err != nil {
		return nil, err
	}
	if found[miniProgramID] == nil {
		return nil, fault.ErrNotFound
	}
	return found[miniProgramID], nil
}

// LaunchTargets returns the targets that each mini program is made for, those of one in the order of their codes.
func (m *MiniPrograms) LaunchTargets(ctx context.Context, actor access.Actor, ids []string) (map[string][]*launchtarget.Target, error) {
	found, err := m.Client.Targeting.Query().
		Where(store.In(targeting.FieldMiniProgramID, ids), targeting.HasMiniProgramWith(access.MiniPrograms(actor))).
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
