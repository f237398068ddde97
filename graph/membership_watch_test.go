package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

func watchMembership(workspaceID string) string {
	return fmt.Sprintf(`subscription { membership(workspaceId: %q) { role user { displayName } workspace { name } } }`, workspaceID)
}

// changeMember sends a mutation of one member that must succeed.
func changeMember(t *testing.T, by *apitest.Person, mutation, memberID, more string) {
	t.Helper()
	answer := by.Do(t, fmt.Sprintf(`mutation { %s(input: {memberId: %q%s}) { member { id } userErrors { code } } }`, mutation, memberID, more), nil)
	answer.String(t, mutation+".member.id")
}

func TestAnOpenSubscriptionTellsTheRoleAndEndsWithThePlace(t *testing.T) {
	ends := map[string]func(t *testing.T, owner, dev *apitest.Person, workspaceID, memberID string){
		"block": func(t *testing.T, owner, _ *apitest.Person, _, memberID string) {
			changeMember(t, owner, "blockMember", memberID, "")
		},
		"removal": func(t *testing.T, owner, _ *apitest.Person, _, memberID string) {
			changeMember(t, owner, "removeMember", memberID, "")
		},
		"leaving": func(t *testing.T, _, dev *apitest.Person, workspaceID, _ string) {
			dev.Do(t, `mutation($id: ID!) { leaveWorkspace(input: {workspaceId: $id}) { leftWorkspaceId } }`,
				apitest.Vars{"id": workspaceID}).String(t, "leaveWorkspace.leftWorkspaceId")
		},
		"the workspace's end": func(t *testing.T, owner, _ *apitest.Person, workspaceID, _ string) {
			owner.Do(t, `mutation($id: ID!) { deleteWorkspace(input: {workspaceId: $id}) { deletedWorkspaceId } }`,
				apitest.Vars{"id": workspaceID}).String(t, "deleteWorkspace.deletedWorkspaceId")
		},
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, dev := w.SignUp(t, "owner"), w.SignUp(t, "dev")
		other := w.Another(t)
		for name, end := range ends {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				workspaceID := owner.CreateWorkspace(t, "Shared")
				memberID := w.Join(t, workspaceID, dev, member.RoleDEVELOPER)
				query := watchMembership(workspaceID)
				socket, bystander := begin(t, other, dev), begin(t, w, owner)
				socket.subscribe("1", query)
				socket.expect("next", "1", `"DEVELOPER"`, `"dev"`, `"Shared"`)
				bystander.subscribe("1", query)
				bystander.expect("next", "1", `"OWNER"`)
				stream := listen(t, w, dev, eventStream, query)
				told := until(t, stream, `"DEVELOPER"`)
				changeMember(t, owner, "changeMemberRole", memberID, ", role: MASTER")
				socket.expect("next", "1", `"MASTER"`)
				told += until(t, stream, `"MASTER"`)

				end(t, owner, dev, workspaceID, memberID)
				socket.expect("complete", "1")
				told += rest(t, stream)
				if !strings.HasSuffix(told, "event: complete\ndata:\n\n") || strings.Count(told, "event: next") != 2 {
					t.Errorf("the stream tells %s", told)
				}
				socket.subscribe("2", query)
				socket.expect("next", "2", `"code":"NOT_FOUND"`)
				socket.expect("complete", "2")
				socket.say(`{"type":"ping"}`)
				socket.expect("pong", "")
				if name != "the workspace's end" {
					bystander.say(`{"type":"ping"}`)
					bystander.expect("pong", "")
				}
			})
		}
	})
}

// until reads a stream as far as it says this.
func until(t *testing.T, stream *http.Response, says string) string {
	t.Helper()
	var told strings.Builder
	for one := make([]byte, 1); !strings.Contains(told.String(), says); {
		if _, err := io.ReadFull(stream.Body, one); err != nil {
			t.Fatalf("%v after %s", err, told.String())
		}
		told.Write(one)
	}
	return told.String()
}

func TestWhoIsNoMemberWaitsForNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "owner"), w.SignUp(t, "stranger")
		query := watchMembership(owner.CreateWorkspace(t, "Hidden"))
		socket := begin(t, w, stranger)
		socket.subscribe("1", query)
		socket.expect("next", "1", `"code":"NOT_FOUND"`)
		socket.expect("complete", "1")
		if body := rest(t, listen(t, w, stranger, eventStream, query)); !strings.Contains(body, "NOT_FOUND") || strings.Contains(body, "Hidden") {
			t.Errorf("told %s", body)
		}
		if body := rest(t, listen(t, w, w.Visitor(t), eventStream, query)); !strings.Contains(body, "UNAUTHENTICATED") {
			t.Errorf("a visitor is told %s", body)
		}
	})
}
