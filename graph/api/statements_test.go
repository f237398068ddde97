package api_test

import (
	"fmt"
	"slices"
	"testing"

	"minidock/ent/member"
	"minidock/internal/apitest"
)

// stock fills a workspace with mini programs whose creators take turns, and returns the name of each creator by the
// mini program's id.
func stock(t *testing.T, w *apitest.World, workspaceID string, creators []*apitest.Person, n int) map[string]string {
	t.Helper()
	by := map[string]string{}
	for i := range n {
		creator := creators[i%len(creators)]
		by[w.Insert(t, workspaceID, apitest.Row{CreatedBy: creator})] = creator.DisplayName
	}
	return by
}

// Each read takes as many statements for every role: the viewer, and one for each type on the path.
func TestReadsTakeFewStatementsForEveryRole(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner, master, developer := w.SignUp(t, "ann"), w.SignUp(t, "max"), w.SignUp(t, "dev")
		others := []*apitest.Person{developer, w.SignUp(t, "dana"), w.SignUp(t, "dora")}
		var workspaceIDs []string
		var miniProgramID string
		for n := range 50 {
			workspaceID := w.Found(t, owner, fmt.Sprintf("Coffee %d", n))
			workspaceIDs = append(workspaceIDs, workspaceID)
			w.Join(t, workspaceID, master, member.RoleMASTER)
			var memberIDs []string
			for _, one := range others {
				memberIDs = append(memberIDs, w.Join(t, workspaceID, one, member.RoleDEVELOPER))
			}
			for id := range stock(t, w, workspaceID, []*apitest.Person{owner, master}, map[bool]int{true: 20, false: 10}[n == 0]) {
				for _, memberID := range memberIDs {
					w.Assign(t, memberID, id)
				}
				if n == 0 {
					miniProgramID = id
				}
			}
		}
		for name, read := range map[string]struct {
			query string
			most  int64
			check func(*apitest.Answer) bool
		}{
			"R1": {`{ miniProgram(id: "` + miniProgramID + `") { id name workspace { id name } createdBy { id displayName } } }`, 4,
				func(a *apitest.Answer) bool {
					return a.Get("miniProgram.createdBy.id") != nil && a.Get("miniProgram.workspace.name") == "Coffee 0"
				}},
			"R2": {`{ workspace(id: "` + workspaceIDs[0] + `") { miniPrograms(first: 20) { nodes {
				id name createdBy { id displayName } developers(first: 3) { nodes { id role joinedAt } } } } } }`, 5,
				func(a *apitest.Answer) bool {
					return len(a.List(t, "workspace.miniPrograms.nodes")) == 20 && len(a.List(t, "workspace.miniPrograms.nodes.19.developers.nodes")) == 3
				}},
			"R3": {`{ viewer { memberships(first: 50) { nodes { workspace {
				id name miniPrograms(first: 10) { nodes { id name createdBy { id displayName } } } } } } } }`, 5,
				func(a *apitest.Answer) bool {
					return len(a.List(t, "viewer.memberships.nodes")) == 50 &&
						len(a.List(t, "viewer.memberships.nodes.49.workspace.miniPrograms.nodes")) == 10
				}},
		} {
			for _, p := range []*apitest.Person{owner, master, developer} {
				answer, statements := p.CountStatements(t, read.query, nil)
				if statements > read.most {
					t.Errorf("%s by %s takes %d statements, not %d", name, p.DisplayName, statements, read.most)
				}
				if !read.check(answer) {
					t.Errorf("%s by %s: %s", name, p.DisplayName, answer.Body)
				}
			}
		}
	})
}

const nested = ` id name createdBy { displayName } workspace { id name viewerRole quotas { used } miniPrograms(first: 1) { totalCount nodes { id createdBy { id } } } } launchTargets { code } `

func TestAListOfTwentyTakesAsManyStatementsAsAListOfTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		few, many := owner.CreateWorkspace(t, "Few"), owner.CreateWorkspace(t, "Many")
		creators := append(w.Masters(t, 4, few, many), owner)
		stock(t, w, few, creators, 2)
		by := stock(t, w, many, creators, 20)
		counts := map[string]int64{}
		for shape, query := range map[string]string{
			"edges": `query($id: ID!) { workspace(id: $id) { miniPrograms(first: 50) { totalCount edges { node {` + nested + `} } } } }`,
			"nodes": `query($id: ID!) { workspace(id: $id) { miniPrograms(first: 50) { totalCount nodes {` + nested + `} } } }`,
		} {
			_, ofFew := owner.CountStatements(t, query, apitest.Vars{"id": few})
			answer, ofMany := owner.CountStatements(t, query, apitest.Vars{"id": many})
			if ofFew != ofMany {
				t.Errorf("%s: %d statements for 2, %d for 20", shape, ofFew, ofMany)
			}
			counts[shape] = ofMany
			checkStock(t, answer, "workspace.miniPrograms."+shape, map[string]string{"edges": ".node", "nodes": ""}[shape], many, by)
		}
		if counts["edges"] != counts["nodes"] {
			t.Errorf("statements %v", counts)
		}
	})
}

// checkStock checks that each mini program of a list has its own creator, workspace and launch target.
func checkStock(t *testing.T, answer *apitest.Answer, at, node, workspaceID string, by map[string]string) {
	t.Helper()
	seen := map[string]bool{}
	for i := range answer.List(t, at) {
		one := fmt.Sprintf("%s.%d%s.", at, i, node)
		id := answer.String(t, one+"id")
		seen[id] = true
		if got := answer.String(t, one+"createdBy.displayName"); got != by[id] {
			t.Errorf("%s was created by %q, not %q", id, by[id], got)
		}
		if answer.Get(one+"workspace.id") != workspaceID || answer.Get(one+"launchTargets.0.code") != "ALIPAY_CN" || answer.Get(one+"launchTargets.1") != nil {
			t.Errorf("%v", answer.Get(one[:len(one)-1]))
		}
	}
	if len(seen) != len(by) {
		t.Errorf("%d of %d are listed", len(seen), len(by))
	}
}

func TestNodesByIDTakeAsManyStatementsForTwentyAsForTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		by := stock(t, w, workspace, append(w.Masters(t, 3, workspace), owner), 20)
		ids := []string{}
		for id := range by {
			ids = append(ids, id)
		}
		query := `query($ids: [ID!]!) { nodes(ids: $ids) { ... on MiniProgram {` + nested + `} } }`
		_, ofFew := owner.CountStatements(t, query, apitest.Vars{"ids": ids[:2]})
		answer, ofMany := owner.CountStatements(t, query, apitest.Vars{"ids": ids})
		if ofFew != ofMany {
			t.Errorf("%d statements for 2, %d for 20", ofFew, ofMany)
		}
		checkStock(t, answer, "nodes", "", workspace, by)
	})
}

const membershipsQuery = `{ viewer { memberships(first: 20) { totalCount nodes { id role user { id } workspace {
	id name viewerRole quotas { used limit }
	members { totalCount nodes { id role user { displayName } workspace { id } } }
	miniPrograms(first: 5) { totalCount edges { node { id createdBy { displayName } workspace { id viewerRole } launchTargets { code } } } pageInfo { hasNextPage } }
} } } } }`

func TestTenWorkspacesTakeAsManyStatementsAsTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		few, many, owner := w.SignUp(t, "few"), w.SignUp(t, "many"), w.SignUp(t, "ann")
		var workspaces []string
		for i := range 10 {
			workspaces = append(workspaces, owner.CreateWorkspace(t, fmt.Sprintf("Coffee %d", i)))
		}
		creators := append(w.Masters(t, 2, workspaces...), owner)
		creatorOf, size := map[string]string{}, map[string]int{}
		for i, workspace := range workspaces {
			size[workspace] = i * 7 % 10
			for id, name := range stock(t, w, workspace, creators[i%2:], size[workspace]) {
				creatorOf[id] = name
			}
			w.Join(t, workspace, many, member.RoleMASTER)
			if i < 2 {
				w.Join(t, workspace, few, member.RoleMASTER)
			}
		}
		_, ofFew := few.CountStatements(t, membershipsQuery, nil)
		answer, ofMany := many.CountStatements(t, membershipsQuery, nil)
		if ofFew != ofMany {
			t.Errorf("%d statements for 2 workspaces, %d for 10", ofFew, ofMany)
		}
		var listed []string
		for i := range answer.List(t, "viewer.memberships.nodes") {
			at := fmt.Sprintf("viewer.memberships.nodes.%d.workspace.", i)
			workspace := answer.String(t, at+"id")
			listed = append(listed, workspace)
			checkWorkspace(t, answer, at, size[workspace], creatorOf)
		}
		if !slices.Equal(listed, workspaces) {
			t.Errorf("workspaces %q, want %q", listed, workspaces)
		}
	})
}

// checkWorkspace checks that what a workspace shows is its own: its members, and the first five of its mini programs.
func checkWorkspace(t *testing.T, answer *apitest.Answer, at string, size int, creatorOf map[string]string) {
	t.Helper()
	workspace := answer.Get(at + "id")
	nodes := answer.List(t, at+"miniPrograms.edges")
	if len(nodes) != min(size, 5) || answer.Get(at+"miniPrograms.totalCount") != float64(size) ||
		answer.Get(at+"miniPrograms.pageInfo.hasNextPage") != (size > 5) || answer.Get(at+"viewerRole") != "MASTER" {
		t.Errorf("%v with %d mini programs: %v", workspace, size, answer.Get(at[:len(at)-1]))
	}
	for i := range nodes {
		node := fmt.Sprintf("%sminiPrograms.edges.%d.node.", at, i)
		id := answer.String(t, node+"id")
		if answer.Get(node+"workspace.id") != workspace || answer.Get(node+"createdBy.displayName") != creatorOf[id] || creatorOf[id] == "" {
			t.Errorf("%s stands in %v: %v", id, workspace, answer.Get(node[:len(node)-1]))
		}
	}
	members := answer.List(t, at+"members.nodes")
	if answer.Get(at+"members.totalCount") != float64(len(members)) || len(members) < 4 {
		t.Errorf("%v has %d members: %v", workspace, len(members), members)
	}
	for i := range members {
		if answer.Get(fmt.Sprintf("%smembers.nodes.%d.workspace.id", at, i)) != workspace {
			t.Errorf("a member of another workspace than %v: %v", workspace, members[i])
		}
	}
}

func TestTheSameFieldWithOtherArgumentsIsReadSeparately(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		for i := range 4 {
			w.Insert(t, workspace, apitest.Row{Name: fmt.Sprintf("%s %d", []string{"Tea", "Milk"}[i%2], i), CreatedBy: owner})
		}
		answer := owner.Do(t, `query($id: ID!, $name: String!) { workspace(id: $id) {
			default: miniPrograms { totalCount nodes { name } }
			one: miniPrograms(first: 1) { totalCount nodes { name } }
			two: miniPrograms(first: 2) { totalCount nodes { name } }
			last: miniPrograms(last: 1) { totalCount nodes { name } }
			up: miniPrograms(first: 1, orderBy: {field: NAME, direction: ASC}) { totalCount nodes { name } }
			down: miniPrograms(first: 1, orderBy: {field: NAME, direction: DESC}) { totalCount nodes { name } }
			tea: miniPrograms(filter: {search: "tea"}) { totalCount nodes { name } }
			milk: miniPrograms(filter: {search: $name}) { totalCount nodes { name } }
			gone: miniPrograms(filter: {statuses: [ARCHIVED]}) { totalCount nodes { name } }
			none: miniPrograms(filter: {statuses: []}) { totalCount nodes { name } }
		} }`, apitest.Vars{"id": workspace, "name": "milk"})
		for alias, want := range map[string][]string{
			"default": {"Milk 3", "Tea 2", "Milk 1", "Tea 0"}, "one": {"Milk 3"}, "two": {"Milk 3", "Tea 2"}, "last": {"Tea 0"},
			"up": {"Milk 1"}, "down": {"Tea 2"}, "tea": {"Tea 2", "Tea 0"}, "milk": {"Milk 3", "Milk 1"}, "gone": {}, "none": {},
		} {
			got := []string{}
			for i := range answer.List(t, "workspace."+alias+".nodes") {
				got = append(got, answer.String(t, fmt.Sprintf("workspace.%s.nodes.%d.name", alias, i)))
			}
			total := map[string]float64{"tea": 2, "milk": 2, "gone": 0, "none": 0, "default": 4, "one": 4, "two": 4, "last": 4, "up": 4, "down": 4}[alias]
			if !slices.Equal(got, want) || answer.Get("workspace."+alias+".totalCount") != total {
				t.Errorf("%s: %q of %v, want %q of %v", alias, got, answer.Get("workspace."+alias+".totalCount"), want, total)
			}
		}
	})
}

func TestTheSameArgumentsAreReadOnceUnderAnyAlias(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		stock(t, w, workspace, []*apitest.Person{owner}, 3)
		count := func(fields string) int64 {
			_, statements := owner.CountStatements(t, `query($id: ID!, $two: Int, $order: MiniProgramOrder!) { workspace(id: $id) { `+fields+` } }`, apitest.Vars{
				"id": workspace, "two": 2, "order": apitest.Vars{"direction": "DESC", "field": "CREATED_AT"},
			})
			return statements
		}
		const unused = ` z: miniPrograms(first: $two, orderBy: $order) { pageInfo { hasNextPage } }`
		one := count(`a: miniPrograms(first: 2) { totalCount nodes { createdBy { id } } } members { totalCount nodes { id } } viewerRole quotas { used }` + unused)
		same := count(`a: miniPrograms(first: 2) { totalCount nodes { createdBy { id } } } b: miniPrograms(first: $two, orderBy: {direction: DESC, field: CREATED_AT}) { totalCount edges { node { createdBy { displayName } } } }
			members { totalCount nodes { id } } m: members { totalCount edges { node { id } } } viewerRole r: viewerRole quotas { used } q: quotas { limit }` + unused)
		if one != same {
			t.Errorf("%d statements once, %d twice", one, same)
		}
		if other := count(`a: miniPrograms(first: 2) { nodes { id } } b: miniPrograms(first: 1) { nodes { id } }` + unused); other <= count(`a: miniPrograms(first: 2) { nodes { id } }`+unused) {
			t.Errorf("another page takes no statement of its own: %d", other)
		}
	})
}

func TestWhatIsNotAskedForIsNotRead(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		owner := w.SignUp(t, "ann")
		workspace := owner.CreateWorkspace(t, "Coffee")
		stock(t, w, workspace, []*apitest.Person{owner}, 3)
		count := func(fields string) int64 {
			_, statements := owner.CountStatements(t, `query($id: ID!) { workspace(id: $id) { `+fields+` } }`, apitest.Vars{"id": workspace})
			return statements
		}
		alone := count(`id name`)
		page := count(`miniPrograms { nodes { id name logo { url } industry { code } } pageInfo { hasNextPage hasPreviousPage } }`)
		withTotal := count(`miniPrograms { totalCount nodes { id } }`)
		if page != alone+1 || withTotal != page+1 {
			t.Errorf("a workspace %d, with a page %d, with the total %d statements", alone, page, withTotal)
		}
	})
}
