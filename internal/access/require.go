package access

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/version"
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
	place, err := v.Locate(ctx, rule.At, at)
	if err != nil {
		return err
	}
	memberships, err := principal.Memberships(ctx, place.WorkspaceID)
	if err != nil {
		return err
	}
	own, ok := memberships[place.WorkspaceID]
	if !ok {
		return fault.ErrNotFound
	}
	if !own.Manages() && place.MiniProgramID != "" {
		if err := principal.requireAssigned(ctx, place.MiniProgramID); err != nil {
			return err
		}
	}
	return rule.Allow(own.Role)
}

// requireAssigned refuses a developer who is not assigned to the mini program, and a token that is not for it, with NOT_FOUND.
func (p *Principal) requireAssigned(ctx context.Context, miniProgramID string) error {
	assigned, err := p.isAssigned(ctx, miniProgramID)
	if err == nil && !assigned[miniProgramID] {
		err = fault.ErrNotFound
	}
	return err
}

// Admit returns an operation's rule, or refuses a principal who may do it nowhere: with UNAUTHENTICATED nobody, if it needs a person,
// and with FORBIDDEN a person who is not on the staff, if it needs that, and a token without the scope.
func (p *Principal) Admit(operation Operation) (Rule, error) {
	rule, ok := Matrix[operation]
	switch {
	case !ok:
		return rule, fault.ErrNotFound
	case p.Token != nil && !p.Token.Has(rule.Scope):
		return rule, fault.MissingScope(string(rule.Scope))
	case rule.For == Staff && p.isOperator:
		return rule, nil
	case rule.For != Everyone && !p.SignedIn():
		return rule, fault.ErrUnauthenticated
	case rule.For == Staff && !slices.Contains(rule.Staff, p.StaffRole):
		return rule, fault.Forbidden(rule.Staff)
	}
	return rule, nil
}

// Place is where an object belongs, which never changes. MiniProgramID is the mini program that it is or belongs to; "" for none.
type Place struct{ WorkspaceID, MiniProgramID string }

// Locate returns the place of the object of this kind with this id. NOT_FOUND when there is none; it does not check whether the viewer
// sees it.
func (v *Viewer) Locate(ctx context.Context, kind id.Kind, at string) (Place, error) {
	if id.KindOf(at) != kind {
		return Place{}, fault.ErrNotFound
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if place, ok := v.located[at]; ok {
		return place, nil
	}
	place, err := store.One(locate(ctx, v.client, kind, at))
	if err != nil {
		return Place{}, fmt.Errorf("look for the workspace: %w", err)
	}
	if v.located == nil {
		v.located = map[string]Place{}
	}
	v.located[at] = place
	return place, nil
}

func locate(ctx context.Context, client *ent.Client, kind id.Kind, at string) (Place, error) {
	switch kind {
	case id.Workspace:
		return Place{WorkspaceID: at}, nil
	case id.Member:
		found, err := client.Member.Query().Where(member.ID(at)).Select(member.FieldWorkspaceID).Only(ctx)
		return placeOf(found, err, func(m *ent.Member) Place { return Place{WorkspaceID: m.WorkspaceID} })
	case id.Invitation:
		found, err := client.Invitation.Query().Where(invitation.ID(at)).Select(invitation.FieldWorkspaceID).Only(ctx)
		return placeOf(found, err, func(i *ent.Invitation) Place { return Place{WorkspaceID: i.WorkspaceID} })
	case id.MiniProgram:
		found, err := client.MiniProgram.Query().Where(miniprogram.ID(at)).Select(miniprogram.FieldWorkspaceID).Only(ctx)
		return placeOf(found, err, func(m *ent.MiniProgram) Place { return Place{m.WorkspaceID, at} })
	case id.Version:
		found, err := client.Version.Query().Where(version.ID(at)).Select(version.FieldWorkspaceID, version.FieldMiniProgramID).Only(ctx)
		return placeOf(found, err, func(v *ent.Version) Place { return Place{v.WorkspaceID, v.MiniProgramID} })
	case id.ApiToken:
		found, err := client.ApiToken.Query().Where(apitoken.ID(at)).Select(apitoken.FieldWorkspaceID).Only(ctx)
		return placeOf(found, err, func(t *ent.ApiToken) Place { return Place{WorkspaceID: t.WorkspaceID} })
	default:
		return Place{}, fault.ErrNotFound
	}
}

func placeOf[T any](row T, err error, place func(T) Place) (Place, error) {
	if err != nil {
		return Place{}, err
	}
	return place(row), nil
}
