package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/session"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// asked is an operation of the access matrix as a request that is right but for the id.
type asked struct {
	query string
	// result is what the answer has only when it was done.
	result string
	// variables are those of the query; nil for the id alone.
	variables func(s stage, at string) apitest.Vars
	// prepare makes the stage one where the operation can be done; nil where it can be done anyway.
	prepare func(t *testing.T, w *apitest.World, s stage)
}

var operations = map[access.Operation]asked{
	access.ViewWorkspace:   {query: `query($id: ID!) { workspace(id: $id) { id name } }`, result: "workspace.id"},
	access.ViewMiniProgram: {query: `query($id: ID!) { miniProgram(id: $id) { id name } }`, result: "miniProgram.id"},
	access.ViewInvitations: {
		query:  `query($id: ID!) { workspace(id: $id) { id name invitations(first: 5) { totalCount nodes { id email } } } }`,
		result: "workspace.invitations.nodes.0.id",
	},
	access.ViewAuditEvents: {
		query:  `query($id: ID!) { workspace(id: $id) { id name auditEvents(first: 5) { totalCount nodes { id operation } } } }`,
		result: "workspace.auditEvents.nodes.0.id",
	},
	access.ChooseWorkspace: {
		query:  `mutation($id: ID!) { chooseWorkspace(input: {workspaceId: $id}) { viewer { user { id } } userErrors { code } } }`,
		result: "chooseWorkspace.viewer.user.id",
	},
	access.RenameWorkspace: {
		query:  `mutation($id: ID!) { renameWorkspace(input: {workspaceId: $id, name: "Renamed"}) { workspace { id } userErrors { code } } }`,
		result: "renameWorkspace.workspace.id",
	},
	access.DeleteWorkspace: {
		query:   `mutation($id: ID!) { deleteWorkspace(input: {workspaceId: $id}) { deletedWorkspaceId userErrors { code } } }`,
		result:  "deleteWorkspace.deletedWorkspaceId",
		prepare: emptied,
	},
	access.LeaveWorkspace: {
		query:  `mutation($id: ID!) { leaveWorkspace(input: {workspaceId: $id}) { leftWorkspaceId } }`,
		result: "leaveWorkspace.leftWorkspaceId",
	},
	access.TransferOwnership: {
		query: `mutation($id: ID!, $password: String!) {
			transferOwnership(input: {memberId: $id, password: $password}) { member { id } userErrors { code } }
		}`,
		result:    "transferOwnership.member.id",
		variables: func(_ stage, at string) apitest.Vars { return apitest.Vars{"id": at, "password": apitest.Password} },
		prepare: func(t *testing.T, w *apitest.World, s stage) {
			w.Client.Member.UpdateOneID(s.memberID).SetRole(member.RoleMASTER).ExecX(t.Context())
		},
	},
	access.InviteMembers: {
		query: `mutation($id: ID!) {
			inviteMembers(input: {workspaceId: $id, invitations: [{name: "New", email: "new@example.com", role: MASTER}]}) {
				invitations { id } userErrors { code }
			}
		}`,
		result: "inviteMembers.invitations.0.id",
	},
	access.ResendInvitation: {
		query:  `mutation($id: ID!) { resendInvitation(input: {invitationId: $id}) { invitation { id } userErrors { code } } }`,
		result: "resendInvitation.invitation.id",
	},
	access.WithdrawInvitation: {
		query:  `mutation($id: ID!) { withdrawInvitation(input: {invitationId: $id}) { invitation { id } userErrors { code } } }`,
		result: "withdrawInvitation.invitation.id",
	},
	access.ChangeMemberRole: {
		query:  `mutation($id: ID!) { changeMemberRole(input: {memberId: $id, role: MASTER}) { member { id } userErrors { code } } }`,
		result: "changeMemberRole.member.id",
	},
	access.AssignMiniPrograms: {
		query: `mutation($id: ID!, $to: ID!) {
			assignMiniPrograms(input: {memberId: $id, miniProgramIds: [$to]}) { member { id } userErrors { code } }
		}`,
		result:    "assignMiniPrograms.member.id",
		variables: func(s stage, at string) apitest.Vars { return apitest.Vars{"id": at, "to": s.unassignedID} },
	},
	access.BlockMember: {
		query:  `mutation($id: ID!) { blockMember(input: {memberId: $id}) { member { id } userErrors { code } } }`,
		result: "blockMember.member.id",
	},
	access.UnblockMember: {
		query:  `mutation($id: ID!) { unblockMember(input: {memberId: $id}) { member { id } userErrors { code } } }`,
		result: "unblockMember.member.id",
		prepare: func(t *testing.T, w *apitest.World, s stage) {
			w.Client.Member.UpdateOneID(s.memberID).SetStatus(member.StatusBLOCKED).ExecX(t.Context())
		},
	},
	access.RemoveMember: {
		query:  `mutation($id: ID!) { removeMember(input: {memberId: $id}) { member { id } userErrors { code } } }`,
		result: "removeMember.member.id",
	},
	access.CreateMiniProgram: {
		query: apitest.CreateMutation, result: "createMiniProgram.miniProgram.id",
		variables: func(_ stage, at string) apitest.Vars { return apitest.Vars{"input": apitest.CreateInput(at)} },
	},
	access.UpdateMiniProgram: {
		query: apitest.UpdateMutation, result: "updateMiniProgram.miniProgram.id",
		variables: func(_ stage, at string) apitest.Vars {
			return apitest.Vars{"input": apitest.Vars{"miniProgramId": at, "name": "新的小店"}}
		},
	},
}

func (a asked) isMutation() bool { return strings.HasPrefix(a.query, "mutation") }

func (a asked) prepared(t *testing.T, w *apitest.World, s stage) {
	t.Helper()
	if a.prepare != nil {
		a.prepare(t, w, s)
	}
}

// by sends the request about the thing with this id.
func (a asked) by(t *testing.T, p *apitest.Person, s stage, at string) *apitest.Answer {
	t.Helper()
	variables := apitest.Vars{"id": at}
	if a.variables != nil {
		variables = a.variables(s, at)
	}
	return p.Do(t, a.query, variables)
}

// caller is somebody who asks. Without a role the caller is no member; without a status neither, or signed out.
type caller struct {
	name   string
	role   member.Role
	status member.Status
	// assigned tells of a developer who works on the first mini program of each stage.
	assigned bool
	person   *apitest.Person
}

// callers are all that people can be to a workspace, each with an account but for the last, who is signed out.
func callers(t *testing.T, w *apitest.World) []caller {
	t.Helper()
	all := []caller{
		{name: "owner", role: member.RoleOWNER, status: member.StatusACTIVE},
		{name: "master", role: member.RoleMASTER, status: member.StatusACTIVE},
		{name: "assigned", role: member.RoleDEVELOPER, status: member.StatusACTIVE, assigned: true},
		{name: "unassigned", role: member.RoleDEVELOPER, status: member.StatusACTIVE},
		{name: "blockedMaster", role: member.RoleMASTER, status: member.StatusBLOCKED},
		{name: "blockedAssigned", role: member.RoleDEVELOPER, status: member.StatusBLOCKED, assigned: true},
		{name: "blockedUnassigned", role: member.RoleDEVELOPER, status: member.StatusBLOCKED},
		{name: "removedMaster", role: member.RoleMASTER, status: member.StatusREMOVED},
		{name: "removedDeveloper", role: member.RoleDEVELOPER, status: member.StatusREMOVED, assigned: true},
		{name: "stranger"},
	}
	for i := range all {
		all[i].person = w.SignUp(t, all[i].name)
	}
	return append(all, caller{name: "signed out", person: w.Visitor(t)})
}

// stage is a workspace in which everybody has a place, and something of each kind to do an operation to.
type stage struct {
	workspaceID, memberID, invitationID string
	// assignedID is the mini program that some developers work on, unassignedID one that none does.
	assignedID, unassignedID string
}

// at returns the ids of the things of a kind.
func (s stage) at(kind id.Kind) []string {
	return map[id.Kind][]string{
		id.Workspace: {s.workspaceID}, id.MiniProgram: {s.assignedID, s.unassignedID}, id.Member: {s.memberID},
		id.Invitation: {s.invitationID},
	}[kind]
}

// emptied takes the mini programs away.
func emptied(t *testing.T, w *apitest.World, s stage) {
	t.Helper()
	w.Client.MiniProgram.Delete().Where(miniprogram.WorkspaceID(s.workspaceID)).ExecX(t.Context())
}

// somebody makes an account that nobody signs in to.
func somebody(t *testing.T, w *apitest.World, name string) *apitest.Person {
	t.Helper()
	p := w.Visitor(t)
	p.ID, p.Email, p.DisplayName = id.New(id.User), name+"@example.com", name
	w.Client.User.Create().SetID(p.ID).SetEmail(p.Email).SetDisplayName(name).SetPasswordHash("none").SetCreatedAt(w.Now()).ExecX(t.Context())
	return p
}

// newStage sets a stage in which the target is a developer, for everybody in the cast.
func newStage(t *testing.T, w *apitest.World, cast []caller, target *apitest.Person) stage {
	t.Helper()
	ctx, now := t.Context(), w.Now()
	s := stage{workspaceID: id.New(id.Workspace), invitationID: id.New(id.Invitation)}
	w.Client.Workspace.Create().SetID(s.workspaceID).SetName("Hidden coffee").SetCreatedAt(now).ExecX(ctx)
	s.assignedID = w.Insert(t, s.workspaceID, apitest.Row{CreatedBy: target})
	s.unassignedID = w.Insert(t, s.workspaceID, apitest.Row{CreatedBy: target})
	for _, c := range cast {
		if c.role == "" {
			continue
		}
		memberID := w.Join(t, s.workspaceID, c.person, c.role)
		if c.status != member.StatusACTIVE {
			w.Client.Member.UpdateOneID(memberID).SetStatus(c.status).ExecX(ctx)
		}
		if c.assigned {
			w.Assign(t, memberID, s.assignedID)
		}
	}
	s.memberID = w.Join(t, s.workspaceID, target, member.RoleDEVELOPER)
	w.Client.Invitation.Create().SetID(s.invitationID).SetWorkspaceID(s.workspaceID).SetEmail("invited@example.com").SetName("Invited").
		SetRole(invitation.RoleMASTER).SetInvitedByID(target.ID).SetCreatedAt(now).SetExpiresAt(now.Add(time.Hour)).ExecX(ctx)
	w.Client.AuditEvent.Create().SetID(id.New(id.AuditEvent)).SetWorkspaceID(s.workspaceID).SetActorID(target.ID).
		SetOperation("createWorkspace").SetSubjectID(s.workspaceID).SetCreatedAt(now).ExecX(ctx)
	return s
}

// matrixRows returns all that the operations of the matrix can write in a workspace and beside.
func matrixRows(t *testing.T, w *apitest.World, workspaceID string) string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	return fmt.Sprint(c.Workspace.GetX(ctx, workspaceID), c.Member.Query().Where(member.WorkspaceID(workspaceID)).AllX(ctx),
		c.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspaceID)).AllX(ctx),
		c.Assignment.Query().Where(assignment.HasMemberWith(member.WorkspaceID(workspaceID))).AllX(ctx),
		c.Invitation.Query().Where(invitation.WorkspaceID(workspaceID)).AllX(ctx), c.Mail.Query().AllX(ctx), c.Throttle.Query().AllX(ctx),
		c.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).AllX(ctx), c.AuditEvent.Query().CountX(ctx),
		c.Session.Query().Select(session.FieldUserID, session.FieldWorkspaceID).AllX(ctx), c.User.Query().AllX(ctx))
}
