package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// A token sees its workspace and mini programs, and no people but the names of those who created something.
func TestWhatATokenSees(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		ownersOther := c.Owner.CreateWorkspace(t, "The owner's other")
		invitationID := c.Owner.Invite(t, c.ID, apitest.MasterInvitation("new@example.com"))[0]
		all := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		limited := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read).With("miniProgramIds", []string{c.Spare}))
		viewerID := c.Owner.Do(t, `{ viewer { id } }`, nil).String(t, "viewer.id")
		eventID := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(c.ID)).FirstIDX(t.Context())
		inside := []string{c.ID, c.Assigned, c.Spare, c.Owner.ID, "ind_5812", "ltg_ALIPAY_CN"}
		hidden := []string{
			ownersOther, c.ForeignID, c.Foreign, c.OwnerID, c.MasterID, c.DeveloperID, c.Master.ID, c.Developer.ID, c.Stranger.ID, invitationID,
			viewerID, eventID, c.Owner.CurrentSession(t).ID, id.Of(id.StaffMember, c.Owner.ID[4:]),
		}
		query := `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on User { email displayName } ... on ApiToken { name } } }`
		for name, test := range map[string]struct {
			machine apitest.Machine
			other   string
			want    []string
		}{
			"all":     {all, limited.TokenID, append(slices.Clone(inside), all.TokenID)},
			"limited": {limited, all.TokenID, append(slices.DeleteFunc(slices.Clone(inside), func(one string) bool { return one == c.Assigned }), limited.TokenID)},
		} {
			answer := test.machine.Do(t, query, apitest.Vars{"ids": slices.Concat(inside, hidden, []string{test.other, test.machine.TokenID})})
			var got []string
			for _, node := range answer.List(t, "nodes") {
				if node == nil {
					continue
				}
				got = append(got, node.(map[string]any)["id"].(string))
			}
			if !slices.Equal(got, test.want) || strings.Contains(answer.Body, "@") || !strings.Contains(answer.Body, `"displayName":"owner"`) {
				t.Errorf("%s sees %q, want %q: %s", name, got, test.want, answer.Body)
			}
			read := test.machine.Do(t, `query($id: ID!) { workspace(id: $id) { id name viewerRole viewerMember { id } quotas { used }
				miniPrograms { totalCount nodes { id createdBy { displayName email } viewerCan } } } viewer { id } }`, apitest.Vars{"id": c.ID})
			listed := apitest.IDs(read.Get("workspace.miniPrograms"))
			want := slices.DeleteFunc([]string{c.Assigned, c.Spare}, func(one string) bool { return !slices.Contains(test.want, one) })
			if slices.Sort(listed); !slices.Equal(listed, slices.Sorted(slices.Values(want))) || read.Get("workspace.miniPrograms.totalCount") != float64(len(want)) ||
				read.Get("workspace.viewerRole") != nil || read.Get("workspace.viewerMember") != nil || read.Get("viewer") != nil ||
				read.Get("workspace.miniPrograms.nodes.0.createdBy.email") != nil || read.Get("workspace.miniPrograms.nodes.0.createdBy.displayName") != "owner" {
				t.Errorf("%s reads %s", name, read.Body)
			}
			for _, field := range []string{"owner { id }", "members { nodes { id } }", "members(filter: {statuses: [REMOVED]}) { totalCount }", "invitations { totalCount }", "auditEvents { totalCount }", "apiTokens { totalCount }"} {
				refused := test.machine.Do(t, fmt.Sprintf(`query($id: ID!) { workspace(id: $id) { id %s } }`, field), apitest.Vars{"id": c.ID})
				if refused.Code(t) != "FORBIDDEN" || refused.Errors[0].Extensions["reason"] != "TOKEN_SCOPE" || strings.Contains(refused.Body, `"nodes"`) {
					t.Errorf("%s: %s: %s", name, field, refused.Body)
				}
			}
			refused := test.machine.Do(t, `query($id: ID!) { miniProgram(id: $id) { developers { totalCount nodes { id } } } }`, apitest.Vars{"id": c.Spare})
			refused.ExpectMissingScope(t, "")
			for _, at := range []string{c.Foreign, id.New(id.MiniProgram)} {
				test.machine.Do(t, `query($id: ID!) { miniProgram(id: $id) { id } }`, apitest.Vars{"id": at}).Refused(t, "NOT_FOUND")
			}
			for _, at := range []string{ownersOther, c.ForeignID, id.New(id.Workspace)} {
				test.machine.Do(t, `query($id: ID!) { workspace(id: $id) { id } }`, apitest.Vars{"id": at}).Refused(t, "NOT_FOUND")
			}
		}
		own := limited.Do(t, apitest.APITokenQuery, nil)
		if own.Get("apiToken.createdBy.displayName") != "owner" || own.Get("apiToken.createdBy.email") != nil || own.Get("apiToken.miniPrograms.0.id") != c.Spare ||
			own.Get("apiToken.miniPrograms.1") != nil {
			t.Errorf("%s", own.Body)
		}
	})
}

func TestATokenFindsAMiniProgramByItsAppIDInItsWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		limited := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read).With("miniProgramIds", []string{c.Spare}))
		whole := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Read))
		for at, seenBy := range map[string][]apitest.Machine{c.Spare: {limited, whole}, c.Assigned: {whole}, c.Foreign: {}} {
			appID := w.Client.MiniProgram.GetX(t.Context(), at).AppID
			for _, machine := range []apitest.Machine{limited, whole} {
				isSeen := slices.ContainsFunc(seenBy, func(one apitest.Machine) bool { return one.TokenID == machine.TokenID })
				answer := machine.Do(t, `query($search: String!) { apiToken { workspace { id miniPrograms(filter: {search: $search}) { nodes { id } } } } }`,
					apitest.Vars{"search": appID})
				if answer.Get("apiToken.workspace.id") != c.ID || (answer.Get("apiToken.workspace.miniPrograms.nodes.0.id") == at) != isSeen {
					t.Errorf("%s: want it seen %t: %s", appID, isSeen, answer.Body)
				}
			}
		}
	})
}

func TestATokenWhoseMiniProgramsAreDeletedIsForNone(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Owner.CreateToken(t, apitest.APIToken(c.ID, access.Configure).With("miniProgramIds", []string{c.Spare}))
		w.Client.MiniProgram.DeleteOneID(c.Spare).ExecX(t.Context())
		answer := machine.Do(t, `query($id: ID!) { apiToken { miniPrograms { id } } workspace(id: $id) { miniPrograms { totalCount } } }`, apitest.Vars{"id": c.ID})
		if answer.Get("workspace.miniPrograms.totalCount") != 0.0 || len(answer.List(t, "apiToken.miniPrograms")) != 0 {
			t.Errorf("%s", answer.Body)
		}
		machine.Mutate(t, "updateMiniProgram", apitest.Vars{"miniProgramId": c.Assigned, "name": "新的小店"}).Refused(t, "NOT_FOUND")
	})
}

func TestWhatATokenMayIsCutByItsScopes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		for scope, want := range map[access.TokenScope]string{
			access.Read: "[VIEW_MINI_PROGRAM]", access.Upload: "[UPLOAD_VERSION VIEW_MINI_PROGRAM]",
			access.Configure: "[UPDATE_MINI_PROGRAM VIEW_MINI_PROGRAM]", access.Release: "[VIEW_MINI_PROGRAM]",
		} {
			machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, scope))
			answer := machine.Do(t, `query($id: ID!, $at: ID!) { workspace(id: $id) { viewerCan } miniProgram(id: $at) { viewerCan } }`, apitest.Vars{"id": c.ID, "at": c.Spare})
			if got := fmt.Sprint(answer.Get("miniProgram.viewerCan")); got != want {
				t.Errorf("%s: %s, want %s", scope, got, want)
			}
			if got := fmt.Sprint(answer.Get("workspace.viewerCan")); got != "[VIEW_WORKSPACE VIEW_WORKSPACE_CHANGED]" {
				t.Errorf("%s: %s", scope, got)
			}
		}
	})
}

func TestAnEventNamesTheTokenAndItsCreator(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Configure))
		active := c.Member(t, c.MasterID).LastActiveAt
		answer := machine.Mutate(t, "updateMiniProgram", apitest.Vars{"miniProgramId": c.Spare, "name": "新的小店"}).Succeeded(t)
		if answer.Get("updateMiniProgram.miniProgram.name") != "新的小店" || answer.Get("updateMiniProgram.query.viewer") != nil {
			t.Errorf("%s", answer.Body)
		}
		event := c.Event(t, "updateMiniProgram", c.Master, c.Spare)
		if apitest.TextOf(event.APITokenID) != machine.TokenID || event.RequestID != answer.Header.Get("X-Request-Id") {
			t.Errorf("%v", event)
		}
		listed := c.Owner.Do(t, `query($id: ID!) { workspace(id: $id) { auditEvents(first: 2) { nodes { operation actor { id } apiToken { id name } } } } }`, apitest.Vars{"id": c.ID})
		for path, want := range map[string]any{
			"0.operation": "UPDATE_MINI_PROGRAM", "0.actor.id": c.Master.ID, "0.apiToken.id": machine.TokenID, "0.apiToken.name": "Robot",
			"1.operation": "CREATE_API_TOKEN", "1.actor.id": c.Master.ID, "1.apiToken": nil,
		} {
			if got := listed.Get("workspace.auditEvents.nodes." + path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		if after := c.Member(t, c.MasterID).LastActiveAt; !after.Equal(*active) {
			t.Errorf("what a machine does counts as the person's activity: %v, %v", active, after)
		}
	})
}

// A token acts with the role that its creator has now.
func TestATokenHasTheRoleOfItsCreator(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		machine := c.Master.CreateToken(t, apitest.APIToken(c.ID, access.Configure))
		// Nothing but the API changes roles; what it would have revoked is useless even so.
		for _, role := range []member.Role{member.RoleDEVELOPER} {
			w.Client.Member.UpdateOneID(c.MasterID).SetRole(role).ExecX(t.Context())
			machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
		}
		w.Client.Member.UpdateOneID(c.MasterID).SetRole(member.RoleMASTER).SetStatus(member.StatusBLOCKED).ExecX(t.Context())
		machine.Do(t, `{ viewer { id } }`, nil).ExpectBadToken(t, "TOKEN_REVOKED")
	})
}
