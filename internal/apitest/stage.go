package apitest

import (
	"testing"
	"time"

	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/id"
)

// Caller is somebody who sends requests about a workspace. Without a role the caller is no member.
type Caller struct {
	Name   string
	Role   member.Role
	Status member.Status
	// IsAssigned says that the caller is a developer who works on the first mini program of each stage.
	IsAssigned bool
	Person     *Person
}

// Callers are one of each kind that people can be to a workspace, each with an account but for the last, who is signed out.
func (w *World) Callers(t *testing.T) []Caller {
	t.Helper()
	all := []Caller{
		{Name: "owner", Role: member.RoleOWNER, Status: member.StatusACTIVE},
		{Name: "master", Role: member.RoleMASTER, Status: member.StatusACTIVE},
		{Name: "assigned", Role: member.RoleDEVELOPER, Status: member.StatusACTIVE, IsAssigned: true},
		{Name: "unassigned", Role: member.RoleDEVELOPER, Status: member.StatusACTIVE},
		{Name: "blockedMaster", Role: member.RoleMASTER, Status: member.StatusBLOCKED},
		{Name: "blockedAssigned", Role: member.RoleDEVELOPER, Status: member.StatusBLOCKED, IsAssigned: true},
		{Name: "blockedUnassigned", Role: member.RoleDEVELOPER, Status: member.StatusBLOCKED},
		{Name: "removedMaster", Role: member.RoleMASTER, Status: member.StatusREMOVED},
		{Name: "removedDeveloper", Role: member.RoleDEVELOPER, Status: member.StatusREMOVED, IsAssigned: true},
		{Name: "stranger"},
	}
	for i := range all {
		all[i].Person = w.SignUp(t, all[i].Name)
	}
	return append(all, Caller{Name: "signed out", Person: w.Visitor(t)})
}

// Stage is a workspace with callers as its members, and one thing of each kind that an operation can be about.
type Stage struct {
	WorkspaceID, MemberID, InvitationID, TokenID string
	// AssignedID is the mini program that some developers work on, UnassignedID one that none works on.
	AssignedID, UnassignedID string
	// AssignedVersionID and UnassignedVersionID are READY versions of them.
	AssignedVersionID, UnassignedVersionID string
}

// IsAssigned says whether something belongs to the mini program that some developers work on.
func (s Stage) IsAssigned(at string) bool { return at == s.AssignedID || at == s.AssignedVersionID }

// IDs returns the ids of the things of a kind.
func (s Stage) IDs(kind id.Kind) []string {
	return map[id.Kind][]string{
		id.Workspace: {s.WorkspaceID}, id.MiniProgram: {s.AssignedID, s.UnassignedID}, id.Member: {s.MemberID},
		id.Invitation: {s.InvitationID}, id.Version: {s.AssignedVersionID, s.UnassignedVersionID}, id.ApiToken: {s.TokenID},
	}[kind]
}

// NewStage writes a stage without the API, on which the target is a developer.
func (w *World) NewStage(t *testing.T, callers []Caller, target *Person) Stage {
	t.Helper()
	ctx, now := t.Context(), w.Now()
	s := Stage{WorkspaceID: id.New(id.Workspace), InvitationID: id.New(id.Invitation), TokenID: id.New(id.ApiToken)}
	w.Client.Workspace.Create().SetID(s.WorkspaceID).SetName("Hidden coffee").SetCreatedAt(now).ExecX(ctx)
	s.AssignedID = w.Insert(t, s.WorkspaceID, Row{CreatedBy: target})
	s.UnassignedID = w.Insert(t, s.WorkspaceID, Row{CreatedBy: target})
	s.AssignedVersionID = w.InsertVersion(t, s.AssignedID, VersionRow{UploadedBy: target, Elements: 1})
	s.UnassignedVersionID = w.InsertVersion(t, s.UnassignedID, VersionRow{UploadedBy: target, Elements: 1})
	for _, c := range callers {
		if c.Role == "" {
			continue
		}
		memberID := w.Join(t, s.WorkspaceID, c.Person, c.Role)
		if c.Status != member.StatusACTIVE {
			w.Client.Member.UpdateOneID(memberID).SetStatus(c.Status).ExecX(ctx)
		}
		if c.IsAssigned {
			w.Assign(t, memberID, s.AssignedID)
		}
	}
	s.MemberID = w.Join(t, s.WorkspaceID, target, member.RoleDEVELOPER)
	w.Client.Invitation.Create().SetID(s.InvitationID).SetWorkspaceID(s.WorkspaceID).SetEmail("invited@example.com").SetName("Invited").
		SetRole(invitation.RoleMASTER).SetInvitedByID(target.ID).SetCreatedAt(now).SetExpiresAt(now.Add(time.Hour)).ExecX(ctx)
	w.Client.ApiToken.Create().SetID(s.TokenID).SetWorkspaceID(s.WorkspaceID).SetCreatedByID(target.ID).SetName("Robot").SetScopes("READ").
		SetIsLimited(false).SetSecretHash(s.TokenID).SetLastFour("0000").SetCreatedAt(now).SetExpiresAt(now.Add(time.Hour)).ExecX(ctx)
	w.Client.AuditEvent.Create().SetID(id.At(id.AuditEvent, w.Now())).SetWorkspaceID(s.WorkspaceID).SetActorID(target.ID).
		SetOperation("createWorkspace").SetSubjectID(s.WorkspaceID).SetCreatedAt(now).ExecX(ctx)
	return s
}

// Company is a workspace with an owner, a mini program and a developer who works on it.
type Company struct {
	Owner                                *Person
	WorkspaceID, MemberID, MiniProgramID string
}

// CompanyName is the name of each company.
const CompanyName = "Company"

// NewCompany returns a new company; the suffix tells the names of its people from those of another.
func (w *World) NewCompany(t *testing.T, suffix string) Company {
	t.Helper()
	c := Company{Owner: w.SignUp(t, "owner"+suffix)}
	c.WorkspaceID = c.Owner.CreateWorkspace(t, CompanyName)
	c.MiniProgramID = w.Insert(t, c.WorkspaceID, Row{CreatedBy: c.Owner})
	c.MemberID = w.Join(t, c.WorkspaceID, w.InsertAccount(t, "developer"+suffix), member.RoleDEVELOPER)
	w.Assign(t, c.MemberID, c.MiniProgramID)
	return c
}
