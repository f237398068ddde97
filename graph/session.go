package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/page"
	"minidock/internal/session"
)

// SignOut ends the session.
func (r *mutationResolver) SignOut(ctx context.Context) (*model.SignOutPayload, error) {
	errs, err := userErrors(ctx, r.Sessions.SignOut(ctx, viewer(ctx)))
	return &model.SignOutPayload{UserErrors: errs, Query: &model.Query{}}, err
}

// SignOutEverywhere ends all of the viewer's sessions.
func (r *mutationResolver) SignOutEverywhere(ctx context.Context) (*model.SignOutEverywherePayload, error) {
	errs, err := userErrors(ctx, r.Accounts.SignOutEverywhere(ctx, viewer(ctx)))
	return &model.SignOutEverywherePayload{UserErrors: errs, Query: &model.Query{}}, err
}

// EndSession ends one of the viewer's sessions.
func (r *mutationResolver) EndSession(ctx context.Context, in model.EndSessionInput) (*model.EndSessionPayload, error) {
	ended, err := r.Sessions.End(ctx, viewer(ctx), in.SessionID)
	errs, err := userErrors(ctx, err)
	return &model.EndSessionPayload{DeletedSessionID: unlessEmpty(ended), UserErrors: errs, Query: &model.Query{}}, err
}

// SessionEnded sends the end of the session.
func (r *subscriptionResolver) SessionEnded(ctx context.Context) (<-chan *model.SessionEnd, error) {
	stream, ok := session.StreamOf(ctx)
	if !ok {
		return nil, errNoStream
	}
	ends := make(chan *model.SessionEnd, 1)
	go func() {
		defer close(ends)
		select {
		case <-stream.Ended():
			ends <- &model.SessionEnd{Reason: model.SessionEndReason(stream.End())}
		case <-ctx.Done():
		}
	}()
	return ends, nil
}

// Sessions returns a page of the viewer's sessions.
func (r *viewerResolver) Sessions(ctx context.Context, _ *model.Viewer, first *int, after *string, last *int, before *string) (*model.SessionConnection, error) {
	own, total, err := r.Resolver.Sessions.Own(ctx, viewer(ctx), page.Args{First: first, After: after, Last: last, Before: before})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(own, func(context.Context) (int, error) { return total, nil }), nil
}

// ID returns the id by which clients know the session.
func (r *sessionResolver) ID(_ context.Context, s *ent.Session) (string, error) {
	return session.PublicID(s.ID), nil
}

// Address returns the network address of the last use, or nil if it is not known.
func (r *sessionResolver) Address(_ context.Context, s *ent.Session) (*string, error) {
	return unlessEmpty(s.Address), nil
}

// Client returns what the browser or program calls itself, or nil.
func (r *sessionResolver) Client(_ context.Context, s *ent.Session) (*string, error) {
	return unlessEmpty(s.Client), nil
}

// Current says whether the session is that of the request.
func (r *sessionResolver) Current(ctx context.Context, s *ent.Session) (bool, error) {
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil {
		return false, err
	}
	return s.ID == principal.SessionID, nil
}

// viewerUnless returns the viewer after a change, or nil if there are user errors.
func viewerUnless(errs []*model.UserError) *model.Viewer {
	if len(errs) > 0 {
		return nil
	}
	return &model.Viewer{}
}
