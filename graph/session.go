package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/account"
	"minidock/internal/fault"
	"minidock/internal/session"
)

// SignOut ends the session.
func (r *mutationResolver) SignOut(ctx context.Context) (*model.SignOutPayload, error) {
	if err := r.Sessions.SignOut(ctx); err != nil {
		return nil, err
	}
	return &model.SignOutPayload{Query: &model.Query{}, UserErrors: []*model.UserError{}}, nil
}

// SignOutEverywhere ends all of the viewer's sessions.
func (r *mutationResolver) SignOutEverywhere(ctx context.Context) (*model.SignOutEverywherePayload, error) {
	if err := r.Sessions.SignOutEverywhere(ctx, actor(ctx)); err != nil {
		return nil, err
	}
	return &model.SignOutEverywherePayload{Query: &model.Query{}, UserErrors: []*model.UserError{}}, nil
}

// EndSession ends one of the viewer's sessions.
func (r *mutationResolver) EndSession(ctx context.Context, in model.EndSessionInput) (*model.EndSessionPayload, error) {
	if err := r.Sessions.End(ctx, actor(ctx), in.SessionID); err != nil {
		return nil, err
	}
	return &model.EndSessionPayload{DeletedSessionID: &in.SessionID, Query: &model.Query{}, UserErrors: []*model.UserError{}}, nil
}

// SessionEnded tells of the session's end.
func (r *subscriptionResolver) SessionEnded(ctx context.Context) (<-chan *model.SessionEnd, error) {
	stream, ok := session.StreamOf(ctx)
	if !ok {
		return nil, errStreamOnly
	}
	told := make(chan *model.SessionEnd, 1)
	go func() {
		defer close(told)
		select {
		case <-stream.Ended():
			told <- &model.SessionEnd{Reason: model.SessionEndReason(stream.End())}
		case <-ctx.Done():
		}
	}()
	return told, nil
}

// Sessions returns the viewer's sessions.
func (r *viewerResolver) Sessions(ctx context.Context, _ *model.Viewer) ([]*ent.Session, error) {
	return r.Resolver.Sessions.Own(ctx, actor(ctx))
}

// ID returns the id by which clients know the session.
func (r *sessionResolver) ID(_ context.Context, s *ent.Session) (string, error) {
	return session.PublicID(s), nil
}

// Current tells whether the request is sent in the session.
func (r *sessionResolver) Current(ctx context.Context, s *ent.Session) (bool, error) {
	return s.ID == actor(ctx).SessionID, nil
}

// signIn begins a session for somebody; for nobody it leaves everything as it is. The operation is "" when it was noted already.
func (r *mutationResolver) signIn(ctx context.Context, who *ent.User, operation string) (*model.Viewer, error) {
	if who == nil {
		return nil, nil
	}
	if err := r.Sessions.SignIn(ctx, who, operation); err != nil {
		return nil, err
	}
	return viewer(ctx), nil
}

// renew begins a session in place of the one that a change of the password has ended; without one it leaves everything as it is.
func (r *mutationResolver) renew(ctx context.Context, change *account.PasswordChange) (*model.Viewer, error) {
	if change == nil {
		return nil, nil
	}
	if err := r.Sessions.Renew(ctx, change.User, change.WorkspaceID); err != nil {
		return nil, err
	}
	return viewer(ctx), nil
}

// unless returns an id after a change, which something wrong has kept from being made.
func unless(wrong *fault.List, id string) *string {
	if !wrong.Empty() {
		return nil
	}
	return &id
}

func viewer(ctx context.Context) *model.Viewer {
	if !actor(ctx).SignedIn() {
		return nil
	}
	return &model.Viewer{}
}

// viewerUnless returns the viewer after a change, which something wrong has kept from being made.
func viewerUnless(ctx context.Context, wrong *fault.List) *model.Viewer {
	if !wrong.Empty() {
		return nil
	}
	return viewer(ctx)
}
