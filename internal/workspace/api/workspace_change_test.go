package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

func TestOwnersAndMastersRenameAWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for by, given := range map[*apitest.Person]string{c.Owner: "  Cafe\u0301 小店 ", c.Master: strings.Repeat("店", 60)} {
			answer := by.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": given}).Succeeded(t)
			want := strings.ReplaceAll(strings.TrimSpace(given), "e\u0301", "é")
			if answer.Get("renameWorkspace.workspace.name") != want || answer.Get("renameWorkspace.workspace.id") != c.ID {
				t.Errorf("answered %s", answer.Body)
			}
			if got := c.Developer.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": c.ID}).Get("workspace.name"); got != want {
				t.Errorf("the name is %v, not %s", got, want)
			}
		}
		if got := w.Client.Workspace.GetX(t.Context(), c.ForeignID).Name; got != "Elsewhere" {
			t.Errorf("another workspace is called %s", got)
		}
	})
}

func TestANewNameIsRecordedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		rename := func(name string) *apitest.Answer {
			return c.Master.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": name})
		}
		w.WritesNothing(t, "the name that it has", func() { rename("The team").Succeeded(t) })
		rename("Our team").Succeeded(t)
		if event := c.Event(t, "renameWorkspace", c.Master, c.ID); event.Changes != `[{"field":"name","before":"The team","after":"Our team"}]` {
			t.Errorf("recorded %s", event.Changes)
		}
		w.WritesNothing(t, "the same name again", func() { rename("\tOur team ").Succeeded(t) })
	})
}

func TestAnInvalidNameIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for name, want := range map[string]apitest.ExpectedError{
			"":                                 apitest.Expected("BLANK name"),
			" \t\n\u3000":                      apitest.Expected("BLANK name"),
			"a\nb":                             apitest.Expected("INVALID_CHARACTER name", "character", "U+000A"),
			"a\u202Eb":                         apitest.Expected("INVALID_CHARACTER name", "character", "U+202E"),
			"a\x00":                            apitest.Expected("INVALID_CHARACTER name", "character", "U+0000"),
			strings.Repeat("店", 61):            apitest.Expected("TOO_LONG name", "weight", "61", "min", "1", "max", "60"),
			strings.Repeat("n", 61) + "\u200B": apitest.Expected("INVALID_CHARACTER name", "character", "U+200B"),
		} {
			c.ExpectUserErrors(t, c.Owner, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": name}, want)
		}
		input := apitest.Vars{"workspaceId": c.ID, "name": "Taken over"}
		c.ExpectForbidden(t, c.Developer, "renameWorkspace", input, "OWNER", "MASTER")
		w.WritesNothing(t, "a stranger", func() { c.Stranger.Mutate(t, "renameWorkspace", input).Refused(t, "NOT_FOUND") })
	})
}

func TestOwnershipIsTransferredToAnActiveMaster(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		transfer := apitest.Vars{"memberId": c.MasterID, "password": apitest.Password}
		if got := c.Owner.ChangeMember(t, "transferOwnership", transfer); got["role"] != "OWNER" || got["user"].(map[string]any)["id"] != c.Master.ID {
			t.Errorf("the new owner is %v", got)
		}
		hasOneOwner(t, w, c.ID, c.MasterID)
		if got := c.Member(t, c.OwnerID); got.Role != member.RoleMASTER || got.Status != member.StatusACTIVE {
			t.Errorf("the former owner is %v", got)
		}
		event := c.Event(t, "transferOwnership", c.Owner, c.MasterID)
		if want := fmt.Sprintf(`[{"field":"owner","before":%q,"after":%q}]`, c.Owner.ID, c.Master.ID); event.Changes != want {
			t.Errorf("recorded %s, want %s", event.Changes, want)
		}
		c.ExpectForbidden(t, c.Owner, "transferOwnership", transfer, "OWNER")
		c.ExpectForbidden(t, c.Owner, "transferOwnership", apitest.Vars{"memberId": c.OtherMasterID, "password": apitest.Password}, "OWNER")
		c.ExpectForbidden(t, c.Owner, "deleteWorkspace", apitest.Vars{"workspaceId": c.ID}, "OWNER")
		for p, role := range map[*apitest.Person]string{c.Owner: "MASTER", c.Master: "OWNER"} {
			if got := p.Do(t, `query($id: ID!) { workspace(id: $id) { viewerRole } }`, apitest.Vars{"id": c.ID}).Get("workspace.viewerRole"); got != role {
				t.Errorf("the former %s is %v", p.DisplayName, got)
			}
		}
		c.Master.ChangeMember(t, "transferOwnership", apitest.Vars{"memberId": c.OwnerID, "password": apitest.Password})
		hasOneOwner(t, w, c.ID, c.OwnerID)
		hasOneOwner(t, w, c.ForeignID, c.ForeignMemberID)
	})
}

// hasOneOwner makes sure that this member owns the workspace, and nobody besides.
func hasOneOwner(t *testing.T, w *apitest.World, workspaceID, memberID string) {
	t.Helper()
	owners := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.RoleEQ(member.RoleOWNER)).IDsX(t.Context())
	if len(owners) != 1 || owners[0] != memberID {
		t.Errorf("the owners are %q, not %s", owners, memberID)
	}
}

func TestTransferOwnershipReportsEachError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		blank, invalid := apitest.Expected("BLANK password"), apitest.Expected("INVALID_CREDENTIALS password")
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.OtherMasterID))
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.UnassignedID))
		for memberID, errs := range map[string][]apitest.ExpectedError{
			c.MasterID:      nil,
			c.OwnerID:       {apitest.WrongRole("OWNER", "MASTER")},
			c.DeveloperID:   {apitest.WrongRole("DEVELOPER", "MASTER")},
			c.OtherMasterID: {apitest.WrongStatus("BLOCKED", "ACTIVE")},
			c.UnassignedID:  {apitest.WrongStatus("REMOVED", "ACTIVE")},
		} {
			transfer := func(password string) apitest.Vars { return apitest.Vars{"memberId": memberID, "password": password} }
			if errs != nil {
				c.ExpectUserErrors(t, c.Owner, "transferOwnership", transfer(apitest.Password), errs...)
			}
			c.ExpectUserErrors(t, c.Owner, "transferOwnership", transfer(""), append(errs, blank)...)
			c.ExpectUserErrors(t, c.Owner, "transferOwnership", transfer(apitest.WrongPassword), append(errs, invalid)...)
			c.ExpectForbidden(t, c.Master, "transferOwnership", transfer(apitest.Password), "OWNER")
			c.ExpectForbidden(t, c.Developer, "transferOwnership", transfer(apitest.Password), "OWNER")
			w.WritesNothing(t, "a stranger", func() {
				c.Stranger.Mutate(t, "transferOwnership", transfer(apitest.Password)).Refused(t, "NOT_FOUND")
			})
		}
		hasOneOwner(t, w, c.ID, c.OwnerID)
	})
}

func TestAWrongPasswordForATransferCountsAsAFailedSignIn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		transfer := func(password string) apitest.Vars { return apitest.Vars{"memberId": c.MasterID, "password": password} }
		for range 12 {
			c.ExpectForbidden(t, c.OtherMaster, "transferOwnership", transfer(apitest.WrongPassword), "OWNER")
		}
		w.Visitor(t).ExpectSignIn(t, c.OtherMaster.Email, apitest.Password, "") // the role is checked before the password
		invalid := apitest.Expected("INVALID_CREDENTIALS password")
		for range 10 {
			c.ExpectUserErrors(t, c.Owner, "transferOwnership", transfer(apitest.WrongPassword), invalid)
		}
		w.WritesNothing(t, "the right password, too late", func() {
			c.Owner.Mutate(t, "transferOwnership", transfer(apitest.Password)).RateLimited(t, 15*time.Minute)
		})
		w.Visitor(t).ExpectSignIn(t, c.Owner.Email, apitest.Password, "RATE_LIMITED")
		hasOneOwner(t, w, c.ID, c.OwnerID)
		w.Advance(15 * time.Minute)
		c.Owner.ChangeMember(t, "transferOwnership", transfer(apitest.Password))
		hasOneOwner(t, w, c.ID, c.MasterID)
	})
}

func TestAWorkspaceWithMiniProgramsIsNotDeleted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		notEmpty := apitest.Expected("NOT_EMPTY workspaceId", "count", "2")
		c.ExpectUserErrors(t, c.Owner, "deleteWorkspace", apitest.Vars{"workspaceId": c.ID}, notEmpty)
		for _, p := range []*apitest.Person{c.Owner, c.Master, c.Developer} {
			if got := p.VisibleNodes(t, []string{c.ID}); len(got) != 1 {
				t.Errorf("the %s does not see it any more", p.DisplayName)
			}
		}
		for _, p := range []*apitest.Person{c.Master, c.Developer} {
			c.ExpectForbidden(t, p, "deleteWorkspace", apitest.Vars{"workspaceId": c.ID}, "OWNER")
		}
		w.WritesNothing(t, "a stranger", func() {
			c.Stranger.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": c.ID}).Refused(t, "NOT_FOUND")
		})
	})
}

func TestADeletedWorkspaceIsAnsweredLikeAMissingOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, developer, blocked := w.SignUp(t, "owner"), w.SignUp(t, "master"), w.SignUp(t, "developer"), w.SignUp(t, "blocked")
		workspaceID, kept := owner.CreateWorkspace(t, "Doomed"), owner.CreateWorkspace(t, "Kept")
		memberID := w.Join(t, workspaceID, developer, member.RoleDEVELOPER)
		w.Join(t, workspaceID, master, member.RoleMASTER)
		owner.ChangeMember(t, "blockMember", apitest.MemberInput(w.Join(t, workspaceID, blocked, member.RoleDEVELOPER)))
		invitationID := owner.Invite(t, workspaceID, apitest.MasterInvitation("new@example.com"))[0]
		token := w.LetterTo(t, "new@example.com").Token(t)
		owner.Invite(t, workspaceID, apitest.MasterInvitation("unsent@example.com"))
		people := []*apitest.Person{owner, master, developer}
		for _, p := range people {
			p.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": workspaceID}).Succeeded(t)
		}
		rows, events := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID)).CountX(t.Context()), w.Client.AuditEvent.Query().CountX(t.Context())

		answer := owner.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": workspaceID}).Succeeded(t)
		if answer.Get("deleteWorkspace.deletedWorkspaceId") != workspaceID || answer.Get("deleteWorkspace.query.viewer.user.id") != owner.ID {
			t.Errorf("deleted: %s", answer.Body)
		}
		for _, p := range append(people, blocked) {
			isLikeAMissingOne(t, w, p, workspaceID, memberID, invitationID)
		}
		if got := owner.Do(t, `{ viewer { memberships { totalCount nodes { workspace { id } } } } }`, nil); got.Get("viewer.memberships.totalCount") != 1.0 ||
			got.Get("viewer.memberships.nodes.0.workspace.id") != kept {
			t.Errorf("the owner belongs to %s", got.Body)
		}
		w.ExpectNoInvitation(t, token)
		w.WritesNothing(t, "an invalid token", func() { w.ExpectNotAccepted(t, token, "INVALID_TOKEN token") })
		for _, letter := range w.Letters(t) {
			if letter.To == "unsent@example.com" {
				t.Errorf("a mail invites to what is deleted: %s", letter.Text)
			}
		}

		gone := w.Client.Workspace.GetX(t.Context(), workspaceID)
		if gone.DeletedAt == nil || gone.Name != "Doomed" {
			t.Errorf("stored %v", gone)
		}
		if n := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.StatusEQ(member.StatusREMOVED)).CountX(t.Context()); n != rows || n != 4 {
			t.Errorf("%d of %d members are kept as removed", n, rows)
		}
		if n := w.Client.Invitation.Query().Where(invitation.StatusEQ(invitation.StatusWITHDRAWN), invitation.TokenHashIsNil()).CountX(t.Context()); n != 2 {
			t.Errorf("%d invitations are kept as withdrawn", n)
		}
		if n := w.Client.AuditEvent.Query().CountX(t.Context()); n != events+1 {
			t.Errorf("%d events, %d before", n, events)
		}
		event := w.Client.AuditEvent.Query().Where(auditevent.Operation("deleteWorkspace")).OnlyX(t.Context())
		if *event.WorkspaceID != workspaceID || *event.ActorID != owner.ID || event.SubjectID != workspaceID || event.Changes != `[{"field":"name","before":"Doomed"}]` {
			t.Errorf("recorded %v", event)
		}
	})
}

// isLikeAMissingOne makes sure that a former member cannot distinguish a deleted workspace from one that never existed.
func isLikeAMissingOne(t *testing.T, w *apitest.World, p *apitest.Person, workspaceID, memberID, invitationID string) {
	t.Helper()
	if got := p.VisibleNodes(t, []string{workspaceID, memberID, invitationID}); len(got) != 0 {
		t.Errorf("the %s sees %q", p.DisplayName, got)
	}
	answer := p.Do(t, `{ viewer { currentWorkspace { id } memberships { nodes { workspace { id name } } } } }`, nil)
	if len(answer.Errors) != 0 || answer.Get("viewer.currentWorkspace") != nil || strings.Contains(answer.Body, "Doomed") {
		t.Errorf("the %s: %s", p.DisplayName, answer.Body)
	}
	missing := id.New(id.Workspace)
	for name, ask := range map[string]func(at string) *apitest.Answer{
		"workspace": func(at string) *apitest.Answer {
			return p.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": at})
		},
		"chooseWorkspace": func(at string) *apitest.Answer {
			return p.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": at})
		},
		"createMiniProgram": func(at string) *apitest.Answer { return p.Create(t, apitest.CreateInput(at)) },
		"inviteMembers": func(at string) *apitest.Answer {
			return p.RequestInvitations(t, at, apitest.MasterInvitation("other@example.com"))
		},
		"renameWorkspace": func(at string) *apitest.Answer {
			return p.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": at, "name": "Back"})
		},
		"deleteWorkspace": func(at string) *apitest.Answer {
			return p.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": at})
		},
		"leaveWorkspace": func(at string) *apitest.Answer {
			return p.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": at})
		},
	} {
		w.WritesNothing(t, name, func() {
			hidden, never := ask(workspaceID), ask(missing)
			hidden.Refused(t, "NOT_FOUND")
			if hidden.Anonymous() != never.Anonymous() {
				t.Errorf("%s by the %s: %s", name, p.DisplayName, hidden.Body)
			}
		})
	}
	for _, mutation := range []string{"blockMember", "unblockMember", "removeMember"} {
		w.WritesNothing(t, mutation, func() { p.Mutate(t, mutation, apitest.MemberInput(memberID)).Refused(t, "NOT_FOUND") })
	}
	w.WritesNothing(t, "withdrawInvitation", func() {
		p.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": invitationID}).Refused(t, "NOT_FOUND")
	})
}

func TestAWorkspaceIsDeletedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "owner")
		workspaceID := owner.CreateWorkspace(t, "Doomed")
		input := apitest.Vars{"workspaceId": workspaceID}
		owner.Mutate(t, "deleteWorkspace", input).Succeeded(t)
		w.WritesNothing(t, "deleting again", func() { owner.Mutate(t, "deleteWorkspace", input).Refused(t, "NOT_FOUND") })
		another := owner.CreateWorkspace(t, "Doomed")
		if got := owner.VisibleNodes(t, []string{workspaceID, another}); len(got) != 1 || got[0] != another {
			t.Errorf("the owner sees %q", got)
		}
	})
}
