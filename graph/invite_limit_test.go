package graph_test

import (
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// isTooManyInvitations makes sure that a request is refused for the day, and that nothing comes of it.
func isTooManyInvitations(t *testing.T, w *apitest.World, ask func() *apitest.Answer) {
	t.Helper()
	isToWait(t, inviteUnchanged(t, w, ask), 24*time.Hour)
}

func TestAWorkspaceInvitesFiftyPeopleADay(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		master := w.SignUp(t, "master")
		w.Join(t, s.id, master, member.RoleMASTER)
		other := s.owner.CreateWorkspace(t, "Elsewhere")
		for _, from := range []string{"a", "b", "c", "d"} {
			invitePeople(t, s.owner, s.id, inviteMasters(10, from)...)
		}
		last := invitePeople(t, master, s.id, inviteMasters(5, "e")...)[0]
		for _, p := range []*apitest.Person{s.owner, master} {
			isTooManyInvitations(t, w, func() *apitest.Answer { return askToInvite(t, p, s.id, inviteMasters(10, "f")...) })
		}
		invitePeople(t, s.owner, s.id, inviteMasters(5, "f")...)
		for _, p := range []*apitest.Person{s.owner, master} {
			isTooManyInvitations(t, w, func() *apitest.Answer { return askToInvite(t, p, s.id, inviteMaster("g@example.com")) })
			isTooManyInvitations(t, w, func() *apitest.Answer { return p.Do(t, resendMutation, apitest.Vars{"id": last}) })
		}
		inviteRefused(t, w, s.owner, s.id, []apitest.Vars{inviteMaster("")}, "BLANK invitations.0.email")
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": last}), "withdrawInvitation")
		invitePeople(t, s.owner, other, inviteMasters(10, "a")...)
		w.Advance(24 * time.Hour)
		s.owner.SignIn(t)
		invitePeople(t, s.owner, s.id, inviteMasters(10, "g")...)
		if n := len(w.Letters(t)); n != 70 {
			t.Errorf("%d letters, not 70", n)
		}
	})
}

func TestSendingAgainCountsAsAnInvitation(t *testing.T) {
	options := apitest.Options{}
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.Invitations, l.InvitationLimitTime = 3, 10*time.Minute })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": one}), "resendInvitation")
		isToWait(t, inviteUnchanged(t, w, func() *apitest.Answer { return askToInvite(t, s.owner, s.id, inviteMasters(2, "max")...) }), 10*time.Minute)
		done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": one}), "resendInvitation")
		token := w.LetterTo(t, "eva@example.com").Token(t)
		isToWait(t, inviteUnchanged(t, w, func() *apitest.Answer { return s.owner.Do(t, resendMutation, apitest.Vars{"id": one}) }), 10*time.Minute)
		if answer := w.Visitor(t).Do(t, offerQuery, apitest.Vars{"token": token}); answer.Get("invitation") == nil {
			t.Errorf("the link died of a mail that was refused: %s", answer.Body)
		}
		w.Advance(10 * time.Minute)
		invitePeople(t, s.owner, s.id, inviteMasters(2, "max")...)
	})
}

func TestNobodyIsSentInvitationsWithoutEnd(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		one := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		for range 2 {
			done(t, s.owner.Do(t, resendMutation, apitest.Vars{"id": one}), "resendInvitation")
		}
		for _, name := range []string{"Second", "Third"} {
			invitePeople(t, s.owner, s.owner.CreateWorkspace(t, name), inviteMaster("EVA@example.com"))
		}
		fourth := s.owner.CreateWorkspace(t, "Fourth")
		isToWait(t, inviteUnchanged(t, w, func() *apitest.Answer {
			return askToInvite(t, s.owner, fourth, inviteMaster("max@example.com"), inviteMaster("eva@example.com"))
		}), 30*time.Minute)
		isToWait(t, inviteUnchanged(t, w, func() *apitest.Answer {
			return s.owner.Do(t, resendMutation, apitest.Vars{"id": one})
		}), 30*time.Minute)
		invitePeople(t, s.owner, fourth, inviteMaster("max@example.com"))
		w.Advance(30 * time.Minute)
		s.owner.SignIn(t)
		invitePeople(t, s.owner, fourth, inviteMaster("eva@example.com"))
	})
}
