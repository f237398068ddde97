package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
)

func watchWorkspace(workspaceID string) string {
	return fmt.Sprintf(`subscription { workspaceChanged(workspaceId: %q) { operation nodeId node {
		__typename ... on Workspace { name } ... on Member { role status } ... on Invitation { invitationStatus: status } ... on MiniProgram { name }
	} } }`, workspaceID)
}

// nextChange returns the next change that a socket is sent, other than of the workspace's name.
func nextChange(socket *apitest.Socket) string {
	for {
		if text := string(socket.Receive().Payload); !strings.Contains(text, "RENAME_WORKSPACE") {
			return text
		}
	}
}

// watchChanges opens sockets that watch the team's workspace. It renames the workspace until each of them is sent that, since nothing else
// shows that a subscription has begun.
func watchChanges(t *testing.T, c *apitest.Team, sockets ...*apitest.Socket) {
	t.Helper()
	for _, socket := range sockets {
		socket.Subscribe("1", watchWorkspace(c.ID))
		began := make(chan string)
		go func() {
			message, _ := socket.Read()
			began <- string(message.Payload)
		}()
		for n := 0; ; n++ {
			c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": fmt.Sprint("The team ", n)}).Succeeded(t)
			select {
			case text := <-began:
				if !strings.Contains(text, fmt.Sprintf(`"operation":"RENAME_WORKSPACE","nodeId":%q`, c.ID)) || !strings.Contains(text, `"name":"The team `) {
					t.Fatalf("sent %s", text)
				}
			case <-time.After(time.Second):
				continue
			}
			break
		}
	}
}

func TestAWorkspaceSubscriptionReportsEachNodeThatHasChanged(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		other := w.Another(t)
		owner, developer := other.OpenSocket(t, c.Owner), w.OpenSocket(t, c.Developer)
		watchChanges(t, c, owner, developer)
		expect := func(socket *apitest.Socket, operation, nodeID string, more ...string) {
			t.Helper()
			got := nextChange(socket)
			for _, text := range append(more, fmt.Sprintf(`"operation":%q,"nodeId":%q`, operation, nodeID)) {
				if !strings.Contains(got, text) {
					t.Fatalf("sent %s, without %s", got, text)
				}
			}
		}
		both := func(operation, nodeID string, more ...string) {
			t.Helper()
			expect(owner, operation, nodeID, more...)
			expect(developer, operation, nodeID, more...)
		}
		c.Owner.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": c.ID}).Succeeded(t) // changes the session only
		created := c.Master.Create(t, apitest.CreateInput(c.ID)).Succeeded(t).String(t, "createMiniProgram.miniProgram.id")
		expect(owner, "CREATE_MINI_PROGRAM", created, `"MiniProgram"`)

		invited := c.Master.Invite(t, c.ID, apitest.MasterInvitation("eva@example.com"))[0]
		expect(owner, "INVITE_MEMBERS", invited, `"INVITED"`)

		c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.MasterID)).Succeeded(t)
		both("BLOCK_MEMBER", c.MasterID, `"BLOCKED"`)
		expect(owner, "BLOCK_MEMBER", invited, `"WITHDRAWN"`)

		c.Owner.Mutate(t, "assignMiniPrograms", apitest.Vars{"memberId": c.DeveloperID, "miniProgramIds": []string{c.Assigned, created}}).Succeeded(t)
		both("ASSIGN_MINI_PROGRAMS", c.DeveloperID, `"DEVELOPER"`)
		both("ASSIGN_MINI_PROGRAMS", c.Assigned, `"MiniProgram"`)
		both("ASSIGN_MINI_PROGRAMS", created, `"MiniProgram"`)

		c.Owner.Mutate(t, "assignMiniPrograms", apitest.Vars{"memberId": c.UnassignedID, "miniProgramIds": []string{c.Spare}}).Succeeded(t)
		expect(owner, "ASSIGN_MINI_PROGRAMS", c.UnassignedID, `"DEVELOPER"`) // of which another developer does not learn
		expect(owner, "ASSIGN_MINI_PROGRAMS", c.Spare, `"MiniProgram"`)

		c.Owner.Mutate(t, "transferOwnership", apitest.Vars{"memberId": c.OtherMasterID, "password": apitest.Password}).Succeeded(t)
		both("TRANSFER_OWNERSHIP", c.OtherMasterID, `"OWNER"`)
		both("TRANSFER_OWNERSHIP", c.OwnerID, `"MASTER"`)

		c.OtherMaster.Mutate(t, "removeMember", apitest.MemberInput(c.UnassignedID)).Succeeded(t)
		expect(owner, "REMOVE_MEMBER", c.UnassignedID, `"REMOVED"`)
		expect(developer, "REMOVE_MEMBER", c.UnassignedID, `"node":null`)
	})
}

func TestAWorkspaceSubscriptionEndsWithTheMembership(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		socket := w.OpenSocket(t, c.Developer)
		watchChanges(t, c, socket)
		c.Owner.Mutate(t, "removeMember", apitest.MemberInput(c.DeveloperID)).Succeeded(t)
		c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": "Hidden name"}).Succeeded(t)
		for message := socket.Receive(); message.Type != "complete"; message = socket.Receive() {
			if text := string(message.Payload); strings.Contains(text, "Hidden") {
				t.Errorf("a former member is sent %s", text)
			}
		}
	})
}

func TestAWorkspaceSubscriptionIsForMembersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for p, want := range map[*apitest.Person]string{c.Stranger: "NOT_FOUND", w.Visitor(t): "UNAUTHENTICATED"} {
			if body := apitest.Rest(t, w.Listen(t, p, apitest.EventStream, watchWorkspace(c.ID))); !strings.Contains(body, want) || strings.Contains(body, "team") {
				t.Errorf("%s is sent %s", p.DisplayName, body)
			}
		}
	})
}

func TestAWorkspaceSubscriptionMissesNothingAmongManyChanges(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		socket := w.OpenSocket(t, c.Owner)
		watchChanges(t, c, socket)
		c.Owner.ChangeMember(t, "blockMember", apitest.MemberInput(c.DeveloperID))
		var query strings.Builder
		for n := range 5 {
			fmt.Fprintf(&query, "a%d: renameWorkspace(input: {workspaceId: %q, name: $n%d}) { workspace { id } } ", n, c.ID, n)
		}
		for i := range 50 {
			variables := apitest.Vars{}
			for n := range 5 {
				variables[fmt.Sprint("n", n)] = fmt.Sprint("The team ", i, " ", n)
			}
			answer := w.HandleQuery(t, c.Owner, "mutation($n0:String! $n1:String! $n2:String! $n3:String! $n4:String!){"+query.String()+"}", variables)
			if answer.Code(t) != "" {
				t.Fatal(answer.Body)
			}
		}
		if text := nextChange(socket); !strings.Contains(text, "BLOCK_MEMBER") || !strings.Contains(text, c.DeveloperID) {
			t.Errorf("sent %s", text)
		}
	})
}
