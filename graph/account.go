package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/account"
	"minidock/internal/page"
)

// Viewer returns whoever sends the request, or nil when signed out.
func (r *queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	return viewer(ctx), nil
}

// SignUp makes an account and signs it in.
func (r *mutationResolver) SignUp(ctx context.Context, in account.SignUpInput) (*model.SignUpPayload, error) {
	user, wrong, err := r.Accounts.SignUp(ctx, in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignUpPayload{Query: &model.Query{}, UserErrors: userErrors[model.SignUpUserError](ctx, wrong)}
	payload.Viewer, err = r.signIn(ctx, user)
	return payload, err
}

// SignIn begins a session.
func (r *mutationResolver) SignIn(ctx context.Context, in account.SignInInput) (*model.SignInPayload, error) {
	user, wrong, err := r.Accounts.SignIn(ctx, in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignInPayload{Query: &model.Query{}, UserErrors: userErrors[model.SignInUserError](ctx, wrong)}
	payload.Viewer, err = r.signIn(ctx, user)
	return payload, err
}

// SignOut ends the session.
func (r *mutationResolver) SignOut(ctx context.Context) (*model.SignOutPayload, error) {
	if err := r.Sessions.SignOut(ctx); err != nil {
		return nil, err
	}
	return &model.SignOutPayload{Query: &model.Query{}}, nil
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

// signIn begins a session for the user; without a user it leaves everything as it is.
func (r *mutationResolver) signIn(ctx context.Context, user *ent.User) (*model.Viewer, error) {
	if user == nil {
		return nil, nil
	}
	if err := r.Sessions.SignIn(ctx, user.ID); err != nil {
		return nil, err
	}
	return viewer(ctx), nil
}

func viewer(ctx context.Context) *model.Viewer {
	if !actor(ctx).SignedIn() {
		return nil
	}
	return &model.Viewer{}
}
