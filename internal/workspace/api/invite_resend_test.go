package api_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// invitationStays sends a mutation of an invitation that must report a user error and change nothing, and returns the error.
func invitationStays(t *testing.T, w *apitest.World, by *apitest.Person, mutation, invitationID, want string) apitest.UserError {
	t.Helper()
	answer := w.Unchanged(t, func() *apitest.Answer { return by.Mutate(t, mutation, apitest.Vars{"invitationId": invitationID}) })
	answer.HasUserErrors(t, want)
	return answer.UserErrors(t, mutation+".userErrors")[0]
}

func TestSendingAgainReplacesTheLinkAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.DeveloperInvitation("eva@example.com", s.Tea))[0]
		first := w.LetterTo(t, "eva@example.com").Token(t)
		w.Advance(25 * time.Minute)
		s.Owner.Header.Set("Accept-Language", "zh")
		before := w.Now()
		answer := s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		w.ExpectNoInvitation(t, first) // and no other is there yet
		w.ExpectNotAccepted(t, first, "INVALID_TOKEN token")
		if expires := answer.Time(t, "resendInvitation.invitation.expiresAt"); expires.Before(before.Add(72*time.Hour)) || expires.After(w.Now().Add(72*time.Hour)) {
			t.Errorf("it lasts until %s", expires)
		}
		if answer.Get("resendInvitation.invitation.id") != one || answer.Get("resendInvitation.invitation.status") != "INVITED" ||
			answer.Get("resendInvitation.invitation.miniPrograms.0.id") != s.Tea {
			t.Errorf("sent again: %s", answer.Body)
		}
		letters := w.Letters(t)
		if len(letters) != 2 || letters[1].To != "eva@example.com" || letters[1].Subject != "ann 邀请您加入 minidock 工作空间“Coffee House”" {
			t.Fatalf("%d letters: %v", len(letters), letters)
		}
		second := letters[1].Token(t)
		w.Advance(72*time.Hour - time.Minute)
		w.ExpectOpenInvitation(t, second)
		w.ExpectNoInvitation(t, first)
		w.Advance(time.Minute)
		w.ExpectNoInvitation(t, second)
	})
}

func TestSendingAgainReplacesAMailNotYetSent(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters, not 1", n)
		}
		w.ExpectOpenInvitation(t, w.LetterTo(t, "eva@example.com").Token(t))
	})
}

func TestAnExpiredInvitationIsSentAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		ids := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"), apitest.MasterInvitation("tom@example.com"))
		old := w.LetterTo(t, "eva@example.com").Token(t)
		w.Advance(73 * time.Hour)
		s.Owner.SignIn(t)
		for i, address := range []string{"eva@example.com", "tom@example.com"} { // the first notes that both have expired
			answer := s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": ids[i]}).Succeeded(t)
			if answer.Get("resendInvitation.invitation.status") != "INVITED" || !answer.Time(t, "resendInvitation.invitation.expiresAt").After(w.Now().Add(71*time.Hour)) {
				t.Errorf("sent again: %s", answer.Body)
			}
			w.ExpectOpenInvitation(t, w.LetterTo(t, address).Token(t))
		}
		w.ExpectNoInvitation(t, old)
	})
}

func TestEachSendingIsRecorded(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		for range 3 { // within a second
			s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		}
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		for operation, want := range map[string]int{"inviteMembers": 1, "resendInvitation": 3, "withdrawInvitation": 1} {
			events := w.Client.AuditEvent.Query().Where(auditevent.Operation(operation), auditevent.SubjectID(one)).AllX(t.Context())
			if len(events) != want || *events[0].ActorID != s.Owner.ID || *events[0].WorkspaceID != s.ID {
				t.Errorf("%s: %v, not %d", operation, events, want)
			}
		}
	})
}

func TestAnInvitationThatCannotBeAcceptedIsNotSentAgain(t *testing.T) {
	options := apitest.Options{}
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.InvitationTime = 20 * time.Minute })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva, tom := w.SignUp(t, "eva"), w.SignUp(t, "tom")
		ids := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("accepted@example.com"), apitest.MasterInvitation("withdrawn@example.com"),
			apitest.MasterInvitation("twice@example.com"),
			apitest.MasterInvitation(eva.Email), apitest.MasterInvitation(tom.Email))
		w.AcceptAsNewcomer(t, w.LetterTo(t, "accepted@example.com").Token(t), "Accepted")
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[1]}).Succeeded(t)
		for i, status := range []string{"ACCEPTED", "WITHDRAWN"} {
			userError := invitationStays(t, w, s.Owner, "resendInvitation", ids[i], "WRONG_STATUS invitationId")
			if want := map[string]string{"status": status, "step": "RESEND", "allowed": "INVITED, EXPIRED"}; !maps.Equal(userError.Params, want) {
				t.Errorf("parameters %v", userError.Params)
			}
		}
		w.Join(t, s.ID, eva, member.RoleDEVELOPER)
		s.Owner.Mutate(t, "blockMember", apitest.Vars{"memberId": w.Join(t, s.ID, tom, member.RoleMASTER)}).Succeeded(t)
		for _, one := range ids[3:] {
			invitationStays(t, w, s.Owner, "resendInvitation", one, "ALREADY_MEMBER invitationId")
		}
		w.Advance(20 * time.Minute)
		again := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("twice@example.com"))[0]
		invitationStays(t, w, s.Owner, "resendInvitation", ids[2], "ALREADY_INVITED invitationId")
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": again}).Succeeded(t)
		s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": ids[2]}).Succeeded(t)
	})
}

func TestAWithdrawnInvitationIsInvalid(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		token := w.LetterTo(t, "eva@example.com").Token(t)
		answer := s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		if answer.Get("withdrawInvitation.invitation.id") != one || answer.Get("withdrawInvitation.invitation.status") != "WITHDRAWN" {
			t.Errorf("withdrawn: %s", answer.Body)
		}
		w.ExpectNoInvitation(t, token)
		w.ExpectNotAccepted(t, token, "INVALID_TOKEN token")
		if w.Client.Invitation.GetX(t.Context(), one).TokenHash != nil {
			t.Error("the hash of the token stays")
		}
		userError := invitationStays(t, w, s.Owner, "withdrawInvitation", one, "WRONG_STATUS invitationId")
		if want := map[string]string{"status": "WITHDRAWN", "step": "WITHDRAW", "allowed": "INVITED, EXPIRED"}; !maps.Equal(userError.Params, want) {
			t.Errorf("parameters %v", userError.Params)
		}
		again := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		w.AcceptAsNewcomer(t, w.LetterTo(t, "eva@example.com").Token(t), "Eva")
		userError = invitationStays(t, w, s.Owner, "withdrawInvitation", again, "WRONG_STATUS invitationId")
		if userError.Params["status"] != "ACCEPTED" {
			t.Errorf("parameters %v", userError.Params)
		}
	})
}

func TestWithdrawingDropsTheUnsentMail(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		ids := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"), apitest.MasterInvitation("tom@example.com"))
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[0]}).Succeeded(t)
		if n := w.WaitingMails(t); n != 1 {
			t.Errorf("%d mails wait, not 1", n)
		}
		if letters := w.Letters(t); len(letters) != 1 || letters[0].To != "tom@example.com" {
			t.Errorf("letters %v", letters)
		}
	})
}

func TestAnExpiredInvitationIsWithdrawn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		w.Advance(73 * time.Hour)
		s.Owner.SignIn(t)
		if letters := w.Letters(t); len(letters) != 0 || w.WaitingMails(t) != 0 {
			t.Errorf("a mail of an invitation that is too old is sent or waits: %v", letters)
		}
		answer := s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		if answer.Get("withdrawInvitation.invitation.status") != "WITHDRAWN" {
			t.Errorf("withdrawn: %s", answer.Body)
		}
	})
}

// Nobody joins by an invitation of somebody who may no longer invite.
func TestLosingTheRightToInviteWithdrawsOnesInvitations(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		master := w.SignUp(t, "master")
		kept := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("kept@example.com"))[0]
		masterID := w.Join(t, s.ID, master, member.RoleMASTER)
		for name, end := range map[string]func(){
			"blockMember": func() { s.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(masterID)) },
			"changeMemberRole": func() {
				s.Owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": masterID, "role": "DEVELOPER"})
			},
			"removeMember": func() { s.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(masterID)) },
			"leaveWorkspace": func() {
				master.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": s.ID}).Succeeded(t)
			},
		} {
			w.Client.Member.UpdateOneID(masterID).SetRole(member.RoleMASTER).SetStatus(member.StatusACTIVE).ExecX(t.Context())
			one := master.Invite(t, s.ID, apitest.MasterInvitation(name+"@example.com"))[0]
			token := w.LetterTo(t, strings.ToLower(name)+"@example.com").Token(t)
			end()
			w.ExpectNotAccepted(t, token, "INVALID_TOKEN token")
			events := w.Client.AuditEvent.Query().Where(auditevent.SubjectID(masterID), auditevent.Operation(name)).AllX(t.Context())
			if len(events) != 1 || !strings.Contains(events[0].Changes, `"before":["`+one+`"]`) {
				t.Errorf("after %s the events are %v", name, events)
			}
		}
		if now := w.Client.Invitation.GetX(t.Context(), kept); now.Status != invitation.StatusINVITED || now.TokenHash == nil {
			t.Errorf("the owner's invitation is %s", now.Status)
		}
	})
}

// A removed member cannot come back by an invitation that was open before.
func TestLeavingWithdrawsInvitationsToTheMember(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		developer := w.SignUp(t, "dev")
		memberID := w.Join(t, s.ID, developer, member.RoleDEVELOPER)
		for name, end := range map[string]func(){
			"removeMember": func() { s.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(memberID)) },
			"leaveWorkspace": func() {
				developer.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": s.ID}).Succeeded(t)
			},
		} {
			w.Client.Member.UpdateOneID(memberID).SetStatus(member.StatusACTIVE).ExecX(t.Context())
			address := strings.ToLower(name) + "@example.com"
			one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation(address))[0]
			token := w.LetterTo(t, address).Token(t)
			w.Client.User.UpdateOneID(developer.ID).SetEmail(address).ExecX(t.Context()) // as after confirmEmail
			end()
			developer.Mutate(t, "acceptInvitation", apitest.Vars{"token": token}).HasUserErrors(t, "INVALID_TOKEN token")
			if now := w.Client.Invitation.GetX(t.Context(), one); now.Status != invitation.StatusWITHDRAWN || now.TokenHash != nil {
				t.Errorf("after %s the invitation is %s", name, now.Status)
			}
			events := w.Client.AuditEvent.Query().Where(auditevent.SubjectID(memberID), auditevent.Operation(name)).AllX(t.Context())
			if len(events) != 1 || !strings.Contains(events[0].Changes, one) {
				t.Errorf("after %s the events are %v", name, events)
			}
			// A new invitation works.
			s.Owner.Invite(t, s.ID, apitest.MasterInvitation(address))
			developer.Mutate(t, "acceptInvitation", apitest.Vars{"token": w.LetterTo(t, address).Token(t)}).Succeeded(t)
		}
	})
}
