package store

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMailsThatWaitGetTheJobsThatSendThem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, options func() Options) {
		o := options()
		db, folder, err := openForMigration(t.Context(), o, false)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = inTransaction(t.Context(), db, func(tx *sql.Tx) error {
			pending, err := pendingMigrations(t.Context(), folder, tx)
			if err != nil {
				return err
			}
			before := slices.IndexFunc(pending, func(m migration) bool { return strings.HasSuffix(m.name, "_jobs.sql") })
			if err := runMigrations(t.Context(), pending[:before], tx); err != nil {
				return err
			}
			_, err = tx.ExecContext(t.Context(), `INSERT INTO mails (id, kind, "to", about, language, tries, created_at, next_try_at)
				VALUES ('eml_1', 'PASSWORD_CHANGED', 'ann@example.com', 'usr_1', 'en', 3, $1, $2)`, then, then.Add(time.Hour))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if sending := s.Client.Job.Query().OnlyX(t.Context()); sending.ID != "job_1" || sending.Kind != "mail" || sending.About != "eml_1" ||
			sending.Tries != 3 || !sending.DueAt.Equal(then.Add(time.Hour)) || !sending.CreatedAt.Equal(then) || sending.Owner != "" || sending.LeasedUntil != nil {
			t.Errorf("the job is %v", sending)
		}
		if mail := s.Client.Mail.Query().OnlyX(t.Context()); mail.ID != "eml_1" || mail.To != "ann@example.com" || mail.About != "usr_1" {
			t.Errorf("the mail became %v", mail)
		}
	})
}
