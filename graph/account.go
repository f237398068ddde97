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
	made, wrong, err := r.Accounts.SignUp(ctx, in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignUpPayload{Query: &model.Query{}, UserErrors: userErrors[model.SignUpUserError](ctx, wrong)}
	payload.Viewer, err = r.signIn(ctx, made)
	return payload, err
}

// SignIn begins a session.
func (r *mutationResolver) SignIn(ctx context.Context, in account.SignInInput) (*model.SignInPayload, error) {
	found, wrong, err := r.Accounts.SignIn(ctx, in)
	if err != nil {
		return nil, err
	}
	payload := &model.SignInPayload{Query: &model.Query{}, UserErrors: userErrors[model.SignInUserError](ctx, wrong)}
	payload.Viewer, err = r.signIn(ctx, found)
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

// StaffRole returns the viewer's role as one of the platform's own people.
func (r *viewerResolver) StaffRole(ctx context.Context, v *model.Viewer) (*user.StaffRole, error) {
	self, err := r.User(ctx, v)
	if err != nil {
		return nil, err
	}
	return self.StaffRole, nil
}

// signIn begins a session for somebody; for nobody it leaves everything as it is.
func (r *mutationResolver) signIn(ctx context.Context, who *ent.User) (*model.Viewer, error) {
	if who == nil {
		return nil, nil
	}
	if err := r.Sessions.SignIn(ctx, who.ID); err != nil {
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
