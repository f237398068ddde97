package api_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/ent/session"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/fault"
	"minidock/internal/operation"
	"minidock/internal/workspace"
)

func TestTheCreatorOfAWorkspaceIsItsOwner(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		answer := ann.Mutate(t, "createWorkspace", apitest.Vars{"name": "  Cafe\u0301  "})
		made := func(path string) any { return answer.Get("createWorkspace." + path) }
		if made("workspace.name") != "Café" || made("workspace.viewerRole") != "OWNER" {
			t.Errorf("made %s", answer.Body)
		}
		if made("workspace.members.totalCount") != 1.0 || made("workspace.members.nodes.0.user.id") != ann.ID {
			t.Errorf("members: %s", answer.Body)
		}
		if made("workspace.quotas.0.used") != 0.0 || made("workspace.quotas.0.limit") != 10.0 ||
			made("workspace.quotas.0.launchTarget.code") != "ALIPAY_CN" || len(answer.List(t, "createWorkspace.workspace.quotas")) != 1 {
			t.Errorf("quotas: %s", answer.Body)
		}
		if made("query.viewer.memberships.totalCount") != 1.0 || len(answer.List(t, "createWorkspace.userErrors")) != 0 {
			t.Errorf("beside the workspace: %s", answer.Body)
		}
		if got := bob.Do(t, `{ viewer { memberships { totalCount nodes { id } } } }`, nil); got.Get("viewer.memberships.totalCount") != 0.0 ||
			strings.Contains(got.Body, "mem_") {
			t.Errorf("bob belongs to %s", got.Body)
		}
	})
}

func TestWorkspaceNames(t *testing.T) {
	family := "👨‍👩‍👧‍👦"
	tests := []struct {
		name, given, want string
		params            map[string]string
	}{
		{"one character", "A", "", nil},
		{"the same again", "A", "", nil},
		{"60 characters", strings.Repeat("店", 60), "", nil},
		{"60 clusters", strings.Repeat(family, 60), "", nil},
		{"61 characters", strings.Repeat("n", 61), "TOO_LONG name", map[string]string{"weight": "61", "min": "1", "max": "60"}},
		{"61 clusters", strings.Repeat(family, 61), "TOO_LONG name", map[string]string{"weight": "61"}},
		{"nothing", "", "BLANK name", nil},
		{"white space", " \t\n\u3000", "BLANK name", nil},
		{"line break", "a\nb", "INVALID_CHARACTER name", map[string]string{"character": "U+000A"}},
		{"direction", "a\u202Eb", "INVALID_CHARACTER name", map[string]string{"character": "U+202E"}},
		{"zero width", "a\u200Bb", "INVALID_CHARACTER name", map[string]string{"character": "U+200B"}},
		{"long and illegal", strings.Repeat("n", 61) + "\a", "INVALID_CHARACTER name", map[string]string{"character": "U+0007"}},
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		made := 0
		for _, test := range tests {
			answer := ann.Mutate(t, "createWorkspace", apitest.Vars{"name": test.given})
			errs := answer.UserErrors(t, "createWorkspace.userErrors")
			if got := strings.Join(apitest.Codes(errs), ", "); got != test.want {
				t.Errorf("%s: %q, want %q", test.name, got, test.want)
				continue
			}
			if isMade := answer.Get("createWorkspace.workspace") != nil; isMade != (test.want == "") {
				t.Errorf("%s: made %t: %s", test.name, isMade, answer.Body)
			}
			for name, want := range test.params {
				if got := errs[0].Params[name]; got != want {
					t.Errorf("%s: %s is %q, want %s", test.name, name, got, want)
				}
			}
			if test.want == "" {
				made++
			}
		}
		rows, members := w.Client.Workspace.Query().CountX(t.Context()), w.Client.Member.Query().CountX(t.Context())
		if rows != made || members != made {
			t.Errorf("%d workspaces and %d members are stored, want %d", rows, members, made)
		}
	})
}

func TestTheCurrentWorkspaceBelongsToTheSession(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		first, second := ann.CreateWorkspace(t, "First"), ann.CreateWorkspace(t, "Second")
		elsewhere := ann.Elsewhere(t)
		if got := ann.CurrentWorkspace(t); got != nil {
			t.Errorf("before a choice: %v", got)
		}
		for _, chosen := range []string{first, second} {
			answer := ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": chosen})
			if answer.Get("chooseWorkspace.viewer.currentWorkspace.id") != chosen ||
				answer.Get("chooseWorkspace.query.viewer.currentWorkspace.id") != chosen ||
				len(answer.List(t, "chooseWorkspace.userErrors")) != 0 {
				t.Errorf("chosen: %s", answer.Body)
			}
			if got := ann.CurrentWorkspace(t); got != chosen {
				t.Errorf("afterwards: %v", got)
			}
		}
		if got := elsewhere.CurrentWorkspace(t); got != nil {
			t.Errorf("in another session: %v", got)
		}
		ann.SignIn(t)
		if got := ann.CurrentWorkspace(t); got != nil {
			t.Errorf("after signing in again: %v", got)
		}
	})
}

func TestTheCurrentWorkspaceEndsWithTheMembership(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		w.Join(t, workspaceID, bob, member.RoleDEVELOPER)
		bob.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": workspaceID})
		w.Leave(t, workspaceID, bob)
		answer := bob.Do(t, `{ viewer { user { id } currentWorkspace { id name } } }`, nil)
		if answer.Get("viewer.user.id") != bob.ID || answer.Get("viewer.currentWorkspace") != nil || strings.Contains(answer.Body, "Ann's") {
			t.Errorf("after the membership ended: %s", answer.Body)
		}
		bob.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": workspaceID}).Refused(t, "NOT_FOUND")
	})
}

func TestARefusedChoiceChangesNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		own, foreign := ann.CreateWorkspace(t, "Ann's"), bob.CreateWorkspace(t, "Bob's")
		ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": own})
		ann.Mutate(t, "chooseWorkspace", apitest.Vars{"workspaceId": foreign}).Refused(t, "NOT_FOUND")
		if got := ann.CurrentWorkspace(t); got != own {
			t.Errorf("afterwards: %v", got)
		}
	})
}

// The membership ends between the directive's look and the write: then the write itself must find out.
func TestAMembershipThatEndsInTheMeantimeIsAUserError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		foreign := bob.CreateWorkspace(t, "Bob's")
		workspaces := &workspace.Workspaces{DB: operation.DB{Client: w.Client, Now: w.Now}}
		viewer := access.NewViewer(w.Client, access.Request{}, access.Account(ann.ID), nil)
		var errs *fault.UserErrors
		if err := workspaces.Choose(t.Context(), viewer, foreign); !errors.As(err, &errs) {
			t.Fatalf("chosen, %v", err)
		}
		if got := errs.All()[0]; got.Code != "NOT_FOUND" || got.Field != "workspaceId" {
			t.Errorf("user error %v", got)
		}
		if n := w.Client.Session.Query().Where(session.WorkspaceIDNotNil()).CountX(t.Context()); n != 0 {
			t.Error("the choice was written")
		}
	})
}

func TestViewerRoleIsTheViewersOwn(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob, cat := w.SignUp(t, "ann"), w.SignUp(t, "bob"), w.SignUp(t, "cat")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		w.Join(t, workspaceID, bob, member.RoleMASTER)
		w.Join(t, workspaceID, cat, member.RoleDEVELOPER)
		bob.CreateWorkspace(t, "Bob's")
		for p, want := range map[*apitest.Person]string{ann: "OWNER", bob: "MASTER", cat: "DEVELOPER"} {
			answer := p.Do(t, `query($id: ID!) { workspace(id: $id) { viewerRole members { nodes { role user { id email displayName } } } } }`,
				apitest.Vars{"id": workspaceID})
			if got := answer.Get("workspace.viewerRole"); got != want {
				t.Errorf("%s is %v, want %s", p.DisplayName, got, want)
			}
			var people []any
			for _, m := range answer.List(t, "workspace.members.nodes") {
				people = append(people, m.(map[string]any)["user"].(map[string]any)["displayName"])
			}
			if !slices.Equal(people, []any{"ann", "bob", "cat"}) {
				t.Errorf("%s sees %v", p.DisplayName, people)
			}
		}
		answer := bob.Do(t, `{ viewer { memberships { nodes { role workspace { name viewerRole members { totalCount } } } } } }`, nil)
		roles := []any{answer.Get("viewer.memberships.nodes.0.workspace.viewerRole"), answer.Get("viewer.memberships.nodes.1.workspace.viewerRole")}
		if !slices.Equal(roles, []any{"MASTER", "OWNER"}) {
			t.Errorf("bob's roles are %v", roles)
		}
	})
}

func TestEachWorkspaceHasItsOwnQuota(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		full, empty := ann.CreateWorkspace(t, "Full"), ann.CreateWorkspace(t, "Empty")
		ann.CreateMiniProgram(t, full, "小店一")
		ann.CreateMiniProgram(t, full, "小店二")
		answer := ann.Do(t, `{ viewer { memberships { nodes { workspace { id quotas { used limit } } } } } }`, nil)
		for i, want := range []struct {
			id   string
			used float64
		}{{full, 2}, {empty, 0}} {
			at := answer.Get("viewer.memberships.nodes").([]any)[i].(map[string]any)["workspace"].(map[string]any)
			quota := at["quotas"].([]any)[0].(map[string]any)
			if at["id"] != want.id || quota["used"] != want.used || quota["limit"] != 10.0 {
				t.Errorf("workspace %d: %v", i, at)
			}
		}
	})
}
