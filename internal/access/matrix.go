package access

import (
	"slices"

	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/fault"
	"minidock/internal/id"
)

// Operation is what a viewer may be allowed to do, by its name in the schema: a root field, or a guarded field of an object.
type Operation string

// The operations.
const (
	ViewViewer              Operation = "viewer"
	ViewNode                Operation = "node"
	ViewNodes               Operation = "nodes"
	ViewWorkspace           Operation = "workspace"
	ViewMiniProgram         Operation = "miniProgram"
	ViewInvitation          Operation = "invitation"
	ViewIndustries          Operation = "industries"
	ViewLaunchTargets       Operation = "launchTargets"
	ViewVersion             Operation = "version"
	CompareVersions         Operation = "compareVersions"
	ViewTaskUpdated         Operation = "taskUpdated"
	ViewStaff               Operation = "staff"
	ViewPlatformAuditEvents Operation = "platformAuditEvents"
	ViewSessionEnded        Operation = "sessionEnded"
	ViewMembership          Operation = "membership"
	ViewWorkspaceChanged    Operation = "workspaceChanged"
	ViewAPIToken            Operation = "apiToken"
	// ViewInvitations, ViewAuditEvents and ViewAPITokens are fields of a workspace.
	ViewInvitations Operation = "invitations"
	ViewAuditEvents Operation = "auditEvents"
	ViewAPITokens   Operation = "apiTokens"

	SignUp                   Operation = "signUp"
	SignIn                   Operation = "signIn"
	SignInWithTotp           Operation = "signInWithTotp"
	SignOut                  Operation = "signOut"
	EndSession               Operation = "endSession"
	SignOutEverywhere        Operation = "signOutEverywhere"
	ChangePassword           Operation = "changePassword"
	RequestPasswordReset     Operation = "requestPasswordReset"
	ResetPassword            Operation = "resetPassword"
	UpdateProfile            Operation = "updateProfile"
	ChangeEmail              Operation = "changeEmail"
	ConfirmEmail             Operation = "confirmEmail"
	RequestEmailConfirmation Operation = "requestEmailConfirmation"
	EnableTotp               Operation = "enableTotp"
	ConfirmTotp              Operation = "confirmTotp"
	DisableTotp              Operation = "disableTotp"

	CreateWorkspace    Operation = "createWorkspace"
	ChooseWorkspace    Operation = "chooseWorkspace"
	RenameWorkspace    Operation = "renameWorkspace"
	DeleteWorkspace    Operation = "deleteWorkspace"
	LeaveWorkspace     Operation = "leaveWorkspace"
	TransferOwnership  Operation = "transferOwnership"
	InviteMembers      Operation = "inviteMembers"
	ResendInvitation   Operation = "resendInvitation"
	WithdrawInvitation Operation = "withdrawInvitation"
	AcceptInvitation   Operation = "acceptInvitation"
	ChangeMemberRole   Operation = "changeMemberRole"
	AssignMiniPrograms Operation = "assignMiniPrograms"
	BlockMember        Operation = "blockMember"
	UnblockMember      Operation = "unblockMember"
	RemoveMember       Operation = "removeMember"
	CreateMiniProgram  Operation = "createMiniProgram"
	UpdateMiniProgram  Operation = "updateMiniProgram"
	UploadVersion      Operation = "uploadVersion"
	DeleteVersion      Operation = "deleteVersion"
	CreateAPIToken     Operation = "createApiToken"
	RevokeAPIToken     Operation = "revokeApiToken"

	// CheckVersion is what the server does by itself, and nobody may do.
	CheckVersion Operation = "checkVersion"

	AddStaff    Operation = "addStaff"
	RemoveStaff Operation = "removeStaff"
)

var (
	everyone = []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER}
	managers = []member.Role{member.RoleOWNER, member.RoleMASTER}
	owner    = []member.Role{member.RoleOWNER}
	admins   = []user.StaffRole{user.StaffRoleADMIN}
)

// Audience is those for whom an operation is.
type Audience string

// The audiences, each with the directive that names it in the schema.
const (
	Everyone Audience = "public"
	People   Audience = "authenticated"
	Members  Audience = "hasRole"
	Staff    Audience = "staff"
)

// Rule says who may do an operation.
type Rule struct {
	For Audience
	// At is the kind of object that the operation names by an id. Members need one of the Roles in its workspace; developers must
	// also be assigned to the mini program that it is or belongs to.
	At    id.Kind
	Roles []member.Role
	// InVain are those of the Roles that get a user error whatever they send; viewerCan leaves the operation out for them.
	InVain []member.Role
	// Over limits, for a role, the roles of the member at the id; a role that is not in it may act on all.
	Over map[member.Role][]member.Role
	// Scope is what a token must be for; no token may without one.
	Scope TokenScope
	// Staff are the roles that staff members need.
	Staff []user.StaffRole
	// SeeingIsEnough says that everyone who sees the object may: what is read is narrowed to that, and no role is checked before.
	SeeingIsEnough bool
	// HoldsWorkspace locks the workspace against all other changes of its members and invitations.
	HoldsWorkspace bool
	// HoldsAccount locks the viewer's account against all other changes of the viewer: the operation changes the account, ends its
	// sessions, or counts what it owns.
	HoldsAccount bool
	// HoldsAdmins locks the accounts of all administrators, and the viewer's: the operation needs to know who they are.
	HoldsAdmins bool
}

// Matrix is the one table of who may do what; what is not in it is forbidden. The schema's directives repeat it, and the server does
// not start if they differ.
var Matrix = map[Operation]Rule{
	ViewViewer:              {For: Everyone, Scope: Read},
	ViewNode:                {For: Everyone, Scope: Read},
	ViewNodes:               {For: Everyone, Scope: Read},
	ViewInvitation:          {For: Everyone},
	ViewIndustries:          {For: Everyone, Scope: Read},
	ViewLaunchTargets:       {For: Everyone, Scope: Read},
	ViewAPIToken:            {For: Everyone, Scope: Read},
	ViewStaff:               {For: Staff, Staff: admins},
	ViewPlatformAuditEvents: {For: Staff, Staff: admins},
	ViewSessionEnded:        {For: People},
	ViewWorkspace:           {For: Members, At: id.Workspace, Roles: everyone, Scope: Read},
	ViewMiniProgram:         {For: Members, At: id.MiniProgram, Roles: everyone, Scope: Read, SeeingIsEnough: true},
	ViewVersion:             {For: Members, At: id.Version, Roles: everyone, Scope: Read, SeeingIsEnough: true},
	CompareVersions:         {For: Members, At: id.Version, Roles: everyone, Scope: Read, SeeingIsEnough: true},
	ViewTaskUpdated:         {For: Members, At: id.Task, Roles: everyone, Scope: Read, SeeingIsEnough: true},
	ViewMembership:          {For: Members, At: id.Workspace, Roles: everyone},
	ViewWorkspaceChanged:    {For: Members, At: id.Workspace, Roles: everyone, Scope: Read},
	ViewInvitations:         {For: Members, At: id.Workspace, Roles: managers},
	ViewAuditEvents:         {For: Members, At: id.Workspace, Roles: managers},
	ViewAPITokens:           {For: Members, At: id.Workspace, Roles: managers},

	SignUp:                   {For: Everyone, HoldsAccount: true},
	SignIn:                   {For: Everyone, HoldsAccount: true},
	SignInWithTotp:           {For: Everyone, HoldsAccount: true},
	SignOut:                  {For: Everyone, HoldsAccount: true},
	EndSession:               {For: People, HoldsAccount: true},
	SignOutEverywhere:        {For: People, HoldsAccount: true},
	ChangePassword:           {For: People, HoldsAccount: true},
	RequestPasswordReset:     {For: Everyone},
	ResetPassword:            {For: Everyone, HoldsAccount: true},
	UpdateProfile:            {For: People, HoldsAccount: true},
	ChangeEmail:              {For: People, HoldsAccount: true},
	ConfirmEmail:             {For: Everyone, HoldsAccount: true},
	RequestEmailConfirmation: {For: People, HoldsAccount: true},
	EnableTotp:               {For: People, HoldsAccount: true},
	ConfirmTotp:              {For: People, HoldsAccount: true},
	DisableTotp:              {For: People, HoldsAccount: true},

	CreateWorkspace:    {For: People, HoldsAccount: true},
	ChooseWorkspace:    {For: Members, At: id.Workspace, Roles: everyone},
	RenameWorkspace:    {For: Members, At: id.Workspace, Roles: managers, HoldsWorkspace: true},
	DeleteWorkspace:    {For: Members, At: id.Workspace, Roles: owner, HoldsWorkspace: true},
	LeaveWorkspace:     {For: Members, At: id.Workspace, Roles: everyone, InVain: owner, HoldsWorkspace: true},
	TransferOwnership:  {For: Members, At: id.Member, Roles: owner, HoldsWorkspace: true, HoldsAccount: true},
	InviteMembers:      {For: Members, At: id.Workspace, Roles: managers, HoldsWorkspace: true},
	ResendInvitation:   {For: Members, At: id.Invitation, Roles: managers, HoldsWorkspace: true},
	WithdrawInvitation: {For: Members, At: id.Invitation, Roles: managers, HoldsWorkspace: true},
	AcceptInvitation:   {For: Everyone, HoldsAccount: true},
	ChangeMemberRole:   {For: Members, At: id.Member, Roles: owner, HoldsWorkspace: true},
	AssignMiniPrograms: {For: Members, At: id.Member, Roles: managers, HoldsWorkspace: true},
	BlockMember:        {For: Members, At: id.Member, Roles: managers, Over: mastersOverDevelopers, HoldsWorkspace: true},
	UnblockMember:      {For: Members, At: id.Member, Roles: managers, Over: mastersOverDevelopers, HoldsWorkspace: true},
	RemoveMember:       {For: Members, At: id.Member, Roles: owner, HoldsWorkspace: true},
	CreateMiniProgram:  {For: Members, At: id.Workspace, Roles: managers},
	UpdateMiniProgram:  {For: Members, At: id.MiniProgram, Roles: managers, Scope: Configure},
	UploadVersion:      {For: Members, At: id.MiniProgram, Roles: everyone, Scope: Upload},
	DeleteVersion:      {For: Members, At: id.Version, Roles: everyone, Scope: Upload},
	CreateAPIToken:     {For: Members, At: id.Workspace, Roles: managers, HoldsWorkspace: true},
	RevokeAPIToken:     {For: Members, At: id.ApiToken, Roles: managers, HoldsWorkspace: true},

	AddStaff:    {For: Staff, Staff: admins, HoldsAdmins: true},
	RemoveStaff: {For: Staff, Staff: admins, HoldsAdmins: true},
}

var mastersOverDevelopers = map[member.Role][]member.Role{member.RoleMASTER: {member.RoleDEVELOPER}}

// Allow refuses a role that is not allowed with FORBIDDEN, which names those that are.
func (r Rule) Allow(role member.Role) error {
	if !slices.Contains(r.Roles, role) {
		return fault.Forbidden(r.Roles)
	}
	return nil
}

// AllowOver refuses, with FORBIDDEN, a role that may not act on a member with this role; the message names the roles that may.
func (r Rule) AllowOver(role, target member.Role) error {
	if r.mayOver(role, target) {
		return nil
	}
	var may []member.Role
	for _, one := range r.Roles {
		if r.mayOver(one, target) {
			may = append(may, one)
		}
	}
	return fault.Forbidden(may)
}

func (r Rule) mayOver(role, target member.Role) bool {
	over, isBound := r.Over[role]
	return !isBound || slices.Contains(over, target)
}

// Allowed returns the operations that the principal may do with a role on objects of this kind, and not in vain, ordered by name. A token
// may do what its scopes include.
func (p *Principal) Allowed(role member.Role, at id.Kind) []Operation {
	var allowed []Operation
	for operation, rule := range Matrix {
		if p.Token != nil && !p.Token.Has(rule.Scope) {
			continue
		}
		if rule.For == Members && rule.At == at && slices.Contains(rule.Roles, role) && !slices.Contains(rule.InVain, role) {
			allowed = append(allowed, operation)
		}
	}
	slices.Sort(allowed)
	return allowed
}
