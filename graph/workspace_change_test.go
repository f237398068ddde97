package graph_test

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
		c := newChangeTeam(t, w)
		for by, given := range map[*apitest.Person]string{c.owner: "  Cafe\u0301 小店 ", c.master: strings.Repeat("店", 60)} {
			answer := changes(t, by, "renameWorkspace", apitest.Vars{"workspaceId": c.id, "name": given})
			done(t, answer, "renameWorkspace")
			want := strings.ReplaceAll(strings.TrimSpace(given), "e\u0301", "é")
			if answer.Get("renameWorkspace.workspace.name") != want || answer.Get("renameWorkspace.workspace.id") != c.id {
				t.Errorf("answered %s", answer.Body)
			}
			if got := c.developer.Do(t, `query($id: ID!) { workspace(id: $id) { name } }`, apitest.Vars{"id": c.id}).Get("workspace.name"); got != want {
				t.Errorf("the name is %v, not %s", got, want)
			}
		}
		if got := w.Client.Workspace.GetX(t.Context(), c.foreignID).Name; got != "Elsewhere" {
			t.Errorf("another workspace is called %s", got)
		}
	})
}

func TestANewNameIsNotedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		rename := func(name string) *apitest.Answer {
			return changes(t, c.master, "renameWorkspace", apitest.Vars{"workspaceId": c.id, "name": name})
		}
		writesNothing(t, w, "the name that it has", func() { done(t, rename("The team"), "renameWorkspace") })
		done(t, rename("Our team"), "renameWorkspace")
		if event := c.noted(t, "renameWorkspace", c.master, c.id); event.Changes != `[{"field":"name","before":"The team","after":"Our team"}]` {
			t.Errorf("noted %s", event.Changes)
		}
		writesNothing(t, w, "the same name again", func() { done(t, rename("\tOur team "), "renameWorkspace") })
	})
}

func TestANameThatCannotBeIsRefused(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		for name, want := range map[string]changeMistake{
			"":                                 {"BLANK name", map[string]string{}},
			" \t\n\u3000":                      {"BLANK name", map[string]string{}},
			"a\nb":                             {"INVALID_CHARACTER name", map[string]string{"character": "U+000A"}},
			"a\u202Eb":                         {"INVALID_CHARACTER name", map[string]string{"character": "U+202E"}},
			"a\x00":                            {"INVALID_CHARACTER name", map[string]string{"character": "U+0000"}},
			strings.Repeat("店", 61):            {"TOO_LONG name", map[string]string{"weight": "61", "min": "1", "max": "60"}},
			strings.Repeat("n", 61) + "\u200B": {"INVALID_CHARACTER name", map[string]string{"character": "U+200B"}},
		} {
			c.isRefused(t, c.owner, "renameWorkspace", apitest.Vars{"workspaceId": c.id, "name": name}, want)
		}
		input := apitest.Vars{"workspaceId": c.id, "name": "Taken over"}
		c.isForbidden(t, c.developer, "renameWorkspace", input, "OWNER", "MASTER")
		writesNothing(t, w, "a stranger", func() { changes(t, c.stranger, "renameWorkspace", input).Refused(t, "NOT_FOUND") })
	})
}

func TestOwnershipIsHandedToAnActiveMaster(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		transfer := apitest.Vars{"memberId": c.masterID, "password": apitest.Password}
		if got := changed(t, c.owner, "transferOwnership", transfer); got["role"] != "OWNER" || got["user"].(map[string]any)["id"] != c.master.ID {
			t.Errorf("the new owner is %v", got)
		}
		hasOneOwner(t, w, c.id, c.masterID)
		if got := c.member(t, c.ownerID); got.Role != member.RoleMASTER || got.Status != member.StatusACTIVE {
			t.Errorf("the former owner is %v", got)
		}
		event := c.noted(t, "transferOwnership", c.owner, c.masterID)
		if want := fmt.Sprintf(`[{"field":"owner","before":%q,"after":%q}]`, c.owner.ID, c.master.ID); event.Changes != want {
			t.Errorf("noted %s, want %s", event.Changes, want)
		}
		c.isForbidden(t, c.owner, "transferOwnership", transfer, "OWNER")
		c.isForbidden(t, c.owner, "transferOwnership", apitest.Vars{"memberId": c.otherID, "password": apitest.Password}, "OWNER")
		c.isForbidden(t, c.owner, "deleteWorkspace", apitest.Vars{"workspaceId": c.id}, "OWNER")
		for p, role := range map[*apitest.Person]string{c.owner: "MASTER", c.master: "OWNER"} {
			if got := p.Do(t, `query($id: ID!) { workspace(id: $id) { viewerRole } }`, apitest.Vars{"id": c.id}).Get("workspace.viewerRole"); got != role {
				t.Errorf("the former %s is %v", p.DisplayName, got)
			}
		}
		changed(t, c.master, "transferOwnership", apitest.Vars{"memberId": c.ownerID, "password": apitest.Password})
		hasOneOwner(t, w, c.id, c.ownerID)
		hasOneOwner(t, w, c.foreignID, c.foreignMemberID)
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

func TestOwnershipIsNotHandedOverByMistake(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		blank, invalid := changeMistake{"BLANK password", map[string]string{}}, changeMistake{"INVALID_CREDENTIALS password", map[string]string{}}
		changed(t, c.owner, "blockMember", ofMember(c.otherID))
		changed(t, c.owner, "removeMember", ofMember(c.unassignedID))
		for memberID, mistakes := range map[string][]changeMistake{
			c.masterID:     nil,
			c.ownerID:      {wrongRole("OWNER", "MASTER")},
			c.developerID:  {wrongRole("DEVELOPER", "MASTER")},
			c.otherID:      {wrongStatus("BLOCKED", "ACTIVE")},
			c.unassignedID: {wrongStatus("REMOVED", "ACTIVE")},
		} {
			transfer := func(password string) apitest.Vars { return apitest.Vars{"memberId": memberID, "password": password} }
			if mistakes != nil {
				c.isRefused(t, c.owner, "transferOwnership", transfer(apitest.Password), mistakes...)
			}
			c.isRefused(t, c.owner, "transferOwnership", transfer(""), append(mistakes, blank)...)
			c.isRefused(t, c.owner, "transferOwnership", transfer(wrongPassword), append(mistakes, invalid)...)
			c.isForbidden(t, c.master, "transferOwnership", transfer(apitest.Password), "OWNER")
			c.isForbidden(t, c.developer, "transferOwnership", transfer(apitest.Password), "OWNER")
			writesNothing(t, w, "a stranger", func() {
				changes(t, c.stranger, "transferOwnership", transfer(apitest.Password)).Refused(t, "NOT_FOUND")
			})
		}
		hasOneOwner(t, w, c.id, c.ownerID)
	})
}

func TestAWrongPasswordForAHandoverCountsAsAFailedSignIn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		transfer := func(password string) apitest.Vars { return apitest.Vars{"memberId": c.masterID, "password": password} }
		for range 12 {
			c.isForbidden(t, c.other, "transferOwnership", transfer(wrongPassword), "OWNER")
		}
		tries(t, w.Visitor(t), c.other.Email, apitest.Password, "") // who may not was not asked for the password
		invalid := changeMistake{"INVALID_CREDENTIALS password", map[string]string{}}
		for range 10 {
			c.isRefused(t, c.owner, "transferOwnership", transfer(wrongPassword), invalid)
		}
		writesNothing(t, w, "the right password, too late", func() {
			isToWait(t, changes(t, c.owner, "transferOwnership", transfer(apitest.Password)), 15*time.Minute)
		})
		tries(t, w.Visitor(t), c.owner.Email, apitest.Password, "RATE_LIMITED")
		hasOneOwner(t, w, c.id, c.ownerID)
		w.Advance(15 * time.Minute)
		changed(t, c.owner, "transferOwnership", transfer(apitest.Password))
		hasOneOwner(t, w, c.id, c.masterID)
	})
}

func TestAWorkspaceWithMiniProgramsIsNotDeleted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := newChangeTeam(t, w)
		notEmpty := changeMistake{"NOT_EMPTY workspaceId", map[string]string{"count": "2"}}
		c.isRefused(t, c.owner, "deleteWorkspace", apitest.Vars{"workspaceId": c.id}, notEmpty)
		for _, p := range []*apitest.Person{c.owner, c.master, c.developer} {
			if got := sees(t, p, []string{c.id}); len(got) != 1 {
				t.Errorf("the %s does not see it any more", p.DisplayName)
			}
		}
		for _, p := range []*apitest.Person{c.master, c.developer} {
			c.isForbidden(t, p, "deleteWorkspace", apitest.Vars{"workspaceId": c.id}, "OWNER")
		}
		writesNothing(t, w, "a stranger", func() {
			changes(t, c.stranger, "deleteWorkspace", apitest.Vars{"workspaceId": c.id}).Refused(t, "NOT_FOUND")
		})
	})
}

const changeInvite = `mutation($id: ID!, $email: String!) { inviteMembers(input: {workspaceId: $id, invitations: [{name: "New", email: $email, role: MASTER}]}) {
	invitations { id } userErrors { code path }
} }`

func TestADeletedWorkspaceIsAsIfItNeverWas(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, developer, blocked := w.SignUp(t, "owner"), w.SignUp(t, "master"), w.SignUp(t, "developer"), w.SignUp(t, "blocked")
		workspaceID, kept := owner.CreateWorkspace(t, "Doomed"), owner.CreateWorkspace(t, "Kept")
		memberID := w.Join(t, workspaceID, developer, member.RoleDEVELOPER)
		w.Join(t, workspaceID, master, member.RoleMASTER)
		changed(t, owner, "blockMember", ofMember(w.Join(t, workspaceID, blocked, member.RoleDEVELOPER)))
		invited := owner.Do(t, changeInvite, apitest.Vars{"id": workspaceID, "email": "new@example.com"})
		done(t, invited, "inviteMembers")
		invitationID, token := idsOf(invited.Get("inviteMembers.invitations"))[0], w.LetterTo(t, "new@example.com").Token(t)
		unsent := owner.Do(t, changeInvite, apitest.Vars{"id": workspaceID, "email": "unsent@example.com"})
		done(t, unsent, "inviteMembers")
		people := []*apitest.Person{owner, master, developer}
		for _, p := range people {
			done(t, p.Do(t, chooseWorkspace, apitest.Vars{"id": workspaceID}), "chooseWorkspace")
		}
		rows, events := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID)).CountX(t.Context()), w.Client.AuditEvent.Query().CountX(t.Context())

		answer := changes(t, owner, "deleteWorkspace", apitest.Vars{"workspaceId": workspaceID})
		done(t, answer, "deleteWorkspace")
		if answer.Get("deleteWorkspace.deletedWorkspaceId") != workspaceID || answer.Get("deleteWorkspace.query.viewer.user.id") != owner.ID {
			t.Errorf("deleted: %s", answer.Body)
		}
		for _, p := range append(people, blocked) {
			isAsIfItNeverWas(t, w, p, workspaceID, memberID, invitationID)
		}
		if got := owner.Do(t, `{ viewer { memberships { totalCount nodes { workspace { id } } } } }`, nil); got.Get("viewer.memberships.totalCount") != 1.0 ||
			got.Get("viewer.memberships.nodes.0.workspace.id") != kept {
			t.Errorf("the owner belongs to %s", got.Body)
		}
		isDeadInvitation(t, w, token)
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
			t.Errorf("noted %v", event)
		}
	})
}

// isAsIfItNeverWas makes sure that a former member cannot tell a deleted workspace from one that never was.
func isAsIfItNeverWas(t *testing.T, w *apitest.World, p *apitest.Person, workspaceID, memberID, invitationID string) {
	t.Helper()
	if got := sees(t, p, []string{workspaceID, memberID, invitationID}); len(got) != 0 {
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
		"chooseWorkspace":   func(at string) *apitest.Answer { return p.Do(t, chooseWorkspace, apitest.Vars{"id": at}) },
		"createMiniProgram": func(at string) *apitest.Answer { return p.Create(t, apitest.CreateInput(at)) },
		"inviteMembers": func(at string) *apitest.Answer {
			return p.Do(t, changeInvite, apitest.Vars{"id": at, "email": "other@example.com"})
		},
		"renameWorkspace": func(at string) *apitest.Answer {
			return changes(t, p, "renameWorkspace", apitest.Vars{"workspaceId": at, "name": "Back"})
		},
		"deleteWorkspace": func(at string) *apitest.Answer {
			return changes(t, p, "deleteWorkspace", apitest.Vars{"workspaceId": at})
		},
		"leaveWorkspace": func(at string) *apitest.Answer {
			return changes(t, p, "leaveWorkspace", apitest.Vars{"workspaceId": at})
		},
	} {
		writesNothing(t, w, name, func() {
			hidden, never := ask(workspaceID), ask(missing)
			hidden.Refused(t, "NOT_FOUND")
			if hidden.Anonymous() != never.Anonymous() {
				t.Errorf("%s by the %s: %s", name, p.DisplayName, hidden.Body)
			}
		})
	}
	for _, mutation := range []string{"blockMember", "unblockMember", "removeMember"} {
		writesNothing(t, w, mutation, func() { changes(t, p, mutation, ofMember(memberID)).Refused(t, "NOT_FOUND") })
	}
	writesNothing(t, w, "withdrawInvitation", func() {
		p.Do(t, `mutation($id: ID!) { withdrawInvitation(input: {invitationId: $id}) { userErrors { code } } }`, apitest.Vars{"id": invitationID}).Refused(t, "NOT_FOUND")
	})
}

// isDeadInvitation makes sure that a token opens nothing.
func isDeadInvitation(t *testing.T, w *apitest.World, token string) {
	t.Helper()
	visitor := w.Visitor(t)
	if got := visitor.Do(t, `query($token: String!) { invitation(token: $token) { workspaceName } }`, apitest.Vars{"token": token}); len(got.Errors) != 0 ||
		got.Get("invitation") != nil {
		t.Errorf("the token still offers: %s", got.Body)
	}
	writesNothing(t, w, "a dead token", func() {
		answer := visitor.Do(t, `mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { member { id } userErrors { code path } } }`,
			apitest.Vars{"input": apitest.Vars{"token": token, "password": apitest.Password, "displayName": "New"}})
		hasMistakes(t, "accepting", answer, "acceptInvitation", "INVALID_TOKEN token")
		if answer.Get("acceptInvitation.member") != nil {
			t.Errorf("accepted: %s", answer.Body)
		}
	})
}

func TestAWorkspaceIsDeletedOnce(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "owner")
		workspaceID := owner.CreateWorkspace(t, "Doomed")
		input := apitest.Vars{"workspaceId": workspaceID}
		done(t, changes(t, owner, "deleteWorkspace", input), "deleteWorkspace")
		writesNothing(t, w, "deleting again", func() { changes(t, owner, "deleteWorkspace", input).Refused(t, "NOT_FOUND") })
		another := owner.CreateWorkspace(t, "Doomed")
		if got := sees(t, owner, []string{workspaceID, another}); len(got) != 1 || got[0] != another {
			t.Errorf("the owner sees %q", got)
		}
	})
}
