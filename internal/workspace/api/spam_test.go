package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestAnAccountOwnsAtMostTwentyWorkspaces(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, max := w.SignUp(t, "ann"), w.SignUp(t, "max")
		shared := max.CreateWorkspace(t, "Shared")
		ownID, masterID := w.MemberID(t, shared, max), w.Join(t, shared, ann, member.RoleMASTER)
		var last string
		for i := range 18 {
			last = ann.CreateWorkspace(t, fmt.Sprint("Number ", i))
		}
		created := 0
		for _, answer := range apitest.AtOnce(6, func(i int) *apitest.Answer {
			return ann.Mutate(t, "createWorkspace", apitest.Vars{"name": fmt.Sprint("At once ", i)})
		}) {
			if len(answer.UserErrorCodes(t)) == 0 {
				created++
				continue
			}
			if got := answer.HasUserErrors(t, "QUOTA_EXCEEDED")[0]; got.Params["used"] != "20" || got.Params["limit"] != "20" || len(got.Path) != 0 {
				t.Errorf("%+v", got)
			}
		}
		if created != 2 {
			t.Errorf("%d were created, not 2", created)
		}
		transfer := apitest.Vars{"memberId": masterID, "password": apitest.Password}
		w.WritesNothing(t, "a transfer to an owner of twenty", func() {
			refused := max.Mutate(t, "transferOwnership", transfer).HasUserErrors(t, "QUOTA_EXCEEDED memberId")
			if refused[0].Message != "The member already owns 20 workspaces; the maximum is 20." {
				t.Errorf("%+v", refused[0])
			}
			max.Mutate(t, "transferOwnership", transfer.With("password", "")).HasUserErrors(t, "QUOTA_EXCEEDED memberId", "BLANK password")
		})
		w.WritesNothing(t, "one more without a name", func() {
			refused := ann.Mutate(t, "createWorkspace", apitest.Vars{"name": " "}).HasUserErrors(t, "BLANK name", "QUOTA_EXCEEDED")
			if refused[1].Message != "You already own 20 workspaces; the maximum is 20." {
				t.Errorf("%+v", refused[1])
			}
		})
		ann.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": last}).Succeeded(t)
		max.Mutate(t, "transferOwnership", transfer).Succeeded(t)
		ann.Mutate(t, "createWorkspace", apitest.Vars{"name": "One more"}).HasUserErrors(t, "QUOTA_EXCEEDED")
		ann.Mutate(t, "transferOwnership", apitest.Vars{"memberId": ownID, "password": apitest.Password}).Succeeded(t)
		ann.CreateWorkspace(t, "One more")
	})
}

func TestInvitationsAreLimitedForTheInviterAndTheNetworkAddress(t *testing.T) {
	options := apitest.BehindProxy
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.InviterInvitations, l.AddressInvitations = 12, 20 })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		ann, max := w.SignUp(t, "ann").From("203.0.113.1"), w.SignUp(t, "max").From("203.0.113.1")
		first, second := ann.CreateWorkspace(t, "First"), ann.CreateWorkspace(t, "Second")
		ann.Invite(t, first, apitest.MasterInvitations(10, "a")...)
		w.Unchanged(t, func() *apitest.Answer {
			answer := ann.RequestInvitations(t, second, apitest.MasterInvitations(3, "b")...)
			answer.RateLimited(t, 24*time.Hour)
			return answer
		})
		ann.Invite(t, second, apitest.MasterInvitations(2, "b")...)
		other := max.CreateWorkspace(t, "Other")
		max.Invite(t, other, apitest.MasterInvitations(8, "c")...)
		max.RequestInvitations(t, other, apitest.MasterInvitation("d@example.com")).RateLimited(t, 24*time.Hour)
		max.From("203.0.113.2").Invite(t, other, apitest.MasterInvitation("d@example.com"))
		w.Advance(24 * time.Hour)
		ann.SignIn(t)
		ann.Invite(t, second, apitest.MasterInvitations(3, "e")...)
	})
}

func TestNamesHaveNoWebAddress(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Coffee")
		for _, name := range []string{"https://evil.example", "Win at WWW.evil.example", "ftp://x", "www.evil.example"} {
			w.Visitor(t).Mutate(t, "signUp", apitest.Account("eve@example.com", apitest.Password, name)).HasUserErrors(t, "INVALID_FORMAT displayName")
			ann.Mutate(t, "updateProfile", apitest.Vars{"displayName": name}).HasUserErrors(t, "INVALID_FORMAT displayName")
			ann.Mutate(t, "createWorkspace", apitest.Vars{"name": name}).HasUserErrors(t, "INVALID_FORMAT name")
			ann.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": workspaceID, "name": name}).HasUserErrors(t, "INVALID_FORMAT name")
			ann.RequestInvitations(t, workspaceID, apitest.MasterInvitation("eva@example.com").With("name", name)).
				HasUserErrors(t, "INVALID_FORMAT invitations.0.name")
		}
		token := ann.InvitationToken(t, workspaceID, apitest.MasterInvitation("eva@example.com"))
		w.Visitor(t).Mutate(t, "acceptInvitation", apitest.Acceptance(token, apitest.Password, "www.evil.example")).HasUserErrors(t, "INVALID_FORMAT displayName")
	})
}

func TestDomainsInNamesAreNoLinksInMails(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		ann.Mutate(t, "updateProfile", apitest.Vars{"displayName": "Win at prize.evil.example now"}).Succeeded(t)
		workspaceID := ann.CreateWorkspace(t, "evil.example & Co. (J.R.)")
		ann.Invite(t, workspaceID, apitest.MasterInvitation("eva@example.com").With("name", "eva.evil.example"))
		letter := w.LetterTo(t, "eva@example.com")
		for _, part := range []string{letter.Subject, letter.Text, letter.HTML} {
			if strings.Contains(part, "evil.example") || !strings.Contains(part, "prize. evil. example") || !strings.Contains(part, "Co. (J.R.)") {
				t.Errorf("the mail has %q", part)
			}
		}
	})
}
