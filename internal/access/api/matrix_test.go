package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/assignment"
	"minidock/ent/auditevent"
	"minidock/ent/invitation"
	"minidock/ent/job"
	"minidock/ent/member"
	"minidock/ent/miniprogram"
	"minidock/ent/session"
	"minidock/ent/task"
	"minidock/ent/version"
	"minidock/graph"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// attempt is how an operation of the access matrix is tried: a query, or the mutation of its name.
type attempt struct {
	query string
	// result is the path of what the answer has only when the operation was done.
	result string
	// input is that of the mutation, about the thing with this id.
	input func(s apitest.Stage, at string) apitest.Vars
	// prepare changes the stage so that the operation can be done; nil where that is not needed.
	prepare func(t *testing.T, w *apitest.World, s apitest.Stage)
}

// about returns inputs that have the id in this field, and otherwise these fields.
func about(field string, others apitest.Vars) func(apitest.Stage, string) apitest.Vars {
	return func(_ apitest.Stage, at string) apitest.Vars { return others.With(field, at) }
}

var attempts = map[access.Operation]attempt{
	access.ViewWorkspace:   {query: `query($id: ID!) { workspace(id: $id) { id name } }`, result: "workspace.id"},
	access.ViewMiniProgram: {query: `query($id: ID!) { miniProgram(id: $id) { id name } }`, result: "miniProgram.id"},
	access.ViewVersion:     {query: `query($id: ID!) { version(id: $id) { id number } }`, result: "version.id"},
	access.CompareVersions: {
		query: `query($id: ID!) { compareVersions(from: $id, to: $id) { from { id } files { totalCount } } }`, result: "compareVersions.from.id",
	},
	access.ViewInvitations: {
		query:  `query($id: ID!) { workspace(id: $id) { id name invitations(first: 5) { totalCount nodes { id email } } } }`,
		result: "workspace.invitations.nodes.0.id",
	},
	access.ViewAuditEvents: {
		query:  `query($id: ID!) { workspace(id: $id) { id name auditEvents(first: 5) { totalCount nodes { id operation } } } }`,
		result: "workspace.auditEvents.nodes.0.id",
	},
	access.ViewAPITokens: {
		query:  `query($id: ID!) { workspace(id: $id) { id name apiTokens(first: 5) { totalCount nodes { id lastFour } } } }`,
		result: "workspace.apiTokens.nodes.0.id",
	},
	access.CreateAPIToken: {
		result: "createApiToken.apiToken.id",
		input:  func(_ apitest.Stage, at string) apitest.Vars { return apitest.APIToken(at, access.Upload) },
	},
	access.RevokeAPIToken:  {result: "revokeApiToken.apiToken.id", input: about("apiTokenId", nil)},
	access.ChooseWorkspace: {result: "chooseWorkspace.viewer.user.id", input: about("workspaceId", nil)},
	access.RenameWorkspace: {result: "renameWorkspace.workspace.id", input: about("workspaceId", apitest.Vars{"name": "Renamed"})},
	access.DeleteWorkspace: {result: "deleteWorkspace.deletedWorkspaceId", input: about("workspaceId", nil), prepare: removeMiniPrograms},
	access.LeaveWorkspace:  {result: "leaveWorkspace.leftWorkspaceId", input: about("workspaceId", nil)},
	access.TransferOwnership: {
		result: "transferOwnership.member.id", input: about("memberId", apitest.Vars{"password": apitest.Password}),
		prepare: func(t *testing.T, w *apitest.World, s apitest.Stage) {
			w.Client.Member.UpdateOneID(s.MemberID).SetRole(member.RoleMASTER).ExecX(t.Context())
		},
	},
	access.InviteMembers: {
		result: "inviteMembers.invitations.0.id",
		input:  about("workspaceId", apitest.Vars{"invitations": []apitest.Vars{apitest.MasterInvitation("new@example.com")}}),
	},
	access.ResendInvitation:   {result: "resendInvitation.invitation.id", input: about("invitationId", nil)},
	access.WithdrawInvitation: {result: "withdrawInvitation.invitation.id", input: about("invitationId", nil)},
	access.ChangeMemberRole:   {result: "changeMemberRole.member.id", input: about("memberId", apitest.Vars{"role": "MASTER"})},
	access.AssignMiniPrograms: {
		result: "assignMiniPrograms.member.id",
		input: func(s apitest.Stage, at string) apitest.Vars {
			return apitest.Vars{"memberId": at, "miniProgramIds": []string{s.UnassignedID}}
		},
	},
	access.BlockMember: {result: "blockMember.member.id", input: about("memberId", nil)},
	access.UnblockMember: {
		result: "unblockMember.member.id", input: about("memberId", nil),
		prepare: func(t *testing.T, w *apitest.World, s apitest.Stage) {
			w.Client.Member.UpdateOneID(s.MemberID).SetStatus(member.StatusBLOCKED).ExecX(t.Context())
		},
	},
	access.RemoveMember: {result: "removeMember.member.id", input: about("memberId", nil)},
	access.CreateMiniProgram: {
		result: "createMiniProgram.miniProgram.id",
		input:  func(_ apitest.Stage, at string) apitest.Vars { return apitest.CreateInput(at) },
	},
	access.UploadVersion: {
		result: "uploadVersion.version.id",
		input: func(s apitest.Stage, at string) apitest.Vars {
			from := s.UnassignedVersionID
			if s.IsAssigned(at) {
				from = s.AssignedVersionID
			}
			return apitest.Vars{"miniProgramId": at, "source": apitest.Vars{"fromVersionId": from}}
		},
	},
	access.DeleteVersion:     {result: "deleteVersion.deletedVersionId", input: about("versionId", nil)},
	access.UpdateMiniProgram: {result: "updateMiniProgram.miniProgram.id", input: about("miniProgramId", apitest.Vars{"name": "新的小店"})},
}

// try tries an operation with the thing of this id.
func try(t *testing.T, operation access.Operation, p *apitest.Person, s apitest.Stage, at string) *apitest.Answer {
	t.Helper()
	if a := attempts[operation]; a.query != "" {
		return p.Do(t, a.query, apitest.Vars{"id": at})
	}
	return p.Mutate(t, string(operation), attempts[operation].input(s, at))
}

func TestEveryOperationOfTheMatrixIsTried(t *testing.T) {
	t.Parallel()
	streams := graph.NewExecutableSchema(graph.Config{}).Schema().Subscription.Fields
	for operation, rule := range access.Matrix {
		if _, ok := attempts[operation]; !ok && rule.For == access.Members && streams.ForName(string(operation)) == nil { // those are tried where they are streamed
			t.Errorf("%s is not tried", operation)
		}
	}
	for operation, a := range attempts {
		if _, ok := access.Matrix[operation]; !ok {
			t.Errorf("%s is not in the matrix", operation)
		}
		if !slices.Contains(strings.Split(a.result, "."), string(operation)) {
			t.Errorf("%s: the result is that of another operation: %s", operation, a.result)
		}
	}
}

// Whatever takes the id of something in a workspace asks for a role there.
func TestEveryMutationInsideAWorkspaceIsInTheMatrix(t *testing.T) {
	t.Parallel()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	inside := []string{"workspaceId", "miniProgramId", "memberId", "invitationId", "apiTokenId", "versionId"}
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

func TestEveryOperationForEveryCallerAtEveryID(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		cast, target := w.Callers(t), w.InsertAccount(t, "target")
		for operation := range attempts {
			rule := access.Matrix[operation]
			var s apitest.Stage
			spent := true
			for _, c := range cast {
				for i := range s.IDs(rule.At) {
					if spent {
						s = w.NewStage(t, cast, target)
						if prepare := attempts[operation].prepare; prepare != nil {
							prepare(t, w, s)
						}
					}
					spent = checkAtOwn(t, w, operation, c, s, s.IDs(rule.At)[i])
				}
			}
		}
	})
}

// checkAtOwn tries an operation at an id of the workspace that the caller has something to do with, and reports whether the stage was changed.
func checkAtOwn(t *testing.T, w *apitest.World, operation access.Operation, c apitest.Caller, s apitest.Stage, at string) bool {
	t.Helper()
	missing, before := try(t, operation, c.Person, s, id.New(access.Matrix[operation].At)), stageRows(t, w, s.WorkspaceID)
	got := try(t, operation, c.Person, s, at)
	events := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(s.WorkspaceID), auditevent.OperationNEQ("createWorkspace")).AllX(t.Context())
	if operation != access.RevokeAPIToken { // the token is revoked with its creator's rights, as an event of its own says
		events = slices.DeleteFunc(events, func(e *ent.AuditEvent) bool { return e.SubjectID == s.TokenID })
	}
	switch want := verdict(operation, c, s.IsAssigned(at)); want {
	case "":
		checkDone(t, operation, c, got)
		if attempts[operation].query != "" {
			break
		}
		if len(events) != 1 || events[0].Operation != string(operation) || events[0].ActorID == nil || *events[0].ActorID != c.Person.ID {
			t.Errorf("%s %s: recorded %v", c.Name, operation, events)
		}
		return true
	case "FORBIDDEN":
		checkForbidden(t, operation, c, got)
	case "in vain":
		if errs, _ := got.Get(string(operation) + ".userErrors").([]any); len(got.Errors) != 0 || len(errs) != 1 || got.Get(attempts[operation].result) != nil {
			t.Errorf("%s %s: %s", c.Name, operation, got.Body)
		}
	default:
		missing.Refused(t, want)
		if got.Anonymous() != missing.Anonymous() || got.Status != missing.Status {
			t.Errorf("%s %s: %s\na missing id: %s", c.Name, operation, got.Body, missing.Body)
		}
	}
	if after := stageRows(t, w, s.WorkspaceID); after != before {
		t.Errorf("%s %s: something was written", c.Name, operation)
	}
	return false
}

// verdict is the code that an operation is refused with, "in vain" if it gets a user error, or "" for whom it is done.
func verdict(operation access.Operation, c apitest.Caller, atAssigned bool) string {
	rule := access.Matrix[operation]
	switch {
	case c.Person.ID == "":
		return "UNAUTHENTICATED"
	case c.Status != member.StatusACTIVE:
		return "NOT_FOUND"
	case (rule.At == id.MiniProgram || rule.At == id.Version) && c.Role == member.RoleDEVELOPER && !(c.IsAssigned && atAssigned):
		return "NOT_FOUND"
	case !slices.Contains(rule.Roles, c.Role):
		return "FORBIDDEN"
	case slices.Contains(rule.InVain, c.Role):
		return "in vain"
	}
	return ""
}

func checkDone(t *testing.T, operation access.Operation, c apitest.Caller, got *apitest.Answer) {
	t.Helper()
	errs, _ := got.Get(string(operation) + ".userErrors").([]any)
	if len(got.Errors) != 0 || len(errs) != 0 || got.Get(attempts[operation].result) == nil {
		t.Errorf("%s may not %s: %s", c.Name, operation, got.Body)
	}
}

// checkForbidden makes sure that the message names the roles that may, and that the refusal of a workspace's field leaves the others.
func checkForbidden(t *testing.T, operation access.Operation, c apitest.Caller, got *apitest.Answer) {
	t.Helper()
	if isField := strings.HasPrefix(attempts[operation].result, "workspace."+string(operation)); isField {
		path := []any{"workspace", string(operation)}
		if got.Code(t) != "FORBIDDEN" || !slices.Equal(got.Errors[0].Path, path) || got.Get("workspace."+string(operation)) != nil ||
			got.Get("workspace.id") == nil || got.Get("workspace.name") != "Hidden coffee" {
			t.Errorf("%s %s: %s", c.Name, operation, got.Body)
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
		if strings.Contains(got.Errors[0].Message, strings.ToLower(string(role))) != may {
			t.Errorf("%s %s: whether %s may is %t, but the message is: %s", c.Name, operation, role, may, got.Errors[0].Message)
		}
	}
}

func TestEveryOperationAnswersOtherIDsLikeMissingOnes(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		cast, target := w.Callers(t), w.InsertAccount(t, "target")
		s := w.NewStage(t, cast, target)
		hermit := apitest.Caller{Role: member.RoleOWNER, Status: member.StatusACTIVE, Person: w.InsertAccount(t, "hermit")}
		foreign := w.NewStage(t, []apitest.Caller{hermit}, w.InsertAccount(t, "friend"))
		rows := func() string { return stageRows(t, w, s.WorkspaceID) + stageRows(t, w, foreign.WorkspaceID) }
		before := rows()
		for operation := range attempts {
			rule := access.Matrix[operation]
			others := oddIDs(s, cast[0].Person)
			for _, kind := range []id.Kind{id.Workspace, id.MiniProgram, id.Member, id.Invitation, id.ApiToken, id.Version} {
				others = append(others, foreign.IDs(kind)...)
				if kind != rule.At {
					others = append(others, s.IDs(kind)...)
				}
			}
			for _, c := range cast {
				missing := try(t, operation, c.Person, s, id.New(rule.At))
				missing.Refused(t, verdict(operation, apitest.Caller{Person: c.Person}, false))
				for _, at := range others {
					got := try(t, operation, c.Person, s, at)
					if got.Anonymous() != missing.Anonymous() || got.Status != missing.Status {
						t.Errorf("%s %s at %.80q: %s\na missing id: %s", c.Name, operation, at, got.Body, missing.Body)
					}
				}
			}
		}
		if after := rows(); after != before {
			t.Error("refused, but written")
		}
	})
}

// oddIDs are ids that nothing in a workspace has.
func oddIDs(s apitest.Stage, p *apitest.Person) []string {
	odd := []string{
		"", " ", "x", "_", "0", "wsp", "wsp_", "wsp_x", "wsp_%", "wsp_\x00", "mpr_' OR 1=1 --", "mem_*", "inv_' OR ''='", strings.Repeat("w", 5000),
		strings.ToUpper(s.WorkspaceID), s.WorkspaceID + " ", s.WorkspaceID[4:], "mem_" + s.WorkspaceID[4:], "inv_" + s.MemberID[4:],
		p.ID, "ind_5812", "ltg_ALIPAY_CN",
	}
	for _, kind := range []id.Kind{id.Workspace, id.MiniProgram, id.Member, id.Invitation, id.ApiToken, id.AuditEvent, id.QuotaUse, id.Version, id.Task} {
		odd = append(odd, id.New(kind))
	}
	return odd
}

// The matrix does not say whom a master may block: it depends on the member.
func TestMastersBlockAndUnblockDevelopersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, other := w.SignUp(t, "owner"), w.SignUp(t, "master"), w.SignUp(t, "other")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		masterID, otherID := w.Join(t, workspaceID, master, member.RoleMASTER), w.Join(t, workspaceID, other, member.RoleMASTER)
		developerID := w.Join(t, workspaceID, w.InsertAccount(t, "developer"), member.RoleDEVELOPER)
		ownerID := w.Client.Member.Query().Where(member.RoleEQ(member.RoleOWNER)).OnlyIDX(t.Context())
		const block, unblock = access.BlockMember, access.UnblockMember
		refused := func(operation access.Operation, at string) {
			t.Helper()
			before := stageRows(t, w, workspaceID)
			answer := try(t, operation, master, apitest.Stage{}, at)
			answer.Refused(t, "FORBIDDEN")
			if answer.Errors[0].Message != "Only the owner can do this." || stageRows(t, w, workspaceID) != before {
				t.Errorf("%s", answer.Body)
			}
		}
		for _, at := range []string{ownerID, masterID, otherID} {
			refused(block, at)
			refused(unblock, at)
		}
		checkDone(t, access.BlockMember, apitest.Caller{Name: "owner"}, try(t, block, owner, apitest.Stage{}, otherID))
		refused(unblock, otherID)
		try(t, block, other, apitest.Stage{}, developerID).Refused(t, "NOT_FOUND")
		checkDone(t, access.UnblockMember, apitest.Caller{Name: "owner"}, try(t, unblock, owner, apitest.Stage{}, otherID))
		checkDone(t, access.BlockMember, apitest.Caller{Name: "master"}, try(t, block, master, apitest.Stage{}, developerID))
		checkDone(t, access.UnblockMember, apitest.Caller{Name: "other"}, try(t, unblock, other, apitest.Stage{}, developerID))
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
func TestTheRoleIsCheckedHoweverTheInputIsWritten(t *testing.T) {
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
func TestEachFieldOfARequestIsAuthorizedByItself(t *testing.T) {
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

// removeMiniPrograms removes the mini programs of a stage.
func removeMiniPrograms(t *testing.T, w *apitest.World, s apitest.Stage) {
	t.Helper()
	w.Client.Version.Delete().Where(version.WorkspaceID(s.WorkspaceID)).ExecX(t.Context())
	w.Client.MiniProgram.Delete().Where(miniprogram.WorkspaceID(s.WorkspaceID)).ExecX(t.Context())
}

// stageRows returns all that the operations of the matrix can write in a workspace and elsewhere.
func stageRows(t *testing.T, w *apitest.World, workspaceID string) string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	return fmt.Sprint(c.Workspace.GetX(ctx, workspaceID), c.Member.Query().Where(member.WorkspaceID(workspaceID)).AllX(ctx),
		c.MiniProgram.Query().Where(miniprogram.WorkspaceID(workspaceID)).AllX(ctx),
		c.Assignment.Query().Where(assignment.HasMemberWith(member.WorkspaceID(workspaceID))).AllX(ctx),
		c.Invitation.Query().Where(invitation.WorkspaceID(workspaceID)).AllX(ctx), c.Mail.Query().AllX(ctx),
		c.ApiToken.Query().Where(apitoken.WorkspaceID(workspaceID)).AllX(ctx), c.Throttle.Query().AllX(ctx),
		c.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).AllX(ctx), c.AuditEvent.Query().CountX(ctx),
		c.Version.Query().Where(version.WorkspaceID(workspaceID)).AllX(ctx), c.Task.Query().Where(task.WorkspaceID(workspaceID)).AllX(ctx),
		c.Job.Query().Where(job.KindNEQ("mail")).AllX(ctx),
		c.Session.Query().Select(session.FieldUserID, session.FieldWorkspaceID).AllX(ctx), c.User.Query().AllX(ctx))
}
