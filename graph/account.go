package graph

import (
	"context"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/graph/model"
	"minidock/internal/account"
	"minidock/internal/page"
)

// Viewer returns whoever sends the request, or nil when signed out.
func (r *queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	return viewer(ctx), nil
}

// Staff returns the platform's own people.
func (r *queryResolver) Staff(ctx context.Context) ([]*ent.User, error) {
	return r.Accounts.Staff(ctx)
}

// SignUp makes an account and signs it in.
func (r *mutationResolver) SignUp(ctx context.Context, in account.SignUpInput) (*model.SignUpPayload, error) {
	made, wrong, err := r.Accounts.SignUp(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignUpPayload{Query: &model.Query{}, UserErrors: userErrors(ctx, wrong)}
	payload.Viewer, err = r.signIn(ctx, made, "")
	return payload, err
}

// SignIn begins a session, or asks for a code.
func (r *mutationResolver) SignIn(ctx context.Context, in account.SignInInput) (*model.SignInPayload, error) {
	outcome, err := r.Accounts.SignIn(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignInPayload{
		Challenge: outcome.Challenge, Query: &model.Query{}, UserErrors: userErrors(ctx, outcome.Wrong),
	}
	payload.Viewer, err = r.signIn(ctx, outcome.User, "signIn")
	return payload, err
}

// SignInWithTotp begins a session that waited for a code.
func (r *mutationResolver) SignInWithTotp(ctx context.Context, in account.SignInWithTotpInput) (*model.SignInWithTotpPayload, error) {
	found, wrong, err := r.Accounts.SignInWithTotp(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignInWithTotpPayload{Query: &model.Query{}, UserErrors: userErrors(ctx, wrong)}
	payload.Viewer, err = r.signIn(ctx, found, "signInWithTotp")
	return payload, err
}

// ChangePassword changes the viewer's password.
func (r *mutationResolver) ChangePassword(ctx context.Context, in account.ChangePasswordInput) (*model.ChangePasswordPayload, error) {
	changed, wrong, err := r.Accounts.ChangePassword(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	payload := &model.ChangePasswordPayload{Query: &model.Query{}, UserErrors: userErrors(ctx, wrong)}
	payload.Viewer, err = r.renew(ctx, changed)
	return payload, err
}

// RequestPasswordReset sends a token for another password.
func (r *mutationResolver) RequestPasswordReset(ctx context.Context, in account.RequestPasswordResetInput) (*model.RequestPasswordResetPayload, error) {
	address, wrong, err := r.Accounts.RequestPasswordReset(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.RequestPasswordResetPayload{
		Email: address, Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// ResetPassword sets another password by a token.
func (r *mutationResolver) ResetPassword(ctx context.Context, in account.ResetPasswordInput) (*model.ResetPasswordPayload, error) {
	address, wrong, err := r.Accounts.ResetPassword(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.ResetPasswordPayload{
		Email: address, Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// UpdateProfile changes what the viewer is called, and the language of mails.
func (r *mutationResolver) UpdateProfile(ctx context.Context, in model.UpdateProfileInput) (*model.UpdateProfilePayload, error) {
	wrong, err := r.Accounts.UpdateProfile(ctx, actor(ctx), account.UpdateProfileInput{
		DisplayName: given(in.DisplayName), Locale: given(in.Locale),
	})
	if err != nil {
		return nil, err
	}
	return &model.UpdateProfilePayload{
		Viewer: viewerUnless(ctx, wrong), Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// ChangeEmail sends a token to the address that is to become the viewer's.
func (r *mutationResolver) ChangeEmail(ctx context.Context, in account.ChangeEmailInput) (*model.ChangeEmailPayload, error) {
	address, wrong, err := r.Accounts.ChangeEmail(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.ChangeEmailPayload{
		Email: address, Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// ConfirmEmail makes the address that a token was sent to the account's.
func (r *mutationResolver) ConfirmEmail(ctx context.Context, in account.ConfirmEmailInput) (*model.ConfirmEmailPayload, error) {
	address, wrong, err := r.Accounts.ConfirmEmail(ctx, actor(ctx), in)
	if err != nil {
		return nil, err
	}
	return &model.ConfirmEmailPayload{
		Email: address, Query: &model.Query{}, UserErrors: userErrors(ctx, wrong),
	}, nil
}

// User returns the viewer's account.
func (r *viewerResolver) User(ctx context.Context, _ *model.Viewer) (*ent.User, error) {
	self := actor(ctx).UserID
	users, err := r.Accounts.ByIDs(ctx, actor(ctx), []string{self})
	return present(users, self, err)
}

// Memberships returns a page of the viewer's memberships.
func (r *viewerResolver) Memberships(ctx context.Context, _ *model.Viewer, first *int, after *string, last *int, before *string) (*model.MemberConnection, error) {
	memberships, err := r.Workspaces.Memberships(ctx, actor(ctx), page.Args{First: first, After: after, Last: last, Before: before})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(memberships, func(ctx context.Context) (int, error) {
		return r.Workspaces.CountMemberships(ctx, actor(ctx))
	}), nil
}

// CurrentWorkspace returns the workspace chosen last in this session.
func (r *viewerResolver) CurrentWorkspace(ctx context.Context, _ *model.Viewer) (*ent.Workspace, error) {
	return r.Workspaces.Current(ctx, actor(ctx))
}

// StaffRole returns the viewer's role as one of the platform's own people.
func (r *viewerResolver) StaffRole(ctx context.Context, v *model.Viewer) (*user.StaffRole, error) {
	self, err := r.User(ctx, v)
	if err != nil {
		return nil, err
	}
	return self.StaffRole, nil
}

// Locale returns the language of mails to the viewer.
func (r *viewerResolver) Locale(ctx context.Context, v *model.Viewer) (*string, error) {
	self, err := r.User(ctx, v)
	if err != nil {
		return nil, err
	}
	return self.Locale, nil
}
