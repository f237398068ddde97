package graph_test

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

const acceptMutation = `mutation($input: AcceptInvitationInput!) {
	acceptInvitation(input: $input) {
		member {
			id role status joinedAt user { id email displayName } workspace { id name viewerRole } invitedBy { id displayName } miniPrograms { id name }
		}
		viewer { user { id email displayName } }
		query { viewer { user { id } } }
		userErrors { code path message messageKey messageParams { name value } }
	}
}`

func acceptInput(token, password, displayName string) apitest.Vars {
	return apitest.Vars{"token": token, "password": password, "displayName": displayName}
}

func acceptPlace(t *testing.T, p *apitest.Person, input apitest.Vars) *apitest.Answer {
	t.Helper()
	return p.Do(t, acceptMutation, apitest.Vars{"input": input})
}

// acceptsAnew takes an invitation's place with a new account, and returns who has it, signed in, and the answer.
func acceptsAnew(t *testing.T, w *apitest.World, token, name string) (*apitest.Person, *apitest.Answer) {
	t.Helper()
	p := w.Visitor(t)
	answer := acceptPlace(t, p, acceptInput(token, apitest.Password, name))
	done(t, answer, "acceptInvitation")
	p.ID, p.Email = answer.String(t, "acceptInvitation.viewer.user.id"), answer.String(t, "acceptInvitation.viewer.user.email")
	p.DisplayName = name
	return p, answer
}

// acceptRefused makes sure that an answer has these mistakes, and neither a member nor a session.
func acceptRefused(t *testing.T, answer *apitest.Answer, want ...string) {
	t.Helper()
	if got := mistakes(t, answer, "acceptInvitation"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q: %s", got, want, answer.Body)
	}
	if answer.Get("acceptInvitation.member") != nil || answer.Get("acceptInvitation.viewer") != nil || answer.Header.Get("Set-Cookie") != "" {
		t.Errorf("refused, and yet: %s, cookie %q", answer.Body, answer.Header.Get("Set-Cookie"))
	}
}

// acceptsNothing makes sure that a token gets whoever is signed out no place.
func acceptsNothing(t *testing.T, visitor *apitest.Person, token, want string) {
	t.Helper()
	acceptRefused(t, acceptPlace(t, visitor, acceptInput(token, "a password of a thief", "Thief")), want)
	isSignedOut(t, visitor)
}

// acceptNames returns the names of the nodes at a path.
func acceptNames(t *testing.T, answer *apitest.Answer, path string) []string {
	t.Helper()
	names := []string{}
	for i := range answer.List(t, path) {
		names = append(names, answer.String(t, fmt.Sprintf("%s.%d.name", path, i)))
	}
	return names
}

func TestWhoeverHasNoAccountSignsUpAndJoinsInOneStep(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		token := invitedToken(t, w, s.owner, s.id, inviteMaster("eva@example.com").With("name", "Evelyn"))
		before := w.Now()
		eva, answer := acceptsAnew(t, w, token, "  Eva ")
		for field, want := range map[string]any{
			"viewer.user.email": "eva@example.com", "viewer.user.displayName": "Eva", "query.viewer.user.id": eva.ID,
			"member.user.id": eva.ID, "member.role": "MASTER", "member.status": "ACTIVE", "member.workspace.id": s.id,
			"member.workspace.viewerRole": "MASTER", "member.invitedBy.id": s.owner.ID, "member.miniPrograms": []any{},
		} {
			if got := answer.Get("acceptInvitation." + field); !reflect.DeepEqual(got, want) {
				t.Errorf("%s is %v, not %v", field, got, want)
			}
		}
		if joined := inviteTime(t, answer, "acceptInvitation.member.joinedAt"); joined.Before(before) || joined.After(w.Now()) {
			t.Errorf("joined at %s", joined)
		}
		if answer.Header.Get("Set-Cookie") == "" {
			t.Error("no cookie")
		}
		isSignedInAs(t, eva, eva.ID)
		tries(t, w.Visitor(t), "eva@example.com", apitest.Password, "")
		eva.CreateMiniProgram(t, s.id, "新的小店")
		if got := acceptNames(t, eva.Do(t, `query($id: ID!) { workspace(id: $id) { miniPrograms { nodes { name } } } }`, apitest.Vars{"id": s.id}),
			"workspace.miniPrograms.nodes"); len(got) != 3 {
			t.Errorf("a master sees %q", got)
		}
		if row := w.Client.Invitation.Query().OnlyX(t.Context()); row.Status != invitation.StatusACCEPTED {
			t.Errorf("the invitation is %s", row.Status)
		}
		acceptsNothing(t, w.Visitor(t), token, "INVALID_TOKEN token")
	})
}

func TestADeveloperSeesExactlyWhatTheInvitationIsTo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		milk := w.Insert(t, s.id, apitest.Row{Name: "Milk", CreatedBy: s.owner})
		foreign := w.Insert(t, s.owner.CreateWorkspace(t, "Elsewhere"), apitest.Row{Name: "Foreign", CreatedBy: s.owner})
		tom, answer := acceptsAnew(t, w, invitedToken(t, w, s.owner, s.id, inviteDeveloper("tom@example.com", milk, s.coffee)), "Tom")
		want := []string{"Coffee", "Milk"}
		if got := acceptNames(t, answer, "acceptInvitation.member.miniPrograms"); answer.Get("acceptInvitation.member.role") != "DEVELOPER" || !slices.Equal(got, want) {
			t.Errorf("joined: %s", answer.Body)
		}
		seen := tom.Do(t, `query($id: ID!) { workspace(id: $id) { viewerRole miniPrograms { totalCount nodes { name } } } }`, apitest.Vars{"id": s.id})
		got := acceptNames(t, seen, "workspace.miniPrograms.nodes")
		if slices.Sort(got); !slices.Equal(got, want) || seen.Get("workspace.viewerRole") != "DEVELOPER" || seen.Get("workspace.miniPrograms.totalCount") != 2.0 {
			t.Errorf("the developer sees %s", seen.Body)
		}
		for _, hidden := range []string{s.tea, foreign} {
			tom.Do(t, apitest.MiniProgramQuery, apitest.Vars{"id": hidden}).Refused(t, "NOT_FOUND")
		}
		tom.Create(t, apitest.CreateInput(s.id)).Refused(t, "FORBIDDEN")
	})
}

func TestAcceptingJudgesWhatANewAccountIsMadeOf(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		token := invitedToken(t, w, s.owner, s.id, inviteMaster("eva@example.com"))
		good := acceptInput(token, apitest.Password, "Eva")
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
			{good.With("displayName", "E\x00va"), []string{"INVALID_FORMAT displayName"}},
			{good.With("displayName", strings.Repeat("王", 61)), []string{"TOO_LONG displayName"}},
			{acceptInput(token, "short", ""), []string{"TOO_SHORT password", "BLANK displayName"}},
			{acceptInput("", "short", ""), []string{"BLANK token", "TOO_SHORT password", "BLANK displayName"}},
			{acceptInput("x", "short", ""), []string{"INVALID_TOKEN token", "TOO_SHORT password", "BLANK displayName"}},
			{apitest.Vars{"token": ""}, []string{"BLANK token"}},
			{apitest.Vars{"token": "x"}, []string{"INVALID_TOKEN token"}},
		} {
			visitor := w.Visitor(t)
			answer := inviteUnchanged(t, w, func() *apitest.Answer { return acceptPlace(t, visitor, c.input) })
			acceptRefused(t, answer, c.want...)
			if path := answer.UserErrors(t, "acceptInvitation.userErrors")[0].Path; len(path) != 2 || path[0] != "input" {
				t.Errorf("path %q", path)
			}
			isSignedOut(t, visitor)
		}
		acceptsAnew(t, w, token, strings.Repeat("王", 60))
	})
}

func TestWhoeverIsSignedInWithTheAddressJoinsAndKeepsTheAccount(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		eva, tom := w.SignUp(t, "eva"), w.SignUp(t, "tom")
		for p, input := range map[*apitest.Person]apitest.Vars{
			eva: acceptInput(invitedToken(t, w, s.owner, s.id, inviteMaster(eva.Email)), "x", "\x00"),
			tom: {"token": invitedToken(t, w, s.owner, s.id, inviteDeveloper(tom.Email, s.tea))},
		} {
			cookie, hash := p.Cookie(t).Value, hashOf(t, w, p)
			answer := acceptPlace(t, p, input)
			done(t, answer, "acceptInvitation")
			if answer.Get("acceptInvitation.member.user.id") != p.ID || answer.Get("acceptInvitation.viewer.user.id") != p.ID ||
				answer.Get("acceptInvitation.member.user.displayName") != p.DisplayName || answer.Get("acceptInvitation.member.workspace.name") != "Coffee House" {
				t.Errorf("joined: %s", answer.Body)
			}
			if p.Cookie(t).Value != cookie || hashOf(t, w, p) != hash {
				t.Error("the session or the password is another")
			}
			tries(t, w.Visitor(t), p.Email, apitest.Password, "")
			if again := acceptPlace(t, p, input); !slices.Equal(mistakes(t, again, "acceptInvitation"), []string{"INVALID_TOKEN token"}) {
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
		s := newInviting(t, w)
		eva, thief := w.SignUp(t, "eva"), w.SignUp(t, "thief")
		anew, known := invitedToken(t, w, s.owner, s.id, inviteMaster("new@example.com")), invitedToken(t, w, s.owner, s.id, inviteMaster(eva.Email))
		for _, token := range []string{anew, known} {
			for _, p := range []*apitest.Person{thief, s.owner} {
				answer := inviteUnchanged(t, w, func() *apitest.Answer { return acceptPlace(t, p, acceptInput(token, apitest.Password, "Eva")) })
				acceptRefused(t, answer, "OTHER_ACCOUNT token")
				isSignedInAs(t, p, p.ID)
			}
			isOpenStill(t, w, token)
		}
		thief.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": s.id}).Refused(t, "NOT_FOUND")
		acceptsAnew(t, w, anew, "New")
		done(t, acceptPlace(t, eva, apitest.Vars{"token": known}), "acceptInvitation")
	})
}

func TestWhoeverHasAnAccountSignsInBeforeAccepting(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		eva := w.SignUp(t, "eva")
		token := invitedToken(t, w, s.owner, s.id, inviteMaster(eva.Email))
		hash := hashOf(t, w, eva)
		visitor := w.Visitor(t)
		for _, input := range []apitest.Vars{acceptInput(token, "a password of a thief", "Thief"), acceptInput(token, apitest.Password, "eva"), {"token": token}} {
			answer := inviteUnchanged(t, w, func() *apitest.Answer { return acceptPlace(t, visitor, input) })
			acceptRefused(t, answer, "SIGN_IN_REQUIRED")
			if path := answer.UserErrors(t, "acceptInvitation.userErrors")[0].Path; len(path) != 0 {
				t.Errorf("path %q", path)
			}
			isSignedOut(t, visitor)
		}
		if hashOf(t, w, eva) != hash {
			t.Error("the password is another")
		}
		visitor.ID, visitor.Email = eva.ID, eva.Email
		visitor.SignIn(t)
		done(t, acceptPlace(t, visitor, apitest.Vars{"token": token}), "acceptInvitation")
	})
}

func TestATokenOfAnInvitationWorksOnceAlsoForManyAtOnce(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		eva := w.SignUp(t, "eva")
		people := []*apitest.Person{eva, eva.Elsewhere(t), eva.Elsewhere(t), eva.Elsewhere(t)}
		anew, known := invitedToken(t, w, s.owner, s.id, inviteMaster("new@example.com")), invitedToken(t, w, s.owner, s.id, inviteMaster(eva.Email))
		for name, answers := range map[string][]*apitest.Answer{
			"a new account": apitest.AtOnce(8, func(i int) *apitest.Answer {
				return acceptPlace(t, w.Visitor(t), acceptInput(anew, apitest.Password, fmt.Sprintf("Number %d", i)))
			}),
			"an account": apitest.AtOnce(len(people), func(i int) *apitest.Answer { return acceptPlace(t, people[i], apitest.Vars{"token": known}) }),
		} {
			joined := 0
			for _, answer := range answers {
				switch got := mistakes(t, answer, "acceptInvitation"); {
				case len(got) == 0:
					joined++
				case !slices.Equal(got, []string{"INVALID_TOKEN token"}) && !slices.Equal(got, []string{"SIGN_IN_REQUIRED"}):
					t.Errorf("%s: %s", name, answer.Body)
				default:
					acceptRefused(t, answer, got...)
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

func TestOfTwoInvitationsAcceptedAtOnceOneMakesTheAccount(t *testing.T) {
	apitest.RunWith(t, crowded, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		tokens := []string{
			invitedToken(t, w, s.owner, s.id, inviteMaster("eva@example.com")),
			invitedToken(t, w, s.owner, s.owner.CreateWorkspace(t, "Elsewhere"), inviteMaster("eva@example.com")),
		}
		people := []*apitest.Person{w.Visitor(t), w.Visitor(t)}
		answers := apitest.AtOnce(2, func(i int) *apitest.Answer {
			return acceptPlace(t, people[i], acceptInput(tokens[i], apitest.Password, "Eva"))
		})
		first := 0
		if len(mistakes(t, answers[0], "acceptInvitation")) != 0 {
			first = 1
		}
		done(t, answers[first], "acceptInvitation")
		acceptRefused(t, answers[1-first], "SIGN_IN_REQUIRED")
		isSignedOut(t, people[1-first])
		if n := w.Client.User.Query().Where(user.Email("eva@example.com")).CountX(t.Context()); n != 1 {
			t.Errorf("%d accounts", n)
		}
		done(t, acceptPlace(t, people[first], apitest.Vars{"token": tokens[1-first]}), "acceptInvitation")
	})
}

func TestWhoeverWasRemovedComesBackToTheSamePlace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		master := w.SignUp(t, "master")
		w.Join(t, s.id, master, member.RoleMASTER)
		eva, first := acceptsAnew(t, w, invitedToken(t, w, s.owner, s.id, inviteDeveloper("eva@example.com", s.tea)), "Eva")
		memberID := first.String(t, "acceptInvitation.member.id")
		for _, c := range []struct {
			by       *apitest.Person
			one      apitest.Vars
			assigned []string
		}{
			{master, inviteDeveloper(eva.Email, s.coffee), []string{"Coffee"}},
			{s.owner, inviteMaster(eva.Email), []string{}},
			{master, inviteDeveloper(eva.Email, s.tea, s.coffee), []string{"Coffee", "Tea"}},
		} {
			done(t, s.owner.Do(t, removeMemberByID, apitest.Vars{"id": memberID}), "removeMember")
			eva.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": s.id}).Refused(t, "NOT_FOUND")
			w.Advance(time.Minute)
			token, before := invitedToken(t, w, c.by, s.id, c.one), w.Now()
			answer := acceptPlace(t, eva, apitest.Vars{"token": token})
			done(t, answer, "acceptInvitation")
			joined := inviteTime(t, answer, "acceptInvitation.member.joinedAt")
			if answer.Get("acceptInvitation.member.id") != memberID || answer.Get("acceptInvitation.member.role") != c.one["role"] ||
				answer.Get("acceptInvitation.member.status") != "ACTIVE" || answer.Get("acceptInvitation.member.invitedBy.id") != c.by.ID ||
				joined.Before(before) || joined.After(w.Now()) {
				t.Errorf("back as %v: %s", c.one, answer.Body)
			}
			if got := acceptNames(t, answer, "acceptInvitation.member.miniPrograms"); !slices.Equal(got, c.assigned) {
				t.Errorf("assigned to %q, not to %q", got, c.assigned)
			}
		}
		if n := w.Client.Member.Query().Where(member.UserID(eva.ID)).CountX(t.Context()); n != 1 {
			t.Errorf("%d places", n)
		}
	})
}

func TestADeletedWorkspaceIsJoinedByNobody(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, eva := w.SignUp(t, "ann"), w.SignUp(t, "eva")
		workspaceID := ann.CreateWorkspace(t, "Soon gone")
		anew, known := invitedToken(t, w, ann, workspaceID, inviteMaster("new@example.com")), invitedToken(t, w, ann, workspaceID, inviteMaster(eva.Email))
		invitePeople(t, ann, workspaceID, inviteMaster("late@example.com"))
		done(t, ann.Do(t, `mutation($id: ID!) { deleteWorkspace(input: {workspaceId: $id}) { deletedWorkspaceId userErrors { code path } } }`,
			apitest.Vars{"id": workspaceID}), "deleteWorkspace")
		for p, token := range map[*apitest.Person]string{w.Visitor(t): anew, eva: known} {
			offersNothing(t, w, token)
			answer := inviteUnchanged(t, w, func() *apitest.Answer { return acceptPlace(t, p, acceptInput(token, apitest.Password, "Eva")) })
			acceptRefused(t, answer, "INVALID_TOKEN token")
		}
		if letters := w.Letters(t); len(letters) != 2 || waiting(t, w) != 0 {
			t.Errorf("a mail to a workspace that is gone: %v", letters)
		}
	})
}

func TestAMemberWithAnotherAddressCannotAcceptAgain(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		eva, blocked := w.SignUp(t, "eva"), w.SignUp(t, "blocked")
		w.Assign(t, w.Join(t, s.id, eva, member.RoleDEVELOPER), s.tea)
		done(t, s.owner.Do(t, blockMemberByID, apitest.Vars{"id": w.Join(t, s.id, blocked, member.RoleMASTER)}), "blockMember")
		for p, address := range map[*apitest.Person]string{eva: "other@example.com", blocked: "free@example.com"} {
			token := invitedToken(t, w, s.owner, s.id, inviteMaster(address))
			w.Client.User.UpdateOneID(p.ID).SetEmail(address).ExecX(t.Context())
			answer := inviteUnchanged(t, w, func() *apitest.Answer { return acceptPlace(t, p, apitest.Vars{"token": token}) })
			acceptRefused(t, answer, "ALREADY_MEMBER token")
			isOpenStill(t, w, token)
		}
		blocked.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": s.id}).Refused(t, "NOT_FOUND")
	})
}
