package api_test

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
	w.Unchanged(t, ask).RateLimited(t, 24*time.Hour)
}

func TestAWorkspaceInvitesFiftyPeopleADay(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		master := w.SignUp(t, "master")
		w.Join(t, s.ID, master, member.RoleMASTER)
		other := s.Owner.CreateWorkspace(t, "Elsewhere")
		for _, from := range []string{"a", "b", "c", "d"} {
			s.Owner.Invite(t, s.ID, apitest.MasterInvitations(10, from)...)
		}
		last := master.Invite(t, s.ID, apitest.MasterInvitations(5, "e")...)[0]
		for _, p := range []*apitest.Person{s.Owner, master} {
			isTooManyInvitations(t, w, func() *apitest.Answer { return p.RequestInvitations(t, s.ID, apitest.MasterInvitations(10, "f")...) })
		}
		s.Owner.Invite(t, s.ID, apitest.MasterInvitations(5, "f")...)
		for _, p := range []*apitest.Person{s.Owner, master} {
			isTooManyInvitations(t, w, func() *apitest.Answer {
				return p.RequestInvitations(t, s.ID, apitest.MasterInvitation("g@example.com"))
			})
			isTooManyInvitations(t, w, func() *apitest.Answer { return p.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": last}) })
		}
		s.Owner.RequestInvitations(t, s.ID, apitest.MasterInvitation("")).HasUserErrors(t, "BLANK invitations.0.email")
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": last}).Succeeded(t)
		s.Owner.Invite(t, other, apitest.MasterInvitations(10, "a")...)
		w.Advance(24 * time.Hour)
		s.Owner.SignIn(t)
		s.Owner.Invite(t, s.ID, apitest.MasterInvitations(10, "g")...)
		if n := len(w.Letters(t)); n != 70 {
			t.Errorf("%d letters, not 70", n)
		}
	})
}

func TestSendingAgainCountsAsAnInvitation(t *testing.T) {
	options := apitest.Options{}
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.Invitations, l.InvitationLimitTime = 3, 10*time.Minute })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		w.Unchanged(t, func() *apitest.Answer {
			return s.Owner.RequestInvitations(t, s.ID, apitest.MasterInvitations(2, "max")...)
		}).RateLimited(t, 10*time.Minute)
		s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		token := w.LetterTo(t, "eva@example.com").Token(t)
		w.Unchanged(t, func() *apitest.Answer {
			return s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one})
		}).RateLimited(t, 10*time.Minute)
		if answer := w.Visitor(t).Do(t, apitest.InvitationQuery, apitest.Vars{"token": token}); answer.Get("invitation") == nil {
			t.Errorf("the link died of a mail that was refused: %s", answer.Body)
		}
		w.Advance(10 * time.Minute)
		s.Owner.Invite(t, s.ID, apitest.MasterInvitations(2, "max")...)
	})
}

func TestInvitationsToAnAddressAreLimited(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		one := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		for range 2 {
			s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one}).Succeeded(t)
		}
		for _, name := range []string{"Second", "Third"} {
			s.Owner.Invite(t, s.Owner.CreateWorkspace(t, name), apitest.MasterInvitation("EVA@example.com"))
		}
		fourth := s.Owner.CreateWorkspace(t, "Fourth")
		w.Unchanged(t, func() *apitest.Answer {
			return s.Owner.RequestInvitations(t, fourth, apitest.MasterInvitation("max@example.com"), apitest.MasterInvitation("eva@example.com"))
		}).RateLimited(t, 30*time.Minute)
		w.Unchanged(t, func() *apitest.Answer {
			return s.Owner.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": one})
		}).RateLimited(t, 30*time.Minute)
		s.Owner.Invite(t, fourth, apitest.MasterInvitation("max@example.com"))
		w.Advance(30 * time.Minute)
		s.Owner.SignIn(t)
		s.Owner.Invite(t, fourth, apitest.MasterInvitation("eva@example.com"))
	})
}
