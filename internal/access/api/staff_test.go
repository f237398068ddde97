package api_test

import (
	"testing"

	"minidock/ent/user"
	"minidock/internal/apitest"
)

const staffQuery = `{ staff { email } viewer { staffRole } }`

func TestOnlyAdministratorsSeeTheStaff(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann, rob, ada := w.SignUp(t, "ann"), w.SignUp(t, "rob"), w.SignUp(t, "ada")
		w.Employ(t, rob, user.StaffRoleREVIEWER)
		w.Employ(t, ada, user.StaffRoleADMIN)
		for _, who := range []struct {
			person *apitest.Person
			code   string
		}{{w.Visitor(t), "UNAUTHENTICATED"}, {ann, "FORBIDDEN"}, {rob, "FORBIDDEN"}} {
			answer := who.person.Do(t, staffQuery, nil)
			if code := answer.Code(t); code != who.code || answer.Get("staff") != nil {
				t.Errorf("%s gets %s: %s", who.person.Email, code, answer.Body)
			}
		}
		answer := ada.Do(t, staffQuery, nil)
		staff := answer.List(t, "staff")
		if len(staff) != 2 || answer.String(t, "staff.0.email") != ada.Email || answer.String(t, "staff.1.email") != rob.Email {
			t.Errorf("the administrator sees %v", staff)
		}
		if role := answer.String(t, "viewer.staffRole"); role != "ADMIN" {
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
