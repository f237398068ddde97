package store

import (
	"database/sql"
	"testing"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/migrate"
	"minidock/ent/miniprogram"
)

var then = time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)

// rowsOfTheFirst are rows of every table as the first migration made it. They stay as they are when the schema changes.
var rowsOfTheFirst = []struct {
	statement string
	values    []any
}{
	{"INSERT INTO users (id, email, display_name, password_hash, staff_role, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		[]any{"usr_1", "ann@example.com", "Ann 安", "$argon2id$", "ADMIN", then}},
	{"INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)", []any{"wsp_1", "Ann & Co", then}},
	{"INSERT INTO members (id, role, created_at, user_id, workspace_id) VALUES ($1, $2, $3, $4, $5)",
		[]any{"mem_1", "OWNER", then, "usr_1", "wsp_1"}},
	{"INSERT INTO sessions (id, data, created_at, expires_at, user_id, workspace_id) VALUES ($1, $2, $3, $4, $5, $6)",
		[]any{"hash", []byte{0, 1, 255}, then, then.Add(time.Hour), "usr_1", "wsp_1"}},
	{`INSERT INTO mini_programs (id, app_id, name, name_key, tagline, description, language, status, industry_code,
		service_phone, service_email, logo_name, logo_width, logo_height, logo_content_type, created_at, updated_at,
		created_by_id, workspace_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		[]any{"mpr_1", "1234567890123456", "小咖啡馆", "小咖啡馆", "现磨咖啡", "新鲜\n咖啡", "zh-Hans", "CREATED", "5812",
			"0571-1234567", "help@example.com", "ab.png", 64, 64, "image/png", then, then, "usr_1", "wsp_1"}},
	{"INSERT INTO targetings (id, launch_target_code, mini_program_id) VALUES ($1, $2, $3)", []any{"tgt_1", "ALIPAY_CN", "mpr_1"}},
	{"INSERT INTO assignments (member_id, mini_program_id, created_at) VALUES ($1, $2, $3)", []any{"mem_1", "mpr_1", then}},
	{"INSERT INTO quota_uses (id, launch_target_code, used, workspace_id) VALUES ($1, $2, $3, $4)", []any{"quo_1", "ALIPAY_CN", 1, "wsp_1"}},
	{"INSERT INTO idempotency_keys (id, mutation, key, fingerprint, result_id, created_at, user_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		[]any{"idk_1", "createMiniProgram", "k", []byte{0, 200}, "mpr_1", then, "usr_1"}},
}

func TestTheDataOfTheFirstMigrationSurvivesAllLaterOnes(t *testing.T) {
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
			if err := runMigrations(t.Context(), pending[:1], tx); err != nil {
				return err
			}
			for _, row := range rowsOfTheFirst {
				if _, err := tx.ExecContext(t.Context(), row.statement, row.values...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		checkSurvived(t, s)
	})
}

func checkSurvived(t *testing.T, s *Store) {
	t.Helper()
	if len(rowsOfTheFirst) > len(migrate.Tables) {
		t.Errorf("%d tables have become %d", len(rowsOfTheFirst), len(migrate.Tables))
	}
	ctx := t.Context()
	atMilliseconds := then.Truncate(time.Millisecond) // by which pages are found
	m := s.Client.MiniProgram.Query().Where(miniprogram.CreatedAt(atMilliseconds), miniprogram.UpdatedAt(atMilliseconds)).WithWorkspace().WithCreatedBy().WithTargetings().WithMembers(func(q *ent.MemberQuery) {
		q.Where(member.RoleEQ(member.RoleOWNER))
	}).OnlyX(ctx)
	if m.AppID != "1234567890123456" || m.Name != "小咖啡馆" || m.Description != "新鲜\n咖啡" || !m.CreatedAt.Equal(atMilliseconds) ||
		m.Status != miniprogram.StatusCREATED || m.LogoWidth != 64 {
		t.Errorf("the mini program became %v", m)
	}
	if m.Edges.Workspace.Name != "Ann & Co" || m.Edges.CreatedBy.DisplayName != "Ann 安" || len(m.Edges.Members) != 1 ||
		m.Edges.Targetings[0].LaunchTargetCode != "ALIPAY_CN" {
		t.Errorf("what belongs to the mini program became %v", m.Edges)
	}
	if owner := s.Client.Member.Query().OnlyX(ctx); owner.Status != member.StatusACTIVE || !owner.JoinedAt.Equal(then) || owner.LastActiveAt != nil {
		t.Errorf("the owner became %v", owner)
	}
	session := s.Client.Session.Query().OnlyX(ctx)
	if *session.WorkspaceID != "wsp_1" || !session.ExpiresAt.Equal(then.Add(time.Hour)) {
		t.Errorf("the session became %v", session)
	}
	if key := s.Client.IdempotencyKey.Query().OnlyX(ctx); string(key.Fingerprint) != "\x00\xc8" || key.ResultID != "mpr_1" {
		t.Errorf("the idempotency key became %v", key)
	}
	if ann := s.Client.User.GetX(ctx, "usr_1"); ann.EmailConfirmedAt == nil || ann.StaffAddedAt == nil || !ann.StaffAddedAt.Equal(then) {
		t.Errorf("an account from before is not confirmed, or when it joined the staff is not known: %v", ann)
	}
	if used := s.Client.QuotaUse.Query().OnlyX(ctx).Used; used != 1 {
		t.Errorf("the quota became %d", used)
	}
}
