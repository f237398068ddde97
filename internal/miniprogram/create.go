package miniprogram

import (
	"context"
	"crypto/sha256"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/idempotency"
	"minidock/internal/launchtarget"
	"minidock/internal/operation"
	"minidock/internal/picture"
	"minidock/internal/store"
)

// maxTries is how often a creation is tried when another one comes between its look-ups and its transaction.
const maxTries = 3

// CreateInput is a new mini program. Without an IdempotencyKey a repeated request creates another one.
type CreateInput struct {
	WorkspaceID      string
	LaunchTargetCode string
	Profile
	IdempotencyKey *string
}

// Saved is a mini program that was created or changed. Warnings name what is allowed but not advised. With user errors, MiniProgram is nil
// and the warnings are still there.
type Saved struct {
	MiniProgram *ent.MiniProgram
	Warnings    *fault.UserErrors
}

// Create creates a mini program by the rules of its launch target and counts it against the workspace's quota. Owners and masters may. Rules: the page "Create mini programs" of the Alipay+ Mini
// Program Platform.
func (m *MiniPrograms) Create(ctx context.Context, viewer *access.Viewer, in CreateInput) (Saved, error) {
	if err := viewer.Require(ctx, access.CreateMiniProgram, in.WorkspaceID); err != nil {
		return Saved{}, err
	}
	c := creation{MiniPrograms: m, viewer: viewer, in: in}
	if err := c.judge(ctx); err != nil {
		return Saved{}, err
	}
	for range maxTries - 1 {
		if saved, err := c.try(ctx); !store.IsTaken(err) {
			return saved, err
		}
	}
	return c.try(ctx)
}

// creation is one creation under way.
type creation struct {
	*MiniPrograms
	viewer  *access.Viewer
	in      CreateInput
	request idempotency.Request
	form    *form
	draft   ent.MiniProgram
}

// judge cleans every field and records every user error that the input alone shows. If the launch target is unknown, the other fields are
// judged by the rules of Alipay China, so that all errors come at once.
func (c *creation) judge(ctx context.Context) error {
	principal, err := c.viewer.Principal(ctx)
	if err != nil {
		return err
	}
	if c.form, err = newForm(launchtarget.AlipayCN, &c.in.Profile); err != nil {
		return err
	}
	if c.request, err = requestOf(principal, c.in, c.form.source); err != nil {
		return err
	}
	if checkCode("launchTargetCode", c.in.LaunchTargetCode, c.form.errs) {
		if target, ok := launchtarget.ByCode(c.in.LaunchTargetCode); ok {
			c.form.target = target
		} else {
			c.form.errs.Add("launchTargetCode", fault.NotFound, "value", c.in.LaunchTargetCode)
		}
	}
	if err := c.form.judge(ctx, c.viewer, &c.in.Profile, &c.draft, fields); err != nil {
		return err
	}
	c.request.Check(c.form.errs)
	return nil
}

// requestOf returns the request of an idempotency key, if there is one. A logo counts by its bytes, however it was sent.
func requestOf(principal *access.Principal, in CreateInput, logo picture.Source) (idempotency.Request, error) {
	key := in.IdempotencyKey
	if key == nil {
		return idempotency.Request{}, nil
	}
	in.Logo, in.IdempotencyKey = nil, nil
	return idempotency.Of(idempotency.Caller{UserID: principal.UserID, TokenID: principal.TokenID()}, string(access.CreateMiniProgram), key, struct {
		CreateInput
		LogoHash [sha256.Size]byte
	}{in, sha256.Sum256(logo.Bytes)})
}

// try returns the first success of the request, refuses, or creates. store.IsTaken holds for its error when another creation came between
// its look-ups and its transaction. The first success is looked up last, since it may be what has taken the name or the rest of the quota.
func (c *creation) try(ctx context.Context) (Saved, error) {
	errs := c.form.errs.Clone()
	if err := c.lookUp(ctx, c.in.WorkspaceID, c.draft.Name, c.form.target, &errs); err != nil {
		return Saved{}, err
	}
	saved := Saved{Warnings: c.form.warnings}
	first, err := c.request.Find(ctx, c.Client, c.Now(), &errs)
	if err != nil {
		return Saved{}, err
	}
	if first != "" {
		saved.MiniProgram, err = c.byID(ctx, c.viewer, first)
		return saved, err
	}
	if err := errs.Err(); err != nil {
		return saved, err
	}
	if c.draft.LogoName, err = c.keepLogo(ctx, c.form.logo); err != nil {
		return Saved{}, err
	}
	saved.MiniProgram, err = operation.Run(ctx, c.DB, c.viewer, access.CreateMiniProgram, c.in.WorkspaceID, func(tx *operation.Tx) (*ent.MiniProgram, error) {
		return c.insert(ctx, tx)
	})
	return saved, err
}

// insert writes the mini program and the rows that belong to it.
func (c *creation) insert(ctx context.Context, tx *operation.Tx) (*ent.MiniProgram, error) {
	// Before the quota: of two concurrent requests with the same key, the other must fail on the key and not on the quota.
	miniProgramID := id.New(id.MiniProgram)
	if err := c.request.Remember(ctx, tx.Tx, tx.Now, miniProgramID); err != nil {
		return nil, err
	}
	if err := takeQuota(ctx, tx, c.in.WorkspaceID, c.form.target); err != nil {
		return nil, err
	}
	create := tx.MiniProgram.Create().SetID(miniProgramID).SetAppID(newAppID()).SetWorkspaceID(c.in.WorkspaceID).
		SetLanguage(c.form.target.Language).SetCreatedByID(tx.Principal.UserID).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now)
	for _, one := range fields {
		one.set(create.Mutation(), &c.draft)
	}
	created, err := create.Save(ctx)
	if err != nil {
		return nil, err
	}
	err = tx.Targeting.Create().SetID(id.New(id.Targeting)).SetMiniProgramID(miniProgramID).
		SetLaunchTargetCode(c.form.target.Code).Exec(ctx)
	if err != nil {
		return nil, err
	}
	tx.Changed(miniProgramID, event.Text("name", "", created.Name), event.Text("launchTarget", "", c.form.target.Code))
	return created, tx.Assignment.Create().SetMemberID(tx.Own.ID).SetMiniProgramID(miniProgramID).SetCreatedAt(tx.Now).Exec(ctx)
}
