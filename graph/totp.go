package graph

import (
	"context"

	"minidock/graph/model"
	"minidock/internal/account"
)

// EnableTotp makes a secret for the viewer's authenticator app.
func (r *mutationResolver) EnableTotp(ctx context.Context, in account.EnableTotpInput) (*model.EnableTotpPayload, error) {
	secret, wrong, err := r.Accounts.EnableTotp(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.EnableTotpPayload{
		TotpSecret: secret, Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// ConfirmTotp makes the viewer's second factor count.
func (r *mutationResolver) ConfirmTotp(ctx context.Context, in account.ConfirmTotpInput) (*model.ConfirmTotpPayload, error) {
	codes, wrong, err := r.Accounts.ConfirmTotp(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.ConfirmTotpPayload{
		Viewer: viewerUnless(ctx, wrong), RecoveryCodes: codes, Query: &model.Query{},
		UserErrors: userErrors(ctx, wrong),
	}, nil
}

// DisableTotp gives up the viewer's second factor.
func (r *mutationResolver) DisableTotp(ctx context.Context, in account.DisableTotpInput) (*model.DisableTotpPayload, error) {
	wrong, err := r.Accounts.DisableTotp(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.DisableTotpPayload{
		Viewer: viewerUnless(ctx, wrong), Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// TotpEnabled tells whether signing in takes a code.
func (r *viewerResolver) TotpEnabled(ctx context.Context, _ *model.Viewer) (bool, error) {
	return r.Accounts.HasTotp(ctx, actor(ctx))
}

// RecoveryCodesLeft counts the recovery codes that were not used.
func (r *viewerResolver) RecoveryCodesLeft(ctx context.Context, _ *model.Viewer) (int, error) {
	return r.Accounts.RecoveryCodesLeft(ctx, actor(ctx))
}
