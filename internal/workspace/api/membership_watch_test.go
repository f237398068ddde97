package api_test

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
	return fmt.Sprintf(`subscription { membership(workspaceId: %q) { status role member { user { displayName } workspace { name } } } }`, workspaceID)
}

func TestAMembershipSubscriptionSendsTheRoleAndEndsWithTheMembership(t *testing.T) {
	ends := map[string]func(t *testing.T, owner, dev *apitest.Person, workspaceID, memberID string){
		"BLOCKED by a block": func(t *testing.T, owner, _ *apitest.Person, _, memberID string) {
			owner.ChangeMember(t, "blockMember", apitest.MemberInput(memberID))
		},
		"REMOVED by a removal": func(t *testing.T, owner, _ *apitest.Person, _, memberID string) {
			owner.ChangeMember(t, "removeMember", apitest.MemberInput(memberID))
		},
		"REMOVED by leaving": func(t *testing.T, _, dev *apitest.Person, workspaceID, _ string) {
			dev.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": workspaceID}).Succeeded(t)
		},
		"REMOVED by the workspace's end": func(t *testing.T, owner, _ *apitest.Person, workspaceID, _ string) {
			owner.Mutate(t, "deleteWorkspace", apitest.Vars{"workspaceId": workspaceID}).Succeeded(t)
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
				socket, bystander := other.OpenSocket(t, dev), w.OpenSocket(t, owner)
				socket.Subscribe("1", query)
				socket.Expect("next", "1", `"DEVELOPER"`, `"dev"`, `"Shared"`)
				bystander.Subscribe("1", query)
				bystander.Expect("next", "1", `"OWNER"`)
				stream := w.Listen(t, dev, apitest.EventStream, query)
				text := until(t, stream, `"DEVELOPER"`)
				owner.ChangeMember(t, "changeMemberRole", apitest.Vars{"memberId": memberID, "role": "MASTER"})
				socket.Expect("next", "1", `"MASTER"`)
				text += until(t, stream, `"MASTER"`)

				end(t, owner, dev, workspaceID, memberID)
				status, _, _ := strings.Cut(name, " ")
				last := fmt.Sprintf(`{"status":%q,"role":"MASTER","member":null}`, status)
				socket.Expect("next", "1", last)
				socket.Expect("complete", "1")
				text += apitest.Rest(t, stream)
				if !strings.HasSuffix(text, last+"}}\n\nevent: complete\ndata:\n\n") || strings.Count(text, "event: next") != 3 {
					t.Errorf("the stream sent %s", text)
				}
				socket.Subscribe("2", query)
				socket.Expect("next", "2", `"code":"NOT_FOUND"`)
				socket.Expect("complete", "2")
				socket.Send(`{"type":"ping"}`)
				socket.Expect("pong", "")
				if name != "REMOVED by the workspace's end" {
					bystander.Send(`{"type":"ping"}`)
					bystander.Expect("pong", "")
				}
			})
		}
	})
}

// until reads a stream up to this text.
func until(t *testing.T, stream *http.Response, says string) string {
	t.Helper()
	var text strings.Builder
	for one := make([]byte, 1); !strings.Contains(text.String(), says); {
		if _, err := io.ReadFull(stream.Body, one); err != nil {
			t.Fatalf("%v after %s", err, text.String())
		}
		text.Write(one)
	}
	return text.String()
}

func TestAMembershipSubscriptionIsForMembersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "owner"), w.SignUp(t, "stranger")
		query := watchMembership(owner.CreateWorkspace(t, "Hidden"))
		socket := w.OpenSocket(t, stranger)
		socket.Subscribe("1", query)
		socket.Expect("next", "1", `"code":"NOT_FOUND"`)
		socket.Expect("complete", "1")
		if body := apitest.Rest(t, w.Listen(t, stranger, apitest.EventStream, query)); !strings.Contains(body, "NOT_FOUND") || strings.Contains(body, "Hidden") {
			t.Errorf("the stream sent %s", body)
		}
		if body := apitest.Rest(t, w.Listen(t, w.Visitor(t), apitest.EventStream, query)); !strings.Contains(body, "UNAUTHENTICATED") {
			t.Errorf("a visitor gets %s", body)
		}
	})
}

// The path of an error leads to a field of the response, which begins with the subscription's own.
func TestPathsOfErrorsInEventsBeginAtTheRoot(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	owner, dev := w.SignUp(t, "owner"), w.SignUp(t, "dev")
	workspaceID := owner.CreateWorkspace(t, "Shared")
	w.Join(t, workspaceID, dev, member.RoleDEVELOPER)
	const query = `subscription { ...F } fragment F on Subscription { own: membership(workspaceId: %q) { member { workspace { auditEvents { totalCount } } } } }`
	socket := w.OpenSocket(t, dev)
	socket.Subscribe("1", fmt.Sprintf(query, workspaceID))
	socket.Expect("next", "1", `"path":["own","member","workspace","auditEvents"]`, `"data":{"own":{"member":{"workspace":{"auditEvents":null}}}}`)
	socket.Subscribe("2", fmt.Sprintf(query, "x"))
	socket.Expect("next", "2", `"path":["own"]`, `"code":"NOT_FOUND"`)
}
