package graph_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

const (
	resendMutation = `mutation($id: ID!) {
	resendInvitation(input: {invitationId: $id}) { invitation { ...invited } userErrors { code path message messageKey messageParams { name value } } }
}` + inviteFragment
	withdrawMutation = `mutation($id: ID!) {
	withdrawInvitation(input: {invitationId: $id}) { invitation { ...invited } userErrors { code path message messageKey messageParams { name value } } }
}` + inviteFragment
)

// inviteStands refuses to change an invitation, and makes sure that it stays as it is.
func inviteStands(t *testing.T, w *apitest.World, by *apitest.Person, query, mutation, invitationID, want string) apitest.UserError {
	t.Helper()
	answer := inviteUnchanged(t, w, func() *apitest.Answer { return by.Do(t, query, apitest.Vars{"id": invitationID}) })
	if got := mistakes(t, answer, mutation); !slices.Equal(got, []string{want}) || answer.Get(mutation+".invitation") != nil {
		t.Fatalf("%s, want %s", answer.Body, want)
	}
	return answer.UserErrors(t, mutation+".userErrors")[0]
}

func TestSendingAgainReplacesTheLinkAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteDeveloper("eva@example.com", s.tea))[0]
		first := w.LetterTo(t, "eva@example.com").Token(t)
		w.Advance(25 * time.Minute)
		s.owner.Header.Set("Accept-Language", "zh")
		before := w.Now()
		answer := s.owner.Do(t, resendMutation, apitest.Vars{"id": one})
		done(t, answer, "resendInvitation")
		offersNothing(t, w, first) // and no other is there yet
		acceptsNothing(t, w.Visitor(t), first, "INVALID_TOKEN token")
		if expires := inviteTime(t, answer, "resendInvitation.invitation.expiresAt"); expires.Before(before.Add(72*time.Hour)) || expires.After(w.Now().Add(72*time.Hour)) {
			t.Errorf("it lasts until %s", expires)
		}
		if answer.Get("resendInvitation.invitation.id") != one || answer.Get("resendInvitation.invitation.status") != "INVITED" ||
			answer.Get("resendInvitation.invitation.miniPrograms.0.id") != s.tea {
			t.Errorf("sent again: %s", answer.Body)
		}
		letters := w.Letters(t)
		if len(letters) != 2 || letters[1].To != "eva@example.com" || letters[1].Subject != "ann 邀请您加入 minidock 工作空间“Coffee House”" {
			t.Fatalf("%d letters: %v", len(letters), letters)
		}
		second := letters[1].Token(t)
		w.Advance(72*time.Hour - time.Minute)
		isOpenStill(t, w, second)
		offersNothing(t, w, first)
		w.Advance(time.Minute)
		offersNothing(t, w, second)
	})
}

func TestOfAMailThatWasNotSentYetTheNextTakesThePlace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": one}), "resendInvitation")
		if n := len(w.Letters(t)); n != 1 {
			t.Errorf("%d letters, not 1", n)
		}
		isOpenStill(t, w, w.LetterTo(t, "eva@example.com").Token(t))
	})
}

func TestAnExpiredInvitationIsSentAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		ids := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"), inviteMaster("tom@example.com"))
		old := w.LetterTo(t, "eva@example.com").Token(t)
		w.Advance(73 * time.Hour)
		s.owner.SignIn(t)
		for i, address := range []string{"eva@example.com", "tom@example.com"} { // the first notes that both have expired
			answer := s.owner.Do(t, resendMutation, apitest.Vars{"id": ids[i]})
			done(t, answer, "resendInvitation")
			if answer.Get("resendInvitation.invitation.status") != "INVITED" || !inviteTime(t, answer, "resendInvitation.invitation.expiresAt").After(w.Now().Add(71*time.Hour)) {
				t.Errorf("sent again: %s", answer.Body)
			}
			isOpenStill(t, w, w.LetterTo(t, address).Token(t))
		}
		offersNothing(t, w, old)
	})
}

func TestEachSendingIsNoted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		for range 3 { // within a second
			done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": one}), "resendInvitation")
		}
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": one}), "withdrawInvitation")
		for operation, want := range map[string]int{"inviteMembers": 1, "resendInvitation": 3, "withdrawInvitation": 1} {
			events := w.Client.AuditEvent.Query().Where(auditevent.Operation(operation), auditevent.SubjectID(one)).AllX(t.Context())
			if len(events) != want || *events[0].ActorID != s.owner.ID || *events[0].WorkspaceID != s.id {
				t.Errorf("%s: %v, not %d", operation, events, want)
			}
		}
	})
}

func TestAnInvitationIsNotSentAgainToWhomItIsOfNoUse(t *testing.T) {
	options := apitest.Options{}
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.InvitationTime = 20 * time.Minute })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		eva, tom := w.SignUp(t, "eva"), w.SignUp(t, "tom")
		ids := invitePeople(t, s.owner, s.id, inviteMaster("accepted@example.com"), inviteMaster("withdrawn@example.com"), inviteMaster("twice@example.com"),
			inviteMaster(eva.Email), inviteMaster(tom.Email))
		acceptsAnew(t, w, w.LetterTo(t, "accepted@example.com").Token(t), "Accepted")
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": ids[1]}), "withdrawInvitation")
		for i, status := range []string{"ACCEPTED", "WITHDRAWN"} {
			wrong := inviteStands(t, w, s.owner, resendMutation, "resendInvitation", ids[i], "WRONG_STATUS invitationId")
			if want := map[string]string{"status": status, "allowed": "INVITED, EXPIRED"}; !maps.Equal(wrong.Params, want) {
				t.Errorf("parameters %v", wrong.Params)
			}
		}
		w.Join(t, s.id, eva, member.RoleDEVELOPER)
		done(t, s.owner.Do(t, blockMemberByID, apitest.Vars{"id": w.Join(t, s.id, tom, member.RoleMASTER)}), "blockMember")
		for _, one := range ids[3:] {
			inviteStands(t, w, s.owner, resendMutation, "resendInvitation", one, "ALREADY_MEMBER invitationId")
		}
		w.Advance(20 * time.Minute)
		again := invitePeople(t, s.owner, s.id, inviteMaster("twice@example.com"))[0]
		inviteStands(t, w, s.owner, resendMutation, "resendInvitation", ids[2], "ALREADY_INVITED invitationId")
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": again}), "withdrawInvitation")
		done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": ids[2]}), "resendInvitation")
	})
}

func TestAWithdrawnInvitationIsGoodForNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		token := w.LetterTo(t, "eva@example.com").Token(t)
		answer := s.owner.Do(t, withdrawMutation, apitest.Vars{"id": one})
		done(t, answer, "withdrawInvitation")
		if answer.Get("withdrawInvitation.invitation.id") != one || answer.Get("withdrawInvitation.invitation.status") != "WITHDRAWN" {
			t.Errorf("withdrawn: %s", answer.Body)
		}
		offersNothing(t, w, token)
		acceptsNothing(t, w.Visitor(t), token, "INVALID_TOKEN token")
		if w.Client.Invitation.GetX(t.Context(), one).TokenHash != nil {
			t.Error("the hash of the token stays")
		}
		wrong := inviteStands(t, w, s.owner, withdrawMutation, "withdrawInvitation", one, "WRONG_STATUS invitationId")
		if want := map[string]string{"status": "WITHDRAWN", "allowed": "INVITED, EXPIRED"}; !maps.Equal(wrong.Params, want) {
			t.Errorf("parameters %v", wrong.Params)
		}
		again := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		acceptsAnew(t, w, w.LetterTo(t, "eva@example.com").Token(t), "Eva")
		wrong = inviteStands(t, w, s.owner, withdrawMutation, "withdrawInvitation", again, "WRONG_STATUS invitationId")
		if wrong.Params["status"] != "ACCEPTED" {
			t.Errorf("parameters %v", wrong.Params)
		}
	})
}

func TestWithdrawingTakesAnUnsentMailBack(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		ids := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"), inviteMaster("tom@example.com"))
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": ids[0]}), "withdrawInvitation")
		if n := waiting(t, w); n != 1 {
			t.Errorf("%d mails wait, not 1", n)
		}
		if letters := w.Letters(t); len(letters) != 1 || letters[0].To != "tom@example.com" {
			t.Errorf("letters %v", letters)
		}
	})
}

func TestAnExpiredInvitationIsWithdrawn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		w.Advance(73 * time.Hour)
		s.owner.SignIn(t)
		if letters := w.Letters(t); len(letters) != 0 || waiting(t, w) != 0 {
			t.Errorf("a mail of an invitation that is too old is sent or waits: %v", letters)
		}
		answer := s.owner.Do(t, withdrawMutation, apitest.Vars{"id": one})
		done(t, answer, "withdrawInvitation")
		if answer.Get("withdrawInvitation.invitation.status") != "WITHDRAWN" {
			t.Errorf("withdrawn: %s", answer.Body)
		}
	})
}

// Nobody comes in by the invitation of somebody who may not invite any more.
func TestTheInvitationsOfWhoeverMayNotInviteAnyMoreAreWithdrawn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		master := w.SignUp(t, "master")
		kept := invitePeople(t, s.owner, s.id, inviteMaster("kept@example.com"))[0]
		masterID := w.Join(t, s.id, master, member.RoleMASTER)
		for name, end := range map[string]func(){
			"blockMember":      func() { changeMember(t, s.owner, "blockMember", masterID, "") },
			"changeMemberRole": func() { changeMember(t, s.owner, "changeMemberRole", masterID, ", role: DEVELOPER") },
			"removeMember":     func() { changeMember(t, s.owner, "removeMember", masterID, "") },
			"leaveWorkspace": func() {
				master.Do(t, `mutation($id: ID!) { leaveWorkspace(input: {workspaceId: $id}) { leftWorkspaceId } }`,
					apitest.Vars{"id": s.id}).String(t, "leaveWorkspace.leftWorkspaceId")
			},
		} {
			w.Client.Member.UpdateOneID(masterID).SetRole(member.RoleMASTER).SetStatus(member.StatusACTIVE).ExecX(t.Context())
			one := invitePeople(t, master, s.id, inviteMaster(name+"@example.com"))[0]
			token := w.LetterTo(t, strings.ToLower(name)+"@example.com").Token(t)
			end()
			answer := w.Visitor(t).Do(t, `mutation($t: String!) { acceptInvitation(input: {token: $t, password: "a password of tests", displayName: "Eva"}) {
				member { id } userErrors { code path } } }`, apitest.Vars{"t": token})
			if got := apitest.Codes(answer.UserErrors(t, "acceptInvitation.userErrors")); !slices.Equal(got, []string{"INVALID_TOKEN token"}) {
				t.Errorf("after %s: %s", name, answer.Body)
			}
			noted := w.Client.AuditEvent.Query().Where(auditevent.SubjectID(masterID), auditevent.Operation(name)).AllX(t.Context())
			if len(noted) != 1 || !strings.Contains(noted[0].Changes, `"before":["`+one+`"]`) {
				t.Errorf("after %s is noted %v", name, noted)
			}
		}
		if now := w.Client.Invitation.GetX(t.Context(), kept); now.Status != invitation.StatusINVITED || now.TokenHash == nil {
			t.Errorf("the owner's invitation is %s", now.Status)
		}
	})
}

// Nor does whoever was removed come back by what was open for the account before.
func TestTheInvitationsToWhoeverIsGoneAreWithdrawn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		developer := w.SignUp(t, "dev")
		memberID := w.Join(t, s.id, developer, member.RoleDEVELOPER)
		for name, end := range map[string]func(){
			"removeMember": func() { changeMember(t, s.owner, "removeMember", memberID, "") },
			"leaveWorkspace": func() {
				developer.Do(t, `mutation($id: ID!) { leaveWorkspace(input: {workspaceId: $id}) { leftWorkspaceId } }`,
					apitest.Vars{"id": s.id}).String(t, "leaveWorkspace.leftWorkspaceId")
			},
		} {
			w.Client.Member.UpdateOneID(memberID).SetStatus(member.StatusACTIVE).ExecX(t.Context())
			address := strings.ToLower(name) + "@example.com"
			one := invitePeople(t, s.owner, s.id, inviteMaster(address))[0]
			token := w.LetterTo(t, address).Token(t)
			w.Client.User.UpdateOneID(developer.ID).SetEmail(address).ExecX(t.Context()) // as after confirmEmail
			end()
			answer := developer.Do(t, `mutation($t: String!) { acceptInvitation(input: {token: $t}) { member { id } userErrors { code path } } }`, apitest.Vars{"t": token})
			if got := apitest.Codes(answer.UserErrors(t, "acceptInvitation.userErrors")); !slices.Equal(got, []string{"INVALID_TOKEN token"}) {
				t.Errorf("after %s: %s", name, answer.Body)
			}
			if now := w.Client.Invitation.GetX(t.Context(), one); now.Status != invitation.StatusWITHDRAWN || now.TokenHash != nil {
				t.Errorf("after %s the invitation is %s", name, now.Status)
			}
			noted := w.Client.AuditEvent.Query().Where(auditevent.SubjectID(memberID), auditevent.Operation(name)).AllX(t.Context())
			if len(noted) != 1 || !strings.Contains(noted[0].Changes, one) {
				t.Errorf("after %s is noted %v", name, noted)
			}
			// Who is asked again comes again.
			invitePeople(t, s.owner, s.id, inviteMaster(address))
			done(t, developer.Do(t, `mutation($t: String!) { acceptInvitation(input: {token: $t}) { member { id } userErrors { code path } } }`,
				apitest.Vars{"t": w.LetterTo(t, address).Token(t)}), "acceptInvitation")
		}
	})
}
