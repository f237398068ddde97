package model

import "minidock/internal/access"

// WorkspaceChange is a change in a workspace.
type WorkspaceChange struct {
	// Operation is the mutation.
	Operation access.Operation
	NodeID    string
	// Node is nil if the viewer no longer sees it.
	Node Node
}
