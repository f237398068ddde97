package industry

import "minidock/internal/id"

// ID returns the industry's opaque global id.
func (i *Industry) ID() string { return id.Of(id.Industry, i.Code) }

// IsNode says that it has a global id.
func (i *Industry) IsNode() {}
