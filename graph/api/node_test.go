package api_test

import (
	"slices"
	"strings"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/industry"
)

func TestNodesKeepOrderAndDuplicates(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		miniProgramID := w.Insert(t, workspaceID, apitest.Row{CreatedBy: ann})
		memberID := w.Client.Member.Query().OnlyIDX(t.Context())
		wanted := []string{
			"ltg_ALIPAY_CN", miniProgramID, ann.ID, "ind_5812", ann.ID, id.New(id.User), workspaceID, memberID, "ind_5812", miniProgramID,
		}
		types := []any{"LaunchTarget", "MiniProgram", "User", "Industry", "User", nil, "Workspace", "Member", "Industry", "MiniProgram"}
		answer := ann.Do(t, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, apitest.Vars{"ids": wanted})
		for i, node := range answer.List(t, "nodes") {
			if node == nil {
				if types[i] != nil {
					t.Errorf("%s is null", wanted[i])
				}
				continue
			}
			if got := node.(map[string]any); got["id"] != wanted[i] || got["__typename"] != types[i] {
				t.Errorf("at index %d: %v, want %v %s", i, got, types[i], wanted[i])
			}
		}
		if got := ann.Do(t, `{ nodes(ids: []) { id } }`, nil).List(t, "nodes"); len(got) != 0 {
			t.Errorf("no ids give %v", got)
		}
	})
}

func TestAnInvalidIDIsNullWithoutAnError(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		malformed := []string{
			"", " ", "_", "x", "usr", "usr_", "_" + ann.ID[4:], ann.ID + " ", " " + ann.ID, strings.ToUpper(ann.ID), ann.ID[4:], "Usr_" + ann.ID[4:],
			"wsp_" + ann.ID[4:], "mem_" + workspaceID[4:], "usr_' OR ''='", "usr_%", "usr_\x00", "ind_", "ind_9", "ind_05812", "ind_5812 ",
			"ltg_alipay_cn", "ltg_", "quo_" + ann.ID[4:], "idk_x", "tgt_x", "VXNlcjox", strings.Repeat("usr_", 1000), "用户_1",
		}
		nobody := w.Visitor(t)
		for _, p := range []*apitest.Person{ann, nobody} {
			if got := p.VisibleNodes(t, malformed); len(got) != 0 {
				t.Errorf("seen: %q", got)
			}
		}
		// An id may be written as a number, and is none of ours.
		answer := ann.Do(t, `{ node(id: 5812) { id } nodes(ids: [1, "x"]) { id } }`, nil)
		if len(answer.Errors) != 0 || answer.Get("node") != nil || answer.Get("nodes.0") != nil || len(answer.List(t, "nodes")) != 2 {
			t.Errorf("numbers: %s", answer.Body)
		}
	})
}

func TestRowsThatAreNotNodesCannotBeRead(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		ann.Create(t, apitest.CreateInput(workspaceID).With("idempotencyKey", "k"))
		ctx := t.Context()
		inside := []string{
			w.Client.QuotaUse.Query().OnlyIDX(ctx), w.Client.IdempotencyKey.Query().OnlyIDX(ctx),
			w.Client.Targeting.Query().OnlyIDX(ctx), w.Client.Session.Query().OnlyIDX(ctx),
		}
		if got := ann.VisibleNodes(t, inside); len(got) != 0 {
			t.Errorf("seen: %q", got)
		}
	})
}

func TestAHundredNodesIsTheMaximum(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		const query = `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`
		for _, p := range []*apitest.Person{ann, w.Visitor(t)} {
			ids := slices.Repeat([]string{"ind_5812"}, 100)
			if got := p.Do(t, query, apitest.Vars{"ids": ids}); len(got.Errors) != 0 || len(got.List(t, "nodes")) != 100 {
				t.Errorf("100: %s", got.Body)
			}
			p.Do(t, query, apitest.Vars{"ids": append(ids, "ind_5812")}).Refused(t, "QUERY_TOO_COMPLEX")
		}
	})
}

func TestManyNodesOfAllTypesTakeAsManyStatementsAsFew(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		var few, many []string
		for i := range 20 {
			workspaceID, memberID := w.FoundWithDeveloper(t, ann, i)
			colleague := w.Client.Member.Query().Where(member.WorkspaceID(workspaceID), member.UserIDNEQ(ann.ID)).OnlyX(t.Context()).UserID
			many = append(many, workspaceID, memberID, colleague, w.Insert(t, workspaceID, apitest.Row{CreatedBy: ann}), "ind_"+industry.All()[i].Code)
			if i == 0 {
				few = slices.Clone(many)
			}
		}
		count := func(ids []string) int64 {
			return w.Statements(func() {
				if n := len(strings.Split(ann.Do(t, apitest.NodesQuery, apitest.Vars{"ids": ids}).Body, "__typename")) - 1; n != len(ids) {
					t.Errorf("%d of %d nodes were seen", n, len(ids))
				}
			})
		}
		if first, all := count(few), count(many); first != all || all > 20 {
			t.Errorf("%d statements for %d ids, %d for %d", first, len(few), all, len(many))
		}
		visitor := w.Visitor(t)
		if n := w.Statements(func() { visitor.Do(t, apitest.NodesQuery, apitest.Vars{"ids": many}) }); n != 0 {
			t.Errorf("%d statements for somebody who is signed out", n)
		}
	})
}
