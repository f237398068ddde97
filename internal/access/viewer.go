// Package access decides who may do what, and what each viewer sees.
package access

import (
	"context"
	"sync"
	"time"

	"minidock/ent"
	"minidock/internal/request"
)

// Viewer is who sends a request. What the viewer may do and see is read from the database when it is first asked for, once,
// and again after a change. It is safe for concurrent use.
type Viewer struct {
	// From is where the request comes from, RequestID the request's own id.
	From      request.Caller
	RequestID string

	client *ent.Client
	cookie Cookie

	mu         sync.Mutex
	credential Credential
	principal  *Principal // nil until it is read, and while it is stale
	// isUsed says that the request was recorded as a use of the credential.
	isUsed bool
	// opened is who the viewer was when a stream was opened; nil elsewhere.
	opened *Principal
	// located are the workspaces of ids, which never change.
	located map[string]string
}

// Credential is what proves who sends a request, such as a session's token.
type Credential interface {
	// Principal reads whom the credential stands for as the client's connection or transaction sees it: Nobody once it is no
	// longer valid.
	Principal(context.Context, *ent.Client) (*Principal, error)
	// Use records that a request was sent with the credential.
	Use(context.Context, *Principal) error
}

// Cookie hands the client another session token, or takes it away when the token is empty; nil where there is no client.
type Cookie func(token string, expires time.Time)

// Request says where a request comes from and by which id the log knows it.
type Request struct {
	From request.Caller
	ID   string
}

// NewViewer returns the viewer of a request that came with this credential.
func NewViewer(client *ent.Client, request Request, credential Credential, cookie Cookie) *Viewer {
	return &Viewer{From: request.From, RequestID: request.ID, client: client, cookie: cookie, credential: credential}
}

// Again returns the viewer for something further on a stream, whose principal is yet to be read. That is no other use of the
// credential. While the stream is not ended that has outlived its session, the viewer is still somebody, who sees nothing.
func (v *Viewer) Again() *Viewer {
	v.mu.Lock()
	defer v.mu.Unlock()
	again := NewViewer(v.client, Request{v.From, v.RequestID}, v.credential, v.cookie)
	again.isUsed, again.opened = v.isUsed, v.principal
	return again
}

// Principal returns who the viewer is, as the database had it when it was read last.
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

// Reread reads who the viewer is as a transaction sees it.
func (v *Viewer) Reread(ctx context.Context, tx *ent.Tx) (*Principal, error) {
	v.mu.Lock()
	credential := v.credential
	v.mu.Unlock()
	return credential.Principal(ctx, tx.Client())
}

// Stale has the principal be read again when it is next asked for: something was changed.
func (v *Viewer) Stale() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.principal = nil
}

// SignIn makes the viewer who this credential stands for, from now on and in later requests, which send the token.
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

// With returns a context that knows the viewer.
func With(ctx context.Context, v *Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// Of returns the viewer of the request; nobody outside of one.
func Of(ctx context.Context) *Viewer {
	if v, ok := ctx.Value(viewerKey{}).(*Viewer); ok {
		return v
	}
	return NewViewer(nil, Request{}, Nobody, nil)
}
