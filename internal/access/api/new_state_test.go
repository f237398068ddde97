package api_test

import (
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

const fiveMutations = `mutation($password: String!, $token: String!, $member: ID!) {
	first: createWorkspace(input: {name: "First"}) { ...created }
	signIn(input: {email: "bob@example.com", password: $password}) { viewer { ...who } userErrors { code } query { viewer { ...who } } }
	second: createWorkspace(input: {name: "Second"}) { ...created }
	transferOwnership(input: {memberId: $member, password: $password}) {
		member { role workspace { viewerRole viewerCan members(filter: {roles: [OWNER]}) { nodes { id } } } } userErrors { code }
	}
	acceptInvitation(input: {token: $token}) {
		member { role workspace { id name viewerRole invitations { totalCount } } } viewer { ...who } userErrors { code }
	}
}
fragment who on Viewer { user { displayName } memberships { totalCount nodes { role workspace { name viewerRole } } } }
fragment created on CreateWorkspacePayload {
	workspace { id name viewerRole viewerCan members { nodes { user { displayName } } } auditEvents { nodes { operation } } }
	userErrors { code } query { viewer { ...who } }
}`

// Each payload shows what its mutation has made, though what the viewer may see is read once.
func TestEachOfFiveMutationsAnswersWithTheNewState(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		invitedTo, owned := ann.CreateWorkspace(t, "Invited"), bob.CreateWorkspace(t, "Owned")
		max := w.SignUp(t, "max")
		memberID := w.Join(t, owned, max, member.RoleMASTER)
		ann.Invite(t, invitedTo, apitest.MasterInvitation("bob@example.com"))
		token := w.LetterTo(t, "bob@example.com").Token(t)
		answer := ann.Do(t, fiveMutations, apitest.Vars{"password": apitest.Password, "token": token, "member": memberID})
		if len(answer.Errors) != 0 {
			t.Fatal(answer.Body)
		}
		for path, want := range map[string]any{
			"first.workspace.viewerRole": "OWNER", "first.workspace.members.nodes.0.user.displayName": "ann",
			"first.workspace.auditEvents.nodes.0.operation": "CREATE_WORKSPACE", "first.query.viewer.memberships.totalCount": 2.0,
			"first.query.viewer.memberships.nodes.1.workspace.name": "First",
			"signIn.viewer.user.displayName":                        "bob", "signIn.viewer.memberships.totalCount": 1.0,
			"signIn.query.viewer.memberships.nodes.0.workspace.viewerRole": "OWNER",
			"second.workspace.members.nodes.0.user.displayName":            "bob", "second.query.viewer.memberships.totalCount": 2.0,
			"second.workspace.viewerRole":   "OWNER",
			"transferOwnership.member.role": "OWNER", "transferOwnership.member.workspace.viewerRole": "MASTER",
			"transferOwnership.member.workspace.members.nodes.0.id": memberID, "transferOwnership.member.workspace.members.nodes.1": nil,
			"acceptInvitation.member.role": "MASTER", "acceptInvitation.member.workspace.name": "Invited",
			"acceptInvitation.member.workspace.viewerRole": "MASTER", "acceptInvitation.member.workspace.invitations.totalCount": 1.0,
			"acceptInvitation.viewer.user.displayName": "bob", "acceptInvitation.viewer.memberships.totalCount": 3.0,
		} {
			if got := answer.Get(path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		for _, operation := range answer.List(t, "transferOwnership.member.workspace.viewerCan") {
			if operation == "DELETE_WORKSPACE" || operation == "TRANSFER_OWNERSHIP" {
				t.Errorf("who is no owner any more may %v", operation)
			}
		}
		if got := ann.Do(t, `{ viewer { user { displayName } } }`, nil).Get("viewer.user.displayName"); got != "bob" {
			t.Errorf("afterwards the cookie is %v's", got)
		}
	})
}
