package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// joined adds somebody of this name and address to a workspace past the API, and returns the membership's id.
func joined(t *testing.T, w *apitest.World, workspaceID, name, email string, role member.Role, status member.Status) string {
	t.Helper()
	p := &apitest.Person{ID: id.New(id.User)}
	w.Client.User.Create().SetID(p.ID).SetEmail(email).SetDisplayName(name).SetPasswordHash("none").SetCreatedAt(w.Now()).ExecX(t.Context())
	memberID := w.Join(t, workspaceID, p, role)
	w.Client.Member.UpdateOneID(memberID).SetStatus(status).ExecX(t.Context())
	return memberID
}

// memberPage is a page of members' names as a client reads it.
type memberPage struct {
	names          []string
	cursors        []string
	next, previous bool
	total          any
	statuses       []string
}

func listMembers(t *testing.T, p *apitest.Person, workspaceID string, args apitest.Vars) memberPage {
	t.Helper()
	answer := p.Do(t, `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: MemberFilter) {
		workspace(id: $id) { members(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
			totalCount pageInfo { hasNextPage hasPreviousPage } edges { cursor node { status user { displayName } } }
		} }
	}`, args.With("id", workspaceID))
	if code := answer.Code(t); code != "" {
		t.Fatalf("%v: %s: %s", args, code, answer.Body)
	}
	page := memberPage{
		next: answer.Get("workspace.members.pageInfo.hasNextPage").(bool), previous: answer.Get("workspace.members.pageInfo.hasPreviousPage").(bool),
		total: answer.Get("workspace.members.totalCount"),
	}
	for i := range answer.List(t, "workspace.members.edges") {
		at := fmt.Sprintf("workspace.members.edges.%d.", i)
		page.names = append(page.names, answer.String(t, at+"node.user.displayName"))
		page.statuses = append(page.statuses, answer.String(t, at+"node.status"))
		page.cursors = append(page.cursors, answer.String(t, at+"cursor"))
	}
	return page
}

// listPeople fills a workspace, whose owner is called owner, with members of odd names in each role and status.
func listPeople(t *testing.T, w *apitest.World, workspaceID string) {
	t.Helper()
	for _, one := range []struct {
		name, email string
		role        member.Role
		status      member.Status
	}{
		{"Ann Lee", "ann@shop.example", member.RoleMASTER, member.StatusACTIVE},
		{"100% Bob", "bob_b@shop.example", member.RoleMASTER, member.StatusBLOCKED},
		{"snake_case", "cat@tea.example", member.RoleDEVELOPER, member.StatusACTIVE},
		{"snakeXcase", "dan+%@tea.example", member.RoleDEVELOPER, member.StatusBLOCKED},
		{`back\slash`, "eve@xn--fiq228c.example", member.RoleDEVELOPER, member.StatusACTIVE},
		{"O'Brien", "o'brien@tea.example", member.RoleDEVELOPER, member.StatusACTIVE},
		{`The "Quoted"`, "quoted@tea.example", member.RoleDEVELOPER, member.StatusACTIVE},
		{"王小明", "wang@tea.example", member.RoleDEVELOPER, member.StatusACTIVE},
		{"Café Ärger", "arger@tea.example", member.RoleDEVELOPER, member.StatusACTIVE},
		{"Gone Ann", "gone@shop.example", member.RoleMASTER, member.StatusREMOVED},
		{"小明 Gone", "gone@tea.example", member.RoleDEVELOPER, member.StatusREMOVED},
	} {
		joined(t, w, workspaceID, one.name, one.email, one.role, one.status)
	}
}

func TestAMemberFilterCombinesItsFields(t *testing.T) {
	active := []string{"owner", "Ann Lee", "snake_case", `back\slash`, "O'Brien", `The "Quoted"`, "王小明", "Café Ärger"}
	blocked, removed := []string{"100% Bob", "snakeXcase"}, []string{"Gone Ann", "小明 Gone"}
	all := []string{"owner", "Ann Lee", "100% Bob", "snake_case", "snakeXcase", `back\slash`, "O'Brien", `The "Quoted"`, "王小明", "Café Ärger"}
	everyStatus := []string{"ACTIVE", "BLOCKED", "REMOVED"}
	tests := []struct {
		filter apitest.Vars
		want   []string
	}{
		{nil, all}, {apitest.Vars{}, all}, {apitest.Vars{"statuses": nil, "roles": nil, "search": nil}, all},
		{apitest.Vars{"search": ""}, all}, {apitest.Vars{"search": " \t\n\u3000"}, all}, {apitest.Vars{"search": "EXAMPLE"}, all},
		{apitest.Vars{"statuses": []string{"ACTIVE"}}, active}, {apitest.Vars{"statuses": []string{"BLOCKED"}}, blocked},
		{apitest.Vars{"statuses": []string{"REMOVED"}}, removed}, {apitest.Vars{"statuses": []string{"REMOVED", "REMOVED"}}, removed},
		{apitest.Vars{"statuses": everyStatus}, append(slices.Clone(all), removed...)},
		{apitest.Vars{"statuses": []string{}}, nil}, {apitest.Vars{"roles": []string{}}, nil},
		{apitest.Vars{"roles": []string{"OWNER"}}, []string{"owner"}}, {apitest.Vars{"roles": []string{"MASTER"}}, []string{"Ann Lee", "100% Bob"}},
		{apitest.Vars{"roles": []string{"MASTER", "OWNER"}, "statuses": everyStatus}, []string{"owner", "Ann Lee", "100% Bob", "Gone Ann"}},
		{apitest.Vars{"roles": []string{"DEVELOPER"}, "statuses": []string{"BLOCKED", "REMOVED"}, "search": "TEA"}, []string{"snakeXcase", "小明 Gone"}},

		{apitest.Vars{"search": "ann"}, []string{"Ann Lee"}}, {apitest.Vars{"search": "ANN"}, []string{"Ann Lee"}},
		{apitest.Vars{"search": "  lEE "}, []string{"Ann Lee"}}, {apitest.Vars{"search": "Ann  Lee"}, nil},
		{apitest.Vars{"search": "ann", "statuses": everyStatus}, []string{"Ann Lee", "Gone Ann"}},
		{apitest.Vars{"search": "ann", "statuses": []string{"BLOCKED"}}, nil},
		{apitest.Vars{"search": "Lee ann@shop"}, nil}, {apitest.Vars{"search": "Leeann"}, nil},
		{apitest.Vars{"search": "N@SHOP.EX"}, []string{"Ann Lee"}}, {apitest.Vars{"search": "@shop"}, []string{"Ann Lee", "100% Bob"}},
		{apitest.Vars{"search": "XN--FIQ"}, []string{`back\slash`}},
		{apitest.Vars{"search": "%"}, []string{"100% Bob", "snakeXcase"}}, {apitest.Vars{"search": "100%b"}, nil},
		{apitest.Vars{"search": "%%"}, nil}, {apitest.Vars{"search": "a%e"}, nil},
		{apitest.Vars{"search": "_"}, []string{"100% Bob", "snake_case"}}, {apitest.Vars{"search": "E_C"}, []string{"snake_case"}},
		{apitest.Vars{"search": "__"}, nil}, {apitest.Vars{"search": "*"}, nil}, {apitest.Vars{"search": "?"}, nil}, {apitest.Vars{"search": "."}, all},
		{apitest.Vars{"search": `\`}, []string{`back\slash`}}, {apitest.Vars{"search": `\\`}, nil}, {apitest.Vars{"search": `\%`}, nil},
		{apitest.Vars{"search": "'"}, []string{"O'Brien"}}, {apitest.Vars{"search": "''"}, nil}, {apitest.Vars{"search": "' OR '1'='1"}, nil},
		{apitest.Vars{"search": `"`}, []string{`The "Quoted"`}}, {apitest.Vars{"search": `"q`}, []string{`The "Quoted"`}}, {apitest.Vars{"search": "$1"}, nil},
		{apitest.Vars{"search": "\x00"}, nil}, {apitest.Vars{"search": "ann\x00"}, nil}, {apitest.Vars{"search": "\x00ann", "statuses": everyStatus}, nil},
		{apitest.Vars{"search": "小明"}, []string{"王小明"}}, {apitest.Vars{"search": "明小"}, nil}, {apitest.Vars{"search": "小明", "statuses": []string{"REMOVED"}}, []string{"小明 Gone"}},
		{apitest.Vars{"search": "CAFé"}, []string{"Café Ärger"}}, {apitest.Vars{"search": "Cafe\u0301"}, []string{"Café Ärger"}},
		{apitest.Vars{"search": "Cafe"}, nil}, {apitest.Vars{"search": "ÄRGER"}, []string{"Café Ärger"}},
		// Letters beyond A to Z have their case, on both databases.
		{apitest.Vars{"search": "CAFÉ"}, nil}, {apitest.Vars{"search": "ärger"}, nil}, {apitest.Vars{"search": "\u017F"}, nil},
		{apitest.Vars{"search": strings.Repeat("小", 100)}, nil}, {apitest.Vars{"search": "stranger"}, nil}, {apitest.Vars{"search": "Elsewhere"}, nil},
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "owner"), w.SignUp(t, "stranger")
		workspaceID, foreignID := owner.CreateWorkspace(t, "Shop"), stranger.CreateWorkspace(t, "Elsewhere")
		listPeople(t, w, workspaceID)
		joined(t, w, foreignID, "Ann of Elsewhere", "ann@foreign.example", member.RoleMASTER, member.StatusACTIVE)
		for _, test := range tests {
			page := listMembers(t, owner, workspaceID, apitest.Vars{"filter": test.filter})
			if !slices.Equal(page.names, test.want) || page.total != float64(len(test.want)) {
				t.Errorf("%.200v: %q of %v, want %q", test.filter, page.names, page.total, test.want)
			}
		}
		if got := listMembers(t, stranger, foreignID, apitest.Vars{"filter": apitest.Vars{"search": "ann"}}); !slices.Equal(got.names, []string{"Ann of Elsewhere"}) {
			t.Errorf("elsewhere: %q", got.names)
		}
	})
}

func TestFilteredMembersArePagedAndCounted(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "owner")
		workspaceID := owner.CreateWorkspace(t, "Shop")
		var want []string
		for i := range 15 {
			status := []member.Status{member.StatusACTIVE, member.StatusBLOCKED, member.StatusREMOVED}[i%3]
			name := fmt.Sprintf("%s %02d", []string{"Tea", "Milk"}[i/3%2], i)
			joined(t, w, workspaceID, name, fmt.Sprintf("m%d@example.com", i), member.RoleDEVELOPER, status)
			if strings.HasPrefix(name, "Tea") && status != member.StatusREMOVED {
				want = append(want, name)
			}
		}
		args := apitest.Vars{"filter": apitest.Vars{"search": "tEA"}}
		var walked []string
		for after, more := any(nil), true; more; {
			page := listMembers(t, owner, workspaceID, args.With("first", 2).With("after", after))
			if page.total != float64(len(want)) || page.previous != (len(walked) > 0) || len(page.names) > 2 {
				t.Errorf("forward: %+v", page)
			}
			walked, after, more = append(walked, page.names...), page.cursors[len(page.cursors)-1], page.next
		}
		if !slices.Equal(walked, want) {
			t.Errorf("forward: %q, want %q", walked, want)
		}
		walked = nil
		for before, more := any(nil), true; more; {
			page := listMembers(t, owner, workspaceID, args.With("last", 2).With("before", before))
			if page.total != float64(len(want)) || page.next != (len(walked) > 0) {
				t.Errorf("backward: %+v", page)
			}
			walked, before, more = append(slices.Clone(page.names), walked...), page.cursors[0], page.previous
		}
		if !slices.Equal(walked, want) {
			t.Errorf("backward: %q, want %q", walked, want)
		}
		page := listMembers(t, owner, workspaceID, apitest.Vars{"first": 1, "filter": apitest.Vars{"statuses": []string{"REMOVED"}}})
		if !slices.Equal(page.names, []string{"Tea 02"}) || page.total != 5.0 || !page.next || page.statuses[0] != "REMOVED" {
			t.Errorf("removed: %+v", page)
		}
	})
}

// listMember asks a person for the fields of a member.
func listMember(t *testing.T, p *apitest.Person, memberID string) *apitest.Answer {
	t.Helper()
	answer := p.Do(t, `query($id: ID!) { node(id: $id) { ... on Member {
		role status joinedAt lastActiveAt user { id displayName } workspace { id } invitedBy { id displayName } miniPrograms { nodes { id name } }
	} } }`, apitest.Vars{"id": memberID})
	if answer.Get("node") == nil || len(answer.Errors) != 0 {
		t.Fatalf("no member: %s", answer.Body)
	}
	return answer
}

func TestADeveloperSeesOnlyVisibleAssignmentsOfOthers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Client.MiniProgram.UpdateOneID(c.Spare).SetName("hidden program").ExecX(t.Context())
		w.Assign(t, c.UnassignedID, c.Assigned)
		w.Assign(t, c.UnassignedID, c.Spare)
		for _, test := range []struct {
			person   *apitest.Person
			memberID string
			want     []string
		}{
			{c.Owner, c.UnassignedID, []string{c.Assigned, c.Spare}}, {c.Master, c.UnassignedID, []string{c.Assigned, c.Spare}},
			{c.Unassigned, c.UnassignedID, []string{c.Assigned, c.Spare}}, {c.Developer, c.UnassignedID, []string{c.Assigned}},
			{c.Unassigned, c.DeveloperID, []string{c.Assigned}}, {c.Owner, c.DeveloperID, []string{c.Assigned}},
			{c.Developer, c.MasterID, nil}, {c.Owner, c.OwnerID, nil},
		} {
			answer := listMember(t, test.person, test.memberID)
			if got := apitest.IDs(answer.Get("node.miniPrograms.nodes")); !slices.Equal(got, test.want) {
				t.Errorf("the %s sees %q, want %q", test.person.DisplayName, got, test.want)
			}
			if test.person == c.Developer && (strings.Contains(answer.Body, c.Spare) || strings.Contains(answer.Body, "hidden program")) {
				t.Errorf("the developer reads %s", answer.Body)
			}
		}
		c.Owner.ChangeMember(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{}})
		if got := apitest.IDs(listMember(t, c.Developer, c.UnassignedID).Get("node.miniPrograms.nodes")); len(got) != 0 {
			t.Errorf("unassigned, the developer sees %q", got)
		}
	})
}

func TestAMembersStatusIsShownToTheOthers(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.UnassignedID))
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.OtherMasterID))
		for memberID, want := range map[string]string{c.OwnerID: "ACTIVE", c.UnassignedID: "BLOCKED", c.OtherMasterID: "REMOVED"} {
			for _, p := range []*apitest.Person{c.Owner, c.Master, c.Developer} {
				if p == c.Developer && want == "REMOVED" { // whom only owners and masters see
					if got := p.Do(t, `query($id: ID!) { node(id: $id) { id } }`, apitest.Vars{"id": memberID}); got.Get("node") != nil {
						t.Errorf("the developer sees %s", got.Body)
					}
					continue
				}
				if got := listMember(t, p, memberID).Get("node.status"); got != want {
					t.Errorf("the %s sees %v, not %s", p.DisplayName, got, want)
				}
			}
		}
		if got := c.Stranger.VisibleNodes(t, []string{c.OwnerID, c.UnassignedID, c.OtherMasterID, c.ForeignMemberID}); !slices.Equal(got, []string{c.ForeignMemberID}) {
			t.Errorf("a stranger sees %q", got)
		}
	})
}

// acceptsInvitation invites a person as a developer of mini programs, and accepts for that person.
func acceptsInvitation(t *testing.T, w *apitest.World, by, p *apitest.Person, workspaceID string, miniProgramIDs ...string) (memberID string) {
	t.Helper()
	token := by.InvitationToken(t, workspaceID, apitest.DeveloperInvitation(p.Email, miniProgramIDs...))
	answer := p.Mutate(t, "acceptInvitation", apitest.Vars{"token": token}).Succeeded(t)
	return answer.String(t, "acceptInvitation.member.id")
}

func TestAMemberHasTheInviterAndTheTimeOfTheLastJoining(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		if got := listMember(t, c.Developer, c.OwnerID); got.Get("node.invitedBy") != nil || !isAbout(t, got, "node.joinedAt", w.Now()) {
			t.Errorf("the creator of the workspace: %s", got.Body)
		}
		w.Advance(10 * time.Minute)
		memberID := acceptsInvitation(t, w, c.Master, c.Stranger, c.ID, c.Assigned)
		if got := listMember(t, c.Developer, memberID); got.Get("node.invitedBy.id") != c.Master.ID || got.Get("node.user.id") != c.Stranger.ID ||
			!isAbout(t, got, "node.joinedAt", w.Now()) || !slices.Equal(apitest.IDs(got.Get("node.miniPrograms.nodes")), []string{c.Assigned}) {
			t.Errorf("invited by the master: %s", got.Body)
		}
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(memberID))
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.MasterID))
		if got := listMember(t, c.Owner, memberID); got.Get("node.invitedBy.displayName") != "master" {
			t.Errorf("invited by somebody who was removed since: %s", got.Body)
		}
		w.Advance(10 * time.Minute)
		if again := acceptsInvitation(t, w, c.Owner, c.Stranger, c.ID, c.Spare); again != memberID {
			t.Errorf("the same person is another member, %s and not %s", again, memberID)
		}
		got := listMember(t, c.Owner, memberID)
		if got.Get("node.invitedBy.id") != c.Owner.ID || got.Get("node.status") != "ACTIVE" || !isAbout(t, got, "node.joinedAt", w.Now()) ||
			!slices.Equal(apitest.IDs(got.Get("node.miniPrograms.nodes")), []string{c.Spare}) {
			t.Errorf("back again: %s", got.Body)
		}
	})
}

// isAbout reports whether the time at a path of an answer is at most a minute from another.
func isAbout(t *testing.T, answer *apitest.Answer, at string, want time.Time) bool {
	t.Helper()
	got, err := time.Parse(time.RFC3339, answer.String(t, at))
	if err != nil {
		t.Errorf("%s is no time: %s", at, answer.Body)
	}
	return got.Sub(want).Abs() < time.Minute
}

func TestChangesAreActivityAndQueriesAreNot(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Join(t, c.ForeignID, c.Master, member.RoleMASTER)
		isIdle := func(after string, memberIDs ...string) {
			for _, memberID := range memberIDs {
				if got := listMember(t, c.OtherMaster, memberID).Get("node.lastActiveAt"); got != nil {
					t.Errorf("after %s, last active at %v", after, got)
				}
			}
		}
		isIdle("nothing", c.MasterID, c.DeveloperID)
		c.Master.VisibleNodes(t, []string{c.ID, c.Assigned, c.DeveloperID})
		listMembers(t, c.Master, c.ID, nil)
		isIdle("queries", c.MasterID, c.DeveloperID)
		input := apitest.Vars{"workspaceId": c.ID, "name": ""}
		c.Master.Mutate(t, "renameWorkspace", input).HasUserErrors(t, "BLANK name")
		c.ExpectForbidden(t, c.Master, "deleteWorkspace", apitest.Vars{"workspaceId": c.ID}, "OWNER")
		isIdle("what was refused", c.MasterID, c.DeveloperID)
		c.Master.Mutate(t, "renameWorkspace", input.With("name", "The team")).Succeeded(t)
		isIdle("what changes nothing", c.MasterID, c.DeveloperID)
		for _, mutation := range []func(){
			func() {
				c.Master.Mutate(t, "renameWorkspace", input.With("name", "Our team")).Succeeded(t)
			},
			func() { c.Master.ChangeMember(t, "blockMember", apitest.MemberInput(c.DeveloperID)) },
			func() { c.Master.ChangeMember(t, "unblockMember", apitest.MemberInput(c.DeveloperID)) },
			func() {
				c.Master.UpdateMiniProgram(t, c.Assigned, apitest.Vars{"name": "新名字"}).UpdatedMiniProgram(t)
			},
			func() { c.Master.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": c.ID}).Succeeded(t) },
		} {
			w.Advance(5 * time.Minute)
			mutation()
			if got := listMember(t, c.OtherMaster, c.MasterID); !isAbout(t, got, "node.lastActiveAt", w.Now()) {
				t.Errorf("after a change: %s", got.Body)
			}
		}
		isIdle("changes by others", c.DeveloperID, c.OtherMasterID)
		elsewhere := w.MemberID(t, c.ForeignID, c.Master)
		if got := listMember(t, c.Stranger, elsewhere); got.Get("node.lastActiveAt") != nil {
			t.Errorf("active in another workspace: %s", got.Body)
		}
		before := listMember(t, c.Owner, c.MasterID).Get("node.lastActiveAt")
		w.Advance(5 * time.Minute)
		c.Master.VisibleNodes(t, []string{c.ID})
		if got := listMember(t, c.Owner, c.MasterID).Get("node.lastActiveAt"); got != before {
			t.Errorf("a query has moved %v to %v", before, got)
		}
	})
}

func TestDevelopersOfAMiniProgramAreActiveAndAssigned(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Assign(t, c.UnassignedID, c.Assigned)
		w.Assign(t, c.MasterID, c.Assigned) // as after a change of the role
		shows := func(after string, want ...string) {
			t.Helper()
			for _, p := range []*apitest.Person{c.Owner, c.Master, c.Developer} {
				answer := p.Do(t, `query($id: ID!) { miniProgram(id: $id) { developers { nodes { id role status user { displayName } } } } }`, apitest.Vars{"id": c.Assigned})
				if got := apitest.IDs(answer.List(t, "miniProgram.developers.nodes")); !slices.Equal(got, want) {
					t.Errorf("after %s, the %s sees %s", after, p.DisplayName, answer.Body)
				}
			}
		}
		shows("nothing", c.DeveloperID, c.UnassignedID)
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.UnassignedID))
		shows("a block", c.DeveloperID)
		c.Owner.ChangeMember(t, "unblockMember", apitest.MemberInput(c.UnassignedID))
		shows("its end", c.DeveloperID, c.UnassignedID)
		c.Owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": c.UnassignedID, "role": "MASTER"})
		shows("a rise", c.DeveloperID)
		c.Owner.ChangeMember(t, "removeMember", apitest.MemberInput(c.UnassignedID))
		shows("a removal", c.DeveloperID)
		answer := c.Owner.Do(t, `query($id: ID!) { miniProgram(id: $id) { developers { nodes { id } } } }`, apitest.Vars{"id": c.Spare})
		if got := answer.List(t, "miniProgram.developers.nodes"); len(got) != 0 {
			t.Errorf("nobody is assigned, and yet: %v", got)
		}
	})
}

func TestTheViewerMayDoWhatTheMatrixSays(t *testing.T) {
	ofVersion := []string{"COMPARE_VERSIONS", "DELETE_VERSION", "VIEW_TASK_UPDATED", "VIEW_VERSION"}
	may := map[string]struct{ workspace, miniProgram []string }{
		"owner": {[]string{
			"ASSIGN_MINI_PROGRAMS", "BLOCK_MEMBER", "CHANGE_MEMBER_ROLE", "CHOOSE_WORKSPACE", "CREATE_API_TOKEN", "CREATE_MINI_PROGRAM", "DELETE_WORKSPACE", "INVITE_MEMBERS",
			"REMOVE_MEMBER", "RENAME_WORKSPACE", "RESEND_INVITATION", "REVOKE_API_TOKEN", "TRANSFER_OWNERSHIP", "UNBLOCK_MEMBER",
			"VIEW_API_TOKENS", "VIEW_AUDIT_EVENTS", "VIEW_INVITATIONS",
			"VIEW_MEMBERSHIP", "VIEW_WORKSPACE", "VIEW_WORKSPACE_CHANGED", "WITHDRAW_INVITATION",
		}, []string{"UPDATE_MINI_PROGRAM", "UPLOAD_VERSION", "VIEW_MINI_PROGRAM"}},
		"master": {[]string{
			"ASSIGN_MINI_PROGRAMS", "BLOCK_MEMBER", "CHOOSE_WORKSPACE", "CREATE_API_TOKEN", "CREATE_MINI_PROGRAM", "INVITE_MEMBERS", "LEAVE_WORKSPACE", "RENAME_WORKSPACE",
			"RESEND_INVITATION", "REVOKE_API_TOKEN", "UNBLOCK_MEMBER", "VIEW_API_TOKENS", "VIEW_AUDIT_EVENTS", "VIEW_INVITATIONS", "VIEW_MEMBERSHIP", "VIEW_WORKSPACE", "VIEW_WORKSPACE_CHANGED",
			"WITHDRAW_INVITATION",
		}, []string{"UPDATE_MINI_PROGRAM", "UPLOAD_VERSION", "VIEW_MINI_PROGRAM"}},
		"developer": {[]string{"CHOOSE_WORKSPACE", "LEAVE_WORKSPACE", "VIEW_MEMBERSHIP", "VIEW_WORKSPACE", "VIEW_WORKSPACE_CHANGED"}, []string{"UPLOAD_VERSION", "VIEW_MINI_PROGRAM"}},
	}
	for person, role := range map[string]member.Role{"owner": member.RoleOWNER, "master": member.RoleMASTER, "developer": member.RoleDEVELOPER} {
		allowed := 0
		for _, rule := range access.Matrix {
			if slices.Contains(rule.Roles, role) && !slices.Contains(rule.InVain, role) {
				allowed++
			}
		}
		if written := len(may[person].workspace) + len(may[person].miniProgram) + len(ofVersion); written != allowed {
			t.Errorf("the matrix allows the %s %d operations, the test knows %d", person, allowed, written)
		}
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Join(t, c.ForeignID, c.Owner, member.RoleDEVELOPER)
		w.Join(t, c.ForeignID, c.Developer, member.RoleMASTER)
		check := func(as string, p *apitest.Person, workspaceID, miniProgramID string) {
			t.Helper()
			answer := p.Do(t, `query($id: ID!, $at: ID!) { workspace(id: $id) { viewerCan miniPrograms { nodes { id viewerCan } } } miniProgram(id: $at) { viewerCan latestVersion { viewerCan } } }`,
				apitest.Vars{"id": workspaceID, "at": miniProgramID})
			if got := listTexts(answer.List(t, "miniProgram.latestVersion.viewerCan")); !slices.Equal(got, ofVersion) {
				t.Errorf("with a version the %s may %q, want %q", as, got, ofVersion)
			}
			if got := listTexts(answer.List(t, "workspace.viewerCan")); !slices.Equal(got, may[as].workspace) {
				t.Errorf("the %s may %q, want %q", as, got, may[as].workspace)
			}
			lists := []any{answer.Get("miniProgram.viewerCan")}
			for _, one := range answer.List(t, "workspace.miniPrograms.nodes") {
				lists = append(lists, one.(map[string]any)["viewerCan"])
			}
			for _, one := range lists {
				if got := listTexts(one.([]any)); !slices.Equal(got, may[as].miniProgram) || len(lists) < 2 {
					t.Errorf("the %s may %q, want %q", as, got, may[as].miniProgram)
				}
			}
		}
		for _, miniProgramID := range []string{c.Assigned, c.Spare, c.Foreign} {
			w.InsertVersion(t, miniProgramID, apitest.VersionRow{UploadedBy: c.Owner})
		}
		check("owner", c.Owner, c.ID, c.Assigned)
		check("master", c.Master, c.ID, c.Spare)
		check("developer", c.Developer, c.ID, c.Assigned)
		check("master", c.Developer, c.ForeignID, c.Foreign)
		c.Owner.ChangeMember(t, "transferOwnership", apitest.Vars{"memberId": c.MasterID, "password": apitest.Password})
		check("master", c.Owner, c.ID, c.Assigned)
		check("owner", c.Master, c.ID, c.Assigned)
		answer := c.Owner.Do(t, `{ viewer { memberships { nodes { workspace { id viewerCan } } } } }`, nil)
		for _, one := range answer.List(t, "viewer.memberships.nodes") {
			at := one.(map[string]any)["workspace"].(map[string]any)
			as := map[any]string{c.ID: "master", c.ForeignID: "developer"}[at["id"]]
			if got := listTexts(at["viewerCan"].([]any)); !slices.Equal(got, may[as].workspace) {
				t.Errorf("in one of two workspaces, the %s may %q", as, got)
			}
		}
	})
}

// listTexts returns the texts of a list in an answer, sorted.
func listTexts(list []any) []string {
	texts := []string{}
	for _, one := range list {
		texts = append(texts, one.(string))
	}
	slices.Sort(texts)
	return texts
}

func TestMembersAndWhatTheyMayTakeAsManyStatementsForTwentyAsForTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, inviter, developer := w.SignUp(t, "owner"), w.SignUp(t, "inviter"), w.SignUp(t, "developer")
		fill := func(name string, n int) string {
			workspaceID := owner.CreateWorkspace(t, name)
			w.Join(t, workspaceID, inviter, member.RoleMASTER)
			members := []string{w.Join(t, workspaceID, developer, member.RoleDEVELOPER)}
			for i := range n {
				members = append(members, joined(t, w, workspaceID, fmt.Sprint(name, i), fmt.Sprintf("%s%d@example.com", name, i), member.RoleDEVELOPER, member.StatusACTIVE))
			}
			for _, memberID := range members {
				w.Client.Member.UpdateOneID(memberID).SetInvitedByID(inviter.ID).ExecX(t.Context())
			}
			for i := range n {
				miniProgramID := w.Insert(t, workspaceID, apitest.Row{CreatedBy: owner})
				w.Assign(t, members[0], miniProgramID)
				w.Assign(t, members[1+i], miniProgramID)
			}
			return workspaceID
		}
		few, many := fill("Few", 2), fill("Many", 20)
		members := `query($id: ID!) { workspace(id: $id) {
			viewerCan
			members(first: 23, filter: {search: "EXAMPLE", statuses: [ACTIVE, BLOCKED]}) { totalCount nodes {
				status joinedAt lastActiveAt user { displayName } invitedBy { displayName } workspace { viewerCan } miniPrograms { nodes { id viewerCan developers(first: 2) { nodes { id } } } }
			} }
		} }`
		miniPrograms := `query($id: ID!) { workspace(id: $id) {
			miniPrograms(first: 20) { nodes { viewerCan developers(first: 2) { nodes { role user { displayName } invitedBy { id } miniPrograms { nodes { id } } workspace { viewerCan } } } } }
		} }`
		for _, p := range []*apitest.Person{owner, inviter, developer} {
			answers := map[string]*apitest.Answer{}
			for _, query := range []string{members, miniPrograms} {
				_, ofFew := p.CountStatements(t, query, apitest.Vars{"id": few})
				answer, ofMany := p.CountStatements(t, query, apitest.Vars{"id": many})
				if answers[query] = answer; ofFew != ofMany || ofMany > 20 {
					t.Errorf("by the %s: %d statements for 2, %d for 20: %s", p.DisplayName, ofFew, ofMany, query)
				}
			}
			answer := answers[members]
			if n := len(answer.List(t, "workspace.members.nodes")); n != 23 || answer.Get("workspace.members.totalCount") != 23.0 {
				t.Errorf("%d members are listed", n)
			}
			for i, one := range answers[miniPrograms].List(t, "workspace.miniPrograms.nodes") {
				if developers := one.(map[string]any)["developers"].(map[string]any)["nodes"].([]any); len(developers) != 2 || i >= 20 {
					t.Errorf("mini program %d has %d developers", i, len(developers))
				}
			}
		}
	})
}
