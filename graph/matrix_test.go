package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// asked is an operation of the access matrix as a request that is right but for the id.
type asked struct {
	query     string
	variables func(at string, n int) apitest.Vars
}

var operations = map[access.Operation]asked{
	access.ViewWorkspace:   {`query($id: ID!) { workspace(id: $id) { id name } }`, byID},
	access.ViewMiniProgram: {`query($id: ID!) { miniProgram(id: $id) { id name } }`, byID},
	access.ChooseWorkspace: {`mutation($id: ID!) { chooseWorkspace(input: {workspaceId: $id}) { viewer { user { id } } userErrors { code } } }`, byID},
	access.CreateMiniProgram: {apitest.CreateMutation, func(at string, n int) apitest.Vars {
		return apitest.Vars{"input": apitest.CreateInput(at).With("name", fmt.Sprint("小店", n))}
	}},
	access.UpdateMiniProgram: {apitest.UpdateMutation, func(at string, n int) apitest.Vars {
		return apitest.Vars{"input": apitest.Vars{"miniProgramId": at, "name": fmt.Sprint("新店", n)}}
	}},
}

func byID(at string, _ int) apitest.Vars { return apitest.Vars{"id": at} }

// caller is somebody with a place in the workspace that the matrix is tested at.
type caller struct {
	person *apitest.Person
	role   member.Role
	// counts tells whether the role counts at the mini program.
	counts bool
}

func TestEveryOperationKnowsEveryRoleAtEveryID(t *testing.T) {
	if len(operations) != len(access.Matrix) {
		t.Fatalf("%d operations are tested of %d", len(operations), len(access.Matrix))
	}
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, stranger := w.SignUp(t, "owner"), w.SignUp(t, "master"), w.SignUp(t, "stranger")
		assigned, unassigned := w.SignUp(t, "assigned"), w.SignUp(t, "unassigned")
		workspaceID, foreignID := owner.CreateWorkspace(t, "Own"), stranger.CreateWorkspace(t, "Foreign")
		miniProgramID := w.Insert(t, workspaceID, apitest.Row{CreatedBy: owner})
		foreignMiniProgramID := w.Insert(t, foreignID, apitest.Row{CreatedBy: stranger})
		masterID := w.Join(t, workspaceID, master, member.RoleMASTER)
		w.Assign(t, w.Join(t, workspaceID, assigned, member.RoleDEVELOPER), miniProgramID)
		w.Join(t, workspaceID, unassigned, member.RoleDEVELOPER)

		own := map[id.Kind]string{id.Workspace: workspaceID, id.MiniProgram: miniProgramID}
		foreign := map[id.Kind]string{id.Workspace: foreignID, id.MiniProgram: foreignMiniProgramID}
		elsewhere := []string{
			"", " ", "x", "_", "wsp", "wsp_", "mpr_", "wsp_x", "mpr_' OR 1=1 --", "0", strings.ToUpper(workspaceID), workspaceID + " ",
			workspaceID[4:], "wsp_%", owner.ID, masterID, "ind_5812", "ltg_ALIPAY_CN", id.New(id.Workspace), id.New(id.MiniProgram),
			id.New(id.QuotaUse), "wsp_\x00", strings.Repeat("w", 5000),
		}
		n := 0
		do := func(p *apitest.Person, o asked, at string) *apitest.Answer {
			n++
			return p.Do(t, o.query, o.variables(at, n))
		}
		for operation, rule := range access.Matrix {
			o := operations[operation]
			wrong := append([]string{foreign[rule.At]}, elsewhere...)
			for kind, at := range own {
				if kind != rule.At {
					wrong = append(wrong, at)
				}
			}
			for _, at := range append(wrong, own[rule.At]) {
				do(w.Visitor(t), o, at).Refused(t, "UNAUTHENTICATED")
			}
			for _, c := range []caller{
				{owner, member.RoleOWNER, true}, {master, member.RoleMASTER, true},
				{assigned, member.RoleDEVELOPER, true}, {unassigned, member.RoleDEVELOPER, false},
			} {
				missing := do(c.person, o, id.New(rule.At))
				missing.Refused(t, "NOT_FOUND")
				for _, at := range wrong {
					if got := do(c.person, o, at); got.Anonymous() != missing.Anonymous() {
						t.Errorf("%s %s at %q: %s\na missing id: %s", c.person.DisplayName, operation, at, got.Body, missing.Body)
					}
				}
				checkOwn(t, operation, c, do(c.person, o, own[rule.At]), missing)
			}
			hidden, missing := do(stranger, o, own[rule.At]), do(stranger, o, id.New(rule.At))
			hidden.Refused(t, "NOT_FOUND")
			if hidden.Anonymous() != missing.Anonymous() || hidden.Status != missing.Status {
				t.Errorf("%s: a stranger can tell a hidden id from a missing one: %s\n%s", operation, hidden.Body, missing.Body)
			}
		}
		if n := w.Client.MiniProgram.Query().CountX(t.Context()); n != 4 {
			t.Errorf("%d mini programs are stored; want the two of the test and one each of owner and master", n)
		}
	})
}

// checkOwn judges the answer to a member of the workspace that the id names or is in.
func checkOwn(t *testing.T, operation access.Operation, c caller, got, missing *apitest.Answer) {
	t.Helper()
	may := access.Matrix[operation].Roles
	switch {
	case access.Matrix[operation].At == id.MiniProgram && !c.counts:
		if got.Anonymous() != missing.Anonymous() {
			t.Errorf("%s %s: %s, not as for a missing id", c.person.DisplayName, operation, got.Body)
		}
	case slices.Contains(may, c.role):
		if len(got.Errors) != 0 || got.Get(string(operation)) == nil {
			t.Errorf("%s may not %s: %s", c.person.DisplayName, operation, got.Body)
		}
	default:
		got.Refused(t, "FORBIDDEN")
		for _, role := range may {
			if !strings.Contains(got.Errors[0].Message, string(role)) {
				t.Errorf("%s: the message does not name %s: %s", operation, role, got.Body)
			}
		}
		if strings.Contains(got.Errors[0].Message, string(c.role)) {
			t.Errorf("%s: the message names %s, who may not: %s", operation, c.role, got.Body)
		}
	}
}

// The id is found at the end of the path however the argument is written.
func TestTheRoleIsAskedForHoweverTheInputIsWritten(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "owner"), w.SignUp(t, "stranger")
		workspaceID := owner.CreateWorkspace(t, "Own")
		queries := map[string]string{
			"literal":  `mutation { chooseWorkspace(input: {workspaceId: "` + workspaceID + `"}) { viewer { user { id } } } }`,
			"variable": `mutation($id: ID!) { chooseWorkspace(input: {workspaceId: $id}) { viewer { user { id } } } }`,
			"input":    `mutation($input: ChooseWorkspaceInput!) { chooseWorkspace(input: $input) { viewer { user { id } } } }`,
			"default":  `mutation($d: ID! = "` + workspaceID + `") { chooseWorkspace(input: {workspaceId: $d}) { viewer { user { id } } } }`,
			"alias":    `mutation($id: ID!) { chooseWorkspace: chooseWorkspace(input: {workspaceId: $id}) { viewer { user { id } } } }`,
			"fragment": `mutation($id: ID!) { ...f } fragment f on Mutation { chooseWorkspace(input: {workspaceId: $id}) { viewer { user { id } } } }`,
		}
		for name, query := range queries {
			variables := apitest.Vars{}
			if strings.Contains(query, "$id") {
				variables["id"] = workspaceID
			}
			if strings.Contains(query, "$input") {
				variables["input"] = apitest.Vars{"workspaceId": workspaceID}
			}
			if got := owner.Do(t, query, variables).Get("chooseWorkspace.viewer.user.id"); got != owner.ID {
				t.Errorf("%s: the owner got %v", name, got)
			}
			stranger.Do(t, query, variables).Refused(t, "NOT_FOUND")
			w.Visitor(t).Do(t, query, variables).Refused(t, "UNAUTHENTICATED")
		}
	})
}

// Two ids in one request: the right to one says nothing about the other.
func TestEachFieldOfARequestIsJudgedByItself(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "owner"), w.SignUp(t, "stranger")
		own, foreign := owner.CreateWorkspace(t, "Own"), stranger.CreateWorkspace(t, "Hidden")
		answer := owner.Do(t, `query($own: ID!, $foreign: ID!) { own: workspace(id: $own) { name } foreign: workspace(id: $foreign) { name } }`,
			apitest.Vars{"own": own, "foreign": foreign})
		if code := answer.Code(t); code != "NOT_FOUND" || answer.Get("own.name") != "Own" || answer.Get("foreign") != nil ||
			strings.Contains(answer.Body, "Hidden") {
			t.Errorf("answer %s", answer.Body)
		}
	})
}
