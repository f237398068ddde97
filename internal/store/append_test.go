package store

import (
	"testing"

	"entgo.io/ent/dialect"
)

func TestTheDatabaseLetsNobodyAlterAuditEvents(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, options func() Options) {
		o := options()
		if _, err := Migrate(t.Context(), o, false); err != nil {
			t.Fatal(err)
		}
		db, folder, err := openForMigration(t.Context(), o, false)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		const event = `INTO audit_events (id, operation, created_at) VALUES ('aud_1', 'signUp', '2026-01-02 03:04:05+00:00')`
		if _, err := db.ExecContext(t.Context(), "INSERT "+event); err != nil {
			t.Fatal(err)
		}
		statements := []string{
			"UPDATE audit_events SET operation = 'signOut'", "DELETE FROM audit_events WHERE id = 'aud_1'", "DELETE FROM audit_events",
			"INSERT " + event + " ON CONFLICT (id) DO UPDATE SET operation = 'signOut'",
		}
		if folder == dialect.SQLite {
			statements = append(statements, "INSERT OR REPLACE "+event, "REPLACE "+event)
		} else {
			statements = append(statements, "TRUNCATE audit_events")
		}
		for _, statement := range statements {
			if _, err := db.ExecContext(t.Context(), statement); err == nil {
				t.Errorf("%s is done", statement)
			}
		}
		var operation string
		if err := db.QueryRowContext(t.Context(), "SELECT operation FROM audit_events").Scan(&operation); err != nil || operation != "signUp" {
			t.Errorf("there is %q, %v", operation, err)
		}
	})
}
