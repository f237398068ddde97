package api_test

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
			totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } edges { cursor node { ` + apitest.InvitationFields + ` } }
		}
	}
}`

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
		s := w.NewCoffeeHouse(t)
		s.Owner.Invite(t, s.Owner.CreateWorkspace(t, "Elsewhere"), apitest.MasterInvitations(3, "foreign")...)
		var want []string
		for _, from := range []string{"a", "b", "c"} {
			for _, one := range apitest.MasterInvitations(8, from) {
				want = append(want, one["email"].(string))
			}
			s.Owner.Invite(t, s.ID, apitest.MasterInvitations(8, from)...)
		}
		slices.Reverse(want)
		if page := invitationsOf(t, s.Owner, s.ID, nil); !slices.Equal(page.addresses, want[:20]) || page.total != 24 || !page.next || page.previous {
			t.Errorf("without arguments: %+v", page)
		}
		for _, size := range []int{1, 7, 8, 24, 100} {
			var forward, backward []string
			args := apitest.Vars{"first": size}
			for {
				page := invitationsOf(t, s.Owner, s.ID, args)
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
				page := invitationsOf(t, s.Owner, s.ID, args)
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
			answer := s.Owner.Do(t, invitationsQuery, args.With("id", s.ID))
			if code := answer.Code(t); code != "BAD_USER_INPUT" || answer.Get("workspace.invitations") != nil {
				t.Errorf("%v: %s", args, answer.Body)
			}
		}
	})
}

func TestInvitationsAreFilteredByStatus(t *testing.T) {
	options := apitest.Options{}
	options.Limits = apitest.Limits(func(l *limit.Limits) { l.InvitationTime = 20 * time.Minute })
	apitest.RunWith(t, options, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		ids := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("accepted@example.com"), apitest.MasterInvitation("withdrawn@example.com"), apitest.MasterInvitation("old@example.com"))
		w.AcceptAsNewcomer(t, w.LetterTo(t, "accepted@example.com").Token(t), "Accepted")
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[1]}).Succeeded(t)
		w.Advance(20 * time.Minute)
		listsByStatus(t, s, map[string][]string{
			"INVITED": {}, "EXPIRED": {"old@example.com"}, "ACCEPTED": {"accepted@example.com"}, "WITHDRAWN": {"withdrawn@example.com"},
		})
		s.Owner.Invite(t, s.ID, apitest.MasterInvitation("open@example.com"), apitest.MasterInvitation("older@example.com")) // which notes that one has expired
		s.Owner.Mutate(t, "withdrawInvitation", apitest.Vars{"invitationId": ids[2]}).Succeeded(t)
		listsByStatus(t, s, map[string][]string{
			"INVITED": {"older@example.com", "open@example.com"}, "EXPIRED": {}, "ACCEPTED": {"accepted@example.com"},
			"WITHDRAWN": {"old@example.com", "withdrawn@example.com"},
		})
		w.Advance(20 * time.Minute)
		s.Owner.Invite(t, s.ID, apitest.MasterInvitation("open@example.com"))
		listsByStatus(t, s, map[string][]string{
			"INVITED": {"open@example.com"}, "EXPIRED": {"older@example.com", "open@example.com"}, "ACCEPTED": {"accepted@example.com"},
			"WITHDRAWN": {"old@example.com", "withdrawn@example.com"},
		})
	})
}

// listsByStatus makes sure that each status lists these addresses, alone and with others, and all when none is wanted.
func listsByStatus(t *testing.T, s apitest.CoffeeHouse, want map[string][]string) {
	t.Helper()
	list := func(status ...string) invitationPage {
		return invitationsOf(t, s.Owner, s.ID, apitest.Vars{"filter": apitest.Vars{"statuses": status}})
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
		{list("INVITED", "EXPIRED", "ACCEPTED", "WITHDRAWN"), all}, {invitationsOf(t, s.Owner, s.ID, nil), all},
		{invitationsOf(t, s.Owner, s.ID, apitest.Vars{"filter": apitest.Vars{"statuses": []string{}}}), 0},
		{invitationsOf(t, s.Owner, s.ID, apitest.Vars{"filter": nil}), all}, {invitationsOf(t, s.Owner, s.ID, apitest.Vars{"filter": apitest.Vars{}}), all},
	} {
		if len(c.page.addresses) != c.size || c.page.total != float64(c.size) {
			t.Errorf("%+v, not %d", c.page, c.size)
		}
	}
}

func TestInvitationsAreForOwnersAndMastersOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		master, developer, stranger := w.SignUp(t, "master"), w.SignUp(t, "developer"), w.SignUp(t, "stranger")
		stranger.CreateWorkspace(t, "Elsewhere")
		w.Join(t, s.ID, master, member.RoleMASTER)
		w.Assign(t, w.Join(t, s.ID, developer, member.RoleDEVELOPER), s.Tea)
		ids := s.Owner.Invite(t, s.ID, apitest.MasterInvitation("secret@example.com"), apitest.DeveloperInvitation("hidden@example.com", s.Coffee))
		for _, p := range []*apitest.Person{s.Owner, master} {
			if page := invitationsOf(t, p, s.ID, nil); len(page.addresses) != 2 {
				t.Errorf("%s sees %+v", p.DisplayName, page)
			}
		}
		answer := developer.Do(t, invitationsQuery, apitest.Vars{"id": s.ID})
		if answer.Code(t) != "FORBIDDEN" || answer.Get("workspace.name") != "Coffee House" || answer.Get("workspace.invitations") != nil ||
			!reflect.DeepEqual(answer.Errors[0].Path, []any{"workspace", "invitations"}) {
			t.Errorf("the developer gets %s", answer.Body)
		}
		stranger.Do(t, invitationsQuery, apitest.Vars{"id": s.ID}).Refused(t, "NOT_FOUND")
		w.Visitor(t).Do(t, invitationsQuery, apitest.Vars{"id": s.ID}).Refused(t, "UNAUTHENTICATED")

		const nodes = `query($id: ID!, $ids: [ID!]!) { node(id: $id) { id ...invited } nodes(ids: $ids) { id ...invited } }
			fragment invited on Invitation { ` + apitest.InvitationFields + ` }`
		missing := apitest.Vars{"id": id.New(id.Invitation), "ids": []string{id.New(id.Invitation), "inv_\x00"}}
		for _, p := range []*apitest.Person{developer, stranger, w.Visitor(t)} {
			got, want := p.Do(t, nodes, apitest.Vars{"id": ids[0], "ids": ids}), p.Do(t, nodes, missing)
			if got.Body != want.Body || len(got.Errors) != 0 || got.Get("node") != nil || len(got.List(t, "nodes")) != 2 || strings.Contains(got.Body, "example.com") {
				t.Errorf("%s sees %s", p.DisplayName, got.Body)
			}
		}
		for _, p := range []*apitest.Person{s.Owner, master} {
			got := p.Do(t, nodes, apitest.Vars{"id": ids[1], "ids": []string{ids[1], missing["id"].(string), ids[0]}})
			if got.Get("node.email") != "hidden@example.com" || got.Get("node.miniPrograms.0.name") != "Coffee" || got.Get("nodes.1") != nil || got.Get("nodes.2.id") != ids[0] {
				t.Errorf("%s sees %s", p.DisplayName, got.Body)
			}
		}
	})
}

func TestAPageOfTwentyInvitationsTakesAsManyStatementsAsAPageOfTwo(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		master := w.SignUp(t, "master")
		few := s.Owner.CreateWorkspace(t, "Few")
		milk := w.Insert(t, few, apitest.Row{Name: "Milk", CreatedBy: s.Owner})
		w.Join(t, s.ID, master, member.RoleMASTER)
		w.Join(t, few, master, member.RoleMASTER)
		s.Owner.Invite(t, few, apitest.DeveloperInvitation("a@example.com", milk))
		master.Invite(t, few, apitest.MasterInvitation("b@example.com"))
		for i, p := range []*apitest.Person{s.Owner, master} {
			var people []apitest.Vars
			for j := range 10 {
				people = append(people, apitest.DeveloperInvitation(fmt.Sprintf("p%d-%d@example.com", i, j), [][]string{{s.Coffee}, {s.Tea}, {s.Coffee, s.Tea}}[j%3]...))
			}
			p.Invite(t, s.ID, people...)
		}
		args := apitest.Vars{"first": 20}
		_, ofFew := s.Owner.CountStatements(t, invitationsQuery, args.With("id", few))
		answer, ofMany := s.Owner.CountStatements(t, invitationsQuery, args.With("id", s.ID))
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
			if got := answer.Names(t, at+"miniPrograms"); !slices.Equal(got, want) || answer.Get(at+"invitedBy.displayName") != inviter ||
				answer.Get(at+"workspace.id") != s.ID {
				t.Errorf("%s: %v", address, answer.Get(at[:len(at)-1]))
			}
		}
	})
}

func TestNewInvitationsAreReadInABatch(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		const plain = `mutation($input: InviteMembersInput!) { inviteMembers(input: $input) { invitations { id } userErrors { code path } } }`
		const nested = `mutation($input: InviteMembersInput!) {
			inviteMembers(input: $input) { invitations { ` + apitest.InvitationFields + ` } userErrors { code path } } }`
		statements := func(query string, n int, from string) int64 {
			answer, statements := s.Owner.CountStatements(t, query, apitest.Vars{"input": apitest.Vars{"workspaceId": s.ID, "invitations": apitest.MasterInvitations(n, from)}})
			if n := len(answer.List(t, "inviteMembers.userErrors")); n != 0 {
				t.Fatal(answer.Body)
			}
			return statements
		}
		statements(plain, 1, "x") // after which the day's count is changed and not begun
		ofTwo := statements(nested, 2, "a") - statements(plain, 2, "b")
		ofTen := statements(nested, 10, "c") - statements(plain, 10, "d")
		if ofTwo != ofTen {
			t.Errorf("to read what belongs to them takes %d statements for 2, %d for 10", ofTwo, ofTen)
		}
	})
}

func TestACursorIsValidForItsOwnListOnly(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		s := w.NewCoffeeHouse(t)
		s.Owner.Invite(t, s.ID, apitest.MasterInvitations(2, "a")...)
		query := func(list string) string {
			return `query($id: ID!, $after: String) { workspace(id: $id) { ` + list + `(after: $after) { pageInfo { endCursor } } } }`
		}
		lists := []string{"members", "invitations", "auditEvents", "miniPrograms"}
		for _, from := range lists {
			cursor := s.Owner.Do(t, query(from), apitest.Vars{"id": s.ID}).String(t, "workspace."+from+".pageInfo.endCursor")
			for _, to := range lists {
				want := ""
				if to != from {
					want = "BAD_USER_INPUT"
				}
				if answer := s.Owner.Do(t, query(to), apitest.Vars{"id": s.ID, "after": cursor}); answer.Code(t) != want {
					t.Errorf("a cursor of %s in %s: %s", from, to, answer.Body)
				}
			}
		}
	})
}
