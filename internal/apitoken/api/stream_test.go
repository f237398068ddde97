package api_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func watchWorkspace(workspaceID string) string {
	return fmt.Sprintf(`subscription { workspaceChanged(workspaceId: %q) { operation nodeId node { __typename } } }`, workspaceID)
}

// renameUntil renames a workspace until something is received that this says.
func renameUntil(t *testing.T, p *apitest.Person, workspaceID string, received <-chan string) string {
	t.Helper()
	for n := 0; ; n++ {
		p.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": workspaceID, "name": fmt.Sprint("The team ", n)}).Succeeded(t)
		select {
		case text := <-received:
			return text
		case <-time.After(time.Second):
		}
	}
}

// soonEnded has streams end soon after their token, whatever runs on them.
var soonEnded = apitest.Options{Limits: apitest.Limits(func(l *limit.Limits) { l.SessionEnd = 100 * time.Millisecond })}

func TestATokenWatchesItsWorkspaceUntilItIsRevoked(t *testing.T) {
	apitest.RunWith(t, soonEnded, func(t *testing.T, w *apitest.World) {
		c, there := w.NewTeam(t), w.Another(t)
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		limited := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read).With("miniProgramIds", []string{c.Assigned}))
		sockets := map[apitest.Machine]*apitest.Socket{machine: w.OpenSocket(t, machine.Person), limited: there.OpenSocket(t, limited.Person)}
		for _, socket := range sockets {
			socket.Subscribe("1", watchWorkspace(c.ID))
			received := make(chan string)
			go func() {
				message, _ := socket.Read()
				received <- string(message.Payload)
			}()
			if text := renameUntil(t, c.Owner, c.ID, received); !strings.Contains(text, "RENAME_WORKSPACE") || !strings.Contains(text, c.ID) {
				t.Fatalf("received %s", text)
			}
		}
		next := func(socket *apitest.Socket) string {
			for {
				if text := string(socket.Receive().Payload); !strings.Contains(text, "RENAME_WORKSPACE") {
					return text
				}
			}
		}
		// Neither learns of people or tokens.
		c.Owner.Invite(t, c.ID, apitest.MasterInvitation("new@example.com"))
		c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.UnassignedID)).Succeeded(t)
		c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read).With("miniProgramIds", []string{c.Assigned}))
		for i, miniProgramID := range []string{c.Spare, c.Assigned} {
			c.Owner.Mutate(t, "updateMiniProgram", apitest.Vars{"miniProgramId": miniProgramID, "name": fmt.Sprint("新的小店", i)}).Succeeded(t)
		}
		for _, miniProgramID := range []string{c.Spare, c.Assigned} {
			if text := next(sockets[machine]); !strings.Contains(text, "UPDATE_MINI_PROGRAM") || !strings.Contains(text, miniProgramID) {
				t.Errorf("received %s", text)
			}
		}
		if text := next(sockets[limited]); !strings.Contains(text, "UPDATE_MINI_PROGRAM") || !strings.Contains(text, c.Assigned) {
			t.Errorf("received %s", text)
		}
		for _, one := range []apitest.Machine{machine, limited} {
			c.Owner.Mutate(t, "revokeApiToken", apitest.Vars{"apiTokenId": one.TokenID}).Succeeded(t)
			expectEnd(t, sockets[one])
		}
	})
}

// expectEnd makes sure that a socket is closed as after signing out, whatever is sent before.
func expectEnd(t *testing.T, socket *apitest.Socket) {
	t.Helper()
	for {
		if _, err := socket.Read(); err != nil {
			if got := websocket.CloseStatus(err); got != 4401 {
				t.Errorf("closed with %d: %v", got, err)
			}
			return
		}
	}
}

func TestASocketEndsWhenItsTokenExpires(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		socket := w.OpenSocket(t, machine.Person)
		w.Advance(90 * day)
		expectEnd(t, socket)
	})
}

func TestATokensSubscriptionsNeedItsScopes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Upload))
		socket := w.OpenSocket(t, machine.Person)
		for name, query := range map[string]string{
			"sessionEnded": apitest.SessionEnded, "membership": fmt.Sprintf(`subscription { membership(workspaceId: %q) { role } }`, c.ID),
		} {
			socket.Subscribe(name, query)
			socket.Expect("next", name, "FORBIDDEN", "TOKEN_SCOPE")
			socket.Expect("complete", name)
		}
		socket.Subscribe("foreign", watchWorkspace(c.ForeignID))
		socket.Expect("next", "foreign", "NOT_FOUND")
	})
}

func TestAnEventStreamIsOpenedByATokenAndEndsWithIt(t *testing.T) {
	apitest.RunWith(t, soonEnded, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		response := w.Stream(t, machine.Person, http.MethodPost, http.Header{"Accept": {apitest.EventStream}, "Content-Type": {"application/json"}}, watchWorkspace(c.ID))
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%d", response.StatusCode)
		}
		received := make(chan string, 100)
		go func() {
			defer close(received)
			for lines := bufio.NewScanner(response.Body); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "data: {") {
					received <- lines.Text()
				}
			}
		}()
		if text := renameUntil(t, c.Owner, c.ID, received); !strings.Contains(text, "RENAME_WORKSPACE") {
			t.Errorf("received %s", text)
		}
		c.Owner.Mutate(t, "removeMember", apitest.MemberInput(c.MasterID)).Succeeded(t)
		for range received { // until the stream ends
			continue
		}
	})
}
