package api_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minidock/internal/access"
	"minidock/internal/apitest"
	"minidock/internal/id"
)

// "complete" says that the viewer is no longer a member, so a stream does not end because the database cannot be read.
func TestAWorkspaceSubscriptionOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	c := w.NewTeam(t)
	socket := w.OpenSocket(t, c.Owner)
	watchChanges(t, c, socket)
	db, err := sql.Open("sqlite3", filepath.Join(w.Dir, "minidock.db")+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	execute := func(statement string) {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Error(err)
		}
	}
	execute("ALTER TABLE mini_programs RENAME TO unreadable")
	restore := time.AfterFunc(3*time.Second, func() { execute("ALTER TABLE unreadable RENAME TO mini_programs") }) // longer than between two looks
	defer restore.Stop()
	w.Client.AuditEvent.Create().SetID(id.At(id.AuditEvent, w.Now())).SetWorkspaceID(c.ID).SetSubjectID(c.Assigned).
		SetOperation(string(access.UpdateMiniProgram)).SetCreatedAt(w.Now()).SaveX(t.Context())
	if got := nextChange(socket); !strings.Contains(got, `"UPDATE_MINI_PROGRAM"`) || !strings.Contains(got, `"MiniProgram"`) {
		t.Errorf("sent %s", got)
	}
}
