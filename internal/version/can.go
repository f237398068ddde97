package version

import (
	"context"
	"slices"

	"minidock/ent"
	"minidock/ent/version"
	"minidock/internal/access"
	"minidock/internal/id"
)

// Can returns what the viewer may do with each of these versions and its task, by version; what its status forbids is left out.
func (v *Versions) Can(ctx context.Context, viewer *access.Viewer, versions []*ent.Version) (map[string][]access.Operation, error) {
	principal, err := viewer.Principal(ctx)
	if err != nil {
		return nil, err
	}
	workspaceIDs := make([]string, len(versions))
	for i, row := range versions {
		workspaceIDs[i] = row.WorkspaceID
	}
	memberships, err := principal.Memberships(ctx, workspaceIDs...)
	if err != nil {
		return nil, err
	}
	can := make(map[string][]access.Operation, len(versions))
	for _, row := range versions {
		own, ok := memberships[row.WorkspaceID]
		if !ok {
			continue
		}
		can[row.ID] = slices.DeleteFunc(slices.Concat(principal.Allowed(own.Role, id.Version), principal.Allowed(own.Role, id.Task)),
			func(operation access.Operation) bool {
				return operation == access.CompareVersions && row.Status != version.StatusREADY
			})
	}
	return can, nil
}
