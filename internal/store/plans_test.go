package store_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"minidock/ent"
	"minidock/ent/invitation"
	"minidock/ent/member"
	entminiprogram "minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/event"
	"minidock/internal/job"
	"minidock/internal/limit"
	"minidock/internal/miniprogram"
	"minidock/internal/operation"
	"minidock/internal/page"
	"minidock/internal/store"
	"minidock/internal/workspace"
)

// What is read often takes the index that is meant for it, in a workspace that is very large beside others, whatever the values are.
func TestReadsOfALargeWorkspaceTakeTheirIndex(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		checkIndexes(t, crowded(t, store.Options{Dir: dir}, dialect.SQLite, "sqlite3", "file:"+filepath.Join(dir, "minidock.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := apitest.NewDatabase(t)
		checkIndexes(t, crowded(t, store.Options{Dir: t.TempDir(), URL: address}, dialect.Postgres, "pgx", address+generic))
	})
}

// planned is a read whose plan must have an index, and nothing that the regular expression matches.
type planned struct {
	index, never string
	read         func(context.Context, *access.Viewer) error
}

func checkIndexes(t *testing.T, e *explainer) {
	t.Helper()
	client := ent.NewClient(ent.Driver(e))
	for name, one := range largeReads(client) {
		who := "usr_ann"
		if strings.HasPrefix(name, "developer") {
			who = "usr_late_1" // with nothing assigned
		}
		viewer := access.NewViewer(client, access.Request{}, access.Account(who), nil)
		if _, err := viewer.Principal(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.plan = ""
		if err := one.read(t.Context(), viewer); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(e.plan, one.index) || one.never != "" && regexp.MustCompile(one.never).MatchString(e.plan) {
			t.Errorf("%s, with %s and without %s:\n%s", name, one.index, one.never, e.plan)
		}
	}
}

// notAlong matches the indexes that lead to all mini programs of a workspace.
const notAlong = `miniprogram_(workspace_id|by_creation)`

func largeReads(client *ent.Client) map[string]planned {
	db, large := operation.DB{Client: client, Now: time.Now}, []string{"wsp_30"}
	workspaces, events := &workspace.Workspaces{DB: db, Limits: limit.Default}, &event.Log{Client: client}
	miniPrograms := &miniprogram.MiniPrograms{DB: db, Limits: limit.Default}
	listed := func(field miniprogram.SortField, filter miniprogram.Filter) func(context.Context, *access.Viewer) error {
		return func(ctx context.Context, viewer *access.Viewer) error {
			_, err := miniPrograms.List(ctx, viewer, large, page.Args{}, miniprogram.Sort{Field: field, Descending: true}, filter)
			return err
		}
	}
	counted := func(filter miniprogram.Filter) func(context.Context, *access.Viewer) error {
		return func(ctx context.Context, viewer *access.Viewer) error {
			_, err := miniPrograms.Count(ctx, viewer, large, filter)
			return err
		}
	}
	members := func(filter workspace.MemberFilter) func(context.Context, *access.Viewer) error {
		return func(ctx context.Context, viewer *access.Viewer) error {
			_, err := workspaces.Members(ctx, viewer, large, page.Args{}, filter)
			return err
		}
	}
	logged := func(filter event.Filter) func(context.Context, *access.Viewer) error {
		return func(ctx context.Context, viewer *access.Viewer) error {
			_, err := events.Of(ctx, viewer, large, page.Args{}, filter)
			return err
		}
	}
	ofSeveral := func(ctx context.Context, viewer *access.Viewer) error {
		_, err := miniPrograms.List(ctx, viewer, []string{"wsp_30", "wsp_1"}, page.Args{}, miniprogram.Sort{Field: miniprogram.SortByCreatedAt, Descending: true}, miniprogram.Filter{})
		return err
	}
	appID := miniprogram.Filter{Search: "1000000000000000"}
	statuses := miniprogram.Filter{Statuses: []entminiprogram.Status{entminiprogram.StatusARCHIVED, entminiprogram.StatusCREATED}}
	jobs := job.New(job.Config{Store: &store.Store{Client: client}, Now: time.Now})
	jobs.Handle(job.Kind{Name: "mail", Workers: 1}, nil)
	since, rename := time.Now(), []access.Operation{access.RenameWorkspace}
	return map[string]planned{
		"an app id":                {"mini_programs_app_id_key", notAlong, listed(miniprogram.SortByCreatedAt, appID)},
		"an app id by name":        {"mini_programs_app_id_key", notAlong, listed(miniprogram.SortByName, appID)},
		"an app id, counted":       {"mini_programs_app_id_key", notAlong, counted(appID)},
		"developer's list":         {"chosen", notAlong, listed(miniprogram.SortByCreatedAt, miniprogram.Filter{})},
		"developer's list by name": {"chosen", notAlong, listed(miniprogram.SortByName, miniprogram.Filter{Search: "x"})},
		"developer's count":        {"chosen", notAlong, counted(miniprogram.Filter{})},
		"statuses":                 {"miniprogram_by_creation", "id_name_key|id_updated_at", listed(miniprogram.SortByCreatedAt, statuses)},
		"statuses by update":       {"miniprogram_workspace_id_updated_at_id_status", "id_name_key|by_creation", listed(miniprogram.SortByUpdatedAt, statuses)},
		"statuses by name":         {"miniprogram_workspace_id_name_key_id_status", "by_creation|id_updated_at", listed(miniprogram.SortByName, statuses)},
		"a search by name":         {"miniprogram_by_creation", "id_name_key|id_updated_at", listed(miniprogram.SortByName, miniprogram.Filter{Search: "x"})},
		"of several":               {"miniprogram_by_creation", "id_name_key|id_updated_at", ofSeveral},
		"masters":                  {"member_workspace_id_id_status_role_user_id", "", members(workspace.MemberFilter{Roles: []member.Role{member.RoleMASTER}})},
		"a search among members":   {"member_workspace_id_id_status_role_user_id", "Seq Scan on users|SCAN (users|referred)", members(workspace.MemberFilter{Search: "x"})},
		"events since":             {"auditevent_workspace_id_id_operation", "", logged(event.Filter{Since: &since})},
		"events of an operation":   {"auditevent_workspace_id_", "", logged(event.Filter{Operations: rename})},
		"events of an actor":       {"auditevent_workspace_id_actor_id_id_operation", "", logged(event.Filter{ActorID: new("usr_1"), Operations: rename})},
		"events of a subject":      {"auditevent_workspace_id_subject_id_id_operation_actor_id", "", logged(event.Filter{SubjectID: new("usr_1"), ActorID: new("usr_ann"), Operations: rename})},
		"jobs that are due":        {"job_kind_due_at_id", "", func(ctx context.Context, _ *access.Viewer) error { return jobs.Drain(ctx, "mail") }},
		"jobs that wait": {"job_kind_due_at_id", "", func(ctx context.Context, _ *access.Viewer) error {
			_, err := jobs.Waiting(ctx)
			return err
		}},
		"invitations, to be answered": {"invitation_", "", func(ctx context.Context, viewer *access.Viewer) error {
			_, err := workspaces.Invitations(ctx, viewer, large, page.Args{}, workspace.InvitationFilter{Statuses: []invitation.Status{invitation.StatusINVITED}})
			return err
		}},
		"the owner": {"member_one_owner", "", func(ctx context.Context, viewer *access.Viewer) error {
			_, err := workspaces.Owners(ctx, viewer, large)
			return err
		}},
	}
}
