// Package apitoken holds tokens for machines: each acts in one workspace, within its scopes, for the owner or master who created it, and no
// longer than that person is one.
package apitoken

import (
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/session"
	"minidock/internal/throttle"
)

// Tokens creates, finds and revokes tokens.
type Tokens struct {
	operation.DB
	Limits    limit.Limits
	Throttles *throttle.Throttles
	// Sessions has the streams that are opened by tokens.
	Sessions *session.Sessions
}
