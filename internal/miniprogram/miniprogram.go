// Package miniprogram holds mini programs: their profiles and logos, and how many a workspace may have.
package miniprogram

import (
	"minidock/internal/blob"
	"minidock/internal/operation"
)

// MiniPrograms reads and writes mini programs.
type MiniPrograms struct {
	operation.DB
	// Blobs keeps the logos.
	Blobs *blob.Store
}

// LogoInput is a logo sent in one of two ways.
type LogoInput struct {
	File   *blob.File
	Base64 *string
}
