package graph_test

import (
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

const (
	auditRename = `mutation($id: ID!, $name: String!) { renameWorkspace(input: {workspaceId: $id, name: $name}) { workspace { id } userErrors { code path } } }`
	auditInvite = `mutation($id: ID!, $invitations: [InvitationInput!]!) {
		inviteMembers(input: {workspaceId: $id, invitations: $invitations}) { invitations { id } userErrors { code path } }
	}`
	auditAccept = `mutation($token: String!, $password: String, $name: String) {
		acceptInvitation(input: {token: $token, password: $password, displayName: $name}) { member { id } viewer { user { id } } userErrors { code path } }
	}`
	auditChangeRole = `mutation($id: ID!, $role: WorkspaceRole!) { changeMemberRole(input: {memberId: $id, role: $role}) { member { id } userErrors { code path } } }`
	auditAssign     = `mutation($id: ID!, $ids: [ID!]!) { assignMiniPrograms(input: {memberId: $id, miniProgramIds: $ids}) { member { id } userErrors { code path } } }`
	auditResend     = `mutation($id: ID!) { resendInvitation(input: {invitationId: $id}) { invitation { id } userErrors { code path } } }`
	auditWithdraw   = `mutation($id: ID!) { withdrawInvitation(input: {invitationId: $id}) { invitation { id } userErrors { code path } } }`
	auditBlock      = `mutation($id: ID!) { blockMember(input: {memberId: $id}) { member { id } userErrors { code path } } }`
	auditUnblock    = `mutation($id: ID!) { unblockMember(input: {memberId: $id}) { member { id } userErrors { code path } } }`
	auditRemove     = `mutation($id: ID!) { removeMember(input: {memberId: $id}) { member { id } userErrors { code path } } }`
	auditTransfer   = `mutation($id: ID!, $password: String!) { transferOwnership(input: {memberId: $id, password: $password}) { member { id } userErrors { code path } } }`
	auditDelete     = `mutation($id: ID!) { deleteWorkspace(input: {workspaceId: $id}) { deletedWorkspaceId userErrors { code path } } }`
	auditEnd        = `mutation($id: ID!) { endSession(input: {sessionId: $id}) { deletedSessionId } }`
	companyName     = "Company"
)

// company is a workspace with an owner and a developer who works on its mini program.
type company struct {
	owner                                *apitest.Person
	workspaceID, memberID, miniProgramID string
}

func (s *scene) company(t *testing.T) company {
	t.Helper()
	c := company{owner: s.signUp(t, "owner")}
	c.workspaceID = c.owner.CreateWorkspace(t, companyName)
	c.miniProgramID = s.w.Insert(t, c.workspaceID, apitest.Row{CreatedBy: c.owner})
	c.memberID = s.w.Join(t, c.workspaceID, somebody(t, s.w, strings.ToLower("developer"+s.mutation)), member.RoleDEVELOPER)
	s.w.Assign(t, c.memberID, c.miniProgramID)
	return c
}

// invite has a master invited and returns the token that comes by mail.
func (s *scene) invite(t *testing.T, c company, address string) string {
	t.Helper()
	s.invitationID(t, c, address)
	token := s.w.LetterTo(t, address).Token(t)
	s.keep(token)
	return token
}

func (s *scene) invitationID(t *testing.T, c company, address string) string {
	t.Helper()
	answer := c.owner.Do(t, auditInvite, apitest.Vars{"id": c.workspaceID, "invitations": []apitest.Vars{asMaster(address)}})
	return answer.String(t, "inviteMembers.invitations.0.id")
}

func asMaster(address string) apitest.Vars {
	return apitest.Vars{"name": "New", "email": address, "role": "MASTER"}
}

// auditScenes has each mutation done once at least, and refused once at least.
var auditScenes = map[string]func(t *testing.T, s *scene){
	"signUp": func(t *testing.T, s *scene) {
		visitor := s.w.Visitor(t)
		s.refused(t, s.does(t, visitor, signUp, account("nowhere", apitest.Password, "Ann")), "INVALID_FORMAT email")
		answer := s.does(t, visitor, signUp, account("ann@signup.example", apitest.Password, "Ann"))
		userID := answer.String(t, "signUp.viewer.user.id")
		s.noted(t, answer, userID, "", userID)
		s.refused(t, s.does(t, s.w.Visitor(t), signUp, account("ann@signup.example", apitest.Password, "Ann")), "TAKEN email")
	},
	"signIn": func(t *testing.T, s *scene) {
		ann, visitor := s.signUp(t, "ann"), s.w.Visitor(t)
		s.refused(t, s.does(t, visitor, signIn, credentials(ann.Email, "not the password")), "INVALID_CREDENTIALS")
		s.refused(t, s.does(t, visitor, signIn, credentials("nobody@example.com", "not the password")), "INVALID_CREDENTIALS")
		s.keep("not the password")
		for range 2 { // the second ends the session of the first
			answer := s.does(t, visitor, signIn, credentials(ann.Email, apitest.Password))
			s.noted(t, answer, ann.ID, "", currentOf(t, visitor).ID)
			s.keep(visitor.Cookie(t).Value)
		}
	},
	"signInWithTotp": func(t *testing.T, s *scene) {
		ann, visitor := s.signUp(t, "ann"), s.w.Visitor(t)
		app := secure(t, s.w, ann)
		challenge, code := challenged(t, visitor, ann), app.code(t, 0)
		s.keep(append(app.recovery, app.secret, challenge, code)...)
		s.refused(t, s.does(t, visitor, signInWithTotp, apitest.Vars{"challenge": challenge, "code": "wrong"}), "INVALID_CODE code")
		answer := s.does(t, visitor, signInWithTotp, apitest.Vars{"challenge": challenge, "code": code})
		s.noted(t, answer, ann.ID, "", currentOf(t, visitor).ID)
		challenge = challenged(t, visitor, ann)
		answer = s.does(t, visitor, signInWithTotp, apitest.Vars{"challenge": challenge, "code": app.recovery[0]})
		s.noted(t, answer, ann.ID, "", currentOf(t, visitor).ID)
		s.keep(challenge)
	},
	"signOut": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		sessionID := currentOf(t, ann).ID
		s.noted(t, s.does(t, ann, signOut, nil), ann.ID, "", sessionID)
		s.refused(t, s.does(t, ann, signOut, nil), "")
	},
	"endSession": func(t *testing.T, s *scene) {
		ann, bob := s.signUp(t, "ann"), s.signUp(t, "bob")
		own, other := currentOf(t, ann).ID, currentOf(t, ann.Elsewhere(t)).ID
		s.refused(t, s.does(t, ann, auditEnd, apitest.Vars{"id": currentOf(t, bob).ID}), "NOT_FOUND")
		s.noted(t, s.does(t, ann, auditEnd, apitest.Vars{"id": other}), ann.ID, "", other)
		s.refused(t, s.does(t, ann, auditEnd, apitest.Vars{"id": other}), "NOT_FOUND")
		s.noted(t, s.does(t, ann, auditEnd, apitest.Vars{"id": own}), ann.ID, "", own)
	},
	"signOutEverywhere": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		ann.Elsewhere(t)
		s.noted(t, s.does(t, ann, signOutEverywhere, nil), ann.ID, "", ann.ID)
		s.refused(t, s.does(t, ann, signOutEverywhere, nil), "UNAUTHENTICATED")
	},
	"changePassword": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.refused(t, s.does(t, ann, changePassword, passwords("not the password", newPassword)), "INVALID_CREDENTIALS current")
		s.noted(t, s.does(t, ann, changePassword, passwords(apitest.Password, newPassword)), ann.ID, "", ann.ID)
		s.keep(ann.Cookie(t).Value)
	},
	"requestPasswordReset": func(t *testing.T, s *scene) {
		ann, visitor := s.signUp(t, "ann"), s.w.Visitor(t)
		s.refused(t, s.does(t, visitor, requestReset, apitest.Vars{"email": "nowhere"}), "INVALID_FORMAT email")
		for _, address := range []string{ann.Email, "nobody@reset.example"} {
			s.noted(t, s.does(t, visitor, requestReset, apitest.Vars{"email": address}), "", "", "")
		}
		s.keep(s.w.LetterTo(t, ann.Email).Token(t))
	},
	"resetPassword": func(t *testing.T, s *scene) {
		ann, bob := s.signUp(t, "ann"), s.signUp(t, "bob")
		token := requestsReset(t, s.w, ann)
		s.keep(token, "no token of ours")
		s.refused(t, s.does(t, bob, resetPassword, tokenAnd("no token of ours", newPassword)), "INVALID_TOKEN token")
		s.noted(t, s.does(t, bob, resetPassword, tokenAnd(token, newPassword)), ann.ID, "", ann.ID)
		s.refused(t, s.does(t, bob, resetPassword, tokenAnd(token, newPassword)), "INVALID_TOKEN token")
	},
	"updateProfile": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.refused(t, s.does(t, ann, updateProfile, apitest.Vars{"input": apitest.Vars{"displayName": " "}}), "BLANK displayName")
		s.noted(t, s.does(t, ann, updateProfile, apitest.Vars{"input": apitest.Vars{"displayName": "Ann-Sofie", "locale": "en"}}), ann.ID, "", ann.ID)
	},
	"changeEmail": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.refused(t, s.does(t, ann, changeEmail, credentials("ann@change.example", "not the password")), "INVALID_CREDENTIALS password")
		s.noted(t, s.does(t, ann, changeEmail, credentials("ann@change.example", apitest.Password)), ann.ID, "", ann.ID)
		s.keep(s.w.LetterTo(t, "ann@change.example").Token(t))
	},
	"confirmEmail": func(t *testing.T, s *scene) {
		ann, bob := s.signUp(t, "ann"), s.signUp(t, "bob")
		token := requestsEmail(t, s.w, ann, "ann@confirm.example")
		s.keep(token)
		s.refused(t, s.does(t, bob, confirmEmail, apitest.Vars{"token": "no token of ours"}), "INVALID_TOKEN token")
		s.noted(t, s.does(t, bob, confirmEmail, apitest.Vars{"token": token}), ann.ID, "", ann.ID)
		s.refused(t, s.does(t, bob, confirmEmail, apitest.Vars{"token": token}), "INVALID_TOKEN token")
	},
	"enableTotp": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.refused(t, s.does(t, ann, enableTotp, apitest.Vars{"password": "not the password"}), "INVALID_CREDENTIALS password")
		answer := s.does(t, ann, enableTotp, apitest.Vars{"password": apitest.Password})
		s.noted(t, answer, ann.ID, "", ann.ID)
		s.keep(answer.String(t, "enableTotp.totpSecret.secret"))
	},
	"confirmTotp": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.refused(t, s.does(t, ann, confirmTotp, apitest.Vars{"code": "123456"}), "NOT_STARTED")
		begun := ann.Do(t, enableTotp, apitest.Vars{"password": apitest.Password})
		app := authenticator{w: s.w, secret: begun.String(t, "enableTotp.totpSecret.secret")}
		settle(s.w, 1)
		code := app.code(t, 0)
		s.keep(app.secret, code)
		s.refused(t, s.does(t, ann, confirmTotp, apitest.Vars{"code": "wrong"}), "INVALID_CODE code")
		answer := s.does(t, ann, confirmTotp, apitest.Vars{"code": code})
		s.noted(t, answer, ann.ID, "", ann.ID)
		for _, one := range answer.List(t, "confirmTotp.recoveryCodes") {
			s.keep(one.(string))
		}
	},
	"disableTotp": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		app := secure(t, s.w, ann)
		code := app.code(t, 0)
		s.keep(append(app.recovery, app.secret, code)...)
		s.refused(t, s.does(t, ann, disableTotp, apitest.Vars{"password": apitest.Password, "code": "wrong"}), "INVALID_CODE code")
		s.noted(t, s.does(t, ann, disableTotp, apitest.Vars{"password": apitest.Password, "code": code}), ann.ID, "", ann.ID)
	},
	"createWorkspace": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.refused(t, s.does(t, ann, createWorkspace, apitest.Vars{"name": " "}), "BLANK name")
		answer := s.does(t, ann, createWorkspace, apitest.Vars{"name": "Coffee"})
		workspaceID := answer.String(t, "createWorkspace.workspace.id")
		s.noted(t, answer, ann.ID, workspaceID, workspaceID)
	},
	"chooseWorkspace": func(t *testing.T, s *scene) {
		c, stranger := s.company(t), s.signUp(t, "stranger")
		s.refused(t, s.does(t, stranger, chooseWorkspace, apitest.Vars{"id": c.workspaceID}), "NOT_FOUND")
		s.noted(t, s.does(t, c.owner, chooseWorkspace, apitest.Vars{"id": c.workspaceID}), c.owner.ID, c.workspaceID, c.workspaceID)
		other := c.owner.CreateWorkspace(t, "Other")
		s.noted(t, s.does(t, c.owner, chooseWorkspace, apitest.Vars{"id": other}), c.owner.ID, other, other)
	},
	"inviteMembers": func(t *testing.T, s *scene) {
		c := s.company(t)
		invite := func(addresses ...string) apitest.Vars {
			invitations := []apitest.Vars{}
			for _, address := range addresses {
				invitations = append(invitations, asMaster(address))
			}
			return apitest.Vars{"id": c.workspaceID, "invitations": invitations}
		}
		s.refused(t, s.does(t, c.owner, auditInvite, invite()), "BLANK invitations")
		s.refused(t, s.does(t, c.owner, auditInvite, invite("one@invite.example", "nowhere")), "INVALID_FORMAT invitations.1.email")
		answer := s.does(t, c.owner, auditInvite, invite("one@invite.example", "two@invite.example"))
		s.noted(t, answer, c.owner.ID, c.workspaceID, answer.String(t, "inviteMembers.invitations.0.id"), answer.String(t, "inviteMembers.invitations.1.id"))
		s.keep(s.w.LetterTo(t, "one@invite.example").Token(t), s.w.LetterTo(t, "two@invite.example").Token(t))
	},
	"resendInvitation": func(t *testing.T, s *scene) {
		c := s.company(t)
		invitationID := s.invitationID(t, c, "new@resend.example")
		for range 2 { // however apitest.Patience after the one before
			s.noted(t, s.does(t, c.owner, auditResend, apitest.Vars{"id": invitationID}), c.owner.ID, c.workspaceID, invitationID)
			s.keep(s.w.LetterTo(t, "new@resend.example").Token(t))
		}
		c.owner.Do(t, auditWithdraw, apitest.Vars{"id": invitationID})
		s.refused(t, s.does(t, c.owner, auditResend, apitest.Vars{"id": invitationID}), "WRONG_STATUS invitationId")
	},
	"withdrawInvitation": func(t *testing.T, s *scene) {
		c := s.company(t)
		invitationID := s.invitationID(t, c, "new@withdraw.example")
		s.noted(t, s.does(t, c.owner, auditWithdraw, apitest.Vars{"id": invitationID}), c.owner.ID, c.workspaceID, invitationID)
		s.refused(t, s.does(t, c.owner, auditWithdraw, apitest.Vars{"id": invitationID}), "WRONG_STATUS invitationId")
	},
	"acceptInvitation": func(t *testing.T, s *scene) {
		c, ann, bob := s.company(t), s.signUp(t, "ann"), s.signUp(t, "bob")
		accept := func(token string) apitest.Vars {
			return apitest.Vars{"token": token, "password": apitest.Password, "name": "New"}
		}
		token := s.invite(t, c, "new@accept.example")
		s.refused(t, s.does(t, s.w.Visitor(t), auditAccept, accept("no token of ours")), "INVALID_TOKEN token")
		s.refused(t, s.does(t, bob, auditAccept, accept(token)), "OTHER_ACCOUNT token")
		answer := s.does(t, s.w.Visitor(t), auditAccept, accept(token))
		s.noted(t, answer, answer.String(t, "acceptInvitation.viewer.user.id"), c.workspaceID, answer.String(t, "acceptInvitation.member.id"))
		s.refused(t, s.does(t, s.w.Visitor(t), auditAccept, accept(token)), "INVALID_TOKEN token")
		answer = s.does(t, ann, auditAccept, apitest.Vars{"token": s.invite(t, c, ann.Email)})
		s.noted(t, answer, ann.ID, c.workspaceID, answer.String(t, "acceptInvitation.member.id"))
	},
	"changeMemberRole": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.refused(t, s.does(t, c.owner, auditChangeRole, apitest.Vars{"id": c.memberID, "role": "OWNER"}), "UNSUPPORTED role")
		s.noted(t, s.does(t, c.owner, auditChangeRole, apitest.Vars{"id": c.memberID, "role": "MASTER"}), c.owner.ID, c.workspaceID, c.memberID)
	},
	"assignMiniPrograms": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.refused(t, s.does(t, c.owner, auditAssign, apitest.Vars{"id": c.memberID, "ids": []string{id.New(id.MiniProgram)}}), "NOT_FOUND miniProgramIds")
		s.noted(t, s.does(t, c.owner, auditAssign, apitest.Vars{"id": c.memberID, "ids": []string{}}), c.owner.ID, c.workspaceID, c.memberID)
	},
	"blockMember": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.noted(t, s.does(t, c.owner, auditBlock, apitest.Vars{"id": c.memberID}), c.owner.ID, c.workspaceID, c.memberID)
		s.refused(t, s.does(t, c.owner, auditBlock, apitest.Vars{"id": c.memberID}), "WRONG_STATUS memberId")
	},
	"unblockMember": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.refused(t, s.does(t, c.owner, auditUnblock, apitest.Vars{"id": c.memberID}), "WRONG_STATUS memberId")
		c.owner.Do(t, auditBlock, apitest.Vars{"id": c.memberID})
		s.noted(t, s.does(t, c.owner, auditUnblock, apitest.Vars{"id": c.memberID}), c.owner.ID, c.workspaceID, c.memberID)
	},
	"removeMember": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.noted(t, s.does(t, c.owner, auditRemove, apitest.Vars{"id": c.memberID}), c.owner.ID, c.workspaceID, c.memberID)
		s.refused(t, s.does(t, c.owner, auditRemove, apitest.Vars{"id": c.memberID}), "WRONG_STATUS memberId")
	},
	"transferOwnership": func(t *testing.T, s *scene) {
		c := s.company(t)
		transfer := func(password string) apitest.Vars { return apitest.Vars{"id": c.memberID, "password": password} }
		s.refused(t, s.does(t, c.owner, auditTransfer, transfer(apitest.Password)), "WRONG_ROLE memberId")
		c.owner.Do(t, auditChangeRole, apitest.Vars{"id": c.memberID, "role": "MASTER"})
		s.refused(t, s.does(t, c.owner, auditTransfer, transfer("not the password")), "INVALID_CREDENTIALS password")
		s.noted(t, s.does(t, c.owner, auditTransfer, transfer(apitest.Password)), c.owner.ID, c.workspaceID, c.memberID)
	},
	"leaveWorkspace": func(t *testing.T, s *scene) {
		c, ann := s.company(t), s.signUp(t, "ann")
		leave := operations[access.LeaveWorkspace].query
		memberID := s.w.Join(t, c.workspaceID, ann, member.RoleMASTER)
		s.refused(t, s.does(t, c.owner, leave, apitest.Vars{"id": c.workspaceID}), "FORBIDDEN")
		s.noted(t, s.does(t, ann, leave, apitest.Vars{"id": c.workspaceID}), ann.ID, c.workspaceID, memberID)
		s.refused(t, s.does(t, ann, leave, apitest.Vars{"id": c.workspaceID}), "NOT_FOUND")
	},
	"renameWorkspace": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.refused(t, s.does(t, c.owner, auditRename, apitest.Vars{"id": c.workspaceID, "name": ""}), "BLANK name")
		s.noted(t, s.does(t, c.owner, auditRename, apitest.Vars{"id": c.workspaceID, "name": "Tea"}), c.owner.ID, c.workspaceID, c.workspaceID)
	},
	"deleteWorkspace": func(t *testing.T, s *scene) {
		c := s.company(t)
		s.refused(t, s.does(t, c.owner, auditDelete, apitest.Vars{"id": c.workspaceID}), "NOT_EMPTY workspaceId")
		s.w.Client.MiniProgram.DeleteOneID(c.miniProgramID).ExecX(t.Context())
		s.noted(t, s.does(t, c.owner, auditDelete, apitest.Vars{"id": c.workspaceID}), c.owner.ID, c.workspaceID, c.workspaceID)
	},
	"createMiniProgram": func(t *testing.T, s *scene) {
		c := s.company(t)
		input := apitest.CreateInput(c.workspaceID)
		s.refused(t, s.does(t, c.owner, apitest.CreateMutation, apitest.Vars{"input": input.With("name", "")}), "BLANK name")
		answer := s.does(t, c.owner, apitest.CreateMutation, apitest.Vars{"input": input})
		s.noted(t, answer, c.owner.ID, c.workspaceID, answer.String(t, "createMiniProgram.miniProgram.id"))
	},
	"updateMiniProgram": func(t *testing.T, s *scene) {
		c := s.company(t)
		change := func(name string) apitest.Vars {
			return apitest.Vars{"input": apitest.Vars{"miniProgramId": c.miniProgramID, "name": name}}
		}
		s.refused(t, s.does(t, c.owner, apitest.UpdateMutation, change("")), "BLANK name")
		s.noted(t, s.does(t, c.owner, apitest.UpdateMutation, change("新的小店")), c.owner.ID, c.workspaceID, c.miniProgramID)
	},
}
