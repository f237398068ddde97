// Package access decides who may do what: the roles that each operation asks for, and what an actor may see.
package access

import (
	"context"
	"slices"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/predicate"
	"minidock/ent/user"
	"minidock/internal/caller"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/store"
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

// As returns the actor as this user, who has just proven to be the one who asks.
func (a Actor) As(userID string) Actor {
	a.UserID = userID
	return a
}

// Operation names what asks for a role in a workspace: a root field of the schema, or a field of a workspace.
type Operation string

// The operations that ask for a role in a workspace.
const (
	ViewWorkspace      Operation = "workspace"
	ViewMiniProgram    Operation = "miniProgram"
	ViewMembership     Operation = "membership"
	ChooseWorkspace    Operation = "chooseWorkspace"
	RenameWorkspace    Operation = "renameWorkspace"
	DeleteWorkspace    Operation = "deleteWorkspace"
	LeaveWorkspace     Operation = "leaveWorkspace"
	TransferOwnership  Operation = "transferOwnership"
	InviteMembers      Operation = "inviteMembers"
	ResendInvitation   Operation = "resendInvitation"
	WithdrawInvitation Operation = "withdrawInvitation"
	ChangeMemberRole   Operation = "changeMemberRole"
	AssignMiniPrograms Operation = "assignMiniPrograms"
	BlockMember        Operation = "blockMember"
	UnblockMember      Operation = "unblockMember"
	RemoveMember       Operation = "removeMember"
	CreateMiniProgram  Operation = "createMiniProgram"
	UpdateMiniProgram  Operation = "updateMiniProgram"
	// ViewInvitations and ViewAuditEvents are fields of a workspace.
	ViewInvitations Operation = "invitations"
	ViewAuditEvents Operation = "auditEvents"
)

var (
	everyone  = []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER}
	managers  = []member.Role{member.RoleOWNER, member.RoleMASTER}
	owner     = []member.Role{member.RoleOWNER}
	notOwners = []member.Role{member.RoleMASTER, member.RoleDEVELOPER}
)

// Rule says who may do an operation: members with one of the roles in the workspace that a thing of this kind is or is
// in.
type Rule struct {
	At    id.Kind
	Roles []member.Role
}

// Matrix says who may do what; what is not in it, nobody may.
var Matrix = map[Operation]Rule{
	ViewWorkspace:      {id.Workspace, everyone},
	ViewMiniProgram:    {id.MiniProgram, everyone},
	ViewMembership:     {id.Workspace, everyone},
	ChooseWorkspace:    {id.Workspace, everyone},
	RenameWorkspace:    {id.Workspace, managers},
	DeleteWorkspace:    {id.Workspace, owner},
	LeaveWorkspace:     {id.Workspace, notOwners},
	TransferOwnership:  {id.Member, owner},
	InviteMembers:      {id.Workspace, managers},
	ResendInvitation:   {id.Invitation, managers},
	WithdrawInvitation: {id.Invitation, managers},
	ChangeMemberRole:   {id.Member, owner},
	AssignMiniPrograms: {id.Member, managers},
	BlockMember:        {id.Member, managers},
	UnblockMember:      {id.Member, managers},
	RemoveMember:       {id.Member, owner},
	CreateMiniProgram:  {id.Workspace, managers},
	UpdateMiniProgram:  {id.MiniProgram, managers},
	ViewInvitations:    {id.Workspace, managers},
	ViewAuditEvents:    {id.Workspace, managers},
}

// Allowed returns the operations that a role may do at things of this kind, by their names.
func Allowed(role member.Role, at id.Kind) []Operation {
	var allowed []Operation
	for operation, rule := range Matrix {
		if rule.At == at && slices.Contains(rule.Roles, role) {
			allowed = append(allowed, operation)
		}
	}
	slices.Sort(allowed)
	return allowed
}

// RequireSignedIn refuses an actor who is signed out.
func RequireSignedIn(actor Actor) error {
	if !actor.SignedIn() {
		return fault.ErrUnauthenticated
	}
	return nil
}

// Require returns the actor's membership at the thing with this id if it has a role that may do the operation, as the write's
// own transaction sees it. Whoever changes that membership waits until the transaction is over. An actor who is no member
// there, and an id of another kind, are told what an absent id is told.
func Require(ctx context.Context, tx *ent.Tx, actor Actor, operation Operation, at string) (*ent.Member, error) {
	rule := Matrix[operation]
	return require(ctx, tx.Client(), actor, rule.At, rule.Roles, at, store.Held)
}

// RequireRole is Require before a transaction, for roles that the caller names.
func RequireRole(ctx context.Context, client *ent.Client, actor Actor, operation Operation, roles []member.Role, at string) (*ent.Member, error) {
	return require(ctx, client, actor, Matrix[operation].At, roles, at)
}

func require(ctx context.Context, client *ent.Client, actor Actor, kind id.Kind, roles []member.Role, at string, how ...predicate.Member) (*ent.Member, error) {
	if err := RequireSignedIn(actor); err != nil {
		return nil, err
	}
	found, err := membershipAt(ctx, client, actor, kind, at, how...)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(roles, found.Role) {
		return nil, fault.Forbidden(roles)
	}
	return found, nil
}

// RequireAllowed refuses a role that may not do the operation.
func RequireAllowed(role member.Role, operation Operation) error {
	if roles := Matrix[operation].Roles; !slices.Contains(roles, role) {
		return fault.Forbidden(roles)
	}
	return nil
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
