package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/graph"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/limit"
)

// scene is where people with accounts of their own have a mutation done and refused.
type scene struct {
	w        *apitest.World
	mutation string
	// secrets are what no event may contain.
	secrets []string
	// events is how many there were before the mutation; since and until are when it was done.
	events                  int
	since, until            time.Time
	wasRecorded, wasRefused bool
}

func TestEveryMutationIsRecordedOnceWhenItSucceedsAndNeverWhenItIsRefused(t *testing.T) {
	mutations := graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields
	for mutation := range auditScenes {
		if mutations.ForName(mutation) == nil {
			t.Errorf("%s is not a mutation", mutation)
		}
	}
	options := apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.TotpTries = 100 })}
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		secrets := []string{apitest.Password, apitest.NewPassword}
		for _, mutation := range mutations {
			play := auditScenes[mutation.Name]
			if play == nil {
				t.Errorf("%s has no scene", mutation.Name)
				continue
			}
			s := &scene{w: w, mutation: mutation.Name}
			t.Run(mutation.Name, func(t *testing.T) {
				play(t, s)
				if !s.wasRecorded || !s.wasRefused {
					t.Errorf("recorded %t, refused %t: a scene needs both", s.wasRecorded, s.wasRefused)
				}
			})
			secrets = append(secrets, s.secrets...)
		}
		if len(secrets) < 50 {
			t.Errorf("only %d secrets are looked for", len(secrets))
		}
		containsNoSecret(t, w, append(secrets, storedSecrets(t, w)...))
	})
}

// signUp makes an account for this scene alone.
func (s *scene) signUp(t *testing.T, role string) *apitest.Person {
	t.Helper()
	p := s.w.SignUp(t, strings.ToLower(role+s.mutation))
	s.addSecrets(p.Cookie(t).Value)
	return p
}

func (s *scene) addSecrets(secrets ...string) { s.secrets = append(s.secrets, secrets...) }

// send sends the mutation, whose answer then goes to isRecorded or isRefused.
func (s *scene) send(t *testing.T, p *apitest.Person, input apitest.Vars) *apitest.Answer {
	t.Helper()
	s.events, s.since = s.w.Client.AuditEvent.Query().CountX(t.Context()), s.w.Now()
	answer := p.Mutate(t, s.mutation, input)
	s.until = s.w.Now()
	return answer
}

// isRecorded makes sure that the mutation succeeded and that one event for each subject was written and no other, with the answer's
// request id and this actor, or none.
func (s *scene) isRecorded(t *testing.T, answer *apitest.Answer, actorID, workspaceID string, subjectIDs ...string) {
	t.Helper()
	s.wasRecorded = true
	errs, _ := answer.Get(s.mutation + ".userErrors").([]any)
	if len(answer.Errors) != 0 || len(errs) != 0 || answer.Get(s.mutation) == nil {
		t.Fatalf("not done: %s", answer.Body)
	}
	requestID := answer.Header.Get("X-Request-Id")
	events := s.w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(s.events).AllX(t.Context())
	if len(events) != len(subjectIDs) || requestID == "" {
		t.Fatalf("%d events of the request %q, want %d: %v", len(events), requestID, len(subjectIDs), events)
	}
	for i, e := range events {
		if e.Operation != s.mutation || apitest.TextOf(e.ActorID) != actorID || apitest.TextOf(e.WorkspaceID) != workspaceID || e.SubjectID != subjectIDs[i] {
			t.Errorf("recorded %v; want actor %q, workspace %q and subject %q", e, actorID, workspaceID, subjectIDs[i])
		}
		if e.Address != "127.0.0.1" || e.RequestID != requestID || e.CreatedAt.Before(s.since) || e.CreatedAt.After(s.until) {
			t.Errorf("recorded %v, in the request %s from %v to %v", e, requestID, s.since, s.until)
		}
	}
}

// isRefused makes sure that the mutation was refused with this code or these user errors, and that no event was written. With "" it did
// nothing without an error.
func (s *scene) isRefused(t *testing.T, answer *apitest.Answer, want string) {
	t.Helper()
	s.wasRefused = true
	got := answer.Code(t)
	if errs, _ := answer.Get(s.mutation + ".userErrors").([]any); got == "" && errs != nil {
		got = strings.Join(apitest.Codes(answer.UserErrors(t, s.mutation+".userErrors")), ", ")
	}
	if got != want {
		t.Errorf("refused with %q, want %q: %s", got, want, answer.Body)
	}
	if events := s.w.Client.AuditEvent.Query().Order(auditevent.ByID()).Offset(s.events).AllX(t.Context()); len(events) != 0 {
		t.Errorf("refused with %q, but recorded: %v", got, events)
	}
}

// newCompany makes a company for this scene alone.
func (s *scene) newCompany(t *testing.T) apitest.Company {
	t.Helper()
	c := s.w.NewCompany(t, strings.ToLower(s.mutation))
	s.addSecrets(c.Owner.Cookie(t).Value)
	return c
}

// invite invites a master and returns the token in the mail.
func (s *scene) invite(t *testing.T, c apitest.Company, address string) string {
	t.Helper()
	s.invitationID(t, c, address)
	token := s.w.LetterTo(t, address).Token(t)
	s.addSecrets(token)
	return token
}

func (s *scene) invitationID(t *testing.T, c apitest.Company, address string) string {
	t.Helper()
	answer := c.Owner.Mutate(t, "inviteMembers", apitest.Vars{"workspaceId": c.WorkspaceID, "invitations": []apitest.Vars{apitest.MasterInvitation(address)}})
	return answer.String(t, "inviteMembers.invitations.0.id")
}

// auditScenes send each mutation so that it succeeds at least once and is refused at least once.
var auditScenes = map[string]func(t *testing.T, s *scene){
	"signUp": func(t *testing.T, s *scene) {
		visitor := s.w.Visitor(t)
		s.isRefused(t, s.send(t, visitor, apitest.Account("nowhere", apitest.Password, "Ann")), "INVALID_FORMAT email")
		answer := s.send(t, visitor, apitest.Account("ann@signup.example", apitest.Password, "Ann"))
		userID := answer.String(t, "signUp.viewer.user.id")
		s.isRecorded(t, answer, userID, "", userID)
		s.isRefused(t, s.send(t, s.w.Visitor(t), apitest.Account("ann@signup.example", apitest.Password, "Ann")), "TAKEN email")
	},
	"signIn": func(t *testing.T, s *scene) {
		ann, visitor := s.signUp(t, "ann"), s.w.Visitor(t)
		s.isRefused(t, s.send(t, visitor, apitest.Credentials(ann.Email, "not the password")), "INVALID_CREDENTIALS")
		s.isRefused(t, s.send(t, visitor, apitest.Credentials("nobody@example.com", "not the password")), "INVALID_CREDENTIALS")
		s.addSecrets("not the password")
		for range 2 { // the second ends the session of the first
			answer := s.send(t, visitor, apitest.Credentials(ann.Email, apitest.Password))
			s.isRecorded(t, answer, ann.ID, "", visitor.CurrentSession(t).ID)
			s.addSecrets(visitor.Cookie(t).Value)
		}
	},
	"signInWithTotp": func(t *testing.T, s *scene) {
		ann, visitor := s.signUp(t, "ann"), s.w.Visitor(t)
		app := ann.SetUpTotp(t)
		challenge, code := visitor.Challenge(t, ann), app.Code(t, 0)
		s.addSecrets(append(app.RecoveryCodes, app.Secret, challenge, code)...)
		s.isRefused(t, s.send(t, visitor, apitest.Vars{"challenge": challenge, "code": "wrong"}), "INVALID_CODE code")
		answer := s.send(t, visitor, apitest.Vars{"challenge": challenge, "code": code})
		s.isRecorded(t, answer, ann.ID, "", visitor.CurrentSession(t).ID)
		challenge = visitor.Challenge(t, ann)
		answer = s.send(t, visitor, apitest.Vars{"challenge": challenge, "code": app.RecoveryCodes[0]})
		s.isRecorded(t, answer, ann.ID, "", visitor.CurrentSession(t).ID)
		s.addSecrets(challenge)
	},
	"signOut": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		sessionID := ann.CurrentSession(t).ID
		s.isRecorded(t, s.send(t, ann, nil), ann.ID, "", sessionID)
		s.isRefused(t, s.send(t, ann, nil), "")
	},
	"endSession": func(t *testing.T, s *scene) {
		ann, bob := s.signUp(t, "ann"), s.signUp(t, "bob")
		own, other := ann.CurrentSession(t).ID, ann.Elsewhere(t).CurrentSession(t).ID
		s.isRefused(t, s.send(t, ann, apitest.Vars{"sessionId": bob.CurrentSession(t).ID}), "NOT_FOUND")
		s.isRecorded(t, s.send(t, ann, apitest.Vars{"sessionId": other}), ann.ID, "", other)
		s.isRefused(t, s.send(t, ann, apitest.Vars{"sessionId": other}), "NOT_FOUND")
		s.isRecorded(t, s.send(t, ann, apitest.Vars{"sessionId": own}), ann.ID, "", own)
	},
	"signOutEverywhere": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		ann.Elsewhere(t)
		s.isRecorded(t, s.send(t, ann, nil), ann.ID, "", ann.ID)
		s.isRefused(t, s.send(t, ann, nil), "UNAUTHENTICATED")
	},
	"changePassword": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ann, apitest.Passwords("not the password", apitest.NewPassword)), "INVALID_CREDENTIALS currentPassword")
		s.isRecorded(t, s.send(t, ann, apitest.Passwords(apitest.Password, apitest.NewPassword)), ann.ID, "", ann.ID)
		s.addSecrets(ann.Cookie(t).Value)
	},
	"requestPasswordReset": func(t *testing.T, s *scene) {
		ann, visitor := s.signUp(t, "ann"), s.w.Visitor(t)
		s.isRefused(t, s.send(t, visitor, apitest.Vars{"email": "nowhere"}), "INVALID_FORMAT email")
		for _, address := range []string{ann.Email, "nobody@reset.example"} {
			s.isRecorded(t, s.send(t, visitor, apitest.Vars{"email": address}), "", "", "")
		}
		s.addSecrets(s.w.LetterTo(t, ann.Email).Token(t))
	},
	"resetPassword": func(t *testing.T, s *scene) {
		ann, bob := s.signUp(t, "ann"), s.signUp(t, "bob")
		token := ann.ResetToken(t)
		s.addSecrets(token, "not a token")
		s.isRefused(t, s.send(t, bob, apitest.Vars{"token": "not a token", "newPassword": apitest.NewPassword}), "INVALID_TOKEN token")
		s.isRecorded(t, s.send(t, bob, apitest.Vars{"token": token, "newPassword": apitest.NewPassword}), ann.ID, "", ann.ID)
		s.isRefused(t, s.send(t, bob, apitest.Vars{"token": token, "newPassword": apitest.NewPassword}), "INVALID_TOKEN token")
	},
	"updateProfile": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ann, apitest.Vars{"displayName": " "}), "BLANK displayName")
		s.isRecorded(t, s.send(t, ann, apitest.Vars{"displayName": "Ann-Sofie", "locale": "en"}), ann.ID, "", ann.ID)
	},
	"changeEmail": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ann, apitest.Credentials("ann@change.example", "not the password")), "INVALID_CREDENTIALS password")
		s.isRecorded(t, s.send(t, ann, apitest.Credentials("ann@change.example", apitest.Password)), ann.ID, "", ann.ID)
		s.addSecrets(s.w.LetterTo(t, "ann@change.example").Token(t))
	},
	"confirmEmail": func(t *testing.T, s *scene) {
		ann, bob := s.signUp(t, "ann"), s.signUp(t, "bob")
		token := ann.EmailToken(t, "ann@confirm.example")
		s.addSecrets(token)
		s.isRefused(t, s.send(t, bob, apitest.Vars{"token": "not a token"}), "INVALID_TOKEN token")
		s.isRecorded(t, s.send(t, bob, apitest.Vars{"token": token}), ann.ID, "", ann.ID)
		s.isRefused(t, s.send(t, bob, apitest.Vars{"token": token}), "INVALID_TOKEN token")
	},
	"requestEmailConfirmation": func(t *testing.T, s *scene) {
		ann := s.w.SignUpUnconfirmed(t, "annconfirmation")
		s.isRecorded(t, s.send(t, ann, nil), ann.ID, "", ann.ID)
		s.addSecrets(s.w.LetterTo(t, ann.Email).Token(t))
		s.isRefused(t, s.send(t, s.w.Visitor(t), nil), "UNAUTHENTICATED")
	},
	"addStaff": func(t *testing.T, s *scene) {
		ada, ann := s.signUp(t, "ada"), s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ada, apitest.Vars{"email": ada.Email, "role": "ADMIN"}), "FORBIDDEN")
		s.w.Employ(t, ada, user.StaffRoleADMIN)
		s.isRecorded(t, s.send(t, ada, apitest.Vars{"email": ann.Email, "role": "REVIEWER"}), ada.ID, "", ann.ID)
	},
	"removeStaff": func(t *testing.T, s *scene) {
		ada, ann := s.signUp(t, "ada"), s.signUp(t, "ann")
		s.w.Employ(t, ada, user.StaffRoleADMIN)
		s.isRefused(t, s.send(t, ada, apitest.Vars{"email": ann.Email}), "NOT_FOUND email")
		s.w.Employ(t, ann, user.StaffRoleREVIEWER)
		s.isRecorded(t, s.send(t, ada, apitest.Vars{"email": ann.Email}), ada.ID, "", ann.ID)
	},
	"enableTotp": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ann, apitest.Vars{"password": "not the password"}), "INVALID_CREDENTIALS password")
		answer := s.send(t, ann, apitest.Vars{"password": apitest.Password})
		s.isRecorded(t, answer, ann.ID, "", ann.ID)
		s.addSecrets(answer.String(t, "enableTotp.totpSecret.secret"))
	},
	"confirmTotp": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ann, apitest.Vars{"code": "123456"}), "NOT_STARTED")
		app := ann.BeginTotp(t)
		s.w.AdvanceSteps(1)
		code := app.Code(t, 0)
		s.addSecrets(app.Secret, code)
		s.isRefused(t, s.send(t, ann, apitest.Vars{"code": "wrong"}), "INVALID_CODE code")
		answer := s.send(t, ann, apitest.Vars{"code": code})
		s.isRecorded(t, answer, ann.ID, "", ann.ID)
		for _, one := range answer.List(t, "confirmTotp.recoveryCodes") {
			s.addSecrets(one.(string))
		}
	},
	"disableTotp": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		app := ann.SetUpTotp(t)
		code := app.Code(t, 0)
		s.addSecrets(append(app.RecoveryCodes, app.Secret, code)...)
		s.isRefused(t, s.send(t, ann, apitest.Vars{"password": apitest.Password, "code": "wrong"}), "INVALID_CODE code")
		s.isRecorded(t, s.send(t, ann, apitest.Vars{"password": apitest.Password, "code": code}), ann.ID, "", ann.ID)
	},
	"createWorkspace": func(t *testing.T, s *scene) {
		ann := s.signUp(t, "ann")
		s.isRefused(t, s.send(t, ann, apitest.Vars{"name": " "}), "BLANK name")
		answer := s.send(t, ann, apitest.Vars{"name": "Coffee"})
		workspaceID := answer.String(t, "createWorkspace.workspace.id")
		s.isRecorded(t, answer, ann.ID, workspaceID, workspaceID)
	},
	"chooseWorkspace": func(t *testing.T, s *scene) {
		c, stranger := s.newCompany(t), s.signUp(t, "stranger")
		s.isRefused(t, s.send(t, stranger, apitest.Vars{"workspaceId": c.WorkspaceID}), "NOT_FOUND")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": c.WorkspaceID}), c.Owner.ID, c.WorkspaceID, c.WorkspaceID)
		other := c.Owner.CreateWorkspace(t, "Other")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": other}), c.Owner.ID, other, other)
	},
	"inviteMembers": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		invite := func(addresses ...string) apitest.Vars {
			invitations := []apitest.Vars{}
			for _, address := range addresses {
				invitations = append(invitations, apitest.MasterInvitation(address))
			}
			return apitest.Vars{"workspaceId": c.WorkspaceID, "invitations": invitations}
		}
		s.isRefused(t, s.send(t, c.Owner, invite()), "BLANK invitations")
		s.isRefused(t, s.send(t, c.Owner, invite("one@invite.example", "nowhere")), "INVALID_FORMAT invitations.1.email")
		answer := s.send(t, c.Owner, invite("one@invite.example", "two@invite.example"))
		s.isRecorded(t, answer, c.Owner.ID, c.WorkspaceID, answer.String(t, "inviteMembers.invitations.0.id"), answer.String(t, "inviteMembers.invitations.1.id"))
		s.addSecrets(s.w.LetterTo(t, "one@invite.example").Token(t), s.w.LetterTo(t, "two@invite.example").Token(t))
	},
	"resendInvitation": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		invitationID := s.invitationID(t, c, "new@resend.example")
		for range 2 { // however apitest.Patience after the one before
			s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"invitationId": invitationID}), c.Owner.ID, c.WorkspaceID, invitationID)
			s.addSecrets(s.w.LetterTo(t, "new@resend.example").Token(t))
		}
		c.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": invitationID})
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"invitationId": invitationID}), "WRONG_STATUS invitationId")
	},
	"withdrawInvitation": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		invitationID := s.invitationID(t, c, "new@withdraw.example")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"invitationId": invitationID}), c.Owner.ID, c.WorkspaceID, invitationID)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"invitationId": invitationID}), "WRONG_STATUS invitationId")
	},
	"acceptInvitation": func(t *testing.T, s *scene) {
		c, ann, bob := s.newCompany(t), s.signUp(t, "ann"), s.signUp(t, "bob")
		accept := func(token string) apitest.Vars {
			return apitest.Acceptance(token, apitest.Password, "New")
		}
		token := s.invite(t, c, "new@accept.example")
		s.isRefused(t, s.send(t, s.w.Visitor(t), accept("not a token")), "INVALID_TOKEN token")
		s.isRefused(t, s.send(t, bob, accept(token)), "OTHER_ACCOUNT token")
		answer := s.send(t, s.w.Visitor(t), accept(token))
		s.isRecorded(t, answer, answer.String(t, "acceptInvitation.viewer.user.id"), c.WorkspaceID, answer.String(t, "acceptInvitation.member.id"))
		s.isRefused(t, s.send(t, s.w.Visitor(t), accept(token)), "INVALID_TOKEN token")
		answer = s.send(t, ann, apitest.Vars{"token": s.invite(t, c, ann.Email)})
		s.isRecorded(t, answer, ann.ID, c.WorkspaceID, answer.String(t, "acceptInvitation.member.id"))
	},
	"changeMemberRole": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID, "role": "OWNER"}), "UNSUPPORTED role")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID, "role": "MASTER"}), c.Owner.ID, c.WorkspaceID, c.MemberID)
	},
	"assignMiniPrograms": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID, "miniProgramIds": []string{id.New(id.MiniProgram)}}), "NOT_FOUND miniProgramIds")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID, "miniProgramIds": []string{}}), c.Owner.ID, c.WorkspaceID, c.MemberID)
	},
	"blockMember": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID}), c.Owner.ID, c.WorkspaceID, c.MemberID)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID}), "WRONG_STATUS memberId")
	},
	"unblockMember": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID}), "WRONG_STATUS memberId")
		c.Owner.Mutate(t, "blockMember", apitest.Vars{"memberId": c.MemberID})
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID}), c.Owner.ID, c.WorkspaceID, c.MemberID)
	},
	"removeMember": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID}), c.Owner.ID, c.WorkspaceID, c.MemberID)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"memberId": c.MemberID}), "WRONG_STATUS memberId")
	},
	"transferOwnership": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		transfer := func(password string) apitest.Vars { return apitest.Vars{"memberId": c.MemberID, "password": password} }
		s.isRefused(t, s.send(t, c.Owner, transfer(apitest.Password)), "WRONG_ROLE memberId")
		c.Owner.Mutate(t, "changeMemberRole", apitest.Vars{"memberId": c.MemberID, "role": "MASTER"})
		s.isRefused(t, s.send(t, c.Owner, transfer("not the password")), "INVALID_CREDENTIALS password")
		s.isRecorded(t, s.send(t, c.Owner, transfer(apitest.Password)), c.Owner.ID, c.WorkspaceID, c.MemberID)
	},
	"createApiToken": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		input := apitest.APIToken(c.WorkspaceID, access.Upload)
		s.isRefused(t, s.send(t, c.Owner, input.With("name", "")), "BLANK name")
		answer := s.send(t, c.Owner, input)
		s.isRecorded(t, answer, c.Owner.ID, c.WorkspaceID, answer.String(t, "createApiToken.apiToken.id"))
		s.addSecrets(answer.String(t, "createApiToken.secret"))
	},
	"revokeApiToken": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.WorkspaceID, access.Upload))
		s.addSecrets(machine.Secret)
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"apiTokenId": machine.TokenID}), c.Owner.ID, c.WorkspaceID, machine.TokenID)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"apiTokenId": machine.TokenID}), "")
	},
	"leaveWorkspace": func(t *testing.T, s *scene) {
		c, ann := s.newCompany(t), s.signUp(t, "ann")
		memberID := s.w.Join(t, c.WorkspaceID, ann, member.RoleMASTER)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": c.WorkspaceID}), "OWNER_MUST_TRANSFER workspaceId")
		s.isRecorded(t, s.send(t, ann, apitest.Vars{"workspaceId": c.WorkspaceID}), ann.ID, c.WorkspaceID, memberID)
		s.isRefused(t, s.send(t, ann, apitest.Vars{"workspaceId": c.WorkspaceID}), "NOT_FOUND")
	},
	"renameWorkspace": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": c.WorkspaceID, "name": ""}), "BLANK name")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": c.WorkspaceID, "name": "Tea"}), c.Owner.ID, c.WorkspaceID, c.WorkspaceID)
	},
	"deleteWorkspace": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": c.WorkspaceID}), "NOT_EMPTY workspaceId")
		s.w.Client.MiniProgram.DeleteOneID(c.MiniProgramID).ExecX(t.Context())
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"workspaceId": c.WorkspaceID}), c.Owner.ID, c.WorkspaceID, c.WorkspaceID)
	},
	"createMiniProgram": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		input := apitest.CreateInput(c.WorkspaceID)
		s.isRefused(t, s.send(t, c.Owner, input.With("name", "")), "BLANK name")
		answer := s.send(t, c.Owner, input)
		s.isRecorded(t, answer, c.Owner.ID, c.WorkspaceID, answer.String(t, "createMiniProgram.miniProgram.id"))
	},
	"updateMiniProgram": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		change := func(name string) apitest.Vars {
			return apitest.Vars{"miniProgramId": c.MiniProgramID, "name": name}
		}
		s.isRefused(t, s.send(t, c.Owner, change("")), "BLANK name")
		s.isRecorded(t, s.send(t, c.Owner, change("新的小店")), c.Owner.ID, c.WorkspaceID, c.MiniProgramID)
	},
	"uploadVersion": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		from := s.w.InsertVersion(t, c.MiniProgramID, apitest.VersionRow{UploadedBy: c.Owner})
		input := apitest.Vars{"miniProgramId": c.MiniProgramID, "source": apitest.Vars{"fromVersionId": from}}
		s.isRefused(t, s.send(t, c.Owner, input.With("number", "0.0.1")), "VERSION_TOO_LOW number")
		answer := s.send(t, c.Owner, input)
		s.isRecorded(t, answer, c.Owner.ID, c.WorkspaceID, answer.String(t, "uploadVersion.version.id"))
	},
	"deleteVersion": func(t *testing.T, s *scene) {
		c := s.newCompany(t)
		versionID := s.w.InsertVersion(t, c.MiniProgramID, apitest.VersionRow{UploadedBy: c.Owner})
		s.isRefused(t, s.send(t, c.Owner, apitest.Vars{"versionId": id.New(id.Version)}), "NOT_FOUND")
		s.isRecorded(t, s.send(t, c.Owner, apitest.Vars{"versionId": versionID}), c.Owner.ID, c.WorkspaceID, versionID)
	},
}

// storedSecrets are the hashes and secrets that the database keeps elsewhere.
func storedSecrets(t *testing.T, w *apitest.World) []string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	all := c.User.Query().Where(user.PasswordHashNEQ("none")).Select(user.FieldPasswordHash).StringsX(ctx)
	all = slices.Concat(all, c.Session.Query().IDsX(ctx), c.OneTimeToken.Query().IDsX(ctx), c.RecoveryCode.Query().IDsX(ctx))
	for _, factor := range c.SecondFactor.Query().AllX(ctx) {
		all = append(all, factor.Secret)
	}
	for _, one := range c.Invitation.Query().AllX(ctx) {
		if one.TokenHash != nil {
			all = append(all, *one.TokenHash)
		}
	}
	for _, one := range c.ApiToken.Query().AllX(ctx) {
		all = append(all, one.SecretHash)
	}
	return all
}

func containsNoSecret(t *testing.T, w *apitest.World, secrets []string) {
	t.Helper()
	for _, e := range w.Client.AuditEvent.Query().AllX(t.Context()) {
		text := strings.Join([]string{e.SubjectID, e.Operation, e.Changes, e.Address, e.RequestID}, "\n")
		for _, secret := range secrets {
			if secret == "" || strings.Contains(text, secret) {
				t.Errorf("%v contains %q", e, secret)
			}
		}
	}
}
