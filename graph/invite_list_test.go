package graph_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/member"
	"minidock/internal/apitest"
	"minidock/internal/id"
	"minidock/internal/limit"
)

const invitationsQuery = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: InvitationFilter) {
	workspace(id: $id) {
		name
		invitations(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
			totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } edges { cursor node { ...invited } }
		}
	}
}` + inviteFragment

// invitationPage is a page of invitations as a client sees it.
type invitationPage struct {
	addresses, statuses, cursors []string
	total                        float64
	next, previous               bool
}

func invitationsOf(t *testing.T, p *apitest.Person, workspaceID string, args apitest.Vars) invitationPage {
	t.Helper()
	answer := p.Do(t, invitationsQuery, args.With("id", workspaceID))
	if code := answer.Code(t); code != "" {
		t.Fatalf("%v: %s", args, answer.Body)
	}
	const at = "workspace.invitations."
	page := invitationPage{
		total: answer.Get(at + "totalCount").(float64), next: answer.Get(at + "pageInfo.hasNextPage").(bool),
		previous: answer.Get(at + "pageInfo.hasPreviousPage").(bool), addresses: []string{},
	}
	for i := range answer.List(t, at+"edges") {
		edge := fmt.Sprintf("%sedges.%d.", at, i)
		page.addresses = append(page.addresses, answer.String(t, edge+"node.email"))
		page.statuses = append(page.statuses, answer.String(t, edge+"node.status"))
		page.cursors = append(page.cursors, answer.String(t, edge+"cursor"))
		if answer.Get(fmt.Sprintf("%snodes.%d.id", at, i)) != answer.Get(edge+"node.id") || answer.Get(edge+"node.workspace.id") != workspaceID {
			t.Errorf("nodes are not those of the edges, or of another workspace: %s", answer.Body)
		}
	}
	var first, last any
	if n := len(page.cursors); n > 0 {
		first, last = page.cursors[0], page.cursors[n-1]
	}
	if len(answer.List(t, at+"nodes")) != len(page.cursors) || answer.Get(at+"pageInfo.startCursor") != first || answer.Get(at+"pageInfo.endCursor") != last {
		t.Errorf("the parts of a page do not agree: %s", answer.Body)
	}
	return page
}

func TestInvitationsAreListedTheLatestFirstAndPagedBothWays(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		invitePeople(t, s.owner, s.owner.CreateWorkspace(t, "Elsewhere"), inviteMasters(3, "foreign")...)
		var want []string
		for _, from := range []string{"a", "b", "c"} {
			for _, one := range inviteMasters(8, from) {
				want = append(want, one["email"].(string))
			}
			invitePeople(t, s.owner, s.id, inviteMasters(8, from)...)
		}
		slices.Reverse(want)
		if page := invitationsOf(t, s.owner, s.id, nil); !slices.Equal(page.addresses, want[:20]) || page.total != 24 || !page.next || page.previous {
			t.Errorf("without arguments: %+v", page)
		}
		for _, size := range []int{1, 7, 8, 24, 100} {
			var forward, backward []string
			args := apitest.Vars{"first": size}
			for {
				page := invitationsOf(t, s.owner, s.id, args)
				if page.previous != (len(forward) > 0) || page.total != 24 {
					t.Errorf("after %d by %d: %+v", len(forward), size, page)
				}
				forward = append(forward, page.addresses...)
				if !page.next || len(forward) > 24 {
					break
				}
				args["after"] = page.cursors[len(page.cursors)-1]
			}
			args = apitest.Vars{"last": size}
			for {
				page := invitationsOf(t, s.owner, s.id, args)
				if page.next != (len(backward) > 0) || page.total != 24 {
					t.Errorf("before %d by %d: %+v", len(backward), size, page)
				}
				backward = append(slices.Clone(page.addresses), backward...)
				if !page.previous || len(backward) > 24 {
					break
				}
				args["before"] = page.cursors[0]
			}
			if !slices.Equal(forward, want) || !slices.Equal(backward, want) {
				t.Errorf("by %d: forward %q, backward %q, want %q", size, forward, backward, want)
			}
		}
		for _, args := range []apitest.Vars{{"first": 0}, {"first": 101}, {"last": -1}, {"after": "x"}, {"first": 1, "last": 1}} {
			answer := s.owner.Do(t, invitationsQuery, args.With("id", s.id))
			if code := answer.Code(t); code != "BAD_USER_INPUT" || answer.Get("workspace.invitations") != nil {
				t.Errorf("%v: %s", args, answer.Body)
			}
		}
	})
}

func TestInvitationsAreListedByWhatHasBecomeOfThem(t *testing.T) {
	options := apitest.Options{}
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.InvitationTime = 20 * time.Minute })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		ids := invitePeople(t, s.owner, s.id, inviteMaster("accepted@example.com"), inviteMaster("withdrawn@example.com"), inviteMaster("old@example.com"))
		acceptsAnew(t, w, w.LetterTo(t, "accepted@example.com").Token(t), "Accepted")
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": ids[1]}), "withdrawInvitation")
		w.Advance(20 * time.Minute)
		listsByStatus(t, s, map[string][]string{
			"INVITED": {}, "EXPIRED": {"old@example.com"}, "ACCEPTED": {"accepted@example.com"}, "WITHDRAWN": {"withdrawn@example.com"},
		})
		invitePeople(t, s.owner, s.id, inviteMaster("open@example.com"), inviteMaster("older@example.com")) // which notes that one has expired
		done(t, s.owner.Do(t, withdrawMutation, apitest.Vars{"id": ids[2]}), "withdrawInvitation")
		listsByStatus(t, s, map[string][]string{
			"INVITED": {"older@example.com", "open@example.com"}, "EXPIRED": {}, "ACCEPTED": {"accepted@example.com"},
			"WITHDRAWN": {"old@example.com", "withdrawn@example.com"},
		})
		w.Advance(20 * time.Minute)
		invitePeople(t, s.owner, s.id, inviteMaster("open@example.com"))
		listsByStatus(t, s, map[string][]string{
			"INVITED": {"open@example.com"}, "EXPIRED": {"older@example.com", "open@example.com"}, "ACCEPTED": {"accepted@example.com"},
			"WITHDRAWN": {"old@example.com", "withdrawn@example.com"},
		})
	})
}

// listsByStatus makes sure that each status lists these addresses, alone and with others, and all when none is wanted.
func listsByStatus(t *testing.T, s inviting, want map[string][]string) {
	t.Helper()
	list := func(status ...string) invitationPage {
		return invitationsOf(t, s.owner, s.id, apitest.Vars{"filter": apitest.Vars{"status": status}})
	}
	all := 0
	for status, addresses := range want {
		page := list(status)
		if !slices.Equal(page.addresses, addresses) || page.total != float64(len(addresses)) || slices.ContainsFunc(page.statuses, func(s string) bool { return s != status }) {
			t.Errorf("%s: %+v, want %q", status, page, addresses)
		}
		all += len(addresses)
	}
	answered := len(want["ACCEPTED"]) + len(want["WITHDRAWN"])
	for _, c := range []struct {
		page invitationPage
		size int
	}{
		{list("INVITED", "EXPIRED"), all - answered}, {list("ACCEPTED", "WITHDRAWN", "ACCEPTED"), answered},
		{list("INVITED", "EXPIRED", "ACCEPTED", "WITHDRAWN"), all}, {invitationsOf(t, s.owner, s.id, nil), all},
		{invitationsOf(t, s.owner, s.id, apitest.Vars{"filter": apitest.Vars{"status": []string{}}}), 0},
		{invitationsOf(t, s.owner, s.id, apitest.Vars{"filter": nil}), all}, {invitationsOf(t, s.owner, s.id, apitest.Vars{"filter": apitest.Vars{}}), all},
	} {
		if len(c.page.addresses) != c.size || c.page.total != float64(c.size) {
			t.Errorf("%+v, not %d", c.page, c.size)
		}
	}
}

func TestInvitationsAreForOwnersAndMastersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		master, developer, stranger := w.SignUp(t, "master"), w.SignUp(t, "developer"), w.SignUp(t, "stranger")
		stranger.CreateWorkspace(t, "Elsewhere")
		w.Join(t, s.id, master, member.RoleMASTER)
		w.Assign(t, w.Join(t, s.id, developer, member.RoleDEVELOPER), s.tea)
		ids := invitePeople(t, s.owner, s.id, inviteMaster("secret@example.com"), inviteDeveloper("hidden@example.com", s.coffee))
		for _, p := range []*apitest.Person{s.owner, master} {
			if page := invitationsOf(t, p, s.id, nil); len(page.addresses) != 2 {
				t.Errorf("%s sees %+v", p.DisplayName, page)
			}
		}
		answer := developer.Do(t, invitationsQuery, apitest.Vars{"id": s.id})
		if answer.Code(t) != "FORBIDDEN" || answer.Get("workspace.name") != "Coffee House" || answer.Get("workspace.invitations") != nil ||
			!reflect.DeepEqual(answer.Errors[0].Path, []any{"workspace", "invitations"}) {
			t.Errorf("the developer gets %s", answer.Body)
		}
		stranger.Do(t, invitationsQuery, apitest.Vars{"id": s.id}).Refused(t, "NOT_FOUND")
		w.Visitor(t).Do(t, invitationsQuery, apitest.Vars{"id": s.id}).Refused(t, "UNAUTHENTICATED")

		const nodes = `query($id: ID!, $ids: [ID!]!) { node(id: $id) { id ...invited } nodes(ids: $ids) { id ...invited } }` + inviteFragment
		missing := apitest.Vars{"id": id.New(id.Invitation), "ids": []string{id.New(id.Invitation), "inv_\x00"}}
		for _, p := range []*apitest.Person{developer, stranger, w.Visitor(t)} {
			got, want := p.Do(t, nodes, apitest.Vars{"id": ids[0], "ids": ids}), p.Do(t, nodes, missing)
			if got.Body != want.Body || len(got.Errors) != 0 || got.Get("node") != nil || len(got.List(t, "nodes")) != 2 || strings.Contains(got.Body, "example.com") {
				t.Errorf("%s sees %s", p.DisplayName, got.Body)
			}
		}
		for _, p := range []*apitest.Person{s.owner, master} {
			got := p.Do(t, nodes, apitest.Vars{"id": ids[1], "ids": []string{ids[1], missing["id"].(string), ids[0]}})
			if got.Get("node.email") != "hidden@example.com" || got.Get("node.miniPrograms.0.name") != "Coffee" || got.Get("nodes.1") != nil || got.Get("nodes.2.id") != ids[0] {
				t.Errorf("%s sees %s", p.DisplayName, got.Body)
			}
		}
	})
}

func TestAPageOfTwentyInvitationsTakesAsManyStatementsAsAPageOfTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		master := w.SignUp(t, "master")
		few := s.owner.CreateWorkspace(t, "Few")
		milk := w.Insert(t, few, apitest.Row{Name: "Milk", CreatedBy: s.owner})
		w.Join(t, s.id, master, member.RoleMASTER)
		w.Join(t, few, master, member.RoleMASTER)
		invitePeople(t, s.owner, few, inviteDeveloper("a@example.com", milk))
		invitePeople(t, master, few, inviteMaster("b@example.com"))
		for i, p := range []*apitest.Person{s.owner, master} {
			var people []apitest.Vars
			for j := range 10 {
				people = append(people, inviteDeveloper(fmt.Sprintf("p%d-%d@example.com", i, j), [][]string{{s.coffee}, {s.tea}, {s.coffee, s.tea}}[j%3]...))
			}
			invitePeople(t, p, s.id, people...)
		}
		args := apitest.Vars{"first": 20}
		_, ofFew := counted(t, w, s.owner, invitationsQuery, args.With("id", few))
		answer, ofMany := counted(t, w, s.owner, invitationsQuery, args.With("id", s.id))
		if ofFew != ofMany || ofFew == 0 {
			t.Errorf("%d statements for 2, %d for 20", ofFew, ofMany)
		}
		if n := len(answer.List(t, "workspace.invitations.edges")); n != 20 {
			t.Fatalf("%d are listed", n)
		}
		for i := range 20 {
			at := fmt.Sprintf("workspace.invitations.edges.%d.node.", i)
			address := answer.String(t, at+"email")
			inviter := map[string]string{"p0": "ann", "p1": "master"}[address[:2]]
			want := [][]string{{"Coffee"}, {"Tea"}, {"Coffee", "Tea"}}[int(address[3]-'0')%3]
			if got := acceptNames(t, answer, at+"miniPrograms"); !slices.Equal(got, want) || answer.Get(at+"invitedBy.displayName") != inviter ||
				answer.Get(at+"workspace.id") != s.id {
				t.Errorf("%s: %v", address, answer.Get(at[:len(at)-1]))
			}
		}
	})
}

func TestNewInvitationsAreReadTogether(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		const plain = `mutation($input: InviteMembersInput!) { inviteMembers(input: $input) { invitations { id } userErrors { code path } } }`
		statements := func(query string, n int, from string) int64 {
			answer, statements := counted(t, w, s.owner, query, apitest.Vars{"input": apitest.Vars{"workspaceId": s.id, "invitations": inviteMasters(n, from)}})
			done(t, answer, "inviteMembers")
			return statements
		}
		statements(plain, 1, "x") // after which the day's count is changed and not begun
		ofTwo := statements(inviteMutation, 2, "a") - statements(plain, 2, "b")
		ofTen := statements(inviteMutation, 10, "c") - statements(plain, 10, "d")
		if ofTwo != ofTen {
			t.Errorf("to read what belongs to them takes %d statements for 2, %d for 10", ofTwo, ofTen)
		}
	})
}

func TestACursorIsOfOneListOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := newInviting(t, w)
		invitePeople(t, s.owner, s.id, inviteMasters(2, "a")...)
		query := func(list string) string {
			return `query($id: ID!, $after: String) { workspace(id: $id) { ` + list + `(after: $after) { pageInfo { endCursor } } } }`
		}
		lists := []string{"members", "invitations", "auditEvents", "miniPrograms"}
		for _, from := range lists {
			cursor := s.owner.Do(t, query(from), apitest.Vars{"id": s.id}).String(t, "workspace."+from+".pageInfo.endCursor")
			for _, to := range lists {
				want := ""
				if to != from {
					want = "BAD_USER_INPUT"
				}
				if answer := s.owner.Do(t, query(to), apitest.Vars{"id": s.id, "after": cursor}); answer.Code(t) != want {
					t.Errorf("a cursor of %s in %s: %s", from, to, answer.Body)
				}
			}
		}
	})
}
