// Package access decides who may do what, and what each viewer sees.
package access

import (
	"context"
	"sync"
	"time"

	"minidock/ent"
	"minidock/internal/request"
)

// Viewer is the person, the machine, or nobody, who sends a request. The viewer's rights are read from the database when they are first needed, and
// again after a change. It is safe for concurrent use.
type Viewer struct {
	// From is where the request comes from, RequestID the request's own id.
	From      request.Caller
	RequestID string

	client *ent.Client
	cookie Cookie

	mu         sync.Mutex
	credential Credential
	principal  *Principal // nil until it is read, and while it is stale
	// isUsed says that the request has been recorded as a use of the credential.
	isUsed bool
	// opened is the principal at the time when the stream was opened; nil without a stream.
	opened *Principal
	// located holds the places of ids.
	located map[string]Place
}

// Credential proves who sends a request, such as a session's token.
type Credential interface {
	// Principal reads whom the credential stands for, as the client's connection or transaction sees it; nobody when it is no longer
	// valid, if clients go on without it, and otherwise it refuses.
	Principal(context.Context, *ent.Client) (*Principal, error)
	// Use records that a request was sent with the credential.
	Use(context.Context, *Principal) error
}

// Cookie sets the client's session token, or deletes it when the token is empty; nil without a client.
type Cookie func(token string, expires time.Time)

// Request says where a request comes from, and its id in the log.
type Request struct {
	From request.Caller
	ID   string
}

// NewViewer returns the viewer of a request that came with this credential.
func NewViewer(client *ent.Client, request Request, credential Credential, cookie Cookie) *Viewer {
	return &Viewer{From: request.From, RequestID: request.ID, client: client, cookie: cookie, credential: credential}
}

// Again returns a viewer for a further operation on a stream, whose principal is not read yet. It is not recorded as another use of the
// credential. If the session has ended and the stream not yet, the viewer is the same person without rights.
func (v *Viewer) Again() *Viewer {
	v.mu.Lock()
	defer v.mu.Unlock()
	again := NewViewer(v.client, Request{v.From, v.RequestID}, v.credential, v.cookie)
	again.isUsed, again.opened = v.isUsed, v.principal
	return again
}

// Principal returns who the viewer is, as it was read last.
func (v *Viewer) Principal(ctx context.Context) (*Principal, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.principal != nil {
		return v.principal, nil
	}
	read, err := v.credential.Principal(ctx, v.client)
	if err != nil {
		return nil, err
	}
	if !v.isUsed {
		if err := v.credential.Use(ctx, read); err != nil {
			return nil, err
		}
	}
	if !read.SignedIn() && v.opened != nil {
		read = v.opened.alone()
	}
	v.principal, v.isUsed = read, true
	return read, nil
}

// HasCredential says whether the request came with a credential, valid or not.
func (v *Viewer) HasCredential() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.credential != Nobody
}

// Reread reads who the viewer is in a transaction.
func (v *Viewer) Reread(ctx context.Context, tx *ent.Tx) (*Principal, error) {
	v.mu.Lock()
	credential := v.credential
	v.mu.Unlock()
	return credential.Principal(ctx, tx.Client())
}

// Stale has the principal read again when it is next needed, because something was changed.
func (v *Viewer) Stale() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.principal = nil
}

// SignIn makes this credential the viewer's, for the rest of the request and for later requests, which send the token.
func (v *Viewer) SignIn(credential Credential, token string, expires time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.credential, v.principal = credential, nil
	if v.cookie != nil {
		v.cookie(token, expires)
	}
}

// SignOut makes the viewer nobody.
func (v *Viewer) SignOut() { v.SignIn(Nobody, "", time.Time{}) }

type viewerKey struct{}

// With returns a context with the viewer.
func With(ctx context.Context, v *Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// Of returns the request's viewer; nobody outside of a request.
func Of(ctx context.Context) *Viewer {
	if v, ok := ctx.Value(viewerKey{}).(*Viewer); ok {
		return v
	}
	return NewViewer(nil, Request{}, Nobody, nil)
}
