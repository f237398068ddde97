// Package access decides who may do what: the roles that each operation asks for, and what an actor may see.
package access

import (
	"context"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/caller"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// Actor is whoever sends a request. The zero Actor is signed out.
type Actor struct {
	UserID string
	// SessionID names the session in the database.
	SessionID string
	// From is where the request comes from, RequestID the request's own id.
	From      caller.Caller
	RequestID string
}

// SignedIn tells whether the actor is somebody.
func (a Actor) SignedIn() bool { return a.UserID != "" }

// Operation names a root field of the schema that asks for a role.
type Operation string

// The operations that ask for a role in a workspace.
const (
	ViewWorkspace     Operation = "workspace"
	ViewMiniProgram   Operation = "miniProgram"
	ChooseWorkspace   Operation = "chooseWorkspace"
	CreateMiniProgram Operation = "createMiniProgram"
	UpdateMiniProgram Operation = "updateMiniProgram"
)

var (
	everyone = []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER}
	managers = []member.Role{member.RoleOWNER, member.RoleMASTER}
)

// Rule says who may do an operation: members with one of the roles in the workspace that a thing of this kind is or is
// in.
type Rule struct {
	At    id.Kind
	Roles []member.Role
}

// Matrix says who may do what; what is not in it, nobody may.
var Matrix = map[Operation]Rule{
	ViewWorkspace:     {id.Workspace, everyone},
	ViewMiniProgram:   {id.MiniProgram, everyone},
	ChooseWorkspace:   {id.Workspace, everyone},
	CreateMiniProgram: {id.Workspace, managers},
	UpdateMiniProgram: {id.MiniProgram, managers},
}

// RequireSignedIn refuses an actor who is signed out.
func RequireSignedIn(actor Actor) error {
	if !actor.SignedIn() {
		return fault.ErrUnauthenticated
	}
	return nil
}

// Require returns the actor's membership at the thing with this id if it has a role that may do the operation. An
// actor who is no member there, and an id of another kind, are told what an absent id is told. To decide a write, client is
// the write's own transaction.
func Require(ctx context.Context, client *ent.Client, actor Actor, operation Operation, at string) (*ent.Member, error) {
	return RequireRole(ctx, client, actor, operation, Matrix[operation].Roles, at)
}

// RequireRole is Require for roles that the caller names.
func RequireRole(ctx context.Context, client *ent.Client, actor Actor, operation Operation, roles []member.Role, at string) (*ent.Member, error) {
	if err := RequireSignedIn(actor); err != nil {
		return nil, err
	}
	found, err := membershipAt(ctx, client, actor, Matrix[operation].At, at)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(roles, found.Role) {
		return nil, fault.Forbidden(roles)
	}
	return found, nil
}

// RequireStaff refuses whoever is not one of the platform's own people with one of these roles.
func RequireStaff(ctx context.Context, client *ent.Client, actor Actor, roles []user.StaffRole) error {
	if err := RequireSignedIn(actor); err != nil {
		return err
	}
	found, err := client.User.Query().Where(user.ID(actor.UserID), user.StaffRoleIn(roles...)).Exist(ctx)
	if err != nil {
		return err
	}
	if !found {
		return fault.Forbidden(roles)
	}
	return nil
}
