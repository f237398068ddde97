package apitest

import (
	"fmt"
	"testing"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/internal/id"
	"minidock/internal/text"
)

// Row is a mini program to insert without the API and its quota. Empty fields get a default.
type Row struct {
	ID, Name             string
	CreatedBy            *Person
	CreatedAt, UpdatedAt time.Time
	Change               func(*ent.MiniProgramCreate)
}

// Insert writes a mini program for Alipay China into a workspace, and returns its id.
func (w *World) Insert(t *testing.T, workspaceID string, row Row) string {
	t.Helper()
	n := w.inserted.Add(1)
	if row.ID == "" {
		row.ID = id.New(id.MiniProgram)
	}
	if row.Name == "" {
		row.Name = fmt.Sprintf("小程序 %d", n)
	}
	if row.CreatedAt.IsZero() {
		row.CreatedAt = w.Now()
	}
	if row.UpdatedAt.IsZero() {
		row.UpdatedAt = row.CreatedAt
	}
	create := w.Client.MiniProgram.Create().SetID(row.ID).SetAppID(fmt.Sprintf("9%015d", n)).SetWorkspaceID(workspaceID).
		SetName(row.Name).SetNameKey(text.Fold(row.Name)).SetTagline("现磨咖啡在线点单").SetDescription("新鲜现磨咖啡，在线点单，到店自取，省时省心。").
		SetLanguage("zh-Hans").SetIndustryCode("5812").SetServicePhone("0571-1234567").SetServiceEmail("help@example.com").
		SetLogoName("none.png").SetLogoWidth(64).SetLogoHeight(64).SetLogoContentType("image/png").
		SetCreatedByID(row.CreatedBy.ID).SetCreatedAt(row.CreatedAt).SetUpdatedAt(row.UpdatedAt)
	if row.Change != nil {
		row.Change(create)
	}
	err := create.Exec(t.Context())
	if err == nil {
		err = w.Client.Targeting.Create().SetID(id.New(id.Targeting)).SetMiniProgramID(row.ID).
			SetLaunchTargetCode("ALIPAY_CN").Exec(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return row.ID
}

// Found writes a workspace whose owner is the person, and returns its id.
func (w *World) Found(t *testing.T, owner *Person, name string) string {
	t.Helper()
	created, err := w.Client.Workspace.Create().SetID(id.New(id.Workspace)).SetName(name).SetCreatedAt(w.Now()).Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Join(t, created.ID, owner, member.RoleOWNER)
	return created.ID
}

// Written describes the rows of the tables that creating a mini program writes to, and counts the logos.
func (w *World) Written(t *testing.T) string {
	t.Helper()
	ctx, c := t.Context(), w.Client
	used := 0
	for _, quota := range c.QuotaUse.Query().AllX(ctx) {
		used += quota.Used
	}
	return fmt.Sprintf("%d mini programs, %d targetings, %d assignments, %d idempotency keys, quota %d, %d logos",
		c.MiniProgram.Query().CountX(ctx), c.Targeting.Query().CountX(ctx), c.Assignment.Query().CountX(ctx),
		c.IdempotencyKey.Query().CountX(ctx), used, len(w.filePaths(t)))
}
