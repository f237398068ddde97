package graph_test

import (
	"encoding/json"
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

const (
	inviteMutation = `mutation($input: InviteMembersInput!) {
	inviteMembers(input: $input) { invitations { ...invited } userErrors { code path message messageKey messageParams { name value } } }
}` + inviteFragment
	inviteNodeQuery = `query($id: ID!) { node(id: $id) { ...invited } }` + inviteFragment
	inviteFragment  = `
fragment invited on Invitation {
	id name email role status createdAt expiresAt workspace { id name } invitedBy { id displayName } miniPrograms { id name }
}`
	blockMemberByID  = `mutation($id: ID!) { blockMember(input: {memberId: $id}) { member { id status } userErrors { code path } } }`
	removeMemberByID = `mutation($id: ID!) { removeMember(input: {memberId: $id}) { member { id status } userErrors { code path } } }`
)

// inviting is a workspace with two mini programs, and its owner.
type inviting struct {
	owner           *apitest.Person
	id, coffee, tea string
}

func newInviting(t *testing.T, w *apitest.World) inviting {
	t.Helper()
	owner := w.SignUp(t, "ann")
	workspaceID := owner.CreateWorkspace(t, "Coffee House")
	return inviting{
		owner: owner, id: workspaceID, coffee: w.Insert(t, workspaceID, apitest.Row{Name: "Coffee", CreatedBy: owner}),
		tea: w.Insert(t, workspaceID, apitest.Row{Name: "Tea", CreatedBy: owner}),
	}
}

func inviteMaster(email string) apitest.Vars {
	return apitest.Vars{"name": "Somebody", "email": email, "role": "MASTER"}
}

func inviteDeveloper(email string, miniProgramIDs ...string) apitest.Vars {
	return apitest.Vars{"name": "Somebody", "email": email, "role": "DEVELOPER", "miniProgramIds": miniProgramIDs}
}

func inviteMasters(n int, from string) []apitest.Vars {
	var people []apitest.Vars
	for i := range n {
		people = append(people, inviteMaster(fmt.Sprintf("%s%d@example.com", from, i)))
	}
	return people
}

func askToInvite(t *testing.T, by *apitest.Person, workspaceID string, people ...apitest.Vars) *apitest.Answer {
	t.Helper()
	if people == nil {
		people = []apitest.Vars{}
	}
	return by.Do(t, inviteMutation, apitest.Vars{"input": apitest.Vars{"workspaceId": workspaceID, "invitations": people}})
}

// invitePeople invites them and returns the invitations' ids; the test ends when it is refused.
func invitePeople(t *testing.T, by *apitest.Person, workspaceID string, people ...apitest.Vars) []string {
	t.Helper()
	answer := askToInvite(t, by, workspaceID, people...)
	done(t, answer, "inviteMembers")
	var ids []string
	for i := range answer.List(t, "inviteMembers.invitations") {
		ids = append(ids, answer.String(t, fmt.Sprintf("inviteMembers.invitations.%d.id", i)))
	}
	if len(ids) != len(people) {
		t.Fatalf("%d invitations for %d people: %s", len(ids), len(people), answer.Body)
	}
	return ids
}

// invitedToken invites somebody and returns the token of the mail.
func invitedToken(t *testing.T, w *apitest.World, by *apitest.Person, workspaceID string, one apitest.Vars) string {
	t.Helper()
	invitePeople(t, by, workspaceID, one)
	return w.LetterTo(t, one["email"].(string)).Token(t)
}

// inviteRows tells all that stands in the tables that invitations are written to, a line for each row.
func inviteRows(t *testing.T, w *apitest.World) []string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	rows := []string{fmt.Sprint(c.Session.Query().CountX(ctx), " sessions")}
	for _, one := range c.Invitation.Query().WithMiniPrograms().AllX(ctx) {
		hash := "none"
		if one.TokenHash != nil {
			hash = *one.TokenHash
		}
		rows = append(rows, inviteRow(t, one)[0]+" token "+hash)
	}
	rows = append(rows, inviteRow(t, c.Mail.Query().AllX(ctx)...)...)
	rows = append(rows, inviteRow(t, c.AuditEvent.Query().AllX(ctx)...)...)
	rows = append(rows, inviteRow(t, c.Member.Query().AllX(ctx)...)...)
	rows = append(rows, inviteRow(t, c.Assignment.Query().AllX(ctx)...)...)
	rows = append(rows, inviteRow(t, c.User.Query().AllX(ctx)...)...)
	rows = append(rows, inviteRow(t, c.Throttle.Query().AllX(ctx)...)...)
	slices.Sort(rows)
	return rows
}

func inviteRow[T any](t *testing.T, rows ...T) []string {
	t.Helper()
	var lines []string
	for _, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	return lines
}

// inviteUnchanged makes sure that a request writes nothing, counts nothing and sends nothing.
func inviteUnchanged(t *testing.T, w *apitest.World, ask func() *apitest.Answer) *apitest.Answer {
	t.Helper()
	letters := len(w.Letters(t))
	before := inviteRows(t, w)
	answer := ask()
	after := inviteRows(t, w)
	for _, row := range after {
		if !slices.Contains(before, row) {
			t.Errorf("%s\nrefused, and yet it wrote %s", answer.Body, row)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%s\nrefused, and yet there are %d rows, not %d", answer.Body, len(after), len(before))
	}
	if n := len(w.Letters(t)); n != letters {
		t.Errorf("%s\nrefused, and yet %d mails are sent", answer.Body, n-letters)
	}
	return answer
}

// inviteRefused invites and makes sure that nothing comes of it but these mistakes.
func inviteRefused(t *testing.T, w *apitest.World, by *apitest.Person, workspaceID string, people []apitest.Vars, want ...string) []apitest.UserError {
	t.Helper()
	answer := inviteUnchanged(t, w, func() *apitest.Answer { return askToInvite(t, by, workspaceID, people...) })
	if got := mistakes(t, answer, "inviteMembers"); !slices.Equal(got, want) {
		t.Errorf("%v:\n%q, want\n%q", people, got, want)
	}
	if answer.Get("inviteMembers.invitations") != nil {
		t.Errorf("refused, and yet there are invitations: %s", answer.Body)
	}
	return answer.UserErrors(t, "inviteMembers.userErrors")
}

func inviteTime(t *testing.T, answer *apitest.Answer, path string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, answer.String(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTenPeopleAreInvitedAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		asked := []apitest.Vars{
			inviteMaster("Eva@Example.COM").With("name", "  Eva  "), inviteDeveloper("bob@bücher.example", s.tea, s.coffee, s.tea),
			inviteDeveloper("tom@example.com", s.coffee), inviteMaster("zoe@example.com").With("miniProgramIds", []string{s.coffee, "x"}),
			inviteMaster(longEmail(254)).With("name", strings.Repeat("王", 60)),
		}
		asked = append(asked, inviteMasters(5, "max")...)
		before := w.Now()
		answer := askToInvite(t, s.owner, s.id, asked...)
		done(t, answer, "inviteMembers")
		addresses := []string{"eva@example.com", "bob@xn--bcher-kva.example", "tom@example.com", "zoe@example.com", longEmail(254),
			"max0@example.com", "max1@example.com", "max2@example.com", "max3@example.com", "max4@example.com"}
		assigned := [][]string{{}, {s.coffee, s.tea}, {s.coffee}, {}, {}, {}, {}, {}, {}, {}}
		tokens := map[string]bool{}
		for i, address := range addresses {
			at := fmt.Sprintf("inviteMembers.invitations.%d", i)
			row := w.Client.Invitation.Query().Where(invitation.Email(address)).WithMiniPrograms().OnlyX(t.Context())
			role := asked[i]["role"].(string)
			for field, want := range map[string]any{
				"id": row.ID, "name": strings.TrimSpace(asked[i]["name"].(string)), "email": address, "role": role, "status": "INVITED",
				"workspace.id": s.id, "workspace.name": "Coffee House", "invitedBy.id": s.owner.ID, "invitedBy.displayName": "ann",
			} {
				if got := answer.Get(at + "." + field); got != want {
					t.Errorf("%s: %s is %v, not %v", address, field, got, want)
				}
			}
			created, expires := inviteTime(t, answer, at+".createdAt"), inviteTime(t, answer, at+".expiresAt")
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
			if again := s.owner.Do(t, inviteNodeQuery, apitest.Vars{"id": row.ID}); !reflect.DeepEqual(again.Get("node"), answer.Get(at)) {
				t.Errorf("read again: %s", again.Body)
			}
			noted := w.Client.AuditEvent.Query().Where(auditevent.SubjectID(row.ID)).OnlyX(t.Context())
			if noted.Operation != "inviteMembers" || *noted.ActorID != s.owner.ID || *noted.WorkspaceID != s.id {
				t.Errorf("%s is noted as %v", address, noted)
			}
			tokens[w.LetterTo(t, address).Token(t)] = true
		}
		if n := len(w.Letters(t)); n != 10 || len(tokens) != 10 || w.Client.Invitation.Query().CountX(t.Context()) != 10 || waiting(t, w) != 0 {
			t.Errorf("%d letters with %d tokens", n, len(tokens))
		}
	})
}

func TestTheMailOfAnInvitationSaysWhoInvitesWhereToAndAsWhat(t *testing.T) {
	options := apitest.Options{}
	options.AppURL = "https://shop.example/app"
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		eva := w.SignUp(t, "eva")
		w.Client.User.UpdateOneID(eva.ID).SetLocale("zh-Hans").ExecX(t.Context())
		for _, c := range []struct {
			language, subject string
			one               apitest.Vars
			says              []string
		}{
			{"en", "ann invites you to “Coffee House” on minidock", inviteMaster("a@example.com"), []string{"Your role there: master", "3 days"}},
			{"en-GB", "ann invites you to “Coffee House” on minidock", inviteDeveloper("b@example.com", s.tea), []string{"Your role there: developer", "3 days"}},
			{"zh-CN", "ann 邀请您加入 minidock 工作空间“Coffee House”", inviteMaster("c@example.com"), []string{"您的角色：管理员", "3 天"}},
			{"zh-Hans", "ann 邀请您加入 minidock 工作空间“Coffee House”", inviteDeveloper("d@example.com", s.tea), []string{"您的角色：开发者", "3 天"}},
			{"en", "ann 邀请您加入 minidock 工作空间“Coffee House”", inviteMaster(eva.Email), []string{"您的角色：管理员", "3 天"}},
		} {
			s.owner.Header.Set("Accept-Language", c.language)
			invitePeople(t, s.owner, s.id, c.one)
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

func TestInvitationsAreRefusedForEachMistake(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		foreign := w.Insert(t, s.owner.CreateWorkspace(t, "Elsewhere"), apitest.Row{CreatedBy: s.owner})
		master, developer := inviteMaster("eva@example.com"), inviteDeveloper("eva@example.com", s.tea)
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
			{master.With("email", longEmail(255)), "TOO_LONG invitations.0.email", map[string]string{"weight": "255", "min": "1", "max": "254"}},
			{master.With("role", "OWNER"), "UNSUPPORTED invitations.0.role", map[string]string{"found": "OWNER", "allowed": "MASTER, DEVELOPER"}},
			{developer.Without("miniProgramIds"), "BLANK invitations.0.miniProgramIds", nil},
			{developer.With("miniProgramIds", nil), "BLANK invitations.0.miniProgramIds", nil},
			{developer.With("miniProgramIds", []string{}), "BLANK invitations.0.miniProgramIds", nil},
			{developer.With("miniProgramIds", []string{foreign}), "NOT_FOUND invitations.0.miniProgramIds", map[string]string{"count": "1"}},
			{developer.With("miniProgramIds", []string{s.tea, id.New(id.MiniProgram)}), "NOT_FOUND invitations.0.miniProgramIds", map[string]string{"count": "1"}},
			{
				developer.With("miniProgramIds", []string{"", "x", "mpr_", "mpr_\x00", s.tea + "\x00", s.id, strings.ToUpper(s.tea), s.coffee, "x", foreign}),
				"NOT_FOUND invitations.0.miniProgramIds", map[string]string{"count": "8"},
			},
		} {
			found := inviteRefused(t, w, s.owner, s.id, []apitest.Vars{c.one}, c.want)
			if c.params != nil && !maps.Equal(found[0].Params, c.params) {
				t.Errorf("%s: parameters %v, not %v", c.want, found[0].Params, c.params)
			}
		}
		invitePeople(t, s.owner, s.id, developer)
	})
}

func TestAllMistakesOfAllTenAreToldInTheOrderOfTheInput(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		invitePeople(t, s.owner, s.id, inviteMaster("bob@example.com"))
		found := inviteRefused(t, w, s.owner, s.id, []apitest.Vars{
			inviteDeveloper("eva@example.com", s.tea).With("name", ""),
			inviteDeveloper("bob@example.com", "x", "y"),
			inviteMaster("tom@example.com"),
			{"name": "\x00", "email": "no", "role": "OWNER", "miniProgramIds": []string{}},
			inviteDeveloper("EVA@example.com"),
			inviteMaster("ann@example.com").With("name", strings.Repeat("x", 61)),
			inviteMaster("ann@example.com"),
			inviteMaster("").With("role", "OWNER"),
			inviteMaster("").With("name", " "),
			inviteDeveloper("zoe@example.com", s.tea, s.id),
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
		invitePeople(t, s.owner, s.id, inviteMaster("tom@example.com")) // who was kept by the others' mistakes only
	})
}

func TestOneToTenPeopleAreInvitedAtOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		none := inviteRefused(t, w, s.owner, s.id, nil, "BLANK invitations")
		if want := []string{"input", "invitations"}; !slices.Equal(none[0].Path, want) {
			t.Errorf("path %q", none[0].Path)
		}
		eleven := append(inviteMasters(10, "max"), inviteMaster("").With("name", ""))
		many := inviteRefused(t, w, s.owner, s.id, eleven, "TOO_MANY invitations")
		if want := map[string]string{"count": "11", "max": "10"}; !maps.Equal(many[0].Params, want) {
			t.Errorf("parameters %v", many[0].Params)
		}
		invitePeople(t, s.owner, s.id, eleven[:10]...)
	})
}

func TestAnAddressIsInvitedOnceHoweverItIsWritten(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		inviteRefused(t, w, s.owner, s.id, []apitest.Vars{
			inviteMaster("eva@bücher.example"), inviteMaster("EVA@BÜCHER.example"), inviteMaster(" eva@xn--bcher-kva.example\n"), inviteMaster("eva@example.com"),
		}, "DUPLICATE invitations.1.email", "DUPLICATE invitations.2.email")
		invitePeople(t, s.owner, s.id, inviteMaster("eva@bücher.example"))
		for _, written := range []string{"eva@bücher.example", "Eva@Bücher.example", "eva@xn--bcher-kva.example"} {
			inviteRefused(t, w, s.owner, s.id, []apitest.Vars{inviteMaster("tom@example.com"), inviteMaster(written)}, "ALREADY_INVITED invitations.1.email")
		}
	})
}

func TestMembersAreNotInvitedUnlessTheyWereRemoved(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		active, blocked, removed, elsewhere := w.SignUp(t, "active"), w.SignUp(t, "blocked"), w.SignUp(t, "removed"), w.SignUp(t, "elsewhere")
		w.Join(t, s.id, active, member.RoleDEVELOPER)
		done(t, s.owner.Do(t, blockMemberByID, apitest.Vars{"id": w.Join(t, s.id, blocked, member.RoleMASTER)}), "blockMember")
		done(t, s.owner.Do(t, removeMemberByID, apitest.Vars{"id": w.Join(t, s.id, removed, member.RoleMASTER)}), "removeMember")
		other := elsewhere.CreateWorkspace(t, "Elsewhere")
		invitePeople(t, elsewhere, other, inviteMaster("eva@example.com"))
		everybody := []apitest.Vars{
			inviteMaster("Ann@example.com"), inviteMaster("active@example.com"), inviteMaster("blocked@example.com"),
			inviteMaster("removed@example.com"), inviteMaster("elsewhere@example.com"), inviteMaster("eva@example.com"),
		}
		inviteRefused(t, w, s.owner, s.id, everybody,
			"ALREADY_MEMBER invitations.0.email", "ALREADY_MEMBER invitations.1.email", "ALREADY_MEMBER invitations.2.email")
		invitePeople(t, s.owner, s.id, everybody[3:]...)
	})
}

func TestWhoeverLetAnInvitationExpireIsInvitedAnew(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		first := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		old := w.LetterTo(t, "eva@example.com").Token(t)
		w.Advance(72*time.Hour - time.Minute)
		s.owner.SignIn(t)
		inviteRefused(t, w, s.owner, s.id, []apitest.Vars{inviteMaster("eva@example.com")}, "ALREADY_INVITED invitations.0.email")
		w.Advance(time.Minute)
		again := invitePeople(t, s.owner, s.id, inviteMaster("eva@example.com"))[0]
		for one, want := range map[string]string{first: "EXPIRED", again: "INVITED"} {
			if answer := s.owner.Do(t, inviteNodeQuery, apitest.Vars{"id": one}); answer.Get("node.status") != want {
				t.Errorf("not %s: %s", want, answer.Body)
			}
		}
		offersNothing(t, w, old)
		if answer := w.Visitor(t).Do(t, offerQuery, apitest.Vars{"token": w.LetterTo(t, "eva@example.com").Token(t)}); answer.Get("invitation") == nil {
			t.Errorf("the new link is good for nothing: %s", answer.Body)
		}
	})
}

func TestOwnersAndMastersInvite(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		master, developer, blocked, stranger := w.SignUp(t, "master"), w.SignUp(t, "developer"), w.SignUp(t, "blocked"), w.SignUp(t, "stranger")
		stranger.CreateWorkspace(t, "Elsewhere")
		w.Join(t, s.id, master, member.RoleMASTER)
		w.Assign(t, w.Join(t, s.id, developer, member.RoleDEVELOPER), s.tea)
		done(t, s.owner.Do(t, blockMemberByID, apitest.Vars{"id": w.Join(t, s.id, blocked, member.RoleMASTER)}), "blockMember")
		ids := invitePeople(t, master, s.id, inviteMaster("eva@example.com"), inviteDeveloper("tom@example.com", s.tea))
		for p, code := range map[*apitest.Person]string{
			developer: "FORBIDDEN", blocked: "NOT_FOUND", stranger: "NOT_FOUND", w.Visitor(t): "UNAUTHENTICATED",
		} {
			for mutation, variables := range map[string]apitest.Vars{
				inviteMutation:   {"input": apitest.Vars{"workspaceId": s.id, "invitations": inviteMasters(1, "bob")}},
				resendMutation:   {"id": ids[0]},
				withdrawMutation: {"id": ids[1]},
			} {
				inviteUnchanged(t, w, func() *apitest.Answer {
					answer := p.Do(t, mutation, variables)
					answer.Refused(t, code)
					return answer
				})
			}
		}
		done(t, master.Do(t, resendMutation, apitest.Vars{"id": ids[0]}), "resendInvitation")
		done(t, master.Do(t, withdrawMutation, apitest.Vars{"id": ids[1]}), "withdrawInvitation")
		if answer := s.owner.Do(t, inviteNodeQuery, apitest.Vars{"id": ids[0]}); answer.Get("node.invitedBy.id") != master.ID {
			t.Errorf("not invited by the master: %s", answer.Body)
		}
	})
}
