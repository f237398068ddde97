package miniprogram

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/idempotency"
	"minidock/internal/launchtarget"
	"minidock/internal/picture"
	"minidock/internal/store"
	"minidock/internal/text"
)

// maxTries is how often a creation begins anew after another one came between its look-ups and its transaction.
const maxTries = 3

// CreateInput is what a new mini program needs. Without a Logo it is blank; without an IdempotencyKey a request that is
// sent again creates again.
type CreateInput struct {
	WorkspaceID      string
	LaunchTargetCode string
	Name             string
	Tagline          string
	Description      string
	Logo             *LogoInput
	IndustryCode     string
	ServicePhone     string
	ServiceEmail     string
	IdempotencyKey   *string
}

// Outcome is what became of a request to create or change a mini program. MiniProgram is nil when something was Wrong,
// and then nothing was written. Warnings name what is allowed but not advised.
type Outcome struct {
	MiniProgram     *ent.MiniProgram
	Wrong, Warnings *fault.List
}

// errRefused rolls a transaction back whose reason stands in the list of what is wrong.
var errRefused = errors.New("refused")

// Create makes a mini program under the rules of its launch target and counts it against the workspace's quota; the
// actor becomes its first admin. Owners and masters may. Rules: the page "Create mini programs" of the Alipay+ Mini
// Program Platform.
func (m *MiniPrograms) Create(ctx context.Context, actor access.Actor, in CreateInput) (Outcome, error) {
	source, isBase64, err := readLogo(in.Logo)
	if err != nil {
		return Outcome{}, err
	}
	request, err := requestOf(actor, in, source)
	if err != nil {
		return Outcome{}, err
	}
	c := creation{MiniPrograms: m, actor: actor, request: request}
	c.judge(in, source, isBase64)
	for range maxTries {
		var outcome Outcome
		if outcome, err = c.try(ctx); !store.IsTaken(err) {
			return outcome, err
		}
	}
	return Outcome{}, fmt.Errorf("create a mini program: %w", err)
}

// requestOf makes the request that an idempotency key stands for; however a logo is sent, it is the same by its bytes.
func requestOf(actor access.Actor, in CreateInput, logo picture.Source) (idempotency.Request, error) {
	key := in.IdempotencyKey
	in.Logo, in.IdempotencyKey = nil, nil
	return idempotency.Of(actor.UserID, string(access.CreateMiniProgram), key, struct {
		CreateInput
		LogoHash [sha256.Size]byte
	}{in, sha256.Sum256(logo.Bytes)})
}

// creation is one creation under way.
type creation struct {
	*MiniPrograms
	actor   access.Actor
	request idempotency.Request
	form    form
	row     ent.MiniProgram
	logo    picture.Picture
}

// judge cleans every field and records every mistake that the input alone shows. While the launch target is unknown the
// others are judged by the rules of Alipay China, so that all mistakes come at once.
func (c *creation) judge(in CreateInput, source picture.Source, isBase64 bool) {
	wrong := fault.NewList("workspaceId", "launchTargetCode", "name", "tagline", "description", "logo", "industryCode",
		"servicePhone", "serviceEmail", "idempotencyKey", "")
	c.form = form{target: launchtarget.AlipayCN, wrong: wrong, warnings: fault.NewList("name", "tagline", "description")}
	if checkCode("launchTargetCode", in.LaunchTargetCode, wrong) {
		if target, ok := launchtarget.ByCode(in.LaunchTargetCode); ok {
			c.form.target = target
		} else {
			wrong.Add("launchTargetCode", fault.NotFound, "value", in.LaunchTargetCode)
		}
	}
	c.row = ent.MiniProgram{
		WorkspaceID:  in.WorkspaceID,
		Name:         c.form.text("name", in.Name, false),
		Tagline:      c.form.text("tagline", in.Tagline, false),
		Description:  c.form.text("description", in.Description, true),
		Language:     c.form.target.Language,
		IndustryCode: c.form.industry(in.IndustryCode),
		ServicePhone: c.form.phone(in.ServicePhone),
		ServiceEmail: c.form.email(in.ServiceEmail),
	}
	c.row.NameKey = text.Fold(c.row.Name)
	c.logo = c.form.logo(source, isBase64)
	c.request.Check(wrong)
}

// try gives the first success of the request, refuses, or creates. It fails with a taken value when another creation
// came between its look-ups and its transaction. The first success is looked for last: one that comes meanwhile may be
// what takes the name or the last place.
func (c *creation) try(ctx context.Context) (Outcome, error) {
	if err := c.lookUp(ctx); err != nil {
		return Outcome{}, err
	}
	first, err := c.request.Find(ctx, c.Client, c.Now(), c.form.wrong)
	if err != nil {
		return Outcome{}, err
	}
	if first != "" {
		return c.replay(ctx, first)
	}
	outcome := Outcome{Wrong: c.form.wrong, Warnings: c.form.warnings}
	if !c.form.wrong.Empty() {
		return outcome, nil
	}
	if c.row.LogoName, err = c.keepLogo(ctx, c.logo); err != nil {
		return Outcome{}, err
	}
	outcome.MiniProgram, err = c.insert(ctx)
	if errors.Is(err, errRefused) {
		return outcome, nil
	}
	return outcome, err
}

func (c *creation) replay(ctx context.Context, miniProgramID string) (Outcome, error) {
	found, err := c.ByIDs(ctx, c.actor, []string{miniProgramID})
	if err != nil {
		return Outcome{}, err
	}
	if found[miniProgramID] == nil {
		return Outcome{}, fault.ErrNotFound
	}
	return Outcome{found[miniProgramID], fault.NewList(), c.form.warnings}, nil
}

// lookUp records the mistakes that only the database shows.
func (c *creation) lookUp(ctx context.Context) error {
	if err := c.checkNameIsFree(ctx, c.actor, c.row.WorkspaceID, c.row.NameKey, "", c.form.wrong); err != nil {
		return err
	}
	if c.form.wrong.Has("launchTargetCode") {
		return nil
	}
	return c.checkQuota(ctx, c.actor, c.row.WorkspaceID, c.form.target, c.form.wrong)
}

// insert writes the mini program and all that goes with it in one transaction, in which the role is read again and the
// quota is decided.
func (c *creation) insert(ctx context.Context) (*ent.MiniProgram, error) {
	var created *ent.MiniProgram
	now := c.Now()
	err := store.Tx(ctx, c.Client, func(tx *ent.Tx) error {
		creator, err := access.Require(ctx, tx, c.actor, access.CreateMiniProgram, c.row.WorkspaceID)
		if err != nil {
			return err
		}
		// Before the quota: of two with the same key at once, the other must fail on the key and not on the last place.
		miniProgramID := id.New(id.MiniProgram)
		if err := c.request.Remember(ctx, tx, now, miniProgramID); err != nil {
			return err
		}
		if err := takeQuota(ctx, tx, c.row.WorkspaceID, c.form.target, c.form.wrong); err != nil {
			return err
		}
		created, err = tx.MiniProgram.Create().SetID(miniProgramID).SetAppID(newAppID()).
			SetWorkspaceID(c.row.WorkspaceID).SetName(c.row.Name).SetNameKey(c.row.NameKey).SetTagline(c.row.Tagline).
			SetDescription(c.row.Description).SetLanguage(c.row.Language).SetIndustryCode(c.row.IndustryCode).
			SetServicePhone(c.row.ServicePhone).SetServiceEmail(c.row.ServiceEmail).SetLogoName(c.row.LogoName).
			SetLogoWidth(c.logo.Width).SetLogoHeight(c.logo.Height).SetLogoContentType(c.logo.ContentType).
			SetCreatedByID(c.actor.UserID).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return err
		}
		err = tx.Targeting.Create().SetID(id.New(id.Targeting)).SetMiniProgramID(miniProgramID).
			SetLaunchTargetCode(c.form.target.Code).Exec(ctx)
		if err != nil {
			return err
		}
		err = tx.Assignment.Create().SetMemberID(creator.ID).SetMiniProgramID(miniProgramID).SetCreatedAt(now).Exec(ctx)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, c.actor, audit.Event{
			Operation: string(access.CreateMiniProgram), WorkspaceID: c.row.WorkspaceID, SubjectID: miniProgramID,
			Changes: []audit.Change{{Field: "name", After: c.row.Name}, {Field: "launchTarget", After: c.form.target.Code}},
		}, now)
	})
	if err != nil {
		return nil, err
	}
	return created.Unwrap(), nil
}
