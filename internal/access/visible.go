package access

import (
	"context"
	"fmt"
	"slices"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/ent/task"
	"minidock/ent/user"
	"minidock/ent/version"
	"minidock/ent/workspace"
	"minidock/internal/store"
)

const assignmentMiniProgram = assignment.FieldMiniProgramID

// active selects the memberships that give the principal rights.
func (p *Principal) active() predicate.Member {
	return member.And(member.UserID(p.UserID), member.StatusEQ(member.StatusACTIVE))
}

// assignments selects the assignments that let the principal see a mini program.
func (p *Principal) assignments() predicate.Assignment {
	return assignment.HasMemberWith(p.active(), member.RoleEQ(member.RoleDEVELOPER))
}

// Active narrows a query to the principal's active memberships.
func (p *Principal) Active() predicate.Member { return p.active() }

// Workspaces narrows a query to the workspaces that the principal is a member of.
func (p *Principal) Workspaces() predicate.Workspace {
	if p.isListed {
		return store.In(workspace.FieldID, p.workspaceIDs(isMember))
	}
	return store.Among(workspace.FieldID, member.Table, member.FieldWorkspaceID, p.active())
}

func isMember(Membership) bool { return true }

// Members narrows a query to the members that the principal sees: those of the principal's workspaces, and in those that the principal
// manages also the removed ones. A token sees none.
func (p *Principal) Members() predicate.Member {
	switch {
	case p.Token != nil:
		return member.IDIn()
	case p.isListed:
		return member.Or(
			member.And(member.StatusNEQ(member.StatusREMOVED), store.In(member.FieldWorkspaceID, p.workspaceIDs(isMember))),
			store.In(member.FieldWorkspaceID, p.workspaceIDs(Membership.Manages)),
		)
	}
	return member.Or(
		member.And(member.StatusNEQ(member.StatusREMOVED),
			store.Among(member.FieldWorkspaceID, member.Table, member.FieldWorkspaceID, p.active())),
		p.managed(member.FieldWorkspaceID),
	)
}

// MiniPrograms narrows a query to the mini programs that the principal sees: owners and masters see all of their workspace, developers
// those that they are assigned to, and limited tokens those that they are for.
func (p *Principal) MiniPrograms() predicate.MiniProgram {
	managed := p.managed(miniprogram.FieldWorkspaceID)
	if p.isListed && len(p.assigned) == 0 {
		return managed
	}
	return miniprogram.Or(managed, p.assignedTo(miniprogram.FieldID))
}

// Versions narrows a query to the versions of the mini programs that the principal sees.
func (p *Principal) Versions() predicate.Version {
	return version.Or(p.managed(version.FieldWorkspaceID), p.assignedTo(version.FieldMiniProgramID))
}

// Tasks narrows a query to the tasks of the versions that the principal sees.
func (p *Principal) Tasks() predicate.Task {
	return task.Or(p.managed(task.FieldWorkspaceID), p.assignedTo(task.FieldMiniProgramID))
}

// assignedTo narrows a query to the rows whose column has the id of a mini program that the principal is assigned to.
func (p *Principal) assignedTo(column string) store.Filter {
	if p.isListed {
		return store.In(column, p.assignedIDs())
	}
	return store.Among(column, assignment.Table, assignmentMiniProgram, p.assignments())
}

// AssignmentsOf narrows a query to those of the assignments of these members whose mini program the principal sees: all where the
// principal manages the workspace, and elsewhere those of mini programs that the principal is assigned to, too.
func (p *Principal) AssignmentsOf(ctx context.Context, members []*ent.Member) (predicate.Assignment, error) {
	workspaceIDs := make([]string, len(members))
	for i, row := range members {
		workspaceIDs[i] = row.WorkspaceID
	}
	memberships, err := p.Memberships(ctx, workspaceIDs...)
	if err != nil {
		return nil, err
	}
	managed := []string{}
	for _, row := range members {
		if m, ok := memberships[row.WorkspaceID]; ok && m.Manages() {
			managed = append(managed, row.ID)
		}
	}
	return assignment.Or(store.In(assignment.FieldMemberID, managed), p.assignedTo(assignmentMiniProgram)), nil
}

// Invitations narrows a query to the invitations that the principal sees: those of workspaces that the principal manages in person.
func (p *Principal) Invitations() predicate.Invitation {
	if p.Token != nil {
		return invitation.IDIn()
	}
	return p.managed(invitation.FieldWorkspaceID)
}

// APITokens narrows a query to the tokens that the principal sees: those of workspaces that the principal manages in person, and a token
// itself.
func (p *Principal) APITokens() predicate.ApiToken {
	if p.Token != nil {
		return apitoken.ID(p.Token.ID)
	}
	return p.managed(apitoken.FieldWorkspaceID)
}

// AuditEvents narrows a query to the events that the principal sees: those of workspaces that the principal manages in person, and for
// administrators of the platform those outside all workspaces.
func (p *Principal) AuditEvents() predicate.AuditEvent {
	if p.Token != nil {
		return auditevent.IDIn()
	}
	managed := predicate.AuditEvent(p.managed(auditevent.FieldWorkspaceID))
	if p.StaffRole == user.StaffRoleADMIN {
		return auditevent.Or(auditevent.WorkspaceIDIsNil(), managed)
	}
	return managed
}

// managed narrows a query to rows of workspaces of which the principal is owner or master.
func (p *Principal) managed(column string) store.Filter {
	if p.isListed {
		return store.In(column, p.workspaceIDs(Membership.Manages))
	}
	return store.Among(column, member.Table, member.FieldWorkspaceID, p.active(), member.RoleIn(managers...))
}

// Users returns the users with these ids that the principal sees, by id: the principal, the members of the principal's workspaces, and
// the creators of mini programs that the principal sees.
func (p *Principal) Users(ctx context.Context, client *ent.Client, ids []string) (map[string]*ent.User, error) {
	visible := []string{p.UserID}
	members, err := client.Member.Query().Where(store.In(member.FieldUserID, ids), p.Members()).
		Unique(true).Select(member.FieldUserID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for members: %w", err)
	}
	visible = append(visible, members...)
	isVisible := func(id string) bool { return slices.Contains(visible, id) }
	if rest := slices.DeleteFunc(slices.Clone(ids), isVisible); len(rest) > 0 {
		creators, err := p.creators(ctx, client, rest)
		if err != nil {
			return nil, fmt.Errorf("look for creators: %w", err)
		}
		visible = append(visible, creators...)
	}
	return usersByID(ctx, client, slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isVisible(id) }))
}

// creators returns which of these users have created a mini program that the principal sees.
func (p *Principal) creators(ctx context.Context, client *ent.Client, userIDs []string) ([]string, error) {
	// One look-up for each user: somebody may have created very many.
	creators, err := client.User.Query().Where(store.In(user.FieldID, userIDs),
		user.HasMiniProgramsWith(predicate.MiniProgram(p.managed(miniprogram.FieldWorkspaceID)))).IDs(ctx)
	if err != nil {
		return nil, err
	}
	of, err := client.MiniProgram.Query().Where(store.In(miniprogram.FieldCreatedByID, userIDs), p.assignedTo(miniprogram.FieldID)).
		Unique(true).Select(miniprogram.FieldCreatedByID).Strings(ctx)
	return append(creators, of...), err
}
