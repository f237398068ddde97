package api_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

const memberships = `query($first: Int, $after: String, $last: Int, $before: String) {
	viewer { memberships(first: $first, after: $after, last: $last, before: $before) {
		totalCount
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		nodes { workspace { name } }
		edges { cursor node { workspace { name } } }
	} }
}`

// pageOf is a page of workspace names as a client reads it.
type pageOf struct {
	names             []string
	cursors           []string
	next, previous    bool
	start, end, total any
}

func membershipPage(t *testing.T, p *apitest.Person, args apitest.Vars) pageOf {
	t.Helper()
	answer := p.Do(t, memberships, args)
	if len(answer.Errors) != 0 {
		t.Fatalf("%v: %s", args, answer.Body)
	}
	page := pageOf{
		next: answer.Get("viewer.memberships.pageInfo.hasNextPage").(bool), previous: answer.Get("viewer.memberships.pageInfo.hasPreviousPage").(bool),
		start: answer.Get("viewer.memberships.pageInfo.startCursor"), end: answer.Get("viewer.memberships.pageInfo.endCursor"),
		total: answer.Get("viewer.memberships.totalCount"),
	}
	for i, edge := range answer.List(t, "viewer.memberships.edges") {
		edge := edge.(map[string]any)
		name := edge["node"].(map[string]any)["workspace"].(map[string]any)["name"]
		if got := answer.Get(fmt.Sprintf("viewer.memberships.nodes.%d.workspace.name", i)); got != name {
			t.Errorf("node %d is %v, its edge has %v", i, got, name)
		}
		page.names, page.cursors = append(page.names, name.(string)), append(page.cursors, edge["cursor"].(string))
	}
	if n := len(page.cursors); n > 0 && (page.start != page.cursors[0] || page.end != page.cursors[n-1]) {
		t.Errorf("start and end are not those of the edges: %s", answer.Body)
	}
	return page
}

func TestMembershipsArePagedBothWays(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		var all []string
		for i := range 25 {
			w.FoundWithDeveloper(t, ann, i)
			all = append(all, fmt.Sprintf("Workspace %02d", i))
		}
		w.SignUp(t, "bob").CreateWorkspace(t, "Bob's") // never in Ann's list

		page := membershipPage(t, ann, nil)
		if !slices.Equal(page.names, all[:20]) || !page.next || page.previous || page.total != 25.0 {
			t.Errorf("without arguments: %+v", page)
		}
		if page = membershipPage(t, ann, apitest.Vars{"first": 100}); !slices.Equal(page.names, all) || page.next || page.previous {
			t.Errorf("first 100: %+v", page)
		}
		cursors := page.cursors
		var walked []string
		for after, more := any(nil), true; more; {
			page := membershipPage(t, ann, apitest.Vars{"first": 7, "after": after})
			walked, after, more = append(walked, page.names...), page.end, page.next
			if page.previous != (len(walked) > 7) || page.total != 25.0 {
				t.Errorf("forward: %+v", page)
			}
		}
		if !slices.Equal(walked, all) {
			t.Errorf("forward: %q", walked)
		}
		walked = nil
		for before, more := any(nil), true; more; {
			page := membershipPage(t, ann, apitest.Vars{"last": 7, "before": before})
			walked, before, more = append(slices.Clone(page.names), walked...), page.start, page.previous
		}
		if !slices.Equal(walked, all) {
			t.Errorf("backward: %q", walked)
		}
		tests := []struct {
			args           apitest.Vars
			want           []string
			next, previous bool
		}{
			{apitest.Vars{"first": 1}, all[:1], true, false},
			{apitest.Vars{"last": 1}, all[24:], false, true},
			{apitest.Vars{"after": cursors[22]}, all[23:], false, true},
			{apitest.Vars{"before": cursors[2]}, all[:2], true, false},
			{apitest.Vars{"before": cursors[22]}, all[2:22], true, true},
			{apitest.Vars{"after": cursors[4], "before": cursors[8]}, all[5:8], true, true},
			{apitest.Vars{"first": 2, "after": cursors[4], "before": cursors[8]}, all[5:7], true, true},
			{apitest.Vars{"last": 2, "after": cursors[4], "before": cursors[8]}, all[6:8], true, true},
			{apitest.Vars{"after": cursors[24]}, nil, false, true},
			{apitest.Vars{"before": cursors[0]}, nil, true, false},
		}
		for _, test := range tests {
			got := membershipPage(t, ann, test.args)
			if !slices.Equal(got.names, test.want) || got.next != test.next || got.previous != test.previous {
				t.Errorf("%v: %q, next %t, previous %t", test.args, got.names, got.next, got.previous)
			}
		}
		if empty := membershipPage(t, ann, apitest.Vars{"after": cursors[24]}); empty.start != nil || empty.end != nil || empty.total != 25.0 {
			t.Errorf("an empty page: %+v", empty)
		}
	})
}

func TestInvalidPagesAreRefusedAndNotClamped(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, bob := w.SignUp(t, "ann"), w.SignUp(t, "bob")
		workspaceID := ann.CreateWorkspace(t, "Ann's")
		bob.CreateWorkspace(t, "Bob's")
		own := membershipPage(t, ann, nil).end.(string)
		industries := ann.Do(t, `{ industries(first: 1) { pageInfo { endCursor } } }`, nil).String(t, "industries.pageInfo.endCursor")
		w.Insert(t, workspaceID, apitest.Row{CreatedBy: ann})
		miniPrograms := ann.Do(t, `query($id: ID!) { workspace(id: $id) { miniPrograms { pageInfo { endCursor } } } }`,
			apitest.Vars{"id": workspaceID}).String(t, "workspace.miniPrograms.pageInfo.endCursor")
		encoded := base64.RawURLEncoding.EncodeToString
		cursors := []string{
			"", " ", "x", "0", own + "x", own[1:], own + "=", strings.ToLower(own), industries, miniPrograms, encoded([]byte("null")), encoded([]byte(`{}`)),
			encoded([]byte(`["JOINED","",""]`)), encoded([]byte(`["JOINED","x"]`)), encoded([]byte(`["","","x"]`)), encoded([]byte(`["JOINED",1,2]`)),
			encoded([]byte(`["JOINED","","a","b"]`)), "\x00", strings.Repeat("A", 9000),
		}
		refused := []apitest.Vars{
			{"first": 0}, {"first": -1}, {"first": 101}, {"first": 1 << 30}, {"last": 0}, {"last": -1}, {"last": 101},
			{"first": 1, "last": 1}, {"first": 100, "last": 100}, {"first": 0, "last": 0}, {"first": 0, "after": own},
		}
		for _, cursor := range cursors {
			refused = append(refused, apitest.Vars{"after": cursor}, apitest.Vars{"before": cursor}, apitest.Vars{"last": 1, "before": cursor})
		}
		nested := strings.Replace(memberships, "viewer { memberships(", fmt.Sprintf(`workspace(id: %q) { members(`, workspaceID), 1)
		for _, args := range refused {
			ann.Do(t, memberships, args).Refused(t, "BAD_USER_INPUT")
			ann.Do(t, nested, args).Refused(t, "BAD_USER_INPUT")
		}
	})
}

func TestMembersArePagedInEachWorkspace(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for i := range 3 {
			w.FoundWithDeveloper(t, ann, i)
		}
		answer := ann.Do(t, `{ viewer { memberships { nodes { workspace {
			members(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { role user { displayName } } }
			rest: members(last: 1) { nodes { role user { displayName } } }
		} } } } }`, nil)
		for i := range 3 {
			at := fmt.Sprintf("viewer.memberships.nodes.%d.workspace.", i)
			if answer.Get(at+"members.totalCount") != 2.0 || answer.Get(at+"members.pageInfo.hasNextPage") != true ||
				len(answer.List(t, at+"members.nodes")) != 1 || answer.Get(at+"members.nodes.0.user.displayName") != "ann" ||
				len(answer.List(t, at+"rest.nodes")) != 1 || answer.Get(at+"rest.nodes.0.user.displayName") != "Colleague" {
				t.Errorf("workspace %d: %s", i, answer.Body)
			}
		}
	})
}

func TestManyMembershipsTakeAsManyStatementsAsOne(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		count := func(want int) int64 {
			return w.Statements(func() {
				answer := ann.Do(t, `{ viewer { memberships(first: 20) { totalCount nodes { role user { email } workspace {
					name viewerRole quotas { used }
					members(first: 5) { totalCount edges { node { user { email } workspace { name members(first: 5) { nodes { user { id } } } } } } }
					miniPrograms(first: 5) { totalCount nodes { createdBy { email } workspace { name } launchTargets { code } } }
				} } } } }`, nil)
				if got := len(answer.List(t, "viewer.memberships.nodes")); got != want || len(answer.Errors) != 0 {
					t.Errorf("%d memberships of %d: %v", got, want, answer.Errors)
				}
			})
		}
		workspaceID, _ := w.FoundWithDeveloper(t, ann, 0)
		w.Insert(t, workspaceID, apitest.Row{CreatedBy: ann})
		few := count(1)
		for i := range 19 {
			workspaceID, _ := w.FoundWithDeveloper(t, ann, i)
			w.Insert(t, workspaceID, apitest.Row{CreatedBy: ann})
		}
		if many := count(20); many != few || few > 30 {
			t.Errorf("%d statements for 1 membership, %d for 20", few, many)
		}
	})
}
