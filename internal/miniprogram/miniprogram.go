// Package miniprogram holds what merchants create: the profile of each mini program, its logo, and how many of them a
// workspace may have.
package miniprogram

import (
	"time"

	"minidock/ent"
	"minidock/internal/blob"
)

// MiniPrograms reads and writes mini programs.
type MiniPrograms struct {
	Client *ent.Client
	// Blobs keeps the logos.
	Blobs *blob.Store
	// Now is the clock.
	Now func() time.Time
}

// LogoInput is a logo sent in one of two ways.
type LogoInput struct {
	File   *blob.File
	Base64 *string
}
