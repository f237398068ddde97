package access

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/ent/workspace"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// membershipAt finds the actor's membership that counts at the workspace, or at the thing of this kind inside one, with
// this id.
func membershipAt(ctx context.Context, client *ent.Client, actor Actor, kind id.Kind, at string, how ...predicate.Member) (*ent.Member, error) {
	inside, ok := inside(at)
	if !ok || id.KindOf(at) != kind {
		return nil, fault.ErrNotFound
	}
	found, err := client.Member.Query().Where(Active(actor), inside).Where(how...).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("read the membership: %w", err)
	}
	return found, nil
}

// inside says which memberships count at an id.
func inside(at string) (predicate.Member, bool) {
	switch id.KindOf(at) {
	case id.Workspace:
		return member.WorkspaceID(at), true
	case id.Member:
		return member.HasWorkspaceWith(workspace.HasMembersWith(member.ID(at))), true
	case id.Invitation:
		return member.HasWorkspaceWith(workspace.HasInvitationsWith(invitation.ID(at))), true
	case id.MiniProgram:
		return member.And(
			member.HasWorkspaceWith(workspace.HasMiniProgramsWith(miniprogram.ID(at))),
			member.Or(
				member.RoleIn(managers...),
				member.HasAssignmentsWith(assignment.MiniProgramID(at)),
			),
		), true
	default:
		return nil, false
	}
}

// Active is what holds for the memberships by which the actor may do or see anything.
func Active(actor Actor) predicate.Member {
	return member.And(member.UserID(actor.UserID), member.StatusEQ(member.StatusACTIVE))
}

// Manages is what holds for workspaces that the actor is owner or master of.
func Manages(actor Actor) predicate.Workspace {
	return workspace.HasMembersWith(Active(actor), member.RoleIn(managers...))
}

// Workspaces narrows a query to the workspaces that the actor may see: those that the actor is a member of.
func Workspaces(actor Actor) predicate.Workspace {
	return workspace.HasMembersWith(Active(actor))
}

// Members narrows a query to the members that the actor may see: those of the actor's workspaces, and past ones
// where the actor is owner or master.
func Members(actor Actor) predicate.Member {
	return member.Or(
		member.And(member.StatusNEQ(member.StatusREMOVED), member.HasWorkspaceWith(Workspaces(actor))),
		member.HasWorkspaceWith(Manages(actor)),
	)
}

// MiniPrograms narrows a query to the mini programs that the actor may see: owners and masters see all of their
// workspace, a developer those that are assigned.
func MiniPrograms(actor Actor) predicate.MiniProgram {
	return miniprogram.Or(
		miniprogram.HasWorkspaceWith(Manages(actor)),
		miniprogram.HasAssignmentsWith(assignment.HasMemberWith(Active(actor))),
	)
}

// Invitations narrows a query to the invitations that the actor may see: those of workspaces that the actor manages.
func Invitations(actor Actor) predicate.Invitation {
	return invitation.HasWorkspaceWith(Manages(actor))
}

// AuditEvents narrows a query to the events that the actor may see: those of workspaces that the actor manages.
func AuditEvents(actor Actor) predicate.AuditEvent {
	return auditevent.HasWorkspaceWith(Manages(actor))
}

// Users narrows a query to the users that the actor may see: the actor, the people of the actor's workspaces, and
// whoever created what the actor sees there.
func Users(actor Actor) predicate.User {
	return user.Or(
		user.ID(actor.UserID),
		user.HasMembershipsWith(Members(actor)),
		user.HasMiniProgramsWith(MiniPrograms(actor)),
	)
}
