// Package miniprogram holds mini programs: their profiles and logos, and how many a workspace may have.
package miniprogram

import (
	"minidock/internal/blob"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/throttle"
)

// MiniPrograms reads and writes mini programs.
type MiniPrograms struct {
	operation.DB
	Limits limit.Limits
	// Blobs keeps the logos.
	Blobs blob.Store
	// Throttles counts changes of logos.
	Throttles *throttle.Throttles
}

// LogoInput is a logo sent in one of two ways.
type LogoInput struct {
	File   *blob.File
	Base64 *string
}
