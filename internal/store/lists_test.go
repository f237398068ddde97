package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"minidock/ent"
	"minidock/ent/member"
	entminiprogram "minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/event"
	"minidock/internal/limit"
	"minidock/internal/miniprogram"
	"minidock/internal/operation"
	"minidock/internal/page"
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// crowd fills a database: ann owns a hundred workspaces, and each has two hundred other members, as many
// mini programs, invitations and events. One of them has twenty thousand more mini programs, members, invitations and events than the others.
var crowd = []string{
	"INSERT INTO users (id, email, display_name, password_hash, created_at) VALUES ('usr_ann', 'ann@example.com', 'Ann', 'x', $1)",
	`INSERT INTO users (id, email, display_name, password_hash, created_at)
		SELECT 'usr_' || n.value, 'max' || n.value || '@example.com', 'Max', 'x', ann.created_at FROM users AS ann, ` + numbersTo(200),
	`INSERT INTO workspaces (id, name, created_at)
		SELECT 'wsp_' || n.value, 'Coffee', ann.created_at FROM users AS ann, ` + numbersTo(100) + ` WHERE ann.id = 'usr_ann'`,
	`INSERT INTO members (id, role, created_at, joined_at, user_id, workspace_id)
		SELECT 'mem_' || w.id || u.id, CASE u.id WHEN 'usr_ann' THEN 'OWNER' ELSE 'DEVELOPER' END, u.created_at, u.created_at, u.id, w.id
		FROM workspaces AS w, users AS u`,
	`INSERT INTO mini_programs (id, app_id, name, name_key, tagline, description, language, industry_code, service_phone,
			service_email, logo_name, logo_width, logo_height, logo_content_type, created_at, updated_at, created_by_id, workspace_id)
		SELECT 'mpr_' || w.id || u.id, w.id || u.id, u.id, u.id, 'x', 'x', 'zh-Hans', '5812', '0571-1234567',
			'help@example.com', w.id || u.id || '.png', 64, 64, 'image/png', u.created_at, u.created_at, u.id, w.id
		FROM workspaces AS w, users AS u`,
	`INSERT INTO assignments (member_id, mini_program_id, created_at)
		SELECT m.id, p.id, m.created_at FROM members AS m JOIN mini_programs AS p ON p.workspace_id = m.workspace_id
		WHERE m.workspace_id = 'wsp_20'`,
	`INSERT INTO invitations (id, email, name, role, status, created_at, expires_at, invited_by_id, workspace_id)
		SELECT 'inv_' || w.id || u.id, u.email, 'Max', 'MASTER', 'ACCEPTED', u.created_at, u.created_at, 'usr_ann', w.id
		FROM workspaces AS w, users AS u`,
	`INSERT INTO audit_events (id, operation, subject_id, created_at, actor_id, workspace_id)
		SELECT 'aud_' || w.id || u.id, 'renameWorkspace', w.id, u.created_at, u.id, w.id FROM workspaces AS w, users AS u`,
	`INSERT INTO users (id, email, display_name, password_hash, created_at)
		SELECT 'usr_late_' || n.value, 'late' || n.value || '@example.com', 'Late', 'x', ann.created_at FROM users AS ann, ` + numbersTo(20_000) + ` WHERE ann.id = 'usr_ann'`,
	`INSERT INTO members (id, role, created_at, joined_at, user_id, workspace_id)
		SELECT 'mem_' || u.id, 'DEVELOPER', u.created_at, u.created_at, u.id, 'wsp_30' FROM users AS u WHERE u.display_name = 'Late'`,
	`INSERT INTO mini_programs (id, app_id, name, name_key, tagline, description, language, industry_code, service_phone,
			service_email, logo_name, logo_width, logo_height, logo_content_type, created_at, updated_at, created_by_id, workspace_id)
		SELECT 'mpr_' || u.id, u.id, u.id, u.id, 'x', 'x', 'zh-Hans', '5812', '0571-1234567',
			'help@example.com', u.id || '.png', 64, 64, 'image/png', u.created_at, u.created_at, 'usr_ann', 'wsp_30'
		FROM users AS u WHERE u.display_name = 'Late'`,
	`INSERT INTO invitations (id, email, name, role, status, created_at, expires_at, invited_by_id, workspace_id)
		SELECT 'inv_' || u.id, u.email, 'Late', 'MASTER', 'ACCEPTED', u.created_at, u.created_at, 'usr_ann', 'wsp_30' FROM users AS u WHERE u.display_name = 'Late'`,
	`INSERT INTO audit_events (id, operation, subject_id, created_at, actor_id, workspace_id)
		SELECT 'aud_' || u.id, 'renameWorkspace', 'wsp_30', u.created_at, 'usr_ann', 'wsp_30' FROM users AS u WHERE u.display_name = 'Late'`,
	`INSERT INTO jobs (id, kind, about, due_at, created_at)
		SELECT 'job_' || u.id, 'mail', u.id, '2999-01-01 00:00:00+00:00', u.created_at FROM users AS u WHERE u.display_name = 'Late'`,
	"ANALYZE",
}

// numbersTo is a table called n of the numbers from 1.
func numbersTo(last int) string {
	return fmt.Sprintf("(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < %d) SELECT value FROM n) AS n", last)
}

func TestNoListReadsAWholeTable(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		e := crowded(t, store.Options{Dir: dir}, dialect.SQLite, "sqlite3", "file:"+filepath.Join(dir, "minidock.db"))
		checkPlans(t, e, regexp.MustCompile(`SCAN (mini_programs|members|invitations|audit_events|assignments|found|row USING)\b`))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := apitest.NewDatabase(t)
		e := crowded(t, store.Options{Dir: t.TempDir(), URL: address}, dialect.Postgres, "pgx", address+generic)
		checkPlans(t, e, regexp.MustCompile(`Seq Scan on (mini_programs|members|invitations|audit_events|assignments)\b`))
	})
}

// generic has PostgreSQL plan a prepared statement without looking at its values. It also waits for commits to be on disk: until they are,
// VACUUM does not mark their rows as visible to all, without which no index is read alone.
const generic = "&plan_cache_mode=force_generic_plan&default_query_exec_mode=exec&synchronous_commit=on"

func crowded(t *testing.T, options store.Options, name, driver, address string) *explainer {
	t.Helper()
	if _, err := store.Migrate(t.Context(), options, false); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1) // which has the prepared statement
	for _, statement := range crowd {
		if statement == "ANALYZE" && name == dialect.Postgres {
			statement = "VACUUM ANALYZE"
		}
		args := []any{time.Now()}[:strings.Count(statement, "$1")]
		if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return &explainer{Driver: entsql.OpenDB(name, db)}
}

// checkPlans reads every list of twenty of the workspaces, counts in two, and fails when a plan reads a whole table.
func checkPlans(t *testing.T, e *explainer, whole *regexp.Regexp) {
	t.Helper()
	client := ent.NewClient(ent.Driver(e))
	db := operation.DB{Client: client, Now: time.Now}
	workspaces, miniPrograms := &workspace.Workspaces{DB: db, Limits: limit.Default}, &miniprogram.MiniPrograms{DB: db, Limits: limit.Default}
	events, ids, ctx := &event.Log{Client: client}, []string{}, t.Context()
	ann := access.NewViewer(client, access.Request{}, access.Account("usr_ann"), nil)
	for n := range 20 {
		ids = append(ids, fmt.Sprintf("wsp_%d", n+1))
	}
	first, last := page.Args{First: new(10)}, page.Args{Last: new(10)}
	reads := map[string]func() (int, error){
		"a user's memberships": func() (int, error) {
			memberships, err := workspaces.Memberships(ctx, ann, first, workspace.MembershipFilter{})
			return len(memberships.Nodes), err
		},
		"counted mini programs": func() (int, error) {
			counts, err := miniPrograms.Count(ctx, ann, ids[:2], miniprogram.Filter{})
			return min(10, counts["wsp_2"]), err
		},
		"counted members": func() (int, error) {
			counts, err := workspaces.CountMembers(ctx, ann, ids[:2], workspace.MemberFilter{})
			return min(10, counts["wsp_2"]), err
		},
	}
	for name, filter := range map[string]event.Filter{
		"all": {}, "an operation's": {Operations: []access.Operation{access.RenameWorkspace}}, "a subject's": {SubjectID: new("wsp_20")},
	} {
		reads["events, "+name] = func() (int, error) {
			pages, err := events.Of(ctx, ann, ids[19:], first, filter)
			return len(pages["wsp_20"].Nodes), err
		}
	}
	reads["events of an actor"] = func() (int, error) {
		pages, err := events.Of(ctx, ann, ids, first, event.Filter{ActorID: new("usr_7")})
		return 10 * len(pages["wsp_20"].Nodes), err
	}
	reads["logos in use"] = func() (int, error) {
		_, err := miniPrograms.UsedLogos(ctx, []string{"unknown.png"})
		return 10, err
	}
	miniProgramRows := client.MiniProgram.Query().Where(entminiprogram.WorkspaceID("wsp_20")).Limit(20).AllX(ctx)
	reads["developers of mini programs"] = func() (int, error) {
		pages, err := workspaces.Developers(ctx, ann, miniProgramRows, first)
		return len(pages[miniProgramRows[0].ID].Nodes), err
	}
	reads["developers"] = func() (int, error) {
		pages, err := workspaces.Members(ctx, ann, ids, first, workspace.MemberFilter{Roles: []member.Role{member.RoleDEVELOPER}, Search: "MAX"})
		return len(pages["wsp_20"].Nodes), err
	}
	for way, args := range map[string]page.Args{"first": first, "last": last} {
		reads[way+" invitations"] = func() (int, error) {
			pages, err := workspaces.Invitations(ctx, ann, ids, args, workspace.InvitationFilter{})
			return len(pages["wsp_20"].Nodes), err
		}
		reads[way+" members"] = func() (int, error) {
			pages, err := workspaces.Members(ctx, ann, ids, args, workspace.MemberFilter{})
			return len(pages["wsp_20"].Nodes), err
		}
		for _, field := range []miniprogram.SortField{miniprogram.SortByCreatedAt, miniprogram.SortByUpdatedAt, miniprogram.SortByName} {
			reads[fmt.Sprint(way, " mini programs by ", field)] = func() (int, error) {
				pages, err := miniPrograms.List(ctx, ann, ids, args, miniprogram.Sort{Field: field}, miniprogram.Filter{})
				return len(pages["wsp_20"].Nodes), err
			}
		}
	}
	for what, read := range reads {
		e.plan = ""
		found, err := read()
		if err != nil || found != 10 || e.plan == "" {
			t.Errorf("%s: %d found, %v", what, found, err)
		}
		if whole.MatchString(e.plan) {
			t.Errorf("%s reads a whole table:\n%s", what, e.plan)
		}
	}
}

// explainer has the database say how it will run each query, before it does.
type explainer struct {
	dialect.Driver
	plan string
}

func (e *explainer) Query(ctx context.Context, query string, args, v any) error {
	if err := e.explain(ctx, query, args); err != nil {
		return fmt.Errorf("explain %s: %w", query, err)
	}
	return e.Driver.Query(ctx, query, args, v)
}

func (e *explainer) explain(ctx context.Context, query string, args any) error {
	how := "EXPLAIN QUERY PLAN " + query
	if e.Dialect() == dialect.Postgres {
		for _, statement := range []string{"DEALLOCATE ALL", "PREPARE planned AS " + query} {
			if err := e.Driver.Exec(ctx, statement, []any{}, nil); err != nil {
				return err
			}
		}
		how = "EXPLAIN EXECUTE planned(" + strings.TrimSuffix(strings.Repeat("NULL, ", len(args.([]any))), ", ") + ")"
		args = []any{}
	}
	var rows entsql.Rows
	if err := e.Driver.Query(ctx, how, args, &rows); err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	step := make([]any, len(columns))
	for i := range step {
		step[i] = new(string)
	}
	for rows.Next() {
		if err := rows.Scan(step...); err != nil {
			return err
		}
		e.plan += *step[len(step)-1].(*string) + "\n"
	}
	return rows.Err()
}
