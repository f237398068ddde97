package api_test

import (
	"fmt"
	"slices"
	"testing"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// beyond is more workspaces than are read with a viewer.
const beyond = 1001

// found makes the person a developer of so many further workspaces.
func found(t *testing.T, w *apitest.World, p *apitest.Person, n int) {
	t.Helper()
	for batch := range slices.Chunk(make([]struct{}, n), 500) {
		var workspaces []*ent.WorkspaceCreate
		var members []*ent.MemberCreate
		for range batch {
			workspaceID := id.New(id.Workspace)
			workspaces = append(workspaces, w.Client.Workspace.Create().SetID(workspaceID).SetName("One of many").SetCreatedAt(w.Now()))
			members = append(members, w.Client.Member.Create().SetID(id.New(id.Member)).SetUserID(p.ID).SetWorkspaceID(workspaceID).
				SetRole(member.RoleDEVELOPER).SetCreatedAt(w.Now()).SetJoinedAt(w.Now()))
		}
		w.Client.Workspace.CreateBulk(workspaces...).ExecX(t.Context())
		w.Client.Member.CreateBulk(members...).ExecX(t.Context())
	}
}

// What somebody sees of a workspace does not depend on how many others there are, though they are then looked up in another way.
func TestVeryManyWorkspacesChangeNothingAboutWhatIsVisible(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		standings := map[string]func(memberID string){
			"master": func(memberID string) {}, "developer": func(memberID string) {},
			"blocked": func(memberID string) {
				w.Client.Member.UpdateOneID(memberID).SetStatus(member.StatusBLOCKED).ExecX(t.Context())
			},
			"removed": func(memberID string) {
				w.Client.Member.UpdateOneID(memberID).SetStatus(member.StatusREMOVED).ExecX(t.Context())
			},
		}
		var ids, workspaceIDs, mine []string
		for standing, apply := range standings {
			workspaceID := bob.CreateWorkspace(t, standing)
			role := member.RoleDEVELOPER
			if standing == "master" {
				role = member.RoleMASTER
			}
			memberID := w.Join(t, workspaceID, ann, role)
			past := w.SignUp(t, "past"+standing)
			pastID := w.Join(t, workspaceID, past, member.RoleDEVELOPER)
			assigned, other := w.Insert(t, workspaceID, apitest.Row{CreatedBy: past}), w.Insert(t, workspaceID, apitest.Row{CreatedBy: bob})
			w.Assign(t, memberID, assigned)
			invitationID := bob.Invite(t, workspaceID, apitest.MasterInvitation(standing+"@example.com"))[0]
			w.Client.Member.UpdateOneID(pastID).SetStatus(member.StatusREMOVED).ExecX(t.Context())
			apply(memberID)
			ids = append(ids, workspaceID, memberID, pastID, past.ID, assigned, other, invitationID)
			workspaceIDs = append(workspaceIDs, workspaceID)
			mine = append(mine, assigned, other)
		}
		ask := func() []string {
			answers := []string{ann.Do(t, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Member { invitedBy { id } miniPrograms { nodes { id } } user { id } }
				... on MiniProgram { viewerCan createdBy { id } developers { totalCount nodes { id } } workspace { name } launchTargets { code } } } }`, apitest.Vars{"ids": ids}).Anonymous()}
			for _, workspaceID := range workspaceIDs {
				answers = append(answers, ann.Do(t, `query($id: ID!) { workspace(id: $id) { name viewerRole viewerCan quotas { used }
					members(filter: {statuses: [ACTIVE, BLOCKED, REMOVED]}) { totalCount nodes { id user { email } } } miniPrograms { totalCount nodes { id createdBy { email } } }
					invitations { totalCount nodes { id } } auditEvents { totalCount nodes { id actor { id } } } } }`, apitest.Vars{"id": workspaceID}).Anonymous())
			}
			for _, miniProgramID := range mine {
				answers = append(answers, ann.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": miniProgramID}).Anonymous(),
					ann.Do(t, `mutation($id: ID!) { updateMiniProgram(input: {miniProgramId: $id}) { miniProgram { id } userErrors { code } } }`,
						apitest.Vars{"id": miniProgramID}).Anonymous())
			}
			return answers
		}
		few := ask()
		found(t, w, ann, beyond)
		for i, answer := range ask() {
			if answer != few[i] {
				t.Errorf("with few workspaces %s\nwith many %s", few[i], answer)
			}
		}
		// However many are read, they take as many statements.
		own := func(n int) int64 {
			answer, statements := bob.CountStatements(t, fmt.Sprintf(`{ viewer { memberships(first: %d) { nodes { workspace {
				viewerRole invitations { nodes { id } } auditEvents { nodes { id actor { id } } } miniPrograms { nodes { id createdBy { id } } } } } } } }`, n), nil)
			if len(answer.List(t, "viewer.memberships.nodes")) != n {
				t.Fatal(answer.Body)
			}
			return statements
		}
		found(t, w, bob, beyond)
		if two, four := own(2), own(4); two != four {
			t.Errorf("%d statements for two workspaces, %d for four", two, four)
		}
		if got := ann.Do(t, `{ viewer { memberships(first: 1) { totalCount } } }`, nil).Get("viewer.memberships.totalCount"); got != float64(beyond+2) {
			t.Errorf("%v memberships", got)
		}
		if own := ann.CreateWorkspace(t, "Own"); ann.CreateMiniProgram(t, own, "小咖啡馆") == "" {
			t.Error("nothing can be created")
		}
	})
}
