package api_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// inviteRefused invites and makes sure that it only reports these user errors.
func inviteRefused(t *testing.T, w *apitest.World, by *apitest.Person, workspaceID string, people []apitest.Vars, want ...string) []apitest.UserError {
	t.Helper()
	answer := w.Unchanged(t, func() *apitest.Answer { return by.RequestInvitations(t, workspaceID, people...) })
	if got := answer.UserErrorCodes(t); !slices.Equal(got, want) {
		t.Errorf("%v:\n%q, want\n%q", people, got, want)
	}
	if answer.Get("inviteMembers.invitations") != nil {
		t.Errorf("refused, but there are invitations: %s", answer.Body)
	}
	return answer.UserErrors(t, "inviteMembers.userErrors")
}

func TestTenPeopleAreInvitedAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		people := []apitest.Vars{
			apitest.MasterInvitation("Eva@Example.COM").With("name", "  Eva  "), apitest.DeveloperInvitation("bob@bücher.example", s.Tea, s.Coffee, s.Tea),
			apitest.DeveloperInvitation("tom@example.com", s.Coffee), apitest.MasterInvitation("zoe@example.com").With("miniProgramIds", []string{s.Coffee, "x"}),
			apitest.MasterInvitation(apitest.LongEmail(254)).With("name", strings.Repeat("王", 60)),
		}
		people = append(people, apitest.MasterInvitations(5, "max")...)
		before := w.Now()
		answer := s.Owner.RequestInvitations(t, s.ID, people...).Succeeded(t)
		addresses := []string{"eva@example.com", "bob@xn--bcher-kva.example", "tom@example.com", "zoe@example.com", apitest.LongEmail(254),
			"max0@example.com", "max1@example.com", "max2@example.com", "max3@example.com", "max4@example.com"}
		assigned := [][]string{{}, {s.Coffee, s.Tea}, {s.Coffee}, {}, {}, {}, {}, {}, {}, {}}
		tokens := map[string]bool{}
		for i, address := range addresses {
			at := fmt.Sprintf("inviteMembers.invitations.%d", i)
			row := w.Client.Invitation.Query().Where(invitation.Email(address)).WithMiniPrograms().OnlyX(t.Context())
			role := people[i]["role"].(string)
			for field, want := range map[string]any{
				"id": row.ID, "name": strings.TrimSpace(people[i]["name"].(string)), "email": address, "role": role, "status": "INVITED",
				"workspace.id": s.ID, "workspace.name": "Coffee House", "invitedBy.id": s.Owner.ID, "invitedBy.displayName": "ann",
			} {
				if got := answer.Get(at + "." + field); got != want {
					t.Errorf("%s: %s is %v, not %v", address, field, got, want)
				}
			}
			created, expires := answer.Time(t, at+".createdAt"), answer.Time(t, at+".expiresAt")
			if created.Before(before) || created.After(w.Now()) || expires.Sub(created) != 72*time.Hour {
				t.Errorf("%s: from %s to %s", address, created, expires)
			}
			var listed, stored []string
			for j := range answer.List(t, at+".miniPrograms") {
				listed = append(listed, answer.String(t, fmt.Sprintf("%s.miniPrograms.%d.id", at, j)))
			}
			for _, one := range row.Edges.MiniPrograms {
				stored = append(stored, one.ID)
			}
			slices.Sort(stored)
			if !slices.Equal(listed, assigned[i]) || !slices.Equal(stored, assigned[i]) {
				t.Errorf("%s is to work on %q, as stored on %q, not on %q", address, listed, stored, assigned[i])
			}
			if again := s.Owner.Do(t, apitest.InvitationNodeQuery, apitest.Vars{"id": row.ID}); !reflect.DeepEqual(again.Get("node"), answer.Get(at)) {
				t.Errorf("read again: %s", again.Body)
			}
			event := w.Client.AuditEvent.Query().Where(auditevent.SubjectID(row.ID)).OnlyX(t.Context())
			if event.Operation != "inviteMembers" || *event.ActorID != s.Owner.ID || *event.WorkspaceID != s.ID {
				t.Errorf("the event of %s is %v", address, event)
			}
			tokens[w.LetterTo(t, address).Token(t)] = true
		}
		if n := len(w.Letters(t)); n != 10 || len(tokens) != 10 || w.Client.Invitation.Query().CountX(t.Context()) != 10 || w.WaitingMails(t) != 0 {
			t.Errorf("%d letters with %d tokens", n, len(tokens))
		}
	})
}

func TestTheMailOfAnInvitationNamesInviterWorkspaceAndRole(t *testing.T) {
	options := apitest.Options{}
	options.AppURL = "https://shop.example/app"
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva := w.SignUp(t, "eva")
		w.Client.User.UpdateOneID(eva.ID).SetLocale("zh-Hans").ExecX(t.Context())
		for _, c := range []struct {
			language, subject string
			one               apitest.Vars
			says              []string
		}{
			{"en", "ann invites you to “Coffee House” on minidock", apitest.MasterInvitation("a@example.com"), []string{"Your role will be master.", "3 days"}},
			{"en-GB", "ann invites you to “Coffee House” on minidock", apitest.DeveloperInvitation("b@example.com", s.Tea), []string{"Your role will be developer.", "3 days"}},
			{"zh-CN", "ann 邀请您加入 minidock 工作空间“Coffee House”", apitest.MasterInvitation("c@example.com"), []string{"您的角色为管理员。", "3 天"}},
			{"zh-Hans", "ann 邀请您加入 minidock 工作空间“Coffee House”", apitest.DeveloperInvitation("d@example.com", s.Tea), []string{"您的角色为开发者。", "3 天"}},
			{"en", "ann 邀请您加入 minidock 工作空间“Coffee House”", apitest.MasterInvitation(eva.Email), []string{"您的角色为管理员。", "3 天"}},
		} {
			s.Owner.Header.Set("Accept-Language", c.language)
			s.Owner.Invite(t, s.ID, c.one)
			letter := w.LetterTo(t, c.one["email"].(string))
			if letter.Subject != c.subject {
				t.Errorf("%s: subject %q", c.language, letter.Subject)
			}
			link := "https://shop.example/app/invitation#token=" + letter.Token(t)
			for _, part := range append(c.says, link, "ann", "Coffee House", "acceptInvitation") {
				if !strings.Contains(letter.Text, part) || !strings.Contains(letter.HTML, part) {
					t.Errorf("%s: the mail does not say %q: %s\n%s", c.language, part, letter.Text, letter.HTML)
				}
			}
			if strings.Contains(letter.Raw, w.URL) || strings.Contains(letter.Text, "Tea") {
				t.Errorf("%s: the mail says too much: %s", c.language, letter.Text)
			}
		}
	})
}

func TestInviteMembersReportsEachError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		foreign := w.Insert(t, s.Owner.CreateWorkspace(t, "Elsewhere"), apitest.Row{CreatedBy: s.Owner})
		master, developer := apitest.MasterInvitation("eva@example.com"), apitest.DeveloperInvitation("eva@example.com", s.Tea)
		for _, c := range []struct {
			one    apitest.Vars
			want   string
			params map[string]string
		}{
			{master.With("name", " \t"), "BLANK invitations.0.name", nil},
			{master.With("name", "E\x00va"), "INVALID_CHARACTER invitations.0.name", map[string]string{"character": "U+0000"}},
			{master.With("name", "E\nva"), "INVALID_CHARACTER invitations.0.name", map[string]string{"character": "U+000A"}},
			{master.With("name", "Eva\u202e"), "INVALID_CHARACTER invitations.0.name", map[string]string{"character": "U+202E"}},
			{master.With("name", strings.Repeat("王", 61)), "TOO_LONG invitations.0.name", map[string]string{"weight": "61", "min": "1", "max": "60"}},
			{master.With("email", ""), "BLANK invitations.0.email", nil},
			{master.With("email", "eva"), "INVALID_FORMAT invitations.0.email", nil},
			{master.With("email", "Eva <eva@example.com>"), "INVALID_FORMAT invitations.0.email", nil},
			{master.With("email", "eva@example.com\r\nBcc: bob@example.com"), "INVALID_FORMAT invitations.0.email", nil},
			{master.With("email", "eva\x00@example.com"), "INVALID_FORMAT invitations.0.email", nil},
			{master.With("email", apitest.LongEmail(255)), "TOO_LONG invitations.0.email", map[string]string{"weight": "255", "min": "1", "max": "254"}},
			{master.With("role", "OWNER"), "UNSUPPORTED invitations.0.role", map[string]string{"found": "OWNER", "allowed": "MASTER, DEVELOPER"}},
			{developer.Without("miniProgramIds"), "BLANK invitations.0.miniProgramIds", nil},
			{developer.With("miniProgramIds", nil), "BLANK invitations.0.miniProgramIds", nil},
			{developer.With("miniProgramIds", []string{}), "BLANK invitations.0.miniProgramIds", nil},
			{developer.With("miniProgramIds", []string{foreign}), "NOT_FOUND invitations.0.miniProgramIds", map[string]string{"count": "1"}},
			{developer.With("miniProgramIds", []string{s.Tea, id.New(id.MiniProgram)}), "NOT_FOUND invitations.0.miniProgramIds", map[string]string{"count": "1"}},
			{
				developer.With("miniProgramIds", []string{"", "x", "mpr_", "mpr_\x00", s.Tea + "\x00", s.ID, strings.ToUpper(s.Tea), s.Coffee, "x", foreign}),
				"NOT_FOUND invitations.0.miniProgramIds", map[string]string{"count": "8"},
			},
		} {
			found := inviteRefused(t, w, s.Owner, s.ID, []apitest.Vars{c.one}, c.want)
			if c.params != nil && !maps.Equal(found[0].Params, c.params) {
				t.Errorf("%s: parameters %v, not %v", c.want, found[0].Params, c.params)
			}
		}
		s.Owner.Invite(t, s.ID, developer)
	})
}

func TestInviteMembersReportsAllErrorsInTheOrderOfTheInput(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		s.Owner.Invite(t, s.ID, apitest.MasterInvitation("bob@example.com"))
		found := inviteRefused(t, w, s.Owner, s.ID, []apitest.Vars{
			apitest.DeveloperInvitation("eva@example.com", s.Tea).With("name", ""),
			apitest.DeveloperInvitation("bob@example.com", "x", "y"),
			apitest.MasterInvitation("tom@example.com"),
			{"name": "\x00", "email": "no", "role": "OWNER", "miniProgramIds": []string{}},
			apitest.DeveloperInvitation("EVA@example.com"),
			apitest.MasterInvitation("ann@example.com").With("name", strings.Repeat("x", 61)),
			apitest.MasterInvitation("ann@example.com"),
			apitest.MasterInvitation("").With("role", "OWNER"),
			apitest.MasterInvitation("").With("name", " "),
			apitest.DeveloperInvitation("zoe@example.com", s.Tea, s.ID),
		},
			"BLANK invitations.0.name",
			"ALREADY_INVITED invitations.1.email", "NOT_FOUND invitations.1.miniProgramIds",
			"INVALID_CHARACTER invitations.3.name", "INVALID_FORMAT invitations.3.email", "UNSUPPORTED invitations.3.role",
			"DUPLICATE invitations.4.email", "BLANK invitations.4.miniProgramIds",
			"TOO_LONG invitations.5.name", "ALREADY_MEMBER invitations.5.email",
			"DUPLICATE invitations.6.email",
			"BLANK invitations.7.email", "UNSUPPORTED invitations.7.role",
			"BLANK invitations.8.name", "BLANK invitations.8.email",
			"NOT_FOUND invitations.9.miniProgramIds",
		)
		if want := []string{"input", "invitations", "3", "email"}; !slices.Equal(found[4].Path, want) {
			t.Errorf("path %q, not %q", found[4].Path, want)
		}
		s.Owner.Invite(t, s.ID, apitest.MasterInvitation("tom@example.com")) // who was only refused because of the others' errors
	})
}

func TestOneToTenPeopleAreInvitedAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		none := inviteRefused(t, w, s.Owner, s.ID, nil, "BLANK invitations")
		if want := []string{"input", "invitations"}; !slices.Equal(none[0].Path, want) {
			t.Errorf("path %q", none[0].Path)
		}
		eleven := append(apitest.MasterInvitations(10, "max"), apitest.MasterInvitation("").With("name", ""))
		many := inviteRefused(t, w, s.Owner, s.ID, eleven, "TOO_MANY invitations")
		if want := map[string]string{"count": "11", "max": "10"}; !maps.Equal(many[0].Params, want) {
			t.Errorf("parameters %v", many[0].Params)
		}
		s.Owner.Invite(t, s.ID, eleven[:10]...)
	})
}

func TestOtherSpellingsOfAnInvitedAddressAreInvited(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		inviteRefused(t, w, s.Owner, s.ID, []apitest.Vars{
			apitest.MasterInvitation("eva@bücher.example"), apitest.MasterInvitation("EVA@BÜCHER.example"), apitest.MasterInvitation(" eva@xn--bcher-kva.example\n"),
			apitest.MasterInvitation("eva@example.com"),
		}, "DUPLICATE invitations.1.email", "DUPLICATE invitations.2.email")
		s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@bücher.example"))
		for _, written := range []string{"eva@bücher.example", "Eva@Bücher.example", "eva@xn--bcher-kva.example"} {
			inviteRefused(t, w, s.Owner, s.ID, []apitest.Vars{apitest.MasterInvitation("tom@example.com"), apitest.MasterInvitation(written)}, "ALREADY_INVITED invitations.1.email")
		}
	})
}

func TestOnlyRemovedMembersCanBeInvitedAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		active, blocked, removed, elsewhere := w.SignUp(t, "active"), w.SignUp(t, "blocked"), w.SignUp(t, "removed"), w.SignUp(t, "elsewhere")
		w.Join(t, s.ID, active, member.RoleDEVELOPER)
		s.Owner.Mutate(t, "blockMember", apitest.Vars{"memberId": w.Join(t, s.ID, blocked, member.RoleMASTER)}).Succeeded(t)
		s.Owner.Mutate(t, "removeMember", apitest.Vars{"memberId": w.Join(t, s.ID, removed, member.RoleMASTER)}).Succeeded(t)
		other := elsewhere.CreateWorkspace(t, "Elsewhere")
		elsewhere.Invite(t, other, apitest.MasterInvitation("eva@example.com"))
		everybody := []apitest.Vars{
			apitest.MasterInvitation("Ann@example.com"), apitest.MasterInvitation("active@example.com"), apitest.MasterInvitation("blocked@example.com"),
			apitest.MasterInvitation("removed@example.com"), apitest.MasterInvitation("elsewhere@example.com"), apitest.MasterInvitation("eva@example.com"),
		}
		inviteRefused(t, w, s.Owner, s.ID, everybody,
			"ALREADY_MEMBER invitations.0.email", "ALREADY_MEMBER invitations.1.email", "ALREADY_MEMBER invitations.2.email")
		s.Owner.Invite(t, s.ID, everybody[3:]...)
	})
}

func TestAnExpiredInvitationAllowsANewOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		first := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		old := w.LetterTo(t, "eva@example.com").Token(t)
		w.Advance(72*time.Hour - time.Minute)
		s.Owner.SignIn(t)
		inviteRefused(t, w, s.Owner, s.ID, []apitest.Vars{apitest.MasterInvitation("eva@example.com")}, "ALREADY_INVITED invitations.0.email")
		w.Advance(time.Minute)
		again := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"))[0]
		for one, want := range map[string]string{first: "EXPIRED", again: "INVITED"} {
			if answer := s.Owner.Do(t, apitest.InvitationNodeQuery, apitest.Vars{"id": one}); answer.Get("node.status") != want {
				t.Errorf("not %s: %s", want, answer.Body)
			}
		}
		w.ExpectNoInvitation(t, old)
		if answer := w.Visitor(t).Do(t, apitest.InvitationQuery, apitest.Vars{"token": w.LetterTo(t, "eva@example.com").Token(t)}); answer.Get("invitation") == nil {
			t.Errorf("the new link is invalid: %s", answer.Body)
		}
	})
}

func TestOwnersAndMastersInvite(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		master, developer, blocked, stranger := w.SignUp(t, "master"), w.SignUp(t, "developer"), w.SignUp(t, "blocked"), w.SignUp(t, "stranger")
		stranger.CreateWorkspace(t, "Elsewhere")
		w.Join(t, s.ID, master, member.RoleMASTER)
		w.Assign(t, w.Join(t, s.ID, developer, member.RoleDEVELOPER), s.Tea)
		s.Owner.Mutate(t, "blockMember", apitest.Vars{"memberId": w.Join(t, s.ID, blocked, member.RoleMASTER)}).Succeeded(t)
		ids := master.Invite(t, s.ID, apitest.MasterInvitation("eva@example.com"), apitest.DeveloperInvitation("tom@example.com", s.Tea))
		for p, code := range map[*apitest.Person]string{
			developer: "FORBIDDEN", blocked: "NOT_FOUND", stranger: "NOT_FOUND", w.Visitor(t): "UNAUTHENTICATED",
		} {
			for mutation, input := range map[string]apitest.Vars{
				"inviteMembers":      {"workspaceId": s.ID, "invitations": apitest.MasterInvitations(1, "bob")},
				"resendInvitation":   {"invitationId": ids[0]},
				"withdrawInvitation": {"invitationId": ids[1]},
			} {
				w.Unchanged(t, func() *apitest.Answer {
					answer := p.Mutate(t, mutation, input)
					answer.Refused(t, code)
					return answer
				})
			}
		}
		master.Mutate(t, "resendInvitation", apitest.Vars{"invitationId": ids[0]}).Succeeded(t)
		master.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[1]}).Succeeded(t)
		if answer := s.Owner.Do(t, apitest.InvitationNodeQuery, apitest.Vars{"id": ids[0]}); answer.Get("node.invitedBy.id") != master.ID {
			t.Errorf("not invited by the master: %s", answer.Body)
		}
	})
}
