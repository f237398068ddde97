package store

import (
	"strconv"
	"strings"

	entsql "entgo.io/ent/dialect/sql"
)

// Standing selects, from rows that name a user, these columns and, in the same statement, what each request needs to know about the user:
//
//	staff_role   the role of a staff member, or NULL
//	memberships  id, workspace and role of each active membership, separated by spaces, or NULL
//	assigned     the ids of the mini programs that active developer memberships are assigned to, likewise
//
// The memberships are cut after limit entries, and so are the assignments of each.
func Standing(userColumn string, limit int, columns ...string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		s.Select(s.Columns(columns...)...)
		names := strings.NewReplacer("{user}", s.C(userColumn), "{limit}", strconv.Itoa(limit))
		for _, part := range []struct{ name, text string }{
			{"staff_role", "(SELECT self.staff_role FROM users AS self WHERE self.id = {user})"},
			{"memberships", `(SELECT string_agg(m.id || ' ' || m.workspace_id || ' ' || m.role, ' ') FROM
				(SELECT id, workspace_id, role FROM members WHERE user_id = {user} AND status = 'ACTIVE' LIMIT {limit}) AS m)`},
			{"assigned", `(SELECT string_agg((SELECT string_agg(a.mini_program_id, ' ') FROM
				(SELECT mini_program_id FROM assignments WHERE member_id = m.id LIMIT {limit}) AS a), ' ') FROM
				(SELECT id FROM members WHERE user_id = {user} AND status = 'ACTIVE' AND role = 'DEVELOPER' LIMIT {limit}) AS m)`},
		} {
			s.AppendSelectExprAs(entsql.Expr(names.Replace(part.text)), part.name)
		}
	}
}
