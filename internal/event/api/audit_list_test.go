package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/auditevent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

const auditQuery = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: AuditEventFilter) {
	workspace(id: $id) { id name auditEvents(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
		totalCount
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		nodes { id }
		edges { cursor node { id operation subjectId createdAt address requestId actor { id displayName } changes { field before after } } }
	} }
}`

// event is an audit event as the API shows it.
type event struct {
	ID, Operation      string
	SubjectID          *string
	CreatedAt          time.Time
	Address, RequestID string
	Actor              *struct{ ID, DisplayName string }
	Changes            []change
}

type change struct {
	Field         string
	Before, After *string
}

// String writes a change in short.
func (c change) String() string {
	return fmt.Sprintf("%s: %s > %s", c.Field, apitest.TextOf(c.Before), apitest.TextOf(c.After))
}

// auditPage is a page of events.
type auditPage struct {
	TotalCount int
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	Nodes []event
	Edges []struct {
		Cursor string
		Node   event
	}
}

func (p auditPage) ids() []string {
	ids := []string{}
	for _, edge := range p.Edges {
		ids = append(ids, edge.Node.ID)
	}
	return ids
}

// readsAudit returns a page of a workspace's events.
func readsAudit(t *testing.T, p *apitest.Person, workspaceID string, args apitest.Vars) auditPage {
	t.Helper()
	answer := p.Do(t, auditQuery, args.With("id", workspaceID))
	var read struct{ AuditEvents auditPage }
	text, err := json.Marshal(answer.Get("workspace"))
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	page := read.AuditEvents
	if err != nil || len(answer.Errors) != 0 || len(page.Nodes) != len(page.Edges) {
		t.Fatalf("%v: %v: %s", args, err, answer.Body)
	}
	for i, edge := range page.Edges {
		if page.Nodes[i].ID != edge.Node.ID {
			t.Errorf("node %d is not that of its edge: %s", i, answer.Body)
		}
	}
	if n := len(page.Edges); n > 0 && (apitest.TextOf(page.PageInfo.StartCursor) != page.Edges[0].Cursor || apitest.TextOf(page.PageInfo.EndCursor) != page.Edges[n-1].Cursor) {
		t.Errorf("start and end are not those of the edges: %s", answer.Body)
	}
	return page
}

// writtenEvent is an event to write past the API.
type writtenEvent struct {
	id, workspaceID, operation, actorID, subjectID string
	at                                             time.Time
}

func writeEvent(t *testing.T, w *apitest.World, e writtenEvent) writtenEvent {
	t.Helper()
	e.id = id.At(id.AuditEvent, e.at)
	create := w.Client.AuditEvent.Create().SetID(e.id).SetOperation(e.operation).SetSubjectID(e.subjectID).SetCreatedAt(e.at)
	if e.workspaceID != "" {
		create.SetWorkspaceID(e.workspaceID)
	}
	if e.actorID != "" {
		create.SetActorID(e.actorID)
	}
	create.ExecX(t.Context())
	return e
}

func TestEventsArePagedBothWaysTheLatestFirst(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, stranger := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID, other, foreign := owner.CreateWorkspace(t, "Coffee"), owner.CreateWorkspace(t, "Tea"), stranger.CreateWorkspace(t, "Beer")
		all := []string{w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(workspaceID)).OnlyIDX(t.Context())}
		for range 24 {
			for _, elsewhere := range []string{other, foreign, ""} {
				writeEvent(t, w, writtenEvent{workspaceID: elsewhere, operation: "signIn", actorID: owner.ID, at: w.Now()})
			}
			e := writeEvent(t, w, writtenEvent{workspaceID: workspaceID, operation: "renameWorkspace", actorID: owner.ID, at: w.Now()})
			all = append([]string{e.id}, all...)
		}
		page := readsAudit(t, owner, workspaceID, nil)
		if !slices.Equal(page.ids(), all[:20]) || !page.PageInfo.HasNextPage || page.PageInfo.HasPreviousPage || page.TotalCount != 25 {
			t.Errorf("without arguments: %+v", page)
		}
		page = readsAudit(t, owner, workspaceID, apitest.Vars{"first": 100})
		if !slices.Equal(page.ids(), all) || page.PageInfo.HasNextPage || page.PageInfo.HasPreviousPage {
			t.Errorf("first 100: %+v", page)
		}
		var walked []string
		for after, more := (*string)(nil), true; more; {
			page := readsAudit(t, owner, workspaceID, apitest.Vars{"first": 7, "after": after})
			walked, after, more = append(walked, page.ids()...), page.PageInfo.EndCursor, page.PageInfo.HasNextPage
			if page.PageInfo.HasPreviousPage != (len(walked) > 7) || page.TotalCount != 25 {
				t.Errorf("forward: %+v", page)
			}
		}
		if !slices.Equal(walked, all) {
			t.Errorf("forward: %q", walked)
		}
		walked = nil
		for before, more := (*string)(nil), true; more; {
			page := readsAudit(t, owner, workspaceID, apitest.Vars{"last": 7, "before": before})
			walked, before, more = append(page.ids(), walked...), page.PageInfo.StartCursor, page.PageInfo.HasPreviousPage
		}
		if !slices.Equal(walked, all) {
			t.Errorf("backward: %q", walked)
		}
		newest := writeEvent(t, w, writtenEvent{workspaceID: workspaceID, operation: "renameWorkspace", actorID: owner.ID, at: w.Now()})
		if got := readsAudit(t, owner, workspaceID, apitest.Vars{"first": 1}).ids(); !slices.Equal(got, []string{newest.id}) {
			t.Errorf("the latest is %q", got)
		}
	})
}

func TestAnInvalidPageOfEventsLeavesTheRestOfTheAnswer(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspaceID := owner.CreateWorkspace(t, "Coffee")
		for _, args := range []apitest.Vars{
			{"first": 0}, {"first": -1}, {"first": 101}, {"last": 0}, {"last": 101}, {"first": 1, "last": 1},
			{"after": "x"}, {"before": "x"}, {"after": ""}, {"after": "\x00"}, {"after": workspaceID},
		} {
			answer := owner.Do(t, auditQuery, args.With("id", workspaceID))
			if answer.Code(t) != "BAD_USER_INPUT" || answer.Get("workspace.name") != "Coffee" || answer.Get("workspace.auditEvents") != nil {
				t.Errorf("%v: %s", args, answer.Body)
			}
		}
		for _, filter := range []apitest.Vars{{"since": "yesterday"}, {"until": "2026-01-01"}, {"since": 5}, {"since": ""},
			{"since": "9999-12-31T23:59:59.000-23:59"}, {"until": "0000-01-01T00:00:00.000+00:01"}, {"since": "2026-01-01T00:00:00.000"},
			{"until": "2026-13-01T00:00:00.000Z"}, {"until": "2026-01-01T00:00:00.000Z\x00"}, {"since": "2026-01-01T00:00:00Z"}, {"since": "2026-01-01T00:00:00.123456Z"},
		} {
			answer := owner.Do(t, auditQuery, apitest.Vars{"id": workspaceID, "filter": filter})
			if answer.Code(t) != "BAD_USER_INPUT" || answer.Data != nil {
				t.Errorf("%v: %s", filter, answer.Body)
			}
		}
	})
}

// auditField is a field of the filter with values to try, the first of which leaves it out.
type auditField struct {
	field  string
	values []any
}

func auditFilters(owner, master, stranger, subject, foreign string) []auditField {
	return []auditField{
		{"operations", []any{nil, []string{"SIGN_IN"}, []string{"SIGN_IN", "BLOCK_MEMBER", "SIGN_IN"}, []string{}, []string{"SIGN_OUT"}}},
		{"actorId", []any{nil, owner, master, stranger, "", "usr_\x00", strings.ToUpper(owner), "' OR 1=1 --"}},
		{"subjectId", []any{nil, subject, foreign, "mem_\x00", "%", strings.Repeat("m", 5000)}},
		{"since", []any{nil, "2026-01-02T03:00:00.000Z", "2026-01-02T03:02:00.500Z", "2026-01-02t11:03:00.000+08:00", "2026-01-01T23:04:00.001-04:00", "0001-01-01T00:00:00.000z", "9999-12-31T23:59:59.000Z"}},
		{"until", []any{nil, "2026-01-02T03:00:00.000Z", "2026-01-02T03:02:00.500Z", "2026-01-02T11:03:00.000+08:00", "2026-01-01T23:04:00.001-04:00", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.000Z"}},
	}
}

// fits reports whether an event must be listed.
func (e writtenEvent) fits(filter apitest.Vars) bool {
	values := map[string]string{"signIn": "SIGN_IN", "blockMember": "BLOCK_MEMBER", "createWorkspace": "CREATE_WORKSPACE"}
	if operations, ok := filter["operations"].([]string); ok && !slices.Contains(operations, values[e.operation]) {
		return false
	}
	if actorID, ok := filter["actorId"]; ok && (actorID == "" || actorID != e.actorID) {
		return false
	}
	if subjectID, ok := filter["subjectId"]; ok && subjectID != e.subjectID {
		return false
	}
	if since, ok := filter["since"]; ok && e.at.Before(moment(since)) {
		return false
	}
	if until, ok := filter["until"]; ok && !e.at.Before(moment(until)) {
		return false
	}
	return true
}

func moment(text any) time.Time {
	at, err := time.Parse(time.RFC3339, strings.ToUpper(text.(string)))
	if err != nil {
		panic(err)
	}
	return at
}

func TestAnEventFilterCombinesItsFields(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, stranger := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "eva")
		workspaceID, foreign := "wsp_filtered", stranger.CreateWorkspace(t, "Beer")
		w.Client.Workspace.Create().SetID(workspaceID).SetName("Coffee").SetCreatedAt(w.Now()).ExecX(t.Context())
		subject := w.Join(t, workspaceID, owner, member.RoleOWNER)
		w.Join(t, workspaceID, master, member.RoleMASTER)
		var all []writtenEvent
		for i := range 36 {
			at := moment("2026-01-02T03:00:00Z").Add(time.Duration(i%6)*time.Minute + []time.Duration{0, 500, 1, 510}[i%4]*time.Millisecond)
			e := writtenEvent{
				operation: []string{"signIn", "blockMember", "createWorkspace"}[i%3], actorID: []string{owner.ID, master.ID, ""}[i/3%3], subjectID: []string{subject, workspaceID}[i/9%2], at: at,
			}
			e.workspaceID = foreign
			writeEvent(t, w, e)
			e.workspaceID = workspaceID
			all = append(all, writeEvent(t, w, e))
		}
		slices.SortFunc(all, func(a, b writtenEvent) int { return strings.Compare(b.id, a.id) })
		asked, found := 0, 0
		combine(auditFilters(owner.ID, master.ID, stranger.ID, subject, foreign), apitest.Vars{}, func(filter apitest.Vars) {
			if asked++; len(filter) > 2 && asked%97 != 0 {
				return
			}
			want := []string{}
			for _, e := range all {
				if e.fits(filter) {
					want = append(want, e.id)
				}
			}
			found += len(want)
			page := readsAudit(t, owner, workspaceID, apitest.Vars{"filter": filter, "first": 100})
			if !slices.Equal(page.ids(), want) || page.TotalCount != len(want) {
				t.Errorf("%.200v: %d of %d, want %d", filter, len(page.ids()), page.TotalCount, len(want))
			}
			if len(want) < 2 {
				return
			}
			page = readsAudit(t, owner, workspaceID, apitest.Vars{"filter": filter, "last": 1})
			if !slices.Equal(page.ids(), want[len(want)-1:]) || page.TotalCount != len(want) || !page.PageInfo.HasPreviousPage {
				t.Errorf("%.200v, the last: %+v", filter, page)
			}
		})
		if found < 1000 {
			t.Errorf("only %d events are wanted in %d lists", found, asked)
		}
		for _, filter := range []any{nil, apitest.Vars{}, apitest.Vars{"operations": nil, "actorId": nil, "subjectId": nil, "since": nil, "until": nil}} {
			if page := readsAudit(t, owner, workspaceID, apitest.Vars{"filter": filter, "first": 100}); len(page.Edges) != len(all) {
				t.Errorf("%v: %d", filter, len(page.Edges))
			}
		}
	})
}

// combine calls do with every combination of values.
func combine(fields []auditField, chosen apitest.Vars, do func(apitest.Vars)) {
	if len(fields) == 0 {
		do(chosen)
		return
	}
	for _, value := range fields[0].values {
		next := chosen
		if value != nil {
			next = chosen.With(fields[0].field, value)
		}
		combine(fields[1:], next, do)
	}
}

func TestAnEventHasTheValuesBeforeAndAfter(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewCompany(t, "")
		row := w.Client.MiniProgram.GetX(t.Context(), c.MiniProgramID)
		logo := apitest.Vars{"base64": apitest.Base64(apitest.PNG(80, 80))}
		// changesOf returns the changes of the last event, which must be that of the answer.
		changesOf := func(operation, subjectID string, answer *apitest.Answer) string {
			t.Helper()
			e := readsAudit(t, c.Owner, c.WorkspaceID, apitest.Vars{"first": 1}).Edges[0].Node
			if len(answer.Errors) != 0 || e.Operation != apitest.EnumValue(operation) || apitest.TextOf(e.SubjectID) != subjectID || e.Actor == nil || e.Actor.ID != c.Owner.ID ||
				e.Address != "127.0.0.1" || e.RequestID != answer.Header.Get("X-Request-Id") || e.CreatedAt.After(w.Now()) {
				t.Errorf("%s: the event is %+v", answer.Body, e)
			}
			var changes []string
			for _, change := range e.Changes {
				changes = append(changes, change.String())
			}
			return strings.Join(changes, ", ")
		}
		is := func(got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("changes %q, want %q", got, want)
			}
		}
		rename := c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": "  Tea “&” 咖啡 "})
		is(changesOf("renameWorkspace", c.WorkspaceID, rename), "name: Company > Tea “&” 咖啡")
		role := c.Owner.Mutate(t, "changeMemberRole", apitest.Vars{"memberId": c.MemberID, "role": "MASTER"})
		is(changesOf("changeMemberRole", c.MemberID, role), "role: DEVELOPER > MASTER")
		c.Owner.Mutate(t, "changeMemberRole", apitest.Vars{"memberId": c.MemberID, "role": "DEVELOPER"})
		assign := c.Owner.Mutate(t, "assignMiniPrograms", apitest.Vars{"memberId": c.MemberID, "miniProgramIds": []string{}})
		is(changesOf("assignMiniPrograms", c.MemberID, assign), `miniPrograms: ["`+c.MiniProgramID+`"] > `)
		is(changesOf("blockMember", c.MemberID, c.Owner.Mutate(t, "blockMember", apitest.Vars{"memberId": c.MemberID})), "status: ACTIVE > BLOCKED")
		is(changesOf("unblockMember", c.MemberID, c.Owner.Mutate(t, "unblockMember", apitest.Vars{"memberId": c.MemberID})), "status: BLOCKED > ACTIVE")
		for _, change := range []struct {
			field, before, after string
			value                any
		}{
			{"name", row.Name, "新的小店", "新的小店"}, {"tagline", row.Tagline, "另一个新的标语在此", "另一个新的标语在此"},
			{"description", row.Description, "第一行：新的描述文字。\n第二行", "第一行：新的描述文字。\n第二行"},
			{"industryCode", "5812", "5814", "5814"}, {"servicePhone", row.ServicePhone, "0571-7654321", "0571-7654321"},
			{"serviceEmail", row.ServiceEmail, "new@example.com", "new@example.com"},
		} {
			answer := c.Owner.UpdateMiniProgram(t, c.MiniProgramID, apitest.Vars{change.field: change.value})
			answer.UpdatedMiniProgram(t)
			is(changesOf("updateMiniProgram", c.MiniProgramID, answer), change.field+": "+change.before+" > "+change.after)
		}
		answer := c.Owner.UpdateMiniProgram(t, c.MiniProgramID, apitest.Vars{"logo": logo})
		is(changesOf("updateMiniProgram", c.MiniProgramID, answer), "logo: "+row.LogoName+" > "+w.Client.MiniProgram.GetX(t.Context(), c.MiniProgramID).LogoName)
		answer = c.Owner.UpdateMiniProgram(t, c.MiniProgramID, apitest.Vars{"name": "再来一个", "tagline": "另一个新的标语在此", "servicePhone": "0571-0000000", "logo": logo})
		is(changesOf("updateMiniProgram", c.MiniProgramID, answer), "name: 新的小店 > 再来一个, servicePhone: 0571-7654321 > 0571-0000000")
		is(changesOf("removeMember", c.MemberID, c.Owner.Mutate(t, "removeMember", apitest.Vars{"memberId": c.MemberID})), "status: ACTIVE > REMOVED")
	})
}

func TestEventsKeepActorsWhoHaveLeft(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c, left, removed, master := w.NewCompany(t, ""), w.SignUp(t, "left"), w.SignUp(t, "removed"), w.SignUp(t, "master")
		w.Join(t, c.WorkspaceID, master, member.RoleMASTER)
		w.Join(t, c.WorkspaceID, left, member.RoleMASTER)
		removedID := w.Join(t, c.WorkspaceID, removed, member.RoleMASTER)
		left.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": "Of left"})
		removed.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID, "name": "Of removed"})
		left.Mutate(t, "leaveWorkspace", apitest.Vars{"workspaceId": c.WorkspaceID}).Succeeded(t)
		c.Owner.Mutate(t, "removeMember", apitest.Vars{"memberId": removedID}).Succeeded(t)
		writeEvent(t, w, writtenEvent{workspaceID: c.WorkspaceID, operation: "updateMiniProgram", at: w.Now()})
		for _, p := range []*apitest.Person{c.Owner, master} {
			var actors []string
			for _, edge := range readsAudit(t, p, c.WorkspaceID, nil).Edges {
				name := "nobody"
				if edge.Node.Actor != nil {
					name = edge.Node.Actor.DisplayName
				}
				actors = append(actors, edge.Node.Operation+" by "+name)
			}
			want := []string{
				"UPDATE_MINI_PROGRAM by nobody", "REMOVE_MEMBER by owner", "LEAVE_WORKSPACE by left", "RENAME_WORKSPACE by removed",
				"RENAME_WORKSPACE by left", "CREATE_WORKSPACE by owner",
			}
			if !slices.Equal(actors, want) {
				t.Errorf("%s sees %q", p.DisplayName, actors)
			}
		}
	})
}

func TestAnEventIsANodeForOwnersAndMastersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		cast, target := w.Callers(t), w.InsertAccount(t, "target")
		s := w.NewStage(t, cast, target)
		events := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceID(s.WorkspaceID)).IDsX(t.Context())
		ofAccounts := w.Client.AuditEvent.Query().Where(auditevent.WorkspaceIDIsNil()).IDsX(t.Context())
		if len(events) != 1 || len(ofAccounts) != len(cast)-1 {
			t.Fatalf("%d and %d events", len(events), len(ofAccounts))
		}
		query := `query($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id ... on AuditEvent { operation } } }`
		for _, c := range cast {
			answer := c.Person.Do(t, query, apitest.Vars{"id": events[0], "ids": append(slices.Clone(events), ofAccounts...)})
			sees := c.Status == member.StatusACTIVE && c.Role != member.RoleDEVELOPER
			if len(answer.Errors) != 0 || (answer.Get("node") != nil) != sees || (answer.Get("nodes.0") != nil) != sees {
				t.Errorf("%s: %s", c.Name, answer.Body)
			}
			if shown := strings.Count(answer.Body, "aud_"); shown != map[bool]int{true: 2}[sees] {
				t.Errorf("%s sees %d events: %s", c.Name, shown, answer.Body)
			}
		}
	})
}

func TestADeveloperReadsEverythingButEvents(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c, ann := w.NewCompany(t, ""), w.SignUp(t, "ann")
		own := ann.CreateWorkspace(t, "Ann's")
		w.Join(t, c.WorkspaceID, ann, member.RoleDEVELOPER)
		answer := ann.Do(t, `{ viewer { user { id } memberships { nodes { workspace { id name members { totalCount } auditEvents { totalCount nodes { operation actor { id } } } } } } } }`, nil)
		at := func(path string) any { return answer.Get("viewer.memberships.nodes." + path) }
		if answer.Code(t) != "FORBIDDEN" || !slices.Equal(answer.Errors[0].Path, []any{"viewer", "memberships", "nodes", 1.0, "workspace", "auditEvents"}) {
			t.Errorf("%s", answer.Body)
		}
		if at("0.workspace.id") != own || at("0.workspace.auditEvents.totalCount") != 1.0 || at("0.workspace.auditEvents.nodes.0.actor.id") != ann.ID ||
			at("1.workspace.id") != c.WorkspaceID || at("1.workspace.name") != apitest.CompanyName || at("1.workspace.members.totalCount") != 3.0 ||
			at("1.workspace.auditEvents") != nil || answer.Get("viewer.user.id") != ann.ID {
			t.Errorf("%s", answer.Body)
		}
	})
}

func TestTwentyEventsTakeAsManyStatementsAsTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		few, many := owner.CreateWorkspace(t, "Few"), owner.CreateWorkspace(t, "Many")
		actors := append(w.Masters(t, 3, few, many), owner)
		for i := range 19 {
			e := writtenEvent{operation: "renameWorkspace", actorID: actors[i%4].ID, workspaceID: many, at: w.Now()}
			writeEvent(t, w, e)
			if e.workspaceID = few; i == 0 {
				writeEvent(t, w, e)
			}
		}
		answer, ofFew := owner.CountStatements(t, auditQuery, apitest.Vars{"id": few})
		if n := len(answer.List(t, "workspace.auditEvents.edges")); n != 2 {
			t.Errorf("%d events", n)
		}
		answer, ofMany := owner.CountStatements(t, auditQuery, apitest.Vars{"id": many})
		if n := len(answer.List(t, "workspace.auditEvents.edges")); n != 20 || strings.Contains(answer.Body, `"actor":null`) {
			t.Errorf("%d events: %s", n, answer.Body)
		}
		if ofFew != ofMany {
			t.Errorf("%d statements for 2, %d for 20", ofFew, ofMany)
		}
		query := `{ viewer { memberships { nodes { workspace { auditEvents { totalCount nodes { actor { id } } } } } } } }`
		_, ofTwo := owner.CountStatements(t, query, nil)
		for i := range 5 {
			owner.CreateWorkspace(t, fmt.Sprint("More ", i))
		}
		if _, ofSeven := owner.CountStatements(t, query, nil); ofSeven != ofTwo {
			t.Errorf("%d statements for two workspaces, %d for seven", ofTwo, ofSeven)
		}
	})
}

// The subject of an event is what was changed, as far as the viewer sees it now.
func TestTheSubjectOfAnEventIsReadAsTheViewerSeesIt(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		c := w.NewTeam(t)
		w.Employ(t, c.Stranger, user.StaffRoleADMIN)
		created := c.Owner.Create(t, apitest.CreateInput(c.ID)).Succeeded(t).String(t, "createMiniProgram.miniProgram.id")
		invited := c.Owner.Invite(t, c.ID, apitest.MasterInvitation("eva@example.com"))[0]
		c.Owner.Mutate(t, "blockMember", apitest.MemberInput(c.DeveloperID)).Succeeded(t)
		c.Owner.Mutate(t, "renameWorkspace", apitest.Vars{"workspaceId": c.ID, "name": "New name"}).Succeeded(t)
		const query = `query($id: ID!) { workspace(id: $id) { auditEvents(first: 4) { nodes { subjectId address requestId subject { __typename id
			... on Workspace { name } ... on Member { memberStatus: status } ... on Invitation { email } } } } } }`
		for _, p := range []*apitest.Person{c.Owner, c.Master} {
			answer := p.Do(t, query, apitest.Vars{"id": c.ID})
			for path, want := range map[string]any{
				"0.subject.name": "New name", "0.subjectId": c.ID, "1.subject.memberStatus": "BLOCKED", "1.subject.id": c.DeveloperID,
				"2.subject.email": "eva@example.com", "2.subject.id": invited, "3.subject.__typename": "MiniProgram", "3.subject.id": created,
				"0.address": "127.0.0.1",
			} {
				if got := answer.Get("workspace.auditEvents.nodes." + path); got != want {
					t.Errorf("%s sees %v at %s, want %v", p.DisplayName, got, path, want)
				}
			}
		}
		// An administrator sees who signed up, but not the account of somebody in no common workspace.
		platform := c.Stranger.Do(t, `{ platformAuditEvents(first: 100) { nodes { operation subjectId subject { id } actor { id email } } } }`, nil)
		own := 0
		for i := range platform.List(t, "platformAuditEvents.nodes") {
			at := fmt.Sprintf("platformAuditEvents.nodes.%d.", i)
			if platform.Get(at+"subjectId") == c.Stranger.ID && platform.Get(at+"subject.id") == c.Stranger.ID {
				own++
			}
			if platform.Get(at+"subjectId") == c.Owner.ID && platform.Get(at+"subject") != nil {
				t.Errorf("the administrator sees %v", platform.Get(at+"subject"))
			}
		}
		if own == 0 {
			t.Errorf("the administrator does not see the own account: %s", platform.Body)
		}
	})
}
