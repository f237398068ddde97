package apitest

import (
	"fmt"
	"strings"
	"testing"
)

const (
	// InvitationFields are those of an invitation.
	InvitationFields = `id name email role status createdAt expiresAt workspace { id name } invitedBy { id displayName }
		miniPrograms { id name }`
	// InvitationQuery reads the invitation of a token.
	InvitationQuery = `query($token: String!) {
	invitation(token: $token) { workspaceName inviterName name email role miniProgramNames expiresAt hasAccount }
}`
	// InvitationNodeQuery reads an invitation by its id.
	InvitationNodeQuery = `query($id: ID!) { node(id: $id) { ... on Invitation { ` + InvitationFields + ` } } }`
)

// MasterInvitation is one of the invitations of inviteMembers, as a master.
func MasterInvitation(email string) Vars {
	return Vars{"name": "Somebody", "email": email, "role": "MASTER"}
}

// MasterInvitations are this many, to addresses with this prefix and the numbers from 0.
func MasterInvitations(n int, prefix string) []Vars {
	var invitations []Vars
	for i := range n {
		invitations = append(invitations, MasterInvitation(fmt.Sprintf("%s%d@example.com", prefix, i)))
	}
	return invitations
}

// DeveloperInvitation is one of the invitations of inviteMembers, as a developer of these mini programs.
func DeveloperInvitation(email string, miniProgramIDs ...string) Vars {
	return Vars{"name": "Somebody", "email": email, "role": "DEVELOPER", "miniProgramIds": miniProgramIDs}
}

// RequestInvitations sends inviteMembers.
func (p *Person) RequestInvitations(t *testing.T, workspaceID string, invitations ...Vars) *Answer {
	t.Helper()
	if invitations == nil {
		invitations = []Vars{}
	}
	return p.Mutate(t, "inviteMembers", Vars{"workspaceId": workspaceID, "invitations": invitations})
}

// Invite invites people and returns the ids of the invitations; the test ends when it is refused.
func (p *Person) Invite(t *testing.T, workspaceID string, invitations ...Vars) []string {
	t.Helper()
	answer := p.RequestInvitations(t, workspaceID, invitations...).Succeeded(t)
	ids := IDs(answer.Get("inviteMembers.invitations"))
	if len(ids) != len(invitations) {
		t.Fatalf("%d invitations for %d people: %s", len(ids), len(invitations), answer.Body)
	}
	return ids
}

// InvitationToken invites somebody and returns the token in the mail.
func (p *Person) InvitationToken(t *testing.T, workspaceID string, invitation Vars) string {
	t.Helper()
	p.Invite(t, workspaceID, invitation)
	return p.world.LetterTo(t, invitation["email"].(string)).Token(t)
}

// Acceptance is an input of acceptInvitation for somebody without an account.
func Acceptance(token, password, displayName string) Vars {
	return Vars{"token": token, "password": password, "displayName": displayName}
}

// AcceptAsNewcomer accepts an invitation with a new account, and returns its owner, who is signed in, and the answer.
func (w *World) AcceptAsNewcomer(t *testing.T, token, displayName string) (*Person, *Answer) {
	t.Helper()
	p := w.Visitor(t)
	answer := p.Mutate(t, "acceptInvitation", Acceptance(token, Password, displayName)).Succeeded(t)
	p.ID, p.Email = answer.String(t, "acceptInvitation.viewer.user.id"), answer.String(t, "acceptInvitation.viewer.user.email")
	p.DisplayName = displayName
	return p, answer
}

// ExpectNotAccepted makes sure that somebody signed out cannot join by a token, for this user error.
func (w *World) ExpectNotAccepted(t *testing.T, token, want string) {
	t.Helper()
	visitor := w.Visitor(t)
	visitor.Mutate(t, "acceptInvitation", Acceptance(token, "a password of a thief", "Thief")).HasUserErrors(t, want)
	visitor.ExpectSignedOut(t)
}

// ExpectOpenInvitation makes sure that a token leads to an invitation.
func (w *World) ExpectOpenInvitation(t *testing.T, token string) {
	t.Helper()
	if answer := w.Visitor(t).Do(t, InvitationQuery, Vars{"token": token}); answer.Get("invitation") == nil || len(answer.Errors) != 0 {
		t.Errorf("a token that should be valid: %s", answer.Body)
	}
}

// ExpectNoInvitation makes sure that a token is answered like one that was never issued.
func (w *World) ExpectNoInvitation(t *testing.T, token string) {
	t.Helper()
	never := w.Visitor(t).Do(t, InvitationQuery, Vars{"token": strings.Repeat("x", 43)})
	if len(never.Errors) != 0 || never.Get("invitation") != nil {
		t.Fatalf("a token that was never issued: %s", never.Body)
	}
	if answer := w.Visitor(t).Do(t, InvitationQuery, Vars{"token": token}); answer.Body != never.Body || answer.Status != never.Status {
		t.Errorf("a token that should be invalid: %s", answer.Body)
	}
}
