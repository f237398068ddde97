package api_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/apitest"
)

func TestANewcomerSignsUpAndJoinsInOneStep(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		token := s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation("eva@example.com").With("name", "Evelyn"))
		before := w.Now()
		eva, answer := w.AcceptAsNewcomer(t, token, "  Eva ")
		for field, want := range map[string]any{
			"viewer.user.email": "eva@example.com", "viewer.user.displayName": "Eva", "query.viewer.user.id": eva.ID,
			"member.user.id": eva.ID, "member.role": "MASTER", "member.status": "ACTIVE", "member.workspace.id": s.ID,
			"member.workspace.viewerRole": "MASTER", "member.invitedBy.id": s.Owner.ID, "member.miniPrograms.nodes": []any{},
		} {
			if got := answer.Get("acceptInvitation." + field); !reflect.DeepEqual(got, want) {
				t.Errorf("%s is %v, not %v", field, got, want)
			}
		}
		if joined := answer.Time(t, "acceptInvitation.member.joinedAt"); joined.Before(before) || joined.After(w.Now()) {
			t.Errorf("joined at %s", joined)
		}
		if answer.Header.Get("Set-Cookie") == "" {
			t.Error("no cookie")
		}
		eva.ExpectSignedInAs(t, eva.ID)
		w.Visitor(t).ExpectSignIn(t, "eva@example.com", apitest.Password, "")
		eva.CreateMiniProgram(t, s.ID, "新的小店")
		if got := eva.Do(t, `query($id: ID!) { workspace(id: $id) { miniPrograms { nodes { name } } } }`, apitest.Vars{"id": s.ID}).Names(t, "workspace.miniPrograms.nodes"); len(got) != 3 {
			t.Errorf("a master sees %q", got)
		}
		if row := w.Client.Invitation.Query().OnlyX(t.Context()); row.Status != invitation.StatusACCEPTED {
			t.Errorf("the invitation is %s", row.Status)
		}
		w.ExpectNotAccepted(t, token, "INVALID_TOKEN token")
	})
}

func TestADeveloperSeesExactlyTheMiniProgramsOfTheInvitation(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		milk := w.Insert(t, s.ID, apitest.Row{Name: "Milk", CreatedBy: s.Owner})
		foreign := w.Insert(t, s.Owner.CreateWorkspace(t, "Elsewhere"), apitest.Row{Name: "Foreign", CreatedBy: s.Owner})
		tom, answer := w.AcceptAsNewcomer(t, s.Owner.InvitationToken(t, s.ID, apitest.DeveloperInvitation("tom@example.com", milk, s.Coffee)), "Tom")
		want := []string{"Coffee", "Milk"}
		if got := answer.Names(t, "acceptInvitation.member.miniPrograms.nodes"); answer.Get("acceptInvitation.member.role") != "DEVELOPER" || !slices.Equal(got, want) {
			t.Errorf("joined: %s", answer.Body)
		}
		seen := tom.Do(t, `query($id: ID!) { workspace(id: $id) { viewerRole miniPrograms { totalCount nodes { name } } } }`, apitest.Vars{"id": s.ID})
		got := seen.Names(t, "workspace.miniPrograms.nodes")
		if slices.Sort(got); !slices.Equal(got, want) || seen.Get("workspace.viewerRole") != "DEVELOPER" || seen.Get("workspace.miniPrograms.totalCount") != 2.0 {
			t.Errorf("the developer sees %s", seen.Body)
		}
		for _, hidden := range []string{s.Tea, foreign} {
			tom.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": hidden}).Refused(t, "NOT_FOUND")
		}
		tom.Create(t, apitest.CreateInput(s.ID)).Refused(t, "FORBIDDEN")
	})
}

func TestAcceptingValidatesTheNewAccount(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		token := s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation("eva@example.com"))
		good := apitest.Acceptance(token, apitest.Password, "Eva")
		for _, c := range []struct {
			input apitest.Vars
			want  []string
		}{
			{apitest.Vars{"token": token}, []string{"BLANK password", "BLANK displayName"}},
			{apitest.Vars{"token": token, "password": nil, "displayName": nil}, []string{"BLANK password", "BLANK displayName"}},
			{good.With("password", ""), []string{"BLANK password"}},
			{good.With("password", "seven b"), []string{"TOO_SHORT password"}},
			{good.With("password", "Password"), []string{"TOO_COMMON password"}},
			{good.With("password", strings.Repeat("x", 257)), []string{"TOO_LONG password"}},
			{good.With("displayName", " \n"), []string{"BLANK displayName"}},
			{good.With("displayName", "E\x00va"), []string{"INVALID_CHARACTER displayName"}},
			{good.With("displayName", strings.Repeat("王", 61)), []string{"TOO_LONG displayName"}},
			{apitest.Acceptance(token, "short", ""), []string{"TOO_SHORT password", "BLANK displayName"}},
			{apitest.Acceptance("", "short", ""), []string{"BLANK token", "TOO_SHORT password", "BLANK displayName"}},
			{apitest.Acceptance("x", "short", ""), []string{"INVALID_TOKEN token", "TOO_SHORT password", "BLANK displayName"}},
			{apitest.Vars{"token": ""}, []string{"BLANK token"}},
			{apitest.Vars{"token": "x"}, []string{"INVALID_TOKEN token"}},
		} {
			visitor := w.Visitor(t)
			answer := w.Unchanged(t, func() *apitest.Answer { return visitor.Mutate(t, "acceptInvitation", c.input) })
			answer.HasUserErrors(t, c.want...)
			if path := answer.UserErrors(t, "acceptInvitation.userErrors")[0].Path; len(path) != 2 || path[0] != "input" {
				t.Errorf("path %q", path)
			}
			visitor.ExpectSignedOut(t)
		}
		w.AcceptAsNewcomer(t, token, strings.Repeat("王", 60))
	})
}

func TestASignedInUserWithTheAddressJoinsAndKeepsTheAccount(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva, tom := w.SignUp(t, "eva"), w.SignUp(t, "tom")
		for p, input := range map[*apitest.Person]apitest.Vars{
			eva: apitest.Acceptance(s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation(eva.Email)), "x", "\x00"),
			tom: {"token": s.Owner.InvitationToken(t, s.ID, apitest.DeveloperInvitation(tom.Email, s.Tea))},
		} {
			cookie, hash := p.Cookie(t).Value, p.PasswordHash(t)
			answer := p.Mutate(t, "acceptInvitation", input).Succeeded(t)
			if answer.Get("acceptInvitation.member.user.id") != p.ID || answer.Get("acceptInvitation.viewer.user.id") != p.ID ||
				answer.Get("acceptInvitation.member.user.displayName") != p.DisplayName || answer.Get("acceptInvitation.member.workspace.name") != "Coffee House" {
				t.Errorf("joined: %s", answer.Body)
			}
			if p.Cookie(t).Value != cookie || p.PasswordHash(t) != hash {
				t.Error("the session or the password is another")
			}
			w.Visitor(t).ExpectSignIn(t, p.Email, apitest.Password, "")
			if again := p.Mutate(t, "acceptInvitation", input); !slices.Equal(again.UserErrorCodes(t), []string{"INVALID_TOKEN token"}) {
				t.Errorf("a token worked twice: %s", again.Body)
			}
		}
		if n := w.Client.User.Query().CountX(t.Context()); n != 3 {
			t.Errorf("%d accounts", n)
		}
	})
}

func TestAnInvitationIsForItsAddressOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva, thief := w.SignUp(t, "eva"), w.SignUp(t, "thief")
		anew, known := s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation("new@example.com")), s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation(eva.Email))
		for _, token := range []string{anew, known} {
			for _, p := range []*apitest.Person{thief, s.Owner} {
				answer := w.Unchanged(t, func() *apitest.Answer {
					return p.Mutate(t, "acceptInvitation", apitest.Acceptance(token, apitest.Password, "Eva"))
				})
				answer.HasUserErrors(t, "OTHER_ACCOUNT token")
				p.ExpectSignedInAs(t, p.ID)
			}
			w.ExpectOpenInvitation(t, token)
		}
		thief.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": s.ID}).Refused(t, "NOT_FOUND")
		w.AcceptAsNewcomer(t, anew, "New")
		eva.Mutate(t, "acceptInvitation", apitest.Vars{"token": known}).Succeeded(t)
	})
}

func TestAUserWithAnAccountMustSignInBeforeAccepting(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva := w.SignUp(t, "eva")
		token := s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation(eva.Email))
		hash := eva.PasswordHash(t)
		visitor := w.Visitor(t)
		for _, input := range []apitest.Vars{apitest.Acceptance(token, "a password of a thief", "Thief"), apitest.Acceptance(token, apitest.Password, "eva"), {"token": token}} {
			answer := w.Unchanged(t, func() *apitest.Answer { return visitor.Mutate(t, "acceptInvitation", input) })
			answer.HasUserErrors(t, "SIGN_IN_REQUIRED")
			if path := answer.UserErrors(t, "acceptInvitation.userErrors")[0].Path; len(path) != 0 {
				t.Errorf("path %q", path)
			}
			visitor.ExpectSignedOut(t)
		}
		if eva.PasswordHash(t) != hash {
			t.Error("the password is another")
		}
		visitor.ID, visitor.Email = eva.ID, eva.Email
		visitor.SignIn(t)
		visitor.Mutate(t, "acceptInvitation", apitest.Vars{"token": token}).Succeeded(t)
	})
}

func TestAnInvitationTokenWorksForOneOfManySimultaneousRequests(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva := w.SignUp(t, "eva")
		people := []*apitest.Person{eva, eva.Elsewhere(t), eva.Elsewhere(t), eva.Elsewhere(t)}
		anew, known := s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation("new@example.com")), s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation(eva.Email))
		for name, answers := range map[string][]*apitest.Answer{
			"a new account": apitest.AtOnce(8, func(i int) *apitest.Answer {
				return w.Visitor(t).Mutate(t, "acceptInvitation", apitest.Acceptance(anew, apitest.Password, fmt.Sprintf("Number %d", i)))
			}),
			"an account": apitest.AtOnce(len(people), func(i int) *apitest.Answer {
				return people[i].Mutate(t, "acceptInvitation", apitest.Vars{"token": known})
			}),
		} {
			joined := 0
			for _, answer := range answers {
				switch got := answer.UserErrorCodes(t); {
				case len(got) == 0:
					joined++
				case !slices.Equal(got, []string{"INVALID_TOKEN token"}) && !slices.Equal(got, []string{"SIGN_IN_REQUIRED"}):
					t.Errorf("%s: %s", name, answer.Body)
				default:
					answer.HasUserErrors(t, got...)
				}
			}
			if joined != 1 {
				t.Errorf("%s: %d have joined", name, joined)
			}
		}
		if users, members := w.Client.User.Query().CountX(t.Context()), w.Client.Member.Query().CountX(t.Context()); users != 3 || members != 3 {
			t.Errorf("%d accounts, %d members, not 3 each", users, members)
		}
	})
}

func TestOneOfTwoInvitationsAcceptedAtOnceCreatesTheAccount(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		tokens := []string{
			s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation("eva@example.com")),
			s.Owner.InvitationToken(t, s.Owner.CreateWorkspace(t, "Elsewhere"), apitest.MasterInvitation("eva@example.com")),
		}
		people := []*apitest.Person{w.Visitor(t), w.Visitor(t)}
		answers := apitest.AtOnce(2, func(i int) *apitest.Answer {
			return people[i].Mutate(t, "acceptInvitation", apitest.Acceptance(tokens[i], apitest.Password, "Eva"))
		})
		first := 0
		if len(answers[0].UserErrorCodes(t)) != 0 {
			first = 1
		}
		answers[first].Succeeded(t)
		answers[1-first].HasUserErrors(t, "SIGN_IN_REQUIRED")
		people[1-first].ExpectSignedOut(t)
		if n := w.Client.User.Query().Where(user.Email("eva@example.com")).CountX(t.Context()); n != 1 {
			t.Errorf("%d accounts", n)
		}
		people[first].Mutate(t, "acceptInvitation", apitest.Vars{"token": tokens[1-first]}).Succeeded(t)
	})
}

func TestARemovedMemberRejoinsWithTheSameMembership(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		master := w.SignUp(t, "master")
		w.Join(t, s.ID, master, member.RoleMASTER)
		eva, first := w.AcceptAsNewcomer(t, s.Owner.InvitationToken(t, s.ID, apitest.DeveloperInvitation("eva@example.com", s.Tea)), "Eva")
		memberID := first.String(t, "acceptInvitation.member.id")
		for _, c := range []struct {
			by       *apitest.Person
			one      apitest.Vars
			assigned []string
		}{
			{master, apitest.DeveloperInvitation(eva.Email, s.Coffee), []string{"Coffee"}},
			{s.Owner, apitest.MasterInvitation(eva.Email), []string{}},
			{master, apitest.DeveloperInvitation(eva.Email, s.Tea, s.Coffee), []string{"Coffee", "Tea"}},
		} {
			s.Owner.Mutate(t, "removeMember", apitest.Vars{"memberId": memberID}).Succeeded(t)
			eva.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": s.ID}).Refused(t, "NOT_FOUND")
			w.Advance(time.Minute)
			token, before := c.by.InvitationToken(t, s.ID, c.one), w.Now()
			answer := eva.Mutate(t, "acceptInvitation", apitest.Vars{"token": token}).Succeeded(t)
			joined := answer.Time(t, "acceptInvitation.member.joinedAt")
			if answer.Get("acceptInvitation.member.id") != memberID || answer.Get("acceptInvitation.member.role") != c.one["role"] ||
				answer.Get("acceptInvitation.member.status") != "ACTIVE" || answer.Get("acceptInvitation.member.invitedBy.id") != c.by.ID ||
				joined.Before(before) || joined.After(w.Now()) {
				t.Errorf("back as %v: %s", c.one, answer.Body)
			}
			if got := answer.Names(t, "acceptInvitation.member.miniPrograms.nodes"); !slices.Equal(got, c.assigned) {
				t.Errorf("assigned to %q, not to %q", got, c.assigned)
			}
		}
		if n := w.Client.Member.Query().Where(member.UserID(eva.ID)).CountX(t.Context()); n != 1 {
			t.Errorf("%d places", n)
		}
	})
}

func TestNobodyCanJoinADeletedWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		workspaceID := ann.CreateWorkspace(t, "Soon gone")
		anew, known := ann.InvitationToken(t, workspaceID, apitest.MasterInvitation("new@example.com")), ann.InvitationToken(t, workspaceID, apitest.MasterInvitation(eva.Email))
		ann.Invite(t, workspaceID, apitest.MasterInvitation("late@example.com"))
		ann.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": workspaceID}).Succeeded(t)
		for p, token := range map[*apitest.Person]string{w.Visitor(t): anew, eva: known} {
			w.ExpectNoInvitation(t, token)
			answer := w.Unchanged(t, func() *apitest.Answer {
				return p.Mutate(t, "acceptInvitation", apitest.Acceptance(token, apitest.Password, "Eva"))
			})
			answer.HasUserErrors(t, "INVALID_TOKEN token")
		}
		if letters := w.Letters(t); len(letters) != 2 || w.WaitingMails(t) != 0 {
			t.Errorf("a mail to a workspace that is gone: %v", letters)
		}
	})
}

func TestAMemberWithAnotherAddressCannotAcceptAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		eva, blocked := w.SignUp(t, "eva"), w.SignUp(t, "blocked")
		w.Assign(t, w.Join(t, s.ID, eva, member.RoleDEVELOPER), s.Tea)
		s.Owner.Mutate(t, "blockMember", apitest.Vars{"memberId": w.Join(t, s.ID, blocked, member.RoleMASTER)}).Succeeded(t)
		for p, address := range map[*apitest.Person]string{eva: "other@example.com", blocked: "free@example.com"} {
			token := s.Owner.InvitationToken(t, s.ID, apitest.MasterInvitation(address))
			w.Client.User.UpdateOneID(p.ID).SetEmail(address).ExecX(t.Context())
			w.Unchanged(t, func() *apitest.Answer { return p.Mutate(t, "acceptInvitation", apitest.Vars{"token": token}) }).HasUserErrors(t, "ALREADY_MEMBER token")
			w.ExpectOpenInvitation(t, token)
		}
		blocked.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": s.ID}).Refused(t, "NOT_FOUND")
	})
}
