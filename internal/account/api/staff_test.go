package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"minidock/ent/user"
	"minidock/internal/apitest"
)

const staffQuery = `{ staff { totalCount nodes { user { email } role addedBy { email } addedAt } } viewer { staffRole } }`

// onStaff returns the staff that an administrator sees, as address, role and who added each.
func onStaff(t *testing.T, admin *apitest.Person) []string {
	t.Helper()
	answer := admin.Do(t, staffQuery, nil)
	var staff []string
	for i := range answer.List(t, "staff.nodes") {
		at := fmt.Sprint("staff.nodes.", i, ".")
		staff = append(staff, fmt.Sprint(answer.Get(at+"user.email"), " ", answer.Get(at+"role"), " ", answer.Get(at+"addedBy.email")))
	}
	slices.Sort(staff)
	return staff
}

func expectStaff(t *testing.T, admin *apitest.Person, want ...string) {
	t.Helper()
	if got := onStaff(t, admin); !slices.Equal(got, want) {
		t.Errorf("the staff is %q, want %q", got, want)
	}
}

func TestOnlyAdministratorsSeeAndChangeTheStaff(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, rob, ada := w.SignUp(t, "ann"), w.SignUp(t, "rob"), w.SignUp(t, "ada")
		w.Employ(t, rob, user.StaffRoleREVIEWER)
		w.Employ(t, ada, user.StaffRoleADMIN)
		for _, who := range []struct {
			person *apitest.Person
			code   string
		}{{w.Visitor(t), "UNAUTHENTICATED"}, {ann, "FORBIDDEN"}, {rob, "FORBIDDEN"}} {
			for _, query := range []string{staffQuery, `{ platformAuditEvents { totalCount nodes { id operation } } }`} {
				answer := who.person.Do(t, query, nil)
				if code := answer.Code(t); code != who.code || answer.Get("staff") != nil || answer.Get("platformAuditEvents") != nil {
					t.Errorf("%s gets %s: %s", who.person.Email, code, answer.Body)
				}
			}
			w.WritesNothing(t, "a refusal", func() {
				who.person.Mutate(t, "addStaff", apitest.Vars{"email": ann.Email, "role": "ADMIN"}).Refused(t, who.code)
				who.person.Mutate(t, "removeStaff", apitest.Vars{"email": rob.Email}).Refused(t, who.code)
			})
		}
		expectStaff(t, ada, "ada@example.com ADMIN <nil>", "rob@example.com REVIEWER <nil>")
		if role := ada.Do(t, staffQuery, nil).String(t, "viewer.staffRole"); role != "ADMIN" {
			t.Errorf("role %q", role)
		}
	})
}

func TestOnlyStaffHaveAStaffRole(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		if role := w.SignUp(t, "ann").Do(t, `{ viewer { staffRole } }`, nil).Get("viewer.staffRole"); role != nil {
			t.Errorf("role %v", role)
		}
	})
}

func TestAdministratorsAddAndRemoveStaff(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ada, ann := w.SignUp(t, "ada"), w.SignUp(t, "ann")
		w.Employ(t, ada, user.StaffRoleADMIN)
		w.Advance(20 * time.Minute)
		answer := ada.Mutate(t, "addStaff", apitest.Vars{"email": " ANN@example.com ", "role": "REVIEWER"}).Succeeded(t)
		if answer.Get("addStaff.staffMember.user.email") != ann.Email || answer.Get("addStaff.staffMember.addedBy.email") != ada.Email {
			t.Errorf("%s", answer.Body)
		}
		added := answer.Time(t, "addStaff.staffMember.addedAt")
		if now := w.Now(); now.Sub(added) > time.Minute || added.After(now) {
			t.Errorf("added at %s", added)
		}
		expectStaff(t, ada, "ada@example.com ADMIN <nil>", "ann@example.com REVIEWER ada@example.com")
		if role := ann.Do(t, `{ viewer { staffRole } }`, nil).Get("viewer.staffRole"); role != "REVIEWER" {
			t.Errorf("ann is %v", role)
		}
		w.Advance(20 * time.Minute)
		answer = ada.Mutate(t, "addStaff", apitest.Vars{"email": ann.Email, "role": "ADMIN"}).Succeeded(t)
		if got := answer.Time(t, "addStaff.staffMember.addedAt"); !got.Equal(added) || answer.Get("addStaff.staffMember.role") != "ADMIN" {
			t.Errorf("added at %s: %s", got, answer.Body)
		}
		expectStaff(t, ann, "ada@example.com ADMIN <nil>", "ann@example.com ADMIN ada@example.com")

		answer = ann.Mutate(t, "removeStaff", apitest.Vars{"email": ada.Email}).Succeeded(t)
		if answer.Get("removeStaff.user.id") != ada.ID {
			t.Errorf("%s", answer.Body)
		}
		if code := ada.Do(t, staffQuery, nil).Code(t); code != "FORBIDDEN" {
			t.Errorf("the former administrator gets %q", code)
		}
		expectStaff(t, ann, "ann@example.com ADMIN ada@example.com")
	})
}

func TestOnlyAdministratorsReadAMemberOfTheStaffByID(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ada, rob, ann := w.SignUp(t, "ada"), w.SignUp(t, "rob"), w.SignUp(t, "ann")
		w.Employ(t, ada, user.StaffRoleADMIN)
		w.Employ(t, rob, user.StaffRoleREVIEWER)
		const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on StaffMember { role user { email } } } }`
		robs := ada.Do(t, `{ staff(last: 1) { nodes { id } } }`, nil).String(t, "staff.nodes.0.id")
		anns := "stf" + strings.TrimPrefix(ann.ID, "usr")
		answer := ada.Do(t, query, apitest.Vars{"ids": []string{robs, anns}})
		if answer.Get("nodes.0.id") != robs || answer.Get("nodes.0.user.email") != rob.Email || answer.Get("nodes.0.role") != "REVIEWER" || answer.Get("nodes.1") != nil {
			t.Errorf("an administrator reads %s", answer.Body)
		}
		for _, other := range []*apitest.Person{w.Visitor(t), ann, rob} {
			if answer := other.Do(t, query, apitest.Vars{"ids": []string{robs}}); answer.Get("nodes.0") != nil {
				t.Errorf("read by another: %s", answer.Body)
			}
		}
	})
}

func TestWhoCannotBeAddedToTheStaffOrRemoved(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ada, ann := w.SignUp(t, "ada"), w.SignUp(t, "ann")
		mal := w.SignUpUnconfirmed(t, "mal")
		w.Employ(t, ada, user.StaffRoleADMIN)
		w.WritesNothing(t, "a refusal", func() {
			for _, test := range []struct {
				mutation string
				input    apitest.Vars
				code     string
			}{
				{"addStaff", apitest.Vars{"email": mal.Email, "role": "ADMIN"}, "EMAIL_NOT_CONFIRMED"},
				{"addStaff", apitest.Vars{"email": "nobody@example.com", "role": "ADMIN"}, "NOT_FOUND email"},
				{"addStaff", apitest.Vars{"email": ada.Email, "role": "REVIEWER"}, "LAST_ADMIN"},
				{"addStaff", apitest.Vars{"email": "", "role": "REVIEWER"}, "BLANK email"},
				{"addStaff", apitest.Vars{"email": "ann", "role": "REVIEWER"}, "INVALID_FORMAT email"},
				{"addStaff", apitest.Vars{"email": apitest.LongEmail(255), "role": "REVIEWER"}, "TOO_LONG email"},
				{"removeStaff", apitest.Vars{"email": ada.Email}, "LAST_ADMIN"},
				{"removeStaff", apitest.Vars{"email": ann.Email}, "NOT_FOUND email"},
				{"removeStaff", apitest.Vars{"email": "nobody@example.com"}, "NOT_FOUND email"},
				{"removeStaff", apitest.Vars{"email": "  "}, "BLANK email"},
			} {
				ada.Mutate(t, test.mutation, test.input).HasUserErrors(t, test.code)
			}
			ada.Mutate(t, "addStaff", apitest.Vars{"email": ada.Email, "role": "ADMIN"}).Succeeded(t) // as before
		})
	})
}

// Two administrators who remove each other at once do not leave the platform without one.
func TestTheLastAdministratorStaysAtTheSameTime(t *testing.T) {
	apitest.RunWith(t, apitest.RaceOptions, func(t *testing.T, w *apitest.World) {
		ada, abe := w.SignUp(t, "ada"), w.SignUp(t, "abe")
		for range 10 {
			w.Employ(t, ada, user.StaffRoleADMIN)
			w.Employ(t, abe, user.StaffRoleADMIN)
			people := []*apitest.Person{ada, abe}
			apitest.AtOnce(2, func(i int) *apitest.Answer {
				return people[i].Mutate(t, "removeStaff", apitest.Vars{"email": people[1-i].Email})
			})
			if n := w.Client.User.Query().Where(user.StaffRoleEQ(user.StaffRoleADMIN)).CountX(t.Context()); n != 1 {
				t.Fatalf("%d administrators are left", n)
			}
		}
	})
}

// Each change of the staff locks all administrators, those who act among them.
func TestAdministratorsChangeTheStaffAtOnce(t *testing.T) {
	apitest.RunWith(t, apitest.RaceOptions, func(t *testing.T, w *apitest.World) {
		admins := []*apitest.Person{w.SignUp(t, "ada"), w.SignUp(t, "abe")}
		var others []*apitest.Person
		for _, admin := range admins {
			w.Employ(t, admin, user.StaffRoleADMIN)
		}
		for i := range 12 {
			others = append(others, w.InsertAccount(t, fmt.Sprint("other", i)))
		}
		for _, answer := range apitest.AtOnce(len(others), func(i int) *apitest.Answer {
			return admins[i%2].Mutate(t, "addStaff", apitest.Vars{"email": others[i].Email, "role": "ADMIN"})
		}) {
			answer.Succeeded(t)
		}
	})
}

func TestTheStaffComesInPages(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		var staff []string
		for _, name := range []string{"ada", "abe", "cid", "dan"} {
			p := w.SignUp(t, name)
			w.Employ(t, p, user.StaffRoleADMIN)
			staff = append(staff, p.Email)
		}
		ada := w.Visitor(t)
		ada.ExpectSignIn(t, "ada@example.com", apitest.Password, "")
		var found []string
		for after := any(nil); ; {
			answer := ada.Do(t, `query($after: String) { staff(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { user { email } } } }`,
				apitest.Vars{"after": after})
			for i := range answer.List(t, "staff.nodes") {
				found = append(found, answer.String(t, fmt.Sprint("staff.nodes.", i, ".user.email")))
			}
			if answer.Get("staff.totalCount") != 4.0 {
				t.Errorf("%s", answer.Body)
			}
			if answer.Get("staff.pageInfo.hasNextPage") != true {
				break
			}
			after = answer.Get("staff.pageInfo.endCursor")
		}
		slices.Sort(found)
		slices.Sort(staff)
		if !slices.Equal(found, staff) {
			t.Errorf("%q, want %q", found, staff)
		}
		if code := ada.Do(t, `{ staff(first: 101) { totalCount } }`, nil).Code(t); code != "BAD_USER_INPUT" {
			t.Errorf("a page of 101 gets %q", code)
		}
	})
}

// What the staff does, and what concerns accounts, is in no workspace: administrators see it, and only they.
func TestAdministratorsSeeTheEventsOutsideWorkspaces(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ada, ann := w.SignUp(t, "ada"), w.SignUp(t, "ann")
		w.Employ(t, ada, user.StaffRoleADMIN)
		ann.CreateWorkspace(t, "Coffee")
		ada.Mutate(t, "addStaff", apitest.Vars{"email": ann.Email, "role": "REVIEWER"}).Succeeded(t)
		ada.Mutate(t, "removeStaff", apitest.Vars{"email": ann.Email}).Succeeded(t)
		const query = `query($filter: AuditEventFilter) { platformAuditEvents(first: 10, filter: $filter) { totalCount nodes {
			id operation subjectId actor { email } changes { field before after } } } }`
		answer := ada.Do(t, query, nil)
		var operations []string
		for i := range answer.List(t, "platformAuditEvents.nodes") {
			operations = append(operations, answer.String(t, fmt.Sprint("platformAuditEvents.nodes.", i, ".operation")))
		}
		if want := []string{"REMOVE_STAFF", "ADD_STAFF", "SIGN_UP", "SIGN_UP"}; !slices.Equal(operations, want) || answer.Get("platformAuditEvents.totalCount") != 4.0 {
			t.Errorf("%q, want %q: %s", operations, want, answer.Body)
		}
		if answer.Get("platformAuditEvents.nodes.1.subjectId") != ann.ID || answer.Get("platformAuditEvents.nodes.1.actor.email") != ada.Email ||
			answer.Get("platformAuditEvents.nodes.1.changes.0.after") != "REVIEWER" {
			t.Errorf("%s", answer.Body)
		}
		filtered := ada.Do(t, query, apitest.Vars{"filter": apitest.Vars{"operations": []string{"REMOVE_STAFF"}}})
		if filtered.Get("platformAuditEvents.totalCount") != 1.0 || len(filtered.List(t, "platformAuditEvents.nodes")) != 1 {
			t.Errorf("%s", filtered.Body)
		}
		eventID := answer.String(t, "platformAuditEvents.nodes.1.id")
		const node = `query($id: ID!) { node(id: $id) { id ... on AuditEvent { operation } } }`
		if ada.Do(t, node, apitest.Vars{"id": eventID}).Get("node.operation") != "ADD_STAFF" {
			t.Error("the administrator does not see the event by its id")
		}
		if got := ann.Do(t, node, apitest.Vars{"id": eventID}).Get("node"); got != nil {
			t.Errorf("somebody else sees %v", got)
		}
	})
}
