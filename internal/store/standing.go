package store

import (
	"strconv"
	"strings"
	"sync"

	entsql "entgo.io/ent/dialect/sql"
)

// Standing selects further, from rows that name a user, what each request needs to know about the user:
//
//	staff_role   the role of a staff member, or NULL
//	memberships  id, workspace and role of each active membership, separated by spaces, or NULL
//	assigned     the ids of the mini programs that active developer memberships are assigned to, likewise
//
// The memberships are cut after limit entries, and so are the assignments of each.
func Standing(userColumn string, limit int) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		for i, text := range standingTexts(s.C(userColumn), limit) {
			s.AppendSelectExprAs(entsql.Expr(text), standings[i].name)
		}
	}
}

// TokenStanding selects further, from rows of tokens for machines, what each request needs to know about one:
//
//	membership     id and role of the active membership of its creator in its workspace, separated by a space, or NULL
//	mini_programs  the ids of the mini programs that it is limited to, likewise
func TokenStanding(s *entsql.Selector) {
	names := strings.NewReplacer("{id}", s.C("id"), "{user}", s.C("created_by_id"), "{workspace}", s.C("workspace_id"))
	for _, part := range tokenStandings {
		s.AppendSelectExprAs(entsql.Expr(names.Replace(part.text)), part.name)
	}
}

var tokenStandings = [...]struct{ name, text string }{
	{"membership", "(SELECT m.id || ' ' || m.role FROM members AS m WHERE m.user_id = {user} AND m.workspace_id = {workspace} AND m.status = 'ACTIVE')"},
	{"mini_programs", "(SELECT string_agg(t.mini_program_id, ' ') FROM api_token_mini_programs AS t WHERE t.api_token_id = {id})"},
}

var standings = [...]struct{ name, text string }{
	{"staff_role", "(SELECT self.staff_role FROM users AS self WHERE self.id = {user})"},
	{"memberships", `(SELECT string_agg(m.id || ' ' || m.workspace_id || ' ' || m.role, ' ') FROM
		(SELECT id, workspace_id, role FROM members WHERE user_id = {user} AND status = 'ACTIVE' LIMIT {limit}) AS m)`},
	{"assigned", `(SELECT string_agg((SELECT string_agg(a.mini_program_id, ' ') FROM
		(SELECT mini_program_id FROM assignments WHERE member_id = m.id LIMIT {limit}) AS a), ' ') FROM
		(SELECT id FROM members WHERE user_id = {user} AND status = 'ACTIVE' AND role = 'DEVELOPER' LIMIT {limit}) AS m)`},
}

// writtenStandings are the texts of standings for each standing, since every request needs them.
var writtenStandings sync.Map

type standing struct {
	user  string
	limit int
}

func standingTexts(user string, limit int) [len(standings)]string {
	if texts, ok := writtenStandings.Load(standing{user, limit}); ok {
		return texts.([len(standings)]string)
	}
	var texts [len(standings)]string
	names := strings.NewReplacer("{user}", user, "{limit}", strconv.Itoa(limit))
	for i, part := range standings {
		texts[i] = names.Replace(part.text)
	}
	writtenStandings.Store(standing{user, limit}, texts)
	return texts
}
