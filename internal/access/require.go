package access

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
)

// Require refuses a viewer who may not do the operation on the object with this id, by the rights that were read last. A viewer who
// does not see the object gets NOT_FOUND, as for an id that never existed; a member without the role gets FORBIDDEN.
func (v *Viewer) Require(ctx context.Context, operation Operation, at string) error {
	principal, err := v.Principal(ctx)
	if err != nil {
		return err
	}
	rule, err := principal.Admit(operation)
	switch {
	case err != nil || rule.For != Members:
		return err
	case id.KindOf(at) != rule.At:
		return fault.ErrNotFound
	case rule.SeeingIsEnough:
		return nil
	}
	workspaceID, err := v.Locate(ctx, rule.At, at)
	if err != nil {
		return err
	}
	memberships, err := principal.Memberships(ctx, workspaceID)
	if err != nil {
		return err
	}
	own, ok := memberships[workspaceID]
	if !ok {
		return fault.ErrNotFound
	}
	if own.Role == member.RoleDEVELOPER && rule.At == id.MiniProgram {
		if err := principal.requireAssigned(ctx, at); err != nil {
			return err
		}
	}
	return rule.Allow(own.Role)
}

// requireAssigned refuses a developer who is not assigned to the mini program with NOT_FOUND.
func (p *Principal) requireAssigned(ctx context.Context, miniProgramID string) error {
	assigned, err := p.isAssigned(ctx, miniProgramID)
	if err == nil && !assigned[miniProgramID] {
		err = fault.ErrNotFound
	}
	return err
}

// Admit returns an operation's rule, or refuses a principal who may do it nowhere: with UNAUTHENTICATED nobody, if it needs a person,
// and with FORBIDDEN a person who is not on the staff, if it needs that.
func (p *Principal) Admit(operation Operation) (Rule, error) {
	rule, ok := Matrix[operation]
	switch {
	case !ok:
		return rule, fault.ErrNotFound
	case rule.For == Staff && p.isOperator:
		return rule, nil
	case rule.For != Everyone && !p.SignedIn():
		return rule, fault.ErrUnauthenticated
	case rule.For == Staff && !slices.Contains(rule.Staff, p.StaffRole):
		return rule, fault.Forbidden(rule.Staff)
	}
	return rule, nil
}

// Locate returns the workspace of the object of this kind with this id, which never changes. NOT_FOUND when there is none; it does not
// check whether the viewer sees it.
func (v *Viewer) Locate(ctx context.Context, kind id.Kind, at string) (string, error) {
	if id.KindOf(at) != kind {
		return "", fault.ErrNotFound
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if workspaceID, ok := v.located[at]; ok {
		return workspaceID, nil
	}
	workspaceID, err := store.One(locate(ctx, v.client, kind, at))
	if err != nil {
		return "", fmt.Errorf("look for the workspace: %w", err)
	}
	if v.located == nil {
		v.located = map[string]string{}
	}
	v.located[at] = workspaceID
	return workspaceID, nil
}

func locate(ctx context.Context, client *ent.Client, kind id.Kind, at string) (string, error) {
	switch kind {
	case id.Workspace:
		return at, nil
	case id.Member:
		found, err := client.Member.Get(ctx, at)
		if err != nil {
			return "", err
		}
		return found.WorkspaceID, nil
	case id.Invitation:
		found, err := client.Invitation.Get(ctx, at)
		if err != nil {
			return "", err
		}
		return found.WorkspaceID, nil
	case id.MiniProgram:
		found, err := client.MiniProgram.Get(ctx, at)
		if err != nil {
			return "", err
		}
		return found.WorkspaceID, nil
	default:
		return "", fault.ErrNotFound
	}
}
