package graph

import (
	"context"

	"minidock/graph/model"
	"minidock/internal/account"
)

// EnableTotp creates a secret for the viewer's authenticator app.
func (r *mutationResolver) EnableTotp(ctx context.Context, in account.EnableTotpInput) (*model.EnableTotpPayload, error) {
	secret, err := r.Accounts.EnableTotp(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.EnableTotpPayload{TotpSecret: secret, UserErrors: errs, Query: &model.Query{}}, err
}

// ConfirmTotp enables the viewer's second factor.
func (r *mutationResolver) ConfirmTotp(ctx context.Context, in account.ConfirmTotpInput) (*model.ConfirmTotpPayload, error) {
	codes, err := r.Accounts.ConfirmTotp(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.ConfirmTotpPayload{Viewer: viewerUnless(errs), RecoveryCodes: codes, UserErrors: errs, Query: &model.Query{}}, err
}

// DisableTotp deletes the viewer's second factor.
func (r *mutationResolver) DisableTotp(ctx context.Context, in account.DisableTotpInput) (*model.DisableTotpPayload, error) {
	errs, err := userErrors(ctx, r.Accounts.DisableTotp(ctx, viewer(ctx), in))
	return &model.DisableTotpPayload{Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{}}, err
}

// TotpEnabled says whether signing in needs a code.
func (r *viewerResolver) TotpEnabled(ctx context.Context, _ *model.Viewer) (bool, error) {
	return r.Accounts.HasTotp(ctx, viewer(ctx))
}

// RecoveryCodesLeft counts the unused recovery codes.
func (r *viewerResolver) RecoveryCodesLeft(ctx context.Context, _ *model.Viewer) (int, error) {
	return r.Accounts.RecoveryCodesLeft(ctx, viewer(ctx))
}
