package graph

import (
	"context"

	"minidock/ent"
	"minidock/ent/user"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/id"
	"minidock/internal/page"
	"minidock/internal/workspace"
)

// Viewer returns the viewer, or nil when signed out and for a token.
func (r *queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil || principal.PersonID() == "" {
		return nil, err
	}
	return &model.Viewer{}, nil
}

// SignUp creates an account and signs the viewer in.
func (r *mutationResolver) SignUp(ctx context.Context, in account.SignUpInput) (*model.SignUpPayload, error) {
	errs, err := userErrors(ctx, r.Accounts.SignUp(ctx, viewer(ctx), in))
	return &model.SignUpPayload{Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{}}, err
}

// SignIn begins a session, or asks for a code.
func (r *mutationResolver) SignIn(ctx context.Context, in account.SignInInput) (*model.SignInPayload, error) {
	challenge, err := r.Accounts.SignIn(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.SignInPayload{Viewer: signedIn(errs, challenge), Challenge: challenge, UserErrors: errs, Query: &model.Query{}}, err
}

// signedIn returns the viewer after a sign-in, or nil if it was refused or needs a code.
func signedIn(errs []*model.UserError, challenge *account.SignInChallenge) *model.Viewer {
	if challenge != nil {
		return nil
	}
	return viewerUnless(errs)
}

// SignInWithTotp begins a session that waited for a code.
func (r *mutationResolver) SignInWithTotp(ctx context.Context, in account.SignInWithTotpInput) (*model.SignInWithTotpPayload, error) {
	errs, err := userErrors(ctx, r.Accounts.SignInWithTotp(ctx, viewer(ctx), in))
	return &model.SignInWithTotpPayload{Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{}}, err
}

// ChangePassword changes the viewer's password.
func (r *mutationResolver) ChangePassword(ctx context.Context, in account.ChangePasswordInput) (*model.ChangePasswordPayload, error) {
	errs, err := userErrors(ctx, r.Accounts.ChangePassword(ctx, viewer(ctx), in))
	return &model.ChangePasswordPayload{Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{}}, err
}

// RequestPasswordReset sends a token for a new password.
func (r *mutationResolver) RequestPasswordReset(ctx context.Context, in account.RequestPasswordResetInput) (*model.RequestPasswordResetPayload, error) {
	address, err := r.Accounts.RequestPasswordReset(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.RequestPasswordResetPayload{Email: unlessEmpty(address), UserErrors: errs, Query: &model.Query{}}, err
}

// ResetPassword sets a new password by a token.
func (r *mutationResolver) ResetPassword(ctx context.Context, in account.ResetPasswordInput) (*model.ResetPasswordPayload, error) {
	address, err := r.Accounts.ResetPassword(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.ResetPasswordPayload{Email: unlessEmpty(address), UserErrors: errs, Query: &model.Query{}}, err
}

// UpdateProfile changes the viewer's name, and the language of mails.
func (r *mutationResolver) UpdateProfile(ctx context.Context, in account.UpdateProfileInput) (*model.UpdateProfilePayload, error) {
	errs, err := userErrors(ctx, r.Accounts.UpdateProfile(ctx, viewer(ctx), in))
	return &model.UpdateProfilePayload{Viewer: viewerUnless(errs), UserErrors: errs, Query: &model.Query{}}, err
}

// ChangeEmail sends a token to the viewer's new address.
func (r *mutationResolver) ChangeEmail(ctx context.Context, in account.ChangeEmailInput) (*model.ChangeEmailPayload, error) {
	address, err := r.Accounts.ChangeEmail(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.ChangeEmailPayload{Email: unlessEmpty(address), UserErrors: errs, Query: &model.Query{}}, err
}

// ConfirmEmail gives the account the address that a token was sent to.
func (r *mutationResolver) ConfirmEmail(ctx context.Context, in account.ConfirmEmailInput) (*model.ConfirmEmailPayload, error) {
	address, err := r.Accounts.ConfirmEmail(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.ConfirmEmailPayload{UserErrors: errs, Query: &model.Query{}}, err
	}
	self, err := r.Query().Viewer(ctx)
	return &model.ConfirmEmailPayload{Email: &address, Viewer: self, UserErrors: errs, Query: &model.Query{}}, err
}

// RequestEmailConfirmation sends a token to the viewer's address.
func (r *mutationResolver) RequestEmailConfirmation(ctx context.Context) (*model.RequestEmailConfirmationPayload, error) {
	address, err := r.Accounts.RequestEmailConfirmation(ctx, viewer(ctx))
	errs, err := userErrors(ctx, err)
	return &model.RequestEmailConfirmationPayload{Email: unlessEmpty(address), UserErrors: errs, Query: &model.Query{}}, err
}

// ID returns the viewer's id, which is made from that of the account.
func (r *viewerResolver) ID(ctx context.Context, _ *model.Viewer) (string, error) {
	principal, err := viewer(ctx).Principal(ctx)
	if err == nil {
		err = principal.RequirePerson()
	}
	if err != nil {
		return "", err
	}
	return viewerID(principal), nil
}

func viewerID(principal *access.Principal) string {
	_, key, _ := id.Split(principal.UserID)
	return id.Of(id.Viewer, key)
}

// Email returns the user's address, or nil if the viewer may not see it.
func (r *userResolver) Email(ctx context.Context, u *ent.User) (*string, error) {
	isVisible, err := viewer(ctx).SeesEmail(ctx, u)
	if err != nil || !isVisible {
		return nil, err
	}
	return &u.Email, nil
}

// User returns the viewer's account.
func (r *viewerResolver) User(ctx context.Context, _ *model.Viewer) (*ent.User, error) {
	return r.Accounts.Self(ctx, viewer(ctx))
}

// Memberships returns a page of the viewer's memberships.
func (r *viewerResolver) Memberships(ctx context.Context, _ *model.Viewer, first *int, after *string, last *int, before *string, filter *workspace.MembershipFilter) (*model.MemberConnection, error) {
	wanted := orNone(filter)
	memberships, err := r.Workspaces.Memberships(ctx, viewer(ctx), page.Args{First: first, After: after, Last: last, Before: before}, wanted)
	if err != nil {
		return nil, err
	}
	return model.NewConnection(memberships, func(ctx context.Context) (int, error) {
		return r.Workspaces.CountMemberships(ctx, viewer(ctx), wanted)
	}), nil
}

// CurrentWorkspace returns the workspace chosen last in this session.
func (r *viewerResolver) CurrentWorkspace(ctx context.Context, _ *model.Viewer) (*ent.Workspace, error) {
	return r.Workspaces.Current(ctx, viewer(ctx))
}

// StaffRole returns the viewer's role on the platform's staff.
func (r *viewerResolver) StaffRole(ctx context.Context, _ *model.Viewer) (*user.StaffRole, error) {
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil || principal.StaffRole == "" {
		return nil, err
	}
	return &principal.StaffRole, nil
}

// Locale returns the language of mails to the viewer.
func (r *viewerResolver) Locale(ctx context.Context, v *model.Viewer) (*string, error) {
	self, err := r.User(ctx, v)
	if err != nil {
		return nil, err
	}
	return self.Locale, nil
}

// EmailConfirmed says whether the viewer's address is confirmed.
func (r *viewerResolver) EmailConfirmed(ctx context.Context, v *model.Viewer) (bool, error) {
	self, err := r.User(ctx, v)
	return err == nil && self.EmailConfirmedAt != nil, err
}
