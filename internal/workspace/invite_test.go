package workspace_test

import (
	"errors"
	"testing"

	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/fault"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/throttle"
	"minidock/internal/workspace"
)

// Without any directive before it: nobody is looked up, and nothing is counted, for who may not invite.
func TestNothingIsLookedUpForWhoMayNotInvite(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, developer, stranger := w.SignUp(t, "ann"), w.SignUp(t, "dev"), w.SignUp(t, "bob")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		w.Join(t, workspaceID, developer, member.RoleDEVELOPER)
		db := operation.DB{Client: w.Client, Now: w.Now}
		workspaces := &workspace.Workspaces{DB: db, Limits: limit.Default, Throttles: &throttle.Throttles{Client: w.Client, Now: w.Now}}
		w.Client.Throttle.Delete().ExecX(t.Context())
		in := workspace.InviteMembersInput{WorkspaceID: workspaceID, Invitations: []*workspace.InvitationInput{{Name: "", Email: owner.Email, Role: member.RoleMASTER}}}
		for _, test := range []struct {
			as   access.Credential
			want string
			most int64
		}{
			{access.Nobody, "UNAUTHENTICATED", 0}, {access.Account(stranger.ID), "NOT_FOUND", 1}, {access.Account(developer.ID), "FORBIDDEN", 1},
		} {
			statements := w.Statements(func() {
				_, err := workspaces.Invite(t.Context(), access.NewViewer(w.Client, access.Request{}, test.as, nil), in)
				if refusal, ok := errors.AsType[*fault.Refusal](err); !ok || refusal.Code != test.want {
					t.Errorf("%v, want %s", err, test.want)
				}
			})
			if statements > test.most {
				t.Errorf("%s after %d statements", test.want, statements)
			}
		}
		if n := w.Client.Throttle.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d tries are counted", n)
		}
	})
}
