package graph_test

import (
	"slices"
	"strings"
	"testing"

	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/graph"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

func TestEveryOperationOfTheMatrixIsTried(t *testing.T) {
	t.Parallel()
	streams := graph.NewExecutableSchema(graph.Config{}).Schema().Subscription.Fields
	for operation, rule := range access.Matrix {
		if _, ok := operations[operation]; !ok && rule.For == access.Members && streams.ForName(string(operation)) == nil { // those are tried where they are streamed
			t.Errorf("%s is not tried", operation)
		}
	}
	for operation, o := range operations {
		if _, ok := access.Matrix[operation]; !ok {
			t.Errorf("%s is not in the matrix", operation)
		}
		if !strings.Contains(o.query, string(operation)+"(") || !slices.Contains(strings.Split(o.result, "."), string(operation)) {
			t.Errorf("%s: the request is another's: %s", operation, o.query)
		}
	}
}

// Whatever takes the id of something in a workspace asks for a role there.
func TestEveryMutationInsideAWorkspaceIsInTheMatrix(t *testing.T) {
	t.Parallel()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	inside := []string{"workspaceId", "miniProgramId", "memberId", "invitationId"}
	found := 0
	for _, mutation := range schema.Mutation.Fields {
		for _, argument := range mutation.Arguments {
			for _, field := range schema.Types[argument.Type.Name()].Fields {
				if !slices.Contains(inside, field.Name) {
					continue
				}
				found++
				if _, ok := access.Matrix[access.Operation(mutation.Name)]; !ok || mutation.Directives.ForName("hasRole") == nil {
					t.Errorf("%s takes %s and asks for no role", mutation.Name, field.Name)
				}
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d were looked at", found)
	}
}

func TestEveryOperationKnowsEveryRoleAtEveryID(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		cast, target := callers(t, w), somebody(t, w, "target")
		for operation := range operations {
			rule := access.Matrix[operation]
			var s stage
			spent := true
			for _, c := range cast {
				for i := range s.at(rule.At) {
					if spent {
						s = newStage(t, w, cast, target)
						operations[operation].prepared(t, w, s)
					}
					spent = checkAtOwn(t, w, operation, c, s, s.at(rule.At)[i])
				}
			}
		}
	})
}

// checkAtOwn tries an operation at an id of the workspace that the caller has a place in, and tells whether the stage was changed.
func checkAtOwn(t *testing.T, w *apitest.World, operation access.Operation, c caller, s stage, at string) bool {
	t.Helper()
	o := operations[operation]
	missing, before := o.by(t, c.person, s, id.New(access.Matrix[operation].At)), matrixRows(t, w, s.workspaceID)
	got := o.by(t, c.person, s, at)
	events := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(s.workspaceID), auditevent.OperationNEQ("createWorkspace")).AllX(t.Context())
	switch want := verdict(operation, c, at == s.assignedID); want {
	case "":
		checkDone(t, operation, c, got)
		if !o.isMutation() {
			break
		}
		if len(events) != 1 || events[0].Operation != string(operation) || events[0].ActorID == nil || *events[0].ActorID != c.person.ID {
			t.Errorf("%s %s: noted %v", c.name, operation, events)
		}
		return true
	case "FORBIDDEN":
		checkForbidden(t, operation, c, got)
	default:
		missing.Refused(t, want)
		if got.Anonymous() != missing.Anonymous() || got.Status != missing.Status {
			t.Errorf("%s %s: %s\na missing id: %s", c.name, operation, got.Body, missing.Body)
		}
	}
	if after := matrixRows(t, w, s.workspaceID); after != before {
		t.Errorf("%s %s: something was written", c.name, operation)
	}
	return false
}

// verdict is the code that an operation is refused with, or "" for whom it is done.
func verdict(operation access.Operation, c caller, atAssigned bool) string {
	rule := access.Matrix[operation]
	switch {
	case c.person.ID == "":
		return "UNAUTHENTICATED"
	case c.status != member.StatusACTIVE:
		return "NOT_FOUND"
	case rule.At == id.MiniProgram && c.role == member.RoleDEVELOPER && !(c.assigned && atAssigned):
		return "NOT_FOUND"
	case !slices.Contains(rule.Roles, c.role):
		return "FORBIDDEN"
	}
	return ""
}

func checkDone(t *testing.T, operation access.Operation, c caller, got *apitest.Answer) {
	t.Helper()
	wrong, _ := got.Get(string(operation) + ".userErrors").([]any)
	if len(got.Errors) != 0 || len(wrong) != 0 || got.Get(operations[operation].result) == nil {
		t.Errorf("%s may not %s: %s", c.name, operation, got.Body)
	}
}

// checkForbidden makes sure that a member is told which roles may, and that the refusal of a workspace's field leaves the others.
func checkForbidden(t *testing.T, operation access.Operation, c caller, got *apitest.Answer) {
	t.Helper()
	if isField := strings.HasPrefix(operations[operation].result, "workspace."+string(operation)); isField {
		path := []any{"workspace", string(operation)}
		if got.Code(t) != "FORBIDDEN" || !slices.Equal(got.Errors[0].Path, path) || got.Get("workspace."+string(operation)) != nil ||
			got.Get("workspace.id") == nil || got.Get("workspace.name") != "Hidden coffee" {
			t.Errorf("%s %s: %s", c.name, operation, got.Body)
			return
		}
	} else {
		got.Refused(t, "FORBIDDEN")
	}
	if len(got.Errors) != 1 {
		return
	}
	for _, role := range []member.Role{member.RoleOWNER, member.RoleMASTER, member.RoleDEVELOPER} {
		may := slices.Contains(access.Matrix[operation].Roles, role)
		if strings.Contains(got.Errors[0].Message, string(role)) != may {
			t.Errorf("%s %s: %s may is %t, and the message says: %s", c.name, operation, role, may, got.Errors[0].Message)
		}
	}
}

func TestEveryOperationAnswersEveryOtherIDAsOneThatIsMissing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		cast, target := callers(t, w), somebody(t, w, "target")
		s := newStage(t, w, cast, target)
		hermit := caller{role: member.RoleOWNER, status: member.StatusACTIVE, person: somebody(t, w, "hermit")}
		foreign := newStage(t, w, []caller{hermit}, somebody(t, w, "friend"))
		rows := func() string { return matrixRows(t, w, s.workspaceID) + matrixRows(t, w, foreign.workspaceID) }
		before := rows()
		for operation := range operations {
			rule := access.Matrix[operation]
			wrong := oddIDs(s, cast[0].person)
			for _, kind := range []id.Kind{id.Workspace, id.MiniProgram, id.Member, id.Invitation} {
				wrong = append(wrong, foreign.at(kind)...)
				if kind != rule.At {
					wrong = append(wrong, s.at(kind)...)
				}
			}
			for _, c := range cast {
				missing := operations[operation].by(t, c.person, s, id.New(rule.At))
				missing.Refused(t, verdict(operation, caller{person: c.person}, false))
				for _, at := range wrong {
					got := operations[operation].by(t, c.person, s, at)
					if got.Anonymous() != missing.Anonymous() || got.Status != missing.Status {
						t.Errorf("%s %s at %.80q: %s\na missing id: %s", c.name, operation, at, got.Body, missing.Body)
					}
				}
			}
		}
		if after := rows(); after != before {
			t.Error("refused, yet written")
		}
	})
}

// oddIDs are ids that nothing in a workspace has.
func oddIDs(s stage, p *apitest.Person) []string {
	odd := []string{
		"", " ", "x", "_", "0", "wsp", "wsp_", "wsp_x", "wsp_%", "wsp_\x00", "mpr_' OR 1=1 --", "mem_*", "inv_' OR ''='", strings.Repeat("w", 5000),
		strings.ToUpper(s.workspaceID), s.workspaceID + " ", s.workspaceID[4:], "mem_" + s.workspaceID[4:], "inv_" + s.memberID[4:],
		p.ID, "ind_5812", "ltg_ALIPAY_CN",
	}
	for _, kind := range []id.Kind{id.Workspace, id.MiniProgram, id.Member, id.Invitation, id.AuditEvent, id.QuotaUse} {
		odd = append(odd, id.New(kind))
	}
	return odd
}

// Of whom a master may block, the matrix does not tell: it depends on the member.
func TestMastersBlockAndUnblockDevelopersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, other := w.SignUp(t, "owner"), w.SignUp(t, "master"), w.SignUp(t, "other")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		masterID, otherID := w.Join(t, workspaceID, master, member.RoleMASTER), w.Join(t, workspaceID, other, member.RoleMASTER)
		developerID := w.Join(t, workspaceID, somebody(t, w, "developer"), member.RoleDEVELOPER)
		ownerID := w.Client.Member.Query().Where(member.RoleEQ(member.RoleOWNER)).OnlyIDX(t.Context())
		block, unblock := operations[access.BlockMember], operations[access.UnblockMember]
		refused := func(o asked, at string) {
			t.Helper()
			before := matrixRows(t, w, workspaceID)
			answer := o.by(t, master, stage{}, at)
			answer.Refused(t, "FORBIDDEN")
			if !strings.Contains(answer.Body, "OWNER") || strings.Contains(answer.Body, "MASTER") || matrixRows(t, w, workspaceID) != before {
				t.Errorf("%s", answer.Body)
			}
		}
		for _, at := range []string{ownerID, masterID, otherID} {
			refused(block, at)
			refused(unblock, at)
		}
		checkDone(t, access.BlockMember, caller{name: "owner"}, block.by(t, owner, stage{}, otherID))
		refused(unblock, otherID)
		block.by(t, other, stage{}, developerID).Refused(t, "NOT_FOUND")
		checkDone(t, access.UnblockMember, caller{name: "owner"}, unblock.by(t, owner, stage{}, otherID))
		checkDone(t, access.BlockMember, caller{name: "master"}, block.by(t, master, stage{}, developerID))
		checkDone(t, access.UnblockMember, caller{name: "other"}, unblock.by(t, other, stage{}, developerID))
		for memberID, want := range map[string]member.Status{
			ownerID: member.StatusACTIVE, masterID: member.StatusACTIVE, otherID: member.StatusACTIVE, developerID: member.StatusACTIVE,
		} {
			if got := w.Client.Member.GetX(t.Context(), memberID).Status; got != want {
				t.Errorf("%s is %s", memberID, got)
			}
		}
	})
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
