package apitoken

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"minidock/ent"
	"minidock/ent/apitoken"
	"minidock/ent/miniprogram"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/moment"
	"minidock/internal/operation"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/throttle"
	"minidock/internal/token"
)

const (
	maxName = 64
	// maxTime is how long a token may be valid, defaultTime how long it is if nothing else is asked for.
	maxTime     = 365 * 24 * time.Hour
	defaultTime = 90 * 24 * time.Hour
	// shown is how many characters of a secret are shown later.
	shown = 4
)

// CreateInput is a new token.
type CreateInput struct {
	WorkspaceID, Name string
	Scopes            []access.TokenScope
	// MiniProgramIDs are the mini programs that it is for; nil for all of the workspace, present and future.
	MiniProgramIDs []string
	// ExpiresAt is when it expires; nil for 90 days from now.
	ExpiresAt *time.Time
}

// Created is a new token and its secret, which nobody can read again.
type Created struct {
	Token  *ent.ApiToken
	Secret string
}

// Create creates a token that acts for the viewer. Owners and masters may. After too many in a day it is refused with RATE_LIMITED. User
// errors: BLANK, INVALID_CHARACTER, TOO_LONG, NOT_FOUND, IN_THE_PAST, TOO_LATE, QUOTA_EXCEEDED.
func (t *Tokens) Create(ctx context.Context, viewer *access.Viewer, in CreateInput) (Created, error) {
	if err := viewer.Require(ctx, access.CreateAPIToken, in.WorkspaceID); err != nil {
		return Created{}, err
	}
	var errs fault.UserErrors
	draft := judge(in, t.Now(), &errs)
	if err := t.lookUp(ctx, t.Client, in, t.Now(), &errs); err != nil {
		return Created{}, err
	}
	if err := errs.Err(); err != nil {
		return Created{}, err
	}
	rule := throttle.Rule{Name: "create API token", Most: t.Limits.NewAPITokens, Within: t.Limits.NewAPITokenTime}
	if err := t.Throttles.Count(ctx, rule, in.WorkspaceID); err != nil {
		return Created{}, err
	}
	secret := token.NewForMachine()
	return operation.Run(ctx, t.DB, viewer, access.CreateAPIToken, in.WorkspaceID, func(tx *operation.Tx) (Created, error) {
		if err := t.lookUp(ctx, tx.Client(), in, tx.Now, &tx.Errors); err != nil {
			return Created{}, err
		}
		if err := tx.Errors.Err(); err != nil {
			return Created{}, err
		}
		created, err := insert(ctx, tx, draft, secret)
		return Created{created, secret}, err
	})
}

// judge returns the token as it is to be written, and records every user error that the input alone shows.
func judge(in CreateInput, now time.Time, errs *fault.UserErrors) ent.ApiToken {
	draft := ent.ApiToken{Name: cleanName(in.Name, errs), IsLimited: in.MiniProgramIDs != nil, ExpiresAt: now.Add(defaultTime)}
	if len(in.Scopes) == 0 {
		errs.Add("scopes", fault.Blank)
	}
	draft.Scopes = stored(in.Scopes)
	if draft.IsLimited && len(in.MiniProgramIDs) == 0 {
		errs.Add("miniProgramIds", fault.Blank)
	}
	if in.ExpiresAt != nil {
		draft.ExpiresAt = *in.ExpiresAt
	}
	switch latest := now.Add(maxTime); {
	case !draft.ExpiresAt.After(now):
		errs.Add("expiresAt", fault.InThePast)
	case draft.ExpiresAt.After(latest):
		errs.Add("expiresAt", fault.TooLate, "max", moment.Text(latest))
	}
	for _, one := range id.Distinct(in.MiniProgramIDs) {
		draft.Edges.MiniPrograms = append(draft.Edges.MiniPrograms, &ent.MiniProgram{ID: one})
	}
	return draft
}

func cleanName(raw string, errs *fault.UserErrors) string {
	name := text.Clean(raw)
	found, illegal := text.Illegal(name, false)
	switch n := text.Length(name); {
	case name == "":
		errs.Add("name", fault.Blank)
	case illegal:
		errs.Add("name", fault.InvalidCharacter, "character", found)
	case n > maxName:
		errs.Add("name", fault.TooLong, "weight", n, "min", 1, "max", maxName)
	}
	return name
}

// stored returns scopes as they are stored: each once, in the schema's order.
func stored(scopes []access.TokenScope) string {
	var words []string
	for _, scope := range access.TokenScopes {
		if slices.Contains(scopes, scope) {
			words = append(words, string(scope))
		}
	}
	return strings.Join(words, " ")
}

// lookUp records the user errors that only the database shows: that a mini program is not in the workspace, and that the workspace has as many
// active tokens as it may.
func (t *Tokens) lookUp(ctx context.Context, client *ent.Client, in CreateInput, now time.Time, errs *fault.UserErrors) error {
	known, err := client.MiniProgram.Query().
		Where(store.In(miniprogram.FieldID, in.MiniProgramIDs), miniprogram.WorkspaceID(in.WorkspaceID)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("look up mini programs: %w", err)
	}
	for i, one := range in.MiniProgramIDs {
		if !slices.Contains(known, one) {
			errs.Add(fault.Path("miniProgramIds", i), fault.NotFound, fault.Variant("miniProgram"))
		}
	}
	active, err := client.ApiToken.Query().
		Where(apitoken.WorkspaceID(in.WorkspaceID), apitoken.RevokedAtIsNil(), apitoken.ExpiresAtGT(now)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count tokens: %w", err)
	}
	if active >= t.Limits.APITokens {
		errs.Add("", fault.QuotaExceeded, "used", active, "limit", t.Limits.APITokens, fault.Variant("apiTokens"))
	}
	return nil
}

func insert(ctx context.Context, tx *operation.Tx, draft ent.ApiToken, secret string) (*ent.ApiToken, error) {
	var miniProgramIDs []string
	for _, one := range draft.Edges.MiniPrograms {
		miniProgramIDs = append(miniProgramIDs, one.ID)
	}
	created, err := tx.ApiToken.Create().SetID(id.New(id.ApiToken)).SetWorkspaceID(tx.At.ID).SetCreatedByID(tx.Principal.UserID).SetName(draft.Name).
		SetScopes(draft.Scopes).SetIsLimited(draft.IsLimited).AddMiniProgramIDs(miniProgramIDs...).
		SetSecretHash(token.Hash(secret)).SetLastFour(secret[len(secret)-shown:]).SetCreatedAt(tx.Now).SetExpiresAt(draft.ExpiresAt).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("create a token: %w", err)
	}
	// The field of the mini programs is not called as where these change.
	tx.Changed(created.ID, event.Text("name", "", draft.Name), event.List("scopes", nil, strings.Fields(draft.Scopes)),
		event.List("miniProgramIds", nil, miniProgramIDs), event.Text("expiresAt", "", moment.Text(draft.ExpiresAt)))
	return created, nil
}
